"""On which submissions opinion groups differ for sure: cross-fitting and the false discovery rate.

Groups are made from votes; tested on the same votes they always seem to differ (Gao, Bien and
Witten 2022, "Selective inference for hierarchical clustering"). So groups are found in one half of
the votes and compared in the other, in both directions, and both comparisons are taken together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.special import gammaln, ndtr, ndtri

from civicdialog.analysis.opinion_order import ordered
from civicdialog.analysis.statistics import group_counts
from civicdialog.analysis.vote_table import Floats, VoteTable

Bools = NDArray[np.bool_]
Labels = NDArray[np.int64]

FALSE_SHARE = 0.05
"""The share of differences found that may be none."""
LEAST_ANSWERS = 5
"""A group is compared where it and the others have so many answers each."""
_EXACT_BELOW = 200
_TABLES_AT_ONCE = 1 << 12
_ALMOST = 1 + 1e-7
_LEAST_CHANCE = 1e-300


@dataclass(frozen=True, eq=False)
class Differences:
    """Where groups differ, in both halves alike."""

    differs: Bools
    """(submissions,): at least one group differs from the others."""
    by_group: Bools
    """(submissions, k): this group differs from all the others together."""
    tested: int
    """Pairs of group and submission with enough answers in both halves."""


def group_differences(
    table: VoteTable,
    fit: Callable[[VoteTable], NDArray[np.integer]],
    *,
    seed: int = 0,
    like: NDArray[np.integer] | None = None,
) -> Differences:
    """Where the groups that `fit` finds differ; fit gives labels (n,) of a table, -1 for none.

    Each half of the votes, drawn at random, gives groups; they are tested on the other half, each
    against the rest, with Fisher's exact test below 200 answers and the test of two proportions from
    there on, two-sided. The two tests are added as normal deviates (Stouffer and others 1949), under
    the procedure of Benjamini and Hochberg 1995; both halves must show the same direction. Groups go
    by the names they have in the labels `like` (n,), or in fit(table).
    """
    labels = np.asarray(fit(table) if like is None else like, np.int64)
    k = max(int(labels.max(initial=-1)) + 1, 0)
    differs = np.zeros((table.submission_count, k), bool)
    if k < 2:
        return Differences(np.zeros(table.submission_count, bool), differs, 0)
    order = ordered(table)
    drawn = np.random.default_rng(seed).random(len(order.table)) < 0.5
    halves = order.table.only(drawn), order.table.only(~drawn)
    known = labels[order.people]
    one, other = (
        _compared(test, _named(np.asarray(fit(found), np.int64), known, k), k)
        for found, test in (halves, halves[::-1])
    )
    tested = one.tested & other.tested
    together = (one.deviate + other.deviate) / np.sqrt(2)
    found = np.zeros(tested.shape, bool)
    found[tested] = discoveries(2 * ndtr(-np.abs(together[tested])))
    differs[order.submissions] = found & (one.deviate * other.deviate > 0)
    any_group: Bools = differs.any(axis=1)  # type: ignore[assignment]
    return Differences(any_group, differs, int(np.sum(tested)))


@dataclass(frozen=True, eq=False)
class _Compared:
    deviate: Floats
    """(submissions, k): normal deviate of the test, above 0 where the group agrees more."""
    tested: Bools


def _named(labels: Labels, known: Labels, k: int) -> Labels:
    """Labels renamed so that as many people as possible keep the group they are known in."""
    both = (labels >= 0) & (known >= 0)
    size = max(k, int(labels.max(initial=-1)) + 1)
    shared = np.bincount(labels[both] * size + known[both], minlength=size * size)
    found, names = linear_sum_assignment(-shared.reshape(size, size))
    renamed = np.full(size + 1, -1)
    renamed[found] = np.where(names < k, names, -1)
    result: Labels = renamed[labels]
    return result


def _compared(table: VoteTable, labels: Labels, k: int) -> _Compared:
    """Each group against the others on the votes of a table."""
    counts = group_counts(table, labels, k)
    agree, answers = counts.agree, counts.agree + counts.disagree
    agree_else = agree.sum(axis=1, keepdims=True) - agree
    answers_else = answers.sum(axis=1, keepdims=True) - answers
    tested = (answers >= LEAST_ANSWERS) & (answers_else >= LEAST_ANSWERS)
    chances = two_sided(agree[tested], answers[tested], agree_else[tested], answers_else[tested])
    deviate = np.zeros(tested.shape)
    more = np.sign(agree[tested] * answers_else[tested] - agree_else[tested] * answers[tested])
    deviate[tested] = more * -ndtri(np.maximum(chances, _LEAST_CHANCE) / 2)
    return _Compared(deviate, tested)


def discoveries(chances: Floats, false_share: float = FALSE_SHARE) -> Bools:
    """Which of these p-values (tests,) are discoveries by Benjamini and Hochberg 1995."""
    order = np.argsort(chances, kind="stable")
    allowed = false_share * np.arange(1, len(chances) + 1) / max(len(chances), 1)
    passed = np.flatnonzero(chances[order] <= allowed)
    found = np.zeros(len(chances), bool)
    found[order[: passed[-1] + 1 if len(passed) else 0]] = True
    return found


def two_sided(
    agree: NDArray[np.integer],
    answers: NDArray[np.integer],
    agree_else: NDArray[np.integer],
    answers_else: NDArray[np.integer],
) -> Floats:
    """Two-sided p-values (tests,) for agree of answers against agree_else of answers_else.

    Fisher's exact test below 200 answers (the sum of all tables that are not more probable), the
    test of two proportions with a common share from there on.
    """
    few = answers + answers_else < _EXACT_BELOW
    chances = np.ones(len(answers))
    rows = np.flatnonzero(few)
    for start in range(0, len(rows), _TABLES_AT_ONCE):
        part = rows[start : start + _TABLES_AT_ONCE]
        chances[part] = _fisher(agree[part], answers[part], agree_else[part], answers_else[part])
    many = ~few
    chances[many] = _two_proportions(
        agree[many], answers[many], agree_else[many], answers_else[many]
    )
    return chances


def _fisher(
    agree: NDArray[np.integer],
    answers: NDArray[np.integer],
    agree_else: NDArray[np.integer],
    answers_else: NDArray[np.integer],
) -> Floats:
    """Fisher 1922, all tables at once: rows are tables, columns how many of the group could agree."""
    logs = gammaln(np.arange(_EXACT_BELOW + 1) + 1.0)
    both = agree + agree_else
    first = np.maximum(both - answers_else, 0)
    width = int(np.max(np.minimum(both, answers) - first, initial=0)) + 1
    possible = first[:, None] + np.arange(width)
    there = possible <= np.minimum(both, answers)[:, None]
    inside = np.where(there, possible, first[:, None])
    outside = both[:, None] - inside
    level = -(
        logs[inside]
        + logs[answers[:, None] - inside]
        + logs[outside]
        + logs[answers_else[:, None] - outside]
    )
    level = np.where(there, level, -np.inf)
    chance = np.exp(level - level.max(axis=1, keepdims=True))
    own = chance[np.arange(len(agree)), agree - first]
    summed = np.sum(np.where(chance <= own[:, None] * _ALMOST, chance, 0.0), axis=1)
    found: Floats = np.minimum(summed / chance.sum(axis=1), 1.0)
    return found


def _two_proportions(
    agree: NDArray[np.integer],
    answers: NDArray[np.integer],
    agree_else: NDArray[np.integer],
    answers_else: NDArray[np.integer],
) -> Floats:
    """1 where everybody says the same."""
    share = (agree + agree_else) / (answers + answers_else)
    variance = share * (1 - share) * (1 / answers + 1 / answers_else)
    gap = np.abs(agree / answers - agree_else / answers_else)
    z = gap / np.sqrt(np.where(variance > 0, variance, 1.0))
    return np.where(variance > 0, 2 * ndtr(-z), 1.0)
