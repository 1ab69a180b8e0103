"""Editors write the texts of a round in other languages and in easy language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.core.speaking import is_simple
from civicdialog.easytext.actions import LONGEST, LONGEST_CHECKED_BY, write_variant
from civicdialog.easytext.checker import ADVICE, check
from civicdialog.easytext.queries import Said, texts_in
from civicdialog.insights.models import Cluster, ClusterRun, RunStatus
from civicdialog.rounds.models import Round
from civicdialog.web.templating import LANGUAGES
from civicdialog.web.wording import topic_kind
from civicdialog.web.words import gettext

ROUND_FIELDS = {
    "title": (mark("Title"), 160),
    "question": (mark("Question"), 300),
    "introduction": (mark("Introduction"), LONGEST),
}
TOPIC_NAME = mark("Topic")


@dataclass(frozen=True)
class Piece:
    """One text somebody may say in another language."""

    kind: str
    thing_id: int
    field: str
    label: str
    original: str
    longest: int

    @property
    def name(self) -> str:
        """Of the form field."""
        return f"{self.kind}-{self.thing_id}-{self.field}"


@dataclass(frozen=True)
class State:
    """How far the texts of a round are in one language."""

    language: str
    label: str
    written: int
    wanted: int
    checked: int
    missing: tuple[str, ...]


def other_languages() -> tuple[str, ...]:
    """Every language but the one rounds are written in, easy language included."""
    profile = city()
    return (*profile.languages[1:], *profile.simple_languages)


def pieces_of(round: Round) -> list[Piece]:
    """The round's own texts, and the names of its present topics."""
    own = [
        Piece(Round.__tablename__, round.id, field, gettext(label), getattr(round, field), longest)
        for field, (label, longest) in ROUND_FIELDS.items()
    ]
    topics = db.session.execute(
        select(Cluster.key, Cluster.label)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .where(ClusterRun.round_id == round.id, ClusterRun.status == RunStatus.CURRENT)
        .order_by(Cluster.position)
    )
    kind, word = topic_kind(round.id), gettext(TOPIC_NAME)
    return own + [Piece(kind, key, "label", f"{word} {key}", label, 200) for key, label in topics]


def said_in(language: str, pieces: Sequence[Piece]) -> dict[str, Said]:
    """What has been written in a language, by the names of the pieces."""
    found: dict[str, Said] = {}
    for kind in dict.fromkeys(piece.kind for piece in pieces):
        of_kind = [piece for piece in pieces if piece.kind == kind]
        ids, fields = {p.thing_id for p in of_kind}, {p.field for p in of_kind}
        texts = texts_in(language, kind, ids, fields)
        found |= {
            piece.name: texts[piece.thing_id, piece.field]
            for piece in of_kind
            if (piece.thing_id, piece.field) in texts
        }
    return found


def states_of(round: Round) -> list[State]:
    """The overview: what is there and what is missing, by language."""
    pieces = pieces_of(round)
    states = []
    for language in other_languages():
        said = said_in(language, pieces)
        states.append(
            State(
                language,
                LANGUAGES[language].label,
                len(said),
                len(pieces),
                sum(1 for text in said.values() if text.checked_by),
                tuple(piece.label for piece in pieces if piece.name not in said),
            )
        )
    return states


class TextsForm(FlaskForm):
    checked_by = StringField(
        _l("Who has read the texts and found them easy?"),
        [Length(max=LONGEST_CHECKED_BY, message=_l("Please use at most 120 characters."))],
        filters=[lambda value: " ".join((value or "").split())],
        description=_l("For example a group of readers. Leave it empty while it is a draft."),
    )


def form_for(pieces: Sequence[Piece], said: dict[str, Said]) -> Any:
    """A form with one field for each text."""

    class Bound(TextsForm):
        pass

    for piece in pieces:
        kind = TextAreaField if piece.longest > 300 else StringField
        limit = Length(
            max=piece.longest,
            message=gettext("Please use at most %(most)s characters.") % {"most": piece.longest},
        )
        setattr(Bound, piece.name, kind(piece.label, [limit]))
    checkers = [text.checked_by for text in said.values() if text.checked_by]
    return Bound(
        data={name: text.text for name, text in said.items()}
        | {"checked_by": checkers[0] if checkers else ""}
    )


@dataclass(frozen=True)
class Advice:
    """One hint of the checker in words."""

    line: int
    excerpt: str
    text: str
    better: str


def advice_on(language: str, text: str) -> list[Advice]:
    """Where an easy text may be hard to read; nothing in other languages.

    What is too long to be taken is not read beyond that.
    """
    if not is_simple(language):
        return []
    return [
        Advice(hint.line, hint.excerpt, gettext(ADVICE[hint.problem]), hint.better)
        for hint in check(text[:LONGEST])
    ]


def keep_texts(actor: Actor, language: str, pieces: Sequence[Piece], form: Any) -> None:
    """Write what was typed; an emptied field removes its variant."""
    checked_by = form.checked_by.data if is_simple(language) else ""
    for piece in pieces:
        write_variant(
            actor,
            piece.kind,
            piece.thing_id,
            field=piece.field,
            language=language,
            text=form[piece.name].data or "",
            checked_by=checked_by or "",
        )
