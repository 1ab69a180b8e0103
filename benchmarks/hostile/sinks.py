"""Where texts go in: every form and every address of the application, found on its own pages."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import text
from werkzeug.routing import Rule

from benchmarks.hostile.world import SLUG, World
from civicdialog.committee.screening_questions import current_questionnaire
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.submissions.forms import ProfileForm

CAST = ("visitor", "citizen", "moderator", "moderator2", "committee", "committee2", "editor",
        "admin")  # fmt: skip
OF_THE_PROGRAM = {"assets.bundle", "assets.file", "styleguide.show", "assets.favicon"}
"""Files of the program itself, and pages of developers."""
THINGS = {
    "/submissions/": "submission", "/receipt/": "submission", "/moderation/submissions/": "submission",
    "/committee/applications/": "submission", "/moderation/floods/": "submission",
    "/committee/ratings/": "submission", "/committee/meetings/": "meeting",
    "/arguments/": "argument", "/moderation/arguments/": "argument", "/attachments/": "attachment",
    "/moderation/files/": "attachment", "/drafts/": "draft", "/decisions/": "moderation_decision",
    "/moderation/appeals/": "appeal", "/moderation/people/": "person", "/recommendations/":
    "recommendation", "/committee/recommendations/": "recommendation", "/manage/barriers/":
    "contact_message",
}  # fmt: skip
"""Which table the ids in these addresses come from."""
OF_NOTICES = {"submission": "submission", "argument": "argument", "attachment": "attachment"}
TEXTS = {"text", "search", "textarea"}
EXACT = re.compile(r"slug|numbers|topics_wanted|username|words$|passages|version")
"""Fields of one line that take only what has a certain form."""
TELLING = {"deed", "go", "preview", "look"}
"""Buttons that decide what becomes of the texts."""
LIMIT = 5_000
"""Of a field that names none."""


@dataclass(frozen=True)
class Field:
    """One control of a form, with a value that is right."""

    name: str
    type: str
    value: str
    limit: int
    is_sent: bool
    """Whether a browser sends it when nobody touches it."""

    @property
    def is_text(self) -> bool:
        return self.type in TEXTS and not EXACT.search(self.name)

    @property
    def is_file(self) -> bool:
        return self.type == "file"


@dataclass(frozen=True)
class Sink:
    """One form as one person finds it, sent with one of its buttons."""

    who: str
    method: str
    url: str
    endpoint: str
    fields: tuple[Field, ...]
    button: tuple[str, str] = ("", "")
    page: str = ""
    """Where it stands."""

    @property
    def name(self) -> str:
        pressed = f" [{self.button[0]}={self.button[1][:20]}]" if self.button[0] else ""
        who = "visitor" if self.who == "visitor" else "signed in"
        return f"{self.method} {self.endpoint}{pressed} ({who})"

    @property
    def texts(self) -> list[Field]:
        return [field for field in self.fields if field.is_text]

    def valid(self) -> dict[str, str]:
        """What somebody sends who does everything right."""
        sent = {each.name: each.value for each in self.fields if each.is_sent and not each.is_file}
        if self.button[0]:
            sent[self.button[0]] = self.button[1]
        return sent


# ---- addresses ----------------------------------------------------------------------------------


@dataclass
class Ids:
    """What the holes in addresses can be filled with."""

    public: dict[str, list[str]]
    numbers: dict[str, list[str]]
    others: dict[str, list[str]]

    def filled(self, rule: Rule) -> Iterator[dict[str, str]]:
        """Every way to fill the holes of an address."""
        names = sorted(rule.arguments)
        yield from (
            dict(zip(names, values, strict=True))
            for values in itertools.product(*(self._values(rule, name) for name in names))
        )

    def _values(self, rule: Rule, name: str) -> list[str]:
        if name == "public_id" and rule.rule.startswith("/report/"):
            return [each for table in OF_NOTICES for each in self.public[table][:4]]
        if name == "public_id":
            start = rule.rule.split("<")[0]
            if start not in THINGS:
                raise SystemExit(f"{rule.rule}: say in THINGS which table its ids come from")
            return self.public[THINGS[start]]
        if name in self.others:
            is_number = f"<int:{name}>" in rule.rule
            return [each for each in self.others[name] if each.isdigit() or not is_number]
        if name == "number" and rule.endpoint == "moderation.decide_change":
            return ["2"]
        return self.numbers.get(name, ["1"])


def ids_of(app: Flask, world: World) -> Ids:
    """Ids of everything worth opening: what people made themselves, and a few of the samples."""
    public: dict[str, list[str]] = defaultdict(list)
    with app.app_context(), db.engine.connect() as connection:
        for table in set(THINGS.values()):
            order = "id DESC" if table in {"submission", "argument"} else "id"
            found = connection.scalars(text(f'SELECT public_id FROM "{table}" ORDER BY {order}'))
            public[table] = [str(each) for each in found]
        ours = list(connection.scalars(text(
            "SELECT public_id FROM submission WHERE author_id = (SELECT id FROM person WHERE email"
            " = 'buergerin@example.org') OR author_id IS NULL OR id IN (SELECT submission_id FROM"
            " application UNION SELECT submission_id FROM notice)"
        )))  # fmt: skip
        pending = list(
            connection.scalars(
                text(
                    "SELECT public_id FROM submission WHERE status = 'pending' ORDER BY id LIMIT 1"
                )
            )
        )
        public["submission"] = list(dict.fromkeys([*ours, *pending]))
        public["argument"] = public["argument"][:4]
        public["person"] = public["person"][:1] + public["person"][-1:]
        restricting = (
            "SELECT public_id FROM moderation_decision WHERE ground IS NOT NULL ORDER BY id DESC"
        )
        public["moderation_decision"] = [
            str(each) for each in connection.scalars(text(restricting))
        ]
        counts = {
            name: [str(each) for each in connection.scalars(text(query))]
            for name, query in {
                "subject_id": "SELECT subject_id FROM notice",
                "block_id": "SELECT id FROM block",
                "correction_id": "SELECT id FROM topic_correction",
                "doubt_id": "SELECT id FROM topic_doubt",
                "passkey_id": "SELECT id FROM passkey",
                "identity_id": "SELECT id FROM external_identity",
                "first": "SELECT min(id) FROM receipt",
                "last": "SELECT max(id) FROM receipt",
                "number": "SELECT DISTINCT topic_key FROM topic_summary",
            }.items()
        }
    with app.test_request_context():
        steps = [each.name.replace("_", "-") for each in ProfileForm()]
    return Ids(
        public,
        counts,
        {
            "slug": [SLUG],
            "kind": ["submission", "argument", "attachment"],
            "language": ["de-simple", "en"],
            "name": [*steps, "beneficiaries"],
            "step_id": [step.id for step in current_questionnaire().steps],
            "page": ["imprint", "privacy", "accessibility", "contact"],
            "key": [world.notice_key, "annex-iii", "html", "xlsx", "1"],
            "token": ["x.y.z"],
            "outcome": ["publish", "reject"],
            "deed": ["reject", "ask", "hide"],
            "file_id": public["attachment"][:1],
        },
    )


def addresses(app: Flask, ids: Ids) -> list[tuple[str, str]]:
    """Endpoint and path of every page that can be opened."""
    adapter = app.url_map.bind("localhost")
    return [
        (rule.endpoint, adapter.build(rule.endpoint, values, method="GET"))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in OF_THE_PROGRAM
        for values in ids.filled(rule)
    ]


# ---- forms --------------------------------------------------------------------------------------


def sinks_of(browsers: dict[str, FlaskClient], app: Flask, ids: Ids) -> list[Sink]:
    """Every form there is, once for visitors and once for people who have signed in."""
    found: dict[tuple[object, ...], Sink] = {}
    opened = addresses(app, ids)
    for who in CAST:
        for _, path in opened:
            answer = browsers[who].get(path)
            is_page = answer.mimetype == "text/html" and answer.status_code == 200
            if not is_page or not answer.get_data():
                continue
            for sink in forms_on(answer.get_data(as_text=True), who, path, app):
                names = {field.name for field in sink.fields if field.type != "radio"}
                pressed = sink.button if sink.button[0] in TELLING and sink.texts else ()
                key = (sink.endpoint, sink.method, *sorted(names), pressed, who == "visitor")
                found.setdefault(key, sink)
    return sorted(found.values(), key=lambda sink: (sink.endpoint, sink.name))


def forms_on(page: str, who: str, path: str, app: Flask) -> Iterator[Sink]:
    """The forms of one page, once for each of their buttons."""
    tree = html.fromstring(page)
    limits = {
        each.get("data-counter-for"): int(each.get("data-limit"))
        for each in tree.iter()
        if isinstance(each.tag, str) and each.get("data-limit")
    }
    adapter = app.url_map.bind("localhost")
    for form in tree.forms:
        url = urlsplit(form.get("action") or path)
        method = (form.get("method") or "get").upper()
        endpoint, _ = adapter.match(url.path, method=method)
        fields = _fields(tree, form, limits)
        fields += [
            Field(name, "hidden", value, LIMIT, True)
            for name, value in parse_qsl(url.query, keep_blank_values=True)
            if method == "POST" and name not in {field.name for field in fields}
        ]
        sink = Sink(who, method, url.path, endpoint, tuple(fields), page=path)
        buttons = {
            (each.get("name") or "", each.get("value") or "")
            for each in [*form.iter("button", "input"), *tree.iter("button")]
            if (each.get("type") or "submit") == "submit"
            and (
                each in form.iter()
                if each.get("form") is None
                else each.get("form") == form.get("id")
            )
            and (each.tag == "button" or each.get("type") == "submit")
        }
        for button in sorted(buttons) or [("", "")]:
            target = next((each.get("formaction") for each in form.iter("button")
                           if each.get("formaction") and each.get("name", "") == button[0]), None)  # fmt: skip
            if target is None:
                yield replace(sink, button=button)
            else:
                place = urlsplit(target).path
                there, _ = adapter.match(place, method=method)
                yield replace(sink, button=button, url=place, endpoint=there)


def _fields(tree: html.HtmlElement, form: html.HtmlElement, limits: dict[str, int]) -> list[Field]:
    controls = [*form.iter("input", "textarea", "select")]
    if form.get("id"):
        controls += [each for each in tree.iter("input", "textarea", "select")
                     if each.get("form") == form.get("id")]  # fmt: skip
    found: dict[str, Field] = {}
    for each in controls:
        name = each.get("name")
        type = each.tag if each.tag != "input" else (each.get("type") or "text")
        if not name or type in {"submit", "button", "image"}:
            continue
        limit = limits.get(each.get("id")) or int(each.get("maxlength") or 0) or LIMIT
        if each.tag == "input" and type in TEXTS and limit == LIMIT:
            limit = 160
        is_ticked = type not in {"radio", "checkbox"} or each.get("checked") is not None
        field = Field(name, type, _right_value(each, type), limit, is_ticked or type == "radio")
        known = found.get(name)
        if known is None or (is_ticked and type == "radio"):
            found[name] = field
    return list(found.values())


def _right_value(control: html.HtmlElement, type: str) -> str:
    """What a careful person would send."""
    given = control.text if control.tag == "textarea" else control.get("value")
    if control.tag == "select":
        chosen = [each.get("value") or "" for each in control.iter("option")]
        ticked = [
            each.get("value") or "" for each in control.iter("option") if "selected" in each.attrib
        ]
        return next((each for each in [*ticked, *chosen] if each), "")
    if type == "email":
        return given or "nora@example.org"
    if type in {"date", "datetime-local"}:
        day = clock.now() + timedelta(days=30, hours="end" in (control.get("name") or ""))
        return given or (f"{day:%Y-%m-%dT%H:%M}" if type != "date" else f"{day:%Y-%m-%d}")
    if type == "number":
        return given or "1"
    if type == "password":
        return "Ein gutes Passwort 26"
    if type == "checkbox":
        return given or "y"
    if type == "hidden":
        return given or ""
    if re.search(r"numbers", control.get("name") or ""):
        return given or "1"
    return (given or "").strip() or "Ein Wort zur Sache"
