"""While somebody writes: published contributions that say something similar.

The folded stems of the contributions (`search_terms`) lie in memory, one index per round and
process. Only what is new is read when somebody asks; a text that was changed or taken back since is
looked up again before it is shown.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from heapq import nlargest
from math import log, sqrt
from threading import Lock

from flask import current_app
from sqlalchemy import select

from civicdialog.core.db import db
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.texts import search_terms

MOST_SHOWN = 3
_CANDIDATES = 10
_TITLE_COUNTS = 2
FEWEST_STEMS = 3
_LEAST_ALIKE = 0.15
_GROWN = 1.05
_BATCH = 5_000


@dataclass(frozen=True)
class Similar:
    """A published contribution that says something similar."""

    public_id: str
    title: str
    problem: str


@dataclass
class StemIndex:
    """Which texts hold which stems, and how much each weighs: (1 + ln f) · idf, compared by cosine.

    Measured beside other ways in benchmarks/similar.py.
    """

    ids: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[float] = field(default_factory=lambda: array("d"))
    """Of the vectors, with the rarity of stems as it was when they were measured last."""
    postings: dict[str, tuple[array[int], array[float]]] = field(
        default_factory=lambda: defaultdict(lambda: (array("i"), array("f")))
    )
    last_number: int = 0
    measured: int = 0

    def add(self, submission_id: int, terms: str) -> None:
        """One more text, given as `search_terms`."""
        at = len(self.ids)
        self.ids.append(submission_id)
        weights = _weights(terms)
        for stem, weight in weights.items():
            texts, often = self.postings[stem]
            texts.append(at)
            often.append(weight)
        self.lengths.append(self._length(weights))

    def settle(self) -> None:
        """After many new texts: how rare each stem is has changed, so measure all vectors again."""
        if len(self.ids) <= _GROWN * self.measured:
            return
        squares = array("d", bytes(8 * len(self.ids)))
        for stem in sorted(self.postings):
            texts, often = self.postings[stem]
            rarity = self._rarity(stem)
            for at, weight in zip(texts, often, strict=True):
                squares[at] += (weight * rarity) ** 2
        self.lengths = array("d", map(sqrt, squares))
        self.measured = len(self.ids)

    def best(self, terms: str, count: int, *, least: float = _LEAST_ALIKE) -> list[int]:
        """The ids of the texts most like this one."""
        weights = _weights(terms)
        if len(weights) < FEWEST_STEMS:
            return []
        scores: defaultdict[int, float] = defaultdict(float)
        for stem in sorted(weights.keys() & self.postings.keys()):
            texts, often = self.postings[stem]
            weight = weights[stem] * self._rarity(stem) ** 2
            for at, other in zip(texts, often, strict=True):
                scores[at] += weight * other
        needed = least * self._length(weights)
        alike = ((score / self.lengths[at], -self.ids[at]) for at, score in scores.items())
        found = nlargest(count, (each for each in alike if each[0] >= needed))
        return [-each for _, each in found]

    def _rarity(self, stem: str) -> float:
        n = len(self.postings[stem][0]) if stem in self.postings else 0
        return 1 + log((1 + len(self.ids)) / (1 + n))

    def _length(self, weights: dict[str, float]) -> float:
        return sqrt(sum((weight * self._rarity(stem)) ** 2 for stem, weight in weights.items()))


def _weights(terms: str) -> dict[str, float]:
    title, _, body = terms.partition("/")
    counts = Counter(body.split())
    for stem in title.split():
        counts[stem] += _TITLE_COUNTS
    return {stem: 1 + log(count) for stem, count in counts.items()}


class Indexes:
    """The index of each round, as far as this process has needed it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_round: dict[int, StemIndex] = {}

    def best(self, round: Round, terms: str, count: int) -> list[int]:
        """Asked in the index with everything that was published until now.

        One thread at a time: half a text must not be counted while another is being added.
        """
        with self._lock:
            return self._of(round).best(terms, count)

    def _of(self, round: Round) -> StemIndex:
        index = self._by_round.setdefault(round.id, StemIndex())
        if index.last_number > round.last_number:
            # The database is an older one than yesterday's.
            index = self._by_round[round.id] = StemIndex()
        while True:
            rows = db.session.execute(
                select(Submission.number, Submission.id, Submission.search_terms)
                .where(
                    # Whoever was public once has a number; what is hidden now may come back.
                    Submission.round_id == round.id,
                    Submission.number > index.last_number,
                )
                .order_by(Submission.number)
                .limit(_BATCH)
            ).all()
            for number, submission_id, terms in rows:
                index.add(submission_id, terms)
                index.last_number = number or 0
            if len(rows) < _BATCH:
                index.settle()
                return index


def similar_to(round: Round, text: str) -> list[Similar]:
    """The published contributions of a round most like a text, the most alike first."""
    title, _, body = text.partition("\n")
    indexes: Indexes = current_app.extensions.setdefault("stem_indexes", Indexes())
    ids = indexes.best(round, search_terms(title, body), _CANDIDATES)
    found = (
        {
            row.id: Similar(row.public_id, row.title, row.problem)
            for row in db.session.execute(
                select(
                    Submission.id, Submission.public_id, Submission.title, Submission.problem
                ).where(Submission.id.in_(ids), Submission.status == Status.PUBLISHED)
            )
        }
        if ids
        else {}
    )
    return [found[each] for each in ids if each in found][:MOST_SHOWN]
