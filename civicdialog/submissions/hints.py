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
from math import log
from threading import Lock

from flask import current_app
from sqlalchemy import select

from civicdialog.core.db import db
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.texts import search_terms

MOST_SHOWN = 3
_CANDIDATES = 10
_SATURATION = 1.2
_LENGTH_MATTERS = 0.5
_TITLE_COUNTS = 2
FEWEST_STEMS = 3
_LEAST_SHARED = 0.18
"""So much of what the draft says, weighted by how rare it is, must also be said by the other."""
_BATCH = 5_000


@dataclass(frozen=True)
class Similar:
    """A published contribution that says something similar."""

    public_id: str
    title: str
    problem: str


@dataclass
class StemIndex:
    """Which texts hold which stems. Scores after BM25 (Robertson and Zaragoza, 2009)."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[int] = field(default_factory=lambda: array("i"))
    postings: dict[str, tuple[array[int], array[int]]] = field(
        default_factory=lambda: defaultdict(lambda: (array("i"), array("i")))
    )
    last_number: int = 0

    def add(self, submission_id: int, terms: str) -> None:
        """One more text, given as `search_terms`."""
        title, _, body = terms.partition("/")
        counts = Counter(body.split())
        for stem in title.split():
            counts[stem] += _TITLE_COUNTS
        at = len(self.ids)
        self.ids.append(submission_id)
        self.lengths.append(sum(counts.values()))
        for stem, count in counts.items():
            texts, often = self.postings[stem]
            texts.append(at)
            often.append(count)

    def best(self, terms: str, count: int) -> list[int]:
        """The ids of the texts most like this one.

        Per stem w · f(k+1) / (f + k(1−b + b·length/mean)) with w = ln(1 + (N−n+½)/(n+½)).
        """
        stems = {stem for stem in terms.split() if stem != "/"}
        if len(stems) < FEWEST_STEMS or not self.ids:
            return []
        total = len(self.ids)
        mean = sum(self.lengths) / total or 1
        scores: defaultdict[int, float] = defaultdict(float)
        shared: defaultdict[int, float] = defaultdict(float)
        everything = 0.0
        for stem in sorted(stems):
            texts, often = self.postings.get(stem, ((), ()))
            n = len(texts)
            weight = log(1 + (total - n + 0.5) / (n + 0.5))
            everything += weight
            for at, f in zip(texts, often, strict=True):
                length = 1 - _LENGTH_MATTERS + _LENGTH_MATTERS * self.lengths[at] / mean
                scores[at] += weight * f * (_SATURATION + 1) / (f + _SATURATION * length)
                shared[at] += weight
        good = [at for at in scores if shared[at] >= _LEAST_SHARED * everything]
        return [self.ids[at] for at in nlargest(count, good, key=lambda at: (scores[at], -at))]


class Indexes:
    """The index of each round, as far as this process has needed it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_round: dict[int, StemIndex] = {}

    def of(self, round: Round) -> StemIndex:
        """The index of a round, with everything that was published until now."""
        with self._lock:
            index = self._by_round.setdefault(round.id, StemIndex())
            if index.last_number > round.last_number:
                # The database is an older one than yesterday's.
                index = self._by_round[round.id] = StemIndex()
            while True:
                rows = db.session.execute(
                    select(Submission.number, Submission.id, Submission.search_terms)
                    .where(
                        Submission.round_id == round.id,
                        Submission.status == Status.PUBLISHED,
                        Submission.number > index.last_number,
                    )
                    .order_by(Submission.number)
                    .limit(_BATCH)
                ).all()
                for number, submission_id, terms in rows:
                    index.add(submission_id, terms)
                    index.last_number = number or 0
                if len(rows) < _BATCH:
                    return index


def similar_to(round: Round, text: str) -> list[Similar]:
    """The published contributions of a round most like a text, the most alike first."""
    title, _, body = text.partition("\n")
    indexes: Indexes = current_app.extensions.setdefault("stem_indexes", Indexes())
    ids = indexes.of(round).best(search_terms(title, body), _CANDIDATES)
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
