"""Search: what somebody typed becomes pieces of words, and the hits are ranked the same everywhere.

Contributions and searches are compared by their folded stems (`Submission.search_terms`). A word is
found where its stem is a part of one, so "Schutz" finds "Datenschutzbeauftragte". Both databases
answer the same question, "which texts contain these pieces?", from an index of three letters each
(FTS5 with trigrams; pg_trgm). How well a text fits is worked out here, not there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    false,
    literal_column,
    not_,
    or_,
    select,
    table,
)

from civicdialog.analysis.language import plain, telling_tokens, term, tokens
from civicdialog.core.db import db
from civicdialog.submissions.models import Submission

SHORTEST_WORD = 2
MOST_WORDS = 8
# A shorter stem stands inside words that mean something else: "rad" in "gerade".
_SHORTEST_INSIDE = 4
# A stem that lost much of its word is hardly one: "sich" of "Sicherheit".
_MOST_LOST = 3
_LONG_STEM = 6
_PART = re.compile(r"""(-?)["„“”«»]([^"„“”«»]*)["„“”«»]|(\S+)""")

_INDEX = table("submission_fts", column("id"), column("search_terms"))


@dataclass(frozen=True)
class Term:
    """A word or phrase; it is there if one of its pieces is a part of the text."""

    stems: str
    """Its folded stem; of a phrase, all of them."""
    pieces: tuple[str, ...]
    """Parts of `search_terms`; a blank is the edge of a word."""

    def weight_in(self, text: str) -> float:
        """How much a text says of it: a whole word counts 1, a part of one a quarter."""
        parts = sum(map(text.count, self.pieces))
        return 0.75 * text.count(f" {self.stems} ") + 0.25 * parts if parts else 0.0

    def is_in(self, text: str) -> bool:
        return any(piece in text for piece in self.pieces)


@dataclass(frozen=True)
class Search:
    """What somebody looks for: all these, without those; or some of these."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()
    needs_all: bool = True

    @property
    def is_empty(self) -> bool:
        return not self.wanted

    def fits(self, text: str) -> bool:
        """What the database answers, for a text at hand."""
        needed = all if self.needs_all else any
        return (
            not self.is_empty
            and needed(each.is_in(text) for each in self.wanted)
            and not any(each.is_in(text) for each in self.unwanted)
        )

    def for_some(self, wanted: Sequence[Term]) -> "Search":
        """The same search, content with one of these."""
        return replace(self, wanted=tuple(wanted), needs_all=False)


@lru_cache(maxsize=512)
def read_search(text: str) -> Search:
    """Words, "phrases" and -words without which it shall be; too short and too many are let go."""
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    for minus, phrase, word in _PART.findall(text):
        found = _phrase(phrase) if phrase else _words(tokens(word))
        is_unwanted = bool(minus) or word.startswith("-")
        (unwanted if is_unwanted else wanted).update(dict.fromkeys(found))
    telling = {term(token) for token in telling_tokens(text)}
    kept = [each for each in wanted if " " in each.stems or each.stems in telling]
    return Search(tuple(kept[:MOST_WORDS]), tuple(unwanted)[:MOST_WORDS])


def _phrase(text: str) -> list[Term]:
    stems = [term(token) for token in telling_tokens(text)]
    if len(stems) < 2:
        return _words(telling_tokens(text))
    return [Term(" ".join(stems), (f" {' '.join(stems)} ",))]


def _words(found: Sequence[str]) -> list[Term]:
    return [each for token in found if (each := _word(token))]


@lru_cache(maxsize=8192)
def _word(token: str) -> Term | None:
    """The pieces that say a word is there; None if it is too short to look for."""
    stem, whole = term(token), plain(token)
    lost = len(whole) - len(stem)
    if len(whole) < SHORTEST_WORD or not stem:
        return None
    if len(stem) < 3:
        pieces = [f" {stem} "] + ([whole] if len(whole) >= _SHORTEST_INSIDE else [])
    elif len(stem) < _SHORTEST_INSIDE:
        pieces = [f" {stem}", f"{stem} "]
    elif lost <= _MOST_LOST or len(stem) >= _LONG_STEM:
        pieces = [stem]
    else:
        pieces = [f"{stem} ", whole]
    return Term(stem, tuple(pieces))


# ---- in the database ----------------------------------------------------------------------------


def condition(search: Search) -> ColumnElement[bool]:
    """The contributions that fit, from the index."""
    if search.is_empty:
        return false()
    if db.engine.dialect.name == "sqlite":
        index: ColumnElement[Any] = literal_column("submission_fts")
        rows: Select[Any] = select(literal_column("rowid")).select_from(_INDEX)
        return Submission.id.in_(rows.where(index.op("MATCH")(_as_match(search))))
    return Submission.id.in_(select(_INDEX.c.id).where(_as_like(search)))


def _as_match(search: Search) -> str:
    """The search in the language of FTS5."""

    def either(each: Term) -> str:
        return "(" + " OR ".join(f'"{piece}"' for piece in each.pieces) + ")"

    wanted = (" AND " if search.needs_all else " OR ").join(map(either, search.wanted))
    unwanted = " OR ".join(map(either, search.unwanted))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _as_like(search: Search) -> ColumnElement[bool]:
    def either(each: Term) -> ColumnElement[bool]:
        return or_(*(_INDEX.c.search_terms.like(f"%{piece}%") for piece in each.pieces))

    joined: Callable[..., ColumnElement[bool]] = and_ if search.needs_all else or_
    return and_(
        joined(*map(either, search.wanted)), *(not_(either(each)) for each in search.unwanted)
    )


# ---- how well a text fits -----------------------------------------------------------------------

TITLE_WEIGHT = 5.0
_SATURATION = 1.2
_LENGTH_MATTERS = 0.4
# Folded text of a contribution of some sixty words.
_USUAL_LENGTH = 300
_NEIGHBOURS = 0.5


def scores(search: Search, texts: Sequence[str]) -> list[int]:
    """How well each of these texts fits, in millionths. After BM25 (Robertson and Zaragoza, 2009).

    Per word w · f(k+1) / (f + k(1−b + b·length/usual)): f counts whole words 1 and parts ¼, in the
    title five times; w = 1 + ln(texts / texts with the word). Words that also stand side by side
    as in the search count half a word more.
    """
    halves = [_title_and_body(text) for text in texts]
    found = [0.0] * len(texts)
    for each in search.wanted:
        weights = [
            TITLE_WEIGHT * each.weight_in(title) + each.weight_in(body) for title, body in halves
        ]
        with_it = sum(weight > 0 for weight in weights)
        if not with_it:
            continue
        rare = 1 + log(len(texts) / with_it)
        for at, weight in enumerate(weights):
            if weight:
                length = 1 - _LENGTH_MATTERS + _LENGTH_MATTERS * len(texts[at]) / _USUAL_LENGTH
                found[at] += rare * weight * (_SATURATION + 1) / (weight + _SATURATION * length)
    stems = [each.stems for each in search.wanted]
    for first, second in pairwise(stems):
        together = f" {first} {second} "
        for at, text in enumerate(texts):
            if together in text:
                found[at] += _NEIGHBOURS
    return [round(1_000_000 * each) for each in found]


def _title_and_body(text: str) -> tuple[str, str]:
    title, divider, body = text.partition("/")
    return (title, body) if divider else ("", text)
