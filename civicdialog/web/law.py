"""«Who may do what», read from the law itself: the page, and docs/permissions.csv."""

import ast
import csv
import inspect
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from flask import Flask

from civicdialog.core import permissions
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import POLICY, Permission, Role
from civicdialog.web.words import gettext

# The rule that must hold besides the role, in words, by the name of its function.
RULES: dict[str, str] = {
    "_own": mark("Only one's own."),
    "_not_own": mark("Never one's own."),
    "_concerned_or_moderation": mark("Only one's own, or with its receipt; and the moderation."),
    "_not_oneself": mark("Never oneself."),
    "_neither_decided_nor_objects": mark("Only on decisions of others, on texts of others."),
    "_guests_where_the_round_says_so": mark("Without an account only where the round says so."),
    "_own_or_with_its_receipt": mark("Only one's own, or with its receipt."),
    "_with_its_receipt": mark("Only with its receipt."),
    "_own_draft": mark("Only one's own."),
    "_guests_where_the_round_takes_their_proposals": mark(
        "Without an account only where the round says so."
    ),
    "_public_or_concerned": mark("Published ones; others only by their author and the moderation."),
}


@dataclass(frozen=True)
class LawRow:
    """One permission: what it is for, who holds it, and on which pages it is asked for."""

    permission: Permission
    meaning: str
    rule: str
    """A marked message, empty without a rule."""
    roles: frozenset[Role]
    routes: tuple[str, ...]


@lru_cache(maxsize=1)
def meanings() -> Mapping[Permission, str]:
    """The sentence written below each permission in the law."""
    tree = ast.parse(inspect.getsource(permissions))
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == Permission.__name__
    )
    found = {}
    for entry, words in pairwise(body):
        if isinstance(entry, ast.Assign) and isinstance(words, ast.Expr):
            name = entry.targets[0]
            if isinstance(name, ast.Name) and isinstance(words.value, ast.Constant):
                found[Permission[name.id]] = str(words.value.value)
    return found


def law_rows(app: Flask) -> tuple[LawRow, ...]:
    """The whole law, in the order it is written."""
    routes = _routes_by_permission(app)
    return tuple(
        LawRow(
            permission,
            meanings()[permission],
            RULES[grant.rule.__name__] if grant.rule else "",
            grant.roles,
            routes.get(permission, ()),
        )
        for permission, grant in POLICY.items()
    )


@dataclass(frozen=True)
class LawLine:
    """A row in the reader's language."""

    id: str
    meaning: str
    rule: str
    held: tuple[str, ...]
    """Yes or nothing, for each role in the order of `Role`."""


def lines(app: Flask) -> list[LawLine]:
    """The law as the page shows it."""
    yes = gettext("yes")
    return [
        LawLine(
            row.permission.value.replace(":", "-"),
            gettext(row.meaning),
            gettext(row.rule) if row.rule else "",
            tuple(yes if role in row.roles else "" for role in Role),
        )
        for row in law_rows(app)
    ]


def _routes_by_permission(app: Flask) -> dict[Permission, tuple[str, ...]]:
    found: dict[Permission, list[str]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        needs = getattr(app.view_functions.get(rule.endpoint), "needs", None)
        if needs is not None:
            methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            found.setdefault(needs, []).append(f"{methods} {rule.rule}")
    return {permission: tuple(lines) for permission, lines in found.items()}


def law_as_csv(app: Flask) -> str:
    """The law as a table for people who check it: one line per permission."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["permission", "meaning", "rule", *(role.value for role in Role), "routes"])
    for row in law_rows(app):
        held = ["yes" if role in row.roles else "" for role in Role]
        writer.writerow([row.permission.value, row.meaning, row.rule, *held, "; ".join(row.routes)])
    return text.getvalue()


def write_law(app: Flask, path: Path) -> None:
    """Write docs/permissions.csv."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(law_as_csv(app), encoding="utf-8")
