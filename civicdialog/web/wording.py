"""What rounds and topics say in the reader's language, where somebody wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass

from civicdialog.core.city import city
from civicdialog.core.speaking import is_simple, spoken
from civicdialog.easytext.queries import texts_in
from civicdialog.rounds.models import Round
from civicdialog.web.languages import chosen_variant
from civicdialog.web.words import gettext

SHORT = ("title", "question")
ALL = (*SHORT, "introduction")


@dataclass(frozen=True)
class RoundWords:
    """What a round says to this reader."""

    title: str
    question: str
    introduction: str
    language: str
    """Of the introduction, for the attribute `lang`; empty if it is the page's own."""
    note: str
    """Who has checked the easy text, or that there is none yet."""


def words_of(round: Round) -> RoundWords:
    """The texts of one round, its introduction included."""
    return _words([round], ALL)[round.id]


def short_words(rounds: Iterable[Round]) -> dict[int, RoundWords]:
    """Titles and questions of several rounds, by id; at most one statement."""
    return _words(list(rounds), SHORT)


def _words(rounds: list[Round], fields: tuple[str, ...]) -> dict[int, RoundWords]:
    variant, written_in = chosen_variant(), city().languages[0]
    found = {}
    if variant != written_in:
        found = texts_in(variant, Round.__tablename__, [each.id for each in rounds], fields)

    def text(round: Round, field: str) -> str:
        said = found.get((round.id, field))
        return said.text if said else str(getattr(round, field))

    words = {}
    for round in rounds:
        introduction = found.get((round.id, "introduction"))
        language = variant if introduction else written_in
        words[round.id] = RoundWords(
            text(round, "title"),
            text(round, "question"),
            text(round, "introduction"),
            "" if language == spoken(variant) else language,
            _note(variant, introduction.checked_by if introduction else None),
        )
    return words


def _note(variant: str, checked_by: str | None) -> str:
    """`checked_by` is None where there is no text in this language."""
    if not is_simple(variant):
        return ""
    if checked_by is None:
        return gettext("There is no text in easy language here yet.")
    if not checked_by:
        return gettext("Nobody has checked yet whether this text is easy to read.")
    return gettext("Checked by: %(who)s", who=checked_by)


def topic_kind(round_id: int) -> str:
    """Topics keep their key inside a round; variants of their names hang on it."""
    return f"topic-of-{round_id}"
