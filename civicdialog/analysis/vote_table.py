"""The votes of a round: who said what about which submission, missing votes simply absent."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Int32s = NDArray[np.int32]
Int8s = NDArray[np.int8]

AGREE, DISAGREE, PASS = 1, -1, 0


@dataclass(frozen=True, eq=False)
class VoteTable:
    """One entry per vote, sorted by participant and then submission; one vote per pair."""

    participant: Int32s
    submission: Int32s
    opinion: Int8s
    participant_count: int
    submission_count: int
    repeated: int = 0
    """How many earlier votes were replaced by a later one of the same person on the same thing."""

    @classmethod
    def of(
        cls,
        participant: ArrayLike,
        submission: ArrayLike,
        opinion: ArrayLike,
        participant_count: int | None = None,
        submission_count: int | None = None,
    ) -> Self:
        """From three equally long columns (votes,); of several votes on a pair the last one counts.

        Opinions are 1 agree, -1 disagree, 0 pass. Without counts the largest index says how many.
        Raises ValueError for other opinions, indices out of range and columns of unequal length.
        """
        people, persons = _indices(participant, participant_count, "participant")
        things, submissions = _indices(submission, submission_count, "submission")
        opinions = _opinions(opinion)
        if not len(people) == len(things) == len(opinions):
            raise ValueError(
                f"{len(people)} participants, {len(things)} submissions and {len(opinions)} opinions"
                " do not make a table of votes"
            )
        pair = people.astype(np.int64) * max(submissions, 1) + things
        repeated = 0
        if len(pair) > 1 and not bool(np.all(pair[1:] > pair[:-1])):
            order = np.argsort(pair, kind="stable")
            pair = pair[order]
            last = order[np.append(pair[1:] != pair[:-1], True)]
            repeated = len(order) - len(last)
            people, things, opinions = people[last], things[last], opinions[last]
        return cls(people, things, opinions, persons, submissions, repeated)

    def __len__(self) -> int:
        return len(self.opinion)

    @cached_property
    def indptr(self) -> NDArray[np.int64]:
        """Where the votes of each participant begin (participants + 1,)."""
        return _starts(self.participant, self.participant_count)

    @property
    def votes_of_participants(self) -> NDArray[np.int64]:
        """How many votes each participant cast (participants,)."""
        return np.diff(self.indptr)

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """How many agree, disagree and pass, per submission (submissions,) each."""
        cells = 3 * self.submission.astype(np.int64) + self.opinion + 1
        counted = np.bincount(cells, minlength=3 * self.submission_count).reshape(-1, 3)
        return counted[:, 2], counted[:, 0], counted[:, 1]

    def rows(self, data: NDArray[Any]) -> sparse.csr_array:
        """One number per vote as a sparse matrix participants × submissions."""
        return sparse.csr_array(
            (data, self.submission, self.indptr),
            shape=(self.participant_count, self.submission_count),
        )

    def columns(self, data: NDArray[Any]) -> sparse.csr_array:
        """One number per vote as a sparse matrix submissions × participants."""
        return sparse.csr_array(self.rows(data).T)

    def only(self, votes: NDArray[np.bool_]) -> "VoteTable":
        """The same people and submissions with some of the votes (votes,)."""
        return VoteTable(
            self.participant[votes],
            self.submission[votes],
            self.opinion[votes],
            self.participant_count,
            self.submission_count,
        )

    def of_people(self, people: NDArray[np.bool_]) -> "VoteTable":
        """The votes of some of the people (participants,), who are counted anew."""
        place = np.cumsum(people, dtype=np.int32) - np.int32(1)
        votes = people[self.participant]
        return VoteTable(
            place[self.participant[votes]],
            self.submission[votes],
            self.opinion[votes],
            int(np.count_nonzero(people)),
            self.submission_count,
        )


def _starts(indices: Int32s, count: int) -> NDArray[np.int64]:
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(indices, minlength=count), out=starts[1:])
    return starts


def _indices(given: ArrayLike, count: int | None, name: str) -> tuple[Int32s, int]:
    """The column as int32 and how many there are."""
    found = _column(given, name)
    least, most = (int(found.min()), int(found.max())) if len(found) else (0, -1)
    size = most + 1 if count is None else count
    if size < 0 or size > np.iinfo(np.int32).max:
        raise ValueError(f"{size} is not a possible number of {name}s")
    if least < 0 or most >= size:
        wrong = least if least < 0 else most
        raise ValueError(f"unknown {name} {wrong}: there are {size}, counted from 0")
    return found.astype(np.int32), size


def _opinions(given: ArrayLike) -> Int8s:
    found = _column(given, "opinion")
    wrong = (found != AGREE) & (found != DISAGREE) & (found != PASS)
    if wrong.any():
        raise ValueError(
            f"unknown opinion {found[wrong][0]}: 1 is agree, -1 is disagree and 0 is pass"
        )
    return found.astype(np.int8)


def _column(given: ArrayLike, name: str) -> NDArray[Any]:
    found = np.asarray(given)
    if found.ndim != 1:
        raise ValueError(
            f"the column of {name}s must be a plain list, not {found.ndim}-dimensional"
        )
    if not len(found):
        return found.astype(np.int64)
    if found.dtype.kind not in "iuf" or not np.array_equal(found, np.rint(found)):
        raise ValueError(f"the column of {name}s must hold whole numbers")
    return found
