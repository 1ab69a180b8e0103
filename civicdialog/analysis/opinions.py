"""Opinions of a round: a map of people and submissions, and the groups that answer alike.

opinions = study(VoteTable.of(participants, submissions, votes))
later = study(table, previous=Previous(...))          # axes, groups and their order go on
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from threadpoolctl import ThreadpoolController

from civicdialog.analysis import ideal_points
from civicdialog.analysis.ballots import ballot_weights, without_copies
from civicdialog.analysis.ideal_points import IdealPoints
from civicdialog.analysis.map_groups import Groups, divide
from civicdialog.analysis.opinion_choice import (
    FEWEST_PEOPLE,
    FIRM,
    MOST_GROUPS,
    Choice,
    Progress,
    choose,
    counted,
    large_enough,
)
from civicdialog.analysis.opinion_order import Ordered, ordered
from civicdialog.analysis.statistics import bridging
from civicdialog.analysis.vote_table import Floats, VoteTable

CLEAR = 0.8
RUNS_THAT_AGREE = 3
WARM_SWEEPS = 5

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Previous:
    """What an earlier run found, for the submissions of this one; rows of NaN for new ones."""

    weights: Floats
    """(submissions, 2)"""
    easiness: Floats
    """(submissions,)"""
    shares: Floats
    """(submissions, k)"""
    k: int
    wanted_k: int
    agreeing: int


@dataclass(frozen=True, eq=False)
class Opinions:
    """What the votes of a table say; n participants, m submissions, k groups."""

    labels: Ints
    """(n,): the group of each participant; -1 for none."""
    probabilities: Floats
    """(n, k): how likely each participant is in each group."""
    unclear: Bools
    """(n,): no group is likely enough."""
    coordinates: Floats
    """(n, 2): places on the map."""
    reliability: Floats
    """(n,): 0 to 1, how much is known about where somebody stands."""
    k: int
    why_no_groups: str
    """"", "too_few_people", "too_few_votes" or "no_stable_groups"."""
    tentative: bool
    stability: float | None
    k_stability: dict[int, float]
    wanted_k: int
    """What these votes alone would choose, and how many runs in a row said so."""
    agreeing: int
    shares: Floats
    """(m, k): smoothed share of agreement in each group."""
    group_weights: Floats
    """(k,)"""
    model: IdealPoints

    def predict(self, participant: ArrayLike, submission: ArrayLike) -> Floats:
        """P(agree | agree or disagree) for pairs (pairs,)."""
        return self.model.predict(np.asarray(participant), np.asarray(submission))


def study(
    table: VoteTable,
    *,
    seed: int = 0,
    k: int | None = None,
    previous: Previous | None = None,
    progress: Progress | None = None,
) -> Opinions:
    """Map and groups of the votes; the same whatever the order of rows and the names of people.

    k, if given, is the number of groups, however small or unstable they are; otherwise there are 1 to 5, and after an earlier run
    another number only when three runs in a row wanted it. Raises ValueError when k is impossible
    or previous has other submissions.
    """
    if k is not None and not 1 <= k <= MOST_GROUPS:
        raise ValueError(f"{k} opinion groups: 1 to {MOST_GROUPS} are possible")
    if previous is not None and len(previous.weights) != table.submission_count:
        raise ValueError(
            f"the earlier run has {len(previous.weights)} submissions, the table"
            f" {table.submission_count}"
        )
    own = ordered(table)
    earlier = None if previous is None else _part(previous, own.submissions)
    with _threads().limit(limits=1):
        model = _model(own.table, earlier, seed)
        choice = (
            choose(own.table, model, seed=seed, progress=progress)
            if k is None
            else Choice(divide(model, k))
        )
        wanted, agreeing = choice.groups.k, 1
        if earlier is not None and earlier.wanted_k == wanted:
            agreeing = earlier.agreeing + 1
        number = k or _settled(wanted, agreeing, earlier)
        groups, shares = _groups(own.table, model, choice, number, earlier)
        return _opinions(table, own, model, groups, shares, choice, agreeing)


def analyze(
    i: ArrayLike, j: ArrayLike, v: ArrayLike, n: int, m: int, seed: int = 0
) -> dict[str, Any]:
    """The study of votes v (1, -1, 0) of participants i on submissions j, as a dictionary."""
    opinions = study(VoteTable.of(i, j, v, n, m), seed=seed)
    return {
        "k": opinions.k,
        "labels": opinions.labels,
        "predict": opinions.predict,
        "probabilities": opinions.probabilities,
        "map": opinions.coordinates,
        "unclear": opinions.unclear,
        "reliability": opinions.reliability,
        "shares": opinions.shares,
        "stability": opinions.stability,
        "tentative": opinions.tentative,
        "why_no_groups": opinions.why_no_groups,
    }


def bridging_scores(i: ArrayLike, j: ArrayLike, v: ArrayLike, n: int, m: int) -> Floats:
    """How far a submission is carried by all groups (m,), ballots that copy others weighing less.

    Groups are found without copies: many copies of one ballot would be a group of their own.
    """
    table = VoteTable.of(i, j, v, n, m)
    weights = ballot_weights(table)
    groups = study(without_copies(table, weights)).probabilities
    return bridging(table, groups, weights)


@lru_cache(maxsize=1)
def _threads() -> ThreadpoolController:
    """Sums in several threads have another order."""
    return ThreadpoolController()


def _part(previous: Previous, submissions: Ints) -> Previous:
    return Previous(
        previous.weights[submissions],
        previous.easiness[submissions],
        previous.shares[submissions],
        previous.k,
        previous.wanted_k,
        previous.agreeing,
    )


def _known(previous: Previous) -> Bools:
    """Which submissions the earlier run knew (submissions,)."""
    return np.isfinite(previous.weights).all(axis=1) & np.isfinite(previous.easiness)


def _model(table: VoteTable, previous: Previous | None, seed: int) -> IdealPoints:
    """The fit, on axes of its own or on those of the earlier run."""
    if previous is None or not _known(previous).any():
        return ideal_points.fit(table, seed=seed).on_own_axes()
    known = _known(previous)
    weights = np.where(known[:, None], previous.weights, 0.0)
    start = weights, np.where(known, previous.easiness, 0.0)
    fitted = ideal_points.fit(table, seed=seed, start=start, sweeps=WARM_SWEEPS)
    return fitted.facing(weights)


def _settled(wanted: int, agreeing: int, previous: Previous | None) -> int:
    """The number of groups: another one only when several runs in a row wanted it."""
    if previous is None or agreeing >= RUNS_THAT_AGREE:
        return wanted
    return previous.k


def _groups(
    table: VoteTable, model: IdealPoints, choice: Choice, k: int, previous: Previous | None
) -> tuple[Groups, Floats]:
    """Groups and their shares, largest first or in the order of the earlier run."""
    groups = choice.groups
    if k != groups.k:
        groups = divide(model, k)
        while not large_enough(groups, table):
            groups = divide(model, groups.k - 1)
    shares = groups.shares(table)
    order = np.argsort(-groups.probabilities.sum(axis=0), kind="stable")
    if previous is not None and np.isfinite(previous.shares).all(axis=1).any():
        order = _continued(shares, previous.shares)
    return groups.reordered(order), shares[:, order]


def _continued(shares: Floats, previous: Floats) -> Ints:
    """The order in which groups are most like those of the earlier run, new ones last."""
    known = np.isfinite(previous).all(axis=1)
    distance = np.abs(previous[known][:, :, None] - shares[known][:, None, :]).sum(axis=0)
    rows, columns = linear_sum_assignment(distance)
    kept = columns[np.argsort(rows)]
    return np.concatenate([kept, np.setdiff1d(np.arange(shares.shape[1]), kept)])


def _opinions(
    given: VoteTable,
    own: Ordered,
    model: IdealPoints,
    groups: Groups,
    shares: Floats,
    choice: Choice,
    agreeing: int,
) -> Opinions:
    """Back in the order that was given; who never voted stands in the middle."""
    n, m, k = given.participant_count, given.submission_count, groups.k
    whole = model.among(n, own.people, m, own.submissions)
    coordinates = np.zeros((n, 2))
    coordinates[own.people] = model.coordinates
    weights = (groups.probabilities.sum(axis=0) + 1) / (len(own.people) + k)
    probabilities = np.tile(weights, (n, 1))
    probabilities[own.people] = groups.probabilities
    labels = np.full(n, -1)
    labels[own.people] = groups.labels
    agree, disagree, _ = own.table.counts()
    all_shares = np.full((m, k), (agree.sum() + 1) / (agree.sum() + disagree.sum() + 2))
    all_shares[own.submissions] = shares
    stability = choice.stability.get(k)
    return Opinions(
        labels=labels,
        probabilities=probabilities,
        unclear=probabilities.max(axis=1) < CLEAR,
        coordinates=coordinates,
        reliability=whole.reliability,
        k=k,
        why_no_groups=_why_none(own.table) if k == 1 else "",
        tentative=k > 1 and (k != choice.groups.k or stability is None or stability < FIRM),
        stability=stability,
        k_stability=choice.stability,
        wanted_k=choice.groups.k,
        agreeing=agreeing,
        shares=all_shares,
        group_weights=weights,
        model=whole,
    )


def _why_none(table: VoteTable) -> str:
    if table.participant_count < FEWEST_PEOPLE:
        return "too_few_people"
    if np.count_nonzero(counted(table)) < FEWEST_PEOPLE:
        return "too_few_votes"
    return "no_stable_groups"
