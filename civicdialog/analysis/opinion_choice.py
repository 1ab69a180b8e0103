"""How many opinion groups there are: as many as stay when a fifth of the votes is missing.

A number of groups is kept if it is sure where people belong; if refits that see 80 % of the votes
give the same people the same groups (Ben-Hur, Elisseeff and Guyon 2002); and if the shares of their
groups foretell the votes that were left out better than with one group less.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from civicdialog.analysis import ideal_points
from civicdialog.analysis.ideal_points import IdealPoints
from civicdialog.analysis.map_groups import Groups, divide
from civicdialog.analysis.vote_table import Floats, VoteTable

MOST_GROUPS = 5
SMALLEST_GROUP = 5
FEWEST_PEOPLE = 15
ENOUGH_VOTES = 7
"""Who voted as often counts when groups are measured."""
KEPT = 0.8
STABLE = 0.6
SURE = {2: 0.7}
SURE_OF_MORE = 0.83
"""How sure people's groups must be on average; 0.65 is reached where there are no groups."""
FIRM = 0.75
_REFITS = (2, 6)
_VOTES_IN_REFITS = 60_000
_MOST_VOTES = 150_000
_SWEEPS = 6
_GAIN = 2.0

Progress = Callable[[float], None]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass
class Choice:
    """The groups of the number chosen, and how stable each number was that was tried."""

    groups: Groups
    stability: dict[int, float] = field(default_factory=dict)


def counted(table: VoteTable) -> Bools:
    """Who cast enough votes to be counted when groups are measured (participants,)."""
    return table.votes_of_participants >= min(ENOUGH_VOTES, table.submission_count)


def large_enough(groups: Groups, table: VoteTable) -> bool:
    """Whether no group is so small that it would point at people."""
    return groups.k == 1 or groups.smallest(counted(table)) >= SMALLEST_GROUP


def choose(
    table: VoteTable,
    model: IdealPoints,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Choice:
    """Grows the number of groups while they are large enough, stable and foretell votes."""
    choice, sound = Choice(divide(model, 1)), counted(table)
    if np.count_nonzero(sound) < FEWEST_PEOPLE:
        return choice
    refits = _refits(table, seed)
    before = np.concatenate([refit.losses(1) for refit in refits])
    for k in range(2, MOST_GROUPS + 1):
        groups = divide(model, k)
        sure = float(groups.certainty[sound].mean())
        if sure < SURE.get(k, SURE_OF_MORE) or not large_enough(groups, table):
            break
        after = np.concatenate([refit.losses(k) for refit in refits])
        choice.stability[k] = float(np.mean([refit.agreement(groups) for refit in refits]))
        if choice.stability[k] < STABLE or not _less(after, before):
            break
        choice.groups, before = groups, after
        if progress is not None:
            progress(k / MOST_GROUPS)
    return choice


def _less(after: Floats, before: Floats) -> bool:
    """Whether losses fell by more than two standard errors, people being the sampling units."""
    gain = before - after
    return bool(gain.mean() > _GAIN * gain.std() / np.sqrt(max(len(gain), 1)))


def _refits(table: VoteTable, seed: int) -> list["_Refit"]:
    """Several with few votes, a few with many; of very many people a random part."""
    draw = np.random.default_rng(seed)
    fewest, most = _REFITS
    count = min(max(_VOTES_IN_REFITS // max(len(table), 1), fewest), most)
    share = min(_MOST_VOTES / max(len(table), 1), 1.0)
    found = []
    for _ in range(count):
        part, people = table, np.arange(table.participant_count)
        if share < 1:
            chosen = draw.random(table.participant_count) < share
            part, people = table.of_people(chosen), people[chosen]
        found.append(_Refit(part, people, draw.random(len(part)) < KEPT, seed))
    return found


class _Refit:
    """The map of some people without a fifth of their votes."""

    def __init__(self, table: VoteTable, people: Ints, kept: Bools, seed: int) -> None:
        self.people, self.kept = people, table.only(kept)
        self.left_out = table.only(~kept & (table.opinion != 0))
        self.counted = counted(table)
        self.model = ideal_points.fit(self.kept, seed=seed, sweeps=_SWEEPS).on_own_axes()
        self.found: dict[int, Groups] = {}

    def groups(self, k: int) -> Groups:
        if k not in self.found:
            self.found[k] = divide(self.model, k)
        return self.found[k]

    def agreement(self, groups: Groups) -> float:
        """The adjusted Rand index with groups of all votes."""
        one, other = groups.nearest[self.people], self.groups(groups.k).nearest
        return float(adjusted_rand_score(one[self.counted], other[self.counted]))

    def losses(self, k: int) -> Floats:
        """Loss of the votes left out of each person, foretold by the shares of the groups."""
        votes, groups = self.left_out, self.groups(k)
        chances = groups.probabilities[votes.participant]
        agree = np.einsum("nk,nk->n", chances, groups.shares(self.kept)[votes.submission])
        loss = -np.log(np.where(votes.opinion > 0, agree, 1 - agree))
        return np.asarray(
            np.bincount(votes.participant, loss, minlength=votes.participant_count), np.float64
        )
