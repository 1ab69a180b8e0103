"""Votes in an order that depends on what was voted and on nothing else.

Sums of floating point numbers and random draws depend on the order of rows. So people and
submissions are sorted by colours that describe their place in the graph of votes (Weisfeiler and
Leman 1968); what no colour tells apart can be exchanged.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from civicdialog.analysis.vote_table import VoteTable

Colours = NDArray[np.uint64]
Ints = NDArray[np.int64]

_ROUNDS = 6
_BLOCK = 1 << 18
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Ordered:
    """A table without empty rows and columns, and where its people and submissions came from."""

    table: VoteTable
    people: Ints
    """The original index of each person of the table."""
    submissions: Ints


def ordered(table: VoteTable) -> Ordered:
    """The same votes in their own order; those who never voted and what nobody saw left out."""
    agree, disagree, passed = (side.astype(np.uint64) for side in table.counts())
    graph = _Graph(table)
    things = _mixed(agree + _mixed(disagree + _mixed(passed)))
    told_apart, people = 0, graph.people(things)
    for _ in range(_ROUNDS):
        things = _mixed(things + graph.things(people))
        people = graph.people(things)
        found = len(np.unique(things))
        if found <= told_apart:
            break
        told_apart = found
    rank, submissions = _ranked(things, (agree + disagree + passed) > 0)
    place, persons = _ranked(
        graph.people(_mixed(rank.astype(np.uint64))), np.diff(graph.indptr) > 0
    )
    width = max(len(submissions), 1)
    cells = (place[table.participant] * width + rank[table.submission]) * 3 + table.opinion + 1
    cells.sort()
    opinion = (cells % 3 - 1).astype(np.int8)
    cells //= 3
    sorted_table = VoteTable(
        (cells // width).astype(np.int32),
        (cells % width).astype(np.int32),
        opinion,
        len(persons),
        len(submissions),
    )
    return Ordered(sorted_table, persons, submissions)


def _ranked(colours: Colours, present: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The rank of each present one by its colour, 0 for the others; and who has which rank."""
    members = np.flatnonzero(present)
    members = members[np.argsort(colours[members], kind="stable")]
    rank = np.zeros(len(colours), np.int64)
    rank[members] = np.arange(len(members))
    return rank, members


class _Graph:
    """Sums of colours along the votes, modulo 2 to the 64, block by block."""

    def __init__(self, table: VoteTable) -> None:
        self.table = table
        self.indptr = table.indptr
        self.said = _mixed(_mixed(np.arange(3, dtype=np.uint64)))

    def people(self, things: Colours) -> Colours:
        """What a person said about which colours."""
        table, ones = self.table, np.ones(self.table.submission_count, np.uint64)
        return np.concatenate(
            [np.zeros(0, np.uint64)]
            + [
                self._block(first, last, things[table.submission[votes]], votes) @ ones
                for first, last, votes in blocks(self.indptr)
            ]
        )

    def things(self, people: Colours) -> Colours:
        """Which colours said what about a submission."""
        found = np.zeros(self.table.submission_count, np.uint64)
        for first, last, votes in blocks(self.indptr):
            colours = people[self.table.participant[votes]]
            ones = np.ones(last - first, np.uint64)
            found += self._block(first, last, colours, votes).T @ ones
        return found

    def _block(self, first: int, last: int, colours: Colours, votes: slice) -> sparse.csr_array:
        said = self.said[self.table.opinion[votes] + 1]
        return sparse.csr_array(
            (
                _mixed(colours ^ said),
                self.table.submission[votes],
                self.indptr[first : last + 1] - self.indptr[first],
            ),
            shape=(last - first, self.table.submission_count),
        )


def blocks(indptr: Ints, size: int = _BLOCK) -> list[tuple[int, int, slice]]:
    """Runs of people (first, last) with about so many votes, and the slice of these votes."""
    found, first, count = [], 0, len(indptr) - 1
    while first < count:
        last = int(np.searchsorted(indptr, indptr[first] + size, side="right")) - 1
        last = min(max(last, first + 1), count)
        found.append((first, last, slice(int(indptr[first]), int(indptr[last]))))
        first = last
    return found


def _mixed(values: Colours) -> Colours:
    """Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"."""
    mixed = values + _STEP
    mixed ^= mixed >> np.uint64(30)
    mixed *= _FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed
