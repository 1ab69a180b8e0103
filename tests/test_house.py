"""Tests about the house itself: no page without a guard, no deed without minutes."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from civicdialog.core.audit import Event
from civicdialog.core.permissions import POLICY, Permission, Role
from civicdialog.core.room import Room
from civicdialog.web.templating import LABELS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "civicdialog"
TEMPLATES = ROOT / "templates"
# Of a vote the minutes hold nothing, not even that there was one.
UNRECORDED = {"cast_vote", "mark_important", "withdraw_vote"}


def public_functions(path):
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def called_names(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr


ACTIONS = [
    pytest.param(function, id=f"{path.parent.name}.{function.name}")
    for path in sorted(PACKAGE.glob("*/actions.py"))
    for function in public_functions(path)
]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_checks_who_acts(action):
    assert "require" in set(called_names(action))


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_recorded(action):
    assert action.name in UNRECORDED or "record" in set(called_names(action))


@pytest.mark.parametrize("action", ACTIONS)
def test_no_action_commits(action):
    assert "commit" not in set(called_names(action))


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_begins_with_the_actor(action):
    assert action.args.args[0].arg == "actor"


def test_no_view_commits():
    guilty = [p for p in PACKAGE.glob("*/routes.py") if ".commit(" in p.read_text("utf-8")]
    assert guilty == []


def test_every_page_states_what_it_needs(app):
    unguarded = [e for e, view in app.view_functions.items() if not hasattr(view, "needs")]
    assert unguarded == []


def test_a_route_without_needs_does_not_import():
    with pytest.raises(TypeError, match="needs"):
        Room("x", __name__).route("/x")
    with pytest.raises(TypeError, match="needs"):
        Room("x", __name__).get("/x")


def test_every_permission_has_a_law():
    assert set(POLICY) == set(Permission)


def test_every_label_that_is_shown_has_words():
    from civicdialog.discussion.models import Stance
    from civicdialog.moderation.models import Ground, Outcome
    from civicdialog.rounds.models import Deed, PhaseKind
    from civicdialog.submissions.models import Channel, Kind, Status

    shown = (Role, Stance, Ground, Outcome, Deed, PhaseKind, Channel, Kind, Status)
    missing = [member for kind in shown for member in kind if member not in LABELS]
    assert missing == []


def test_addresses_are_kebab_case(app):
    odd = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not re.fullmatch(r"(/|(/(<[^>]+>|[a-z0-9.-]+|[a-z0-9-]*<[^>]+>[a-z.]*))+)", rule.rule)
    ]
    assert odd == []


def test_every_event_has_a_past_tense_name():
    odd = [event for event in Event if not re.fullmatch(r"[a-z_]+\.[a-z_]+", event)]
    assert odd == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda p: p.name)
def test_a_template_neither_queries_nor_styles(path):
    source = path.read_text("utf-8")
    assert "style=" not in re.sub(r"(data|aria)-\S+", "", source), "inline style"
    assert ".query" not in source
    assert "db." not in source
    assert "|safe" not in source.replace(" ", ""), "user text becomes HTML in core/html.py only"


def test_only_core_html_makes_markup_of_text():
    guilty = []
    for path in PACKAGE.rglob("*.py"):
        # Our own words, from the catalogues, need no cleaning.
        if path.name in {"html.py", "languages.py"}:
            continue
        source = path.read_text("utf-8")
        if re.search(r"\bMarkup\(\s*(?![\"'])", source):
            guilty.append(path.name)
    assert guilty == []


def test_the_analysis_room_runs_without_web_and_database():
    code = (
        "import sys; import civicdialog.analysis.topics; "
        "print([m for m in ('sqlalchemy', 'wtforms', 'flask') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert out.strip() == "[]"
