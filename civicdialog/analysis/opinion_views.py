"""The same votes counted for everybody, for parts of the people, and for each opinion group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from civicdialog.analysis.ballots import ballot_weights, straight_liners
from civicdialog.analysis.opinion_floor import Counted, shown_alone, shown_beside, shown_groups
from civicdialog.analysis.opinions import Opinions
from civicdialog.analysis.statistics import group_counts
from civicdialog.analysis.vote_table import VoteTable

ACTIVE = 7
"""People with so many votes of their own count among the active ones."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class View:
    """How some of the people voted, and on which submissions that can be shown."""

    counted: Counted
    shown: Bools


@dataclass(frozen=True, eq=False)
class Views:
    """Counts of m submissions. k is 0 where there are no groups to tell apart."""

    k: int
    labels: NDArray[np.int64]
    """The group of each participant (n,); -1: none."""
    weights: Floats
    """How much each ballot counts where flagged ones are left out (n,)."""
    everybody: View
    parts: dict[str, View]
    """active: people with 7 votes or more; unflagged: copies of a ballot and ballots with one
    answer for everything left out; accounts: without guests."""
    groups: tuple[View, ...]

    @classmethod
    def of(cls, table: VoteTable, opinions: Opinions, guests: Bools) -> "Views":
        """Counts everything once."""
        k = opinions.k if opinions.k > 1 and not opinions.why_no_groups else 0
        labels = np.where(k > 0, opinions.labels, -1).astype(np.int64)
        weights = np.where(straight_liners(table), 0.0, ballot_weights(table))
        everybody = Counted.of(*table.counts())
        return cls(
            k=k,
            labels=labels,
            weights=weights,
            everybody=View(everybody, shown_alone(everybody.people)),
            parts={
                "active": _part(table, table.votes_of_participants >= ACTIVE, everybody),
                "unflagged": _unflagged(table, weights, everybody),
                "accounts": _part(table, ~guests, everybody),
            },
            groups=_groups(table, labels, k, everybody),
        )

    @property
    def shown(self) -> Bools:
        """Which submissions have enough votes to say anything of them (m,)."""
        return self.everybody.shown

    @property
    def shown_in_groups(self) -> Bools:
        """The same in each group (m, k)."""
        columns = [view.shown for view in self.groups]
        return np.column_stack(columns) if columns else np.zeros((len(self.shown), 0), bool)


def _part(table: VoteTable, people: Bools, everybody: Counted) -> View:
    """Some of the people."""
    counted = Counted.of(*table.only(people[table.participant]).counts())
    return View(counted, shown_beside(everybody.people, counted.people))


def _unflagged(table: VoteTable, weights: Floats, everybody: Counted) -> View:
    """All people, copies counting less; hidden where fewer than 5 people count less."""
    counts = group_counts(table, np.zeros(table.participant_count, np.int64), 1, weights)
    whole = table.only((weights >= 1)[table.participant]).counts()
    people = np.sum(whole, axis=0)
    counted = Counted.of(counts.agree[:, 0], counts.disagree[:, 0], counts.passed[:, 0], people)
    return View(counted, shown_beside(everybody.people, people))


def _groups(
    table: VoteTable, labels: NDArray[np.int64], k: int, everybody: Counted
) -> tuple[View, ...]:
    """One view a group."""
    if not k:
        return ()
    counts = group_counts(table, labels, k)
    views = [
        Counted.of(counts.agree[:, g], counts.disagree[:, g], counts.passed[:, g]) for g in range(k)
    ]
    people = np.column_stack([view.people for view in views])
    shown = shown_groups(people, everybody.people - people.sum(axis=1))
    return tuple(View(counted, shown[:, g]) for g, counted in enumerate(views))
