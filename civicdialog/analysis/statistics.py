"""How submissions are judged from votes: shares with intervals, division, and what bridges groups.

Everything works on whole columns, gives finite numbers for any counts, and allows no votes at all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from civicdialog.analysis.vote_table import Floats, VoteTable

Z95 = 1.959963984540054
"""Between -Z95 and Z95 lies 95 % of the standard normal distribution."""
ENOUGH_VOTES = 7
"""From so many own votes somebody counts in full in what is said of groups; 1 vote counts nothing."""
SMALLEST_GROUP = 5.0
_NO_STRENGTH, _LEAST_STRENGTH, _MOST_STRENGTH = 2.0, 0.5, 1000.0
_GROUP_PRIOR = 2.0
_ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Shares drawn towards what is usual, the more so the fewer answers there are."""

    share: Floats
    """(submissions,), always inside 0..1 and never at its ends."""
    mean: float
    """What is usual."""
    strength: float
    """How many answers the usual counts as."""


@dataclass(frozen=True, eq=False)
class GroupCounts:
    """How many of each group said what, (submissions, k) each; sums of weights if there are any."""

    agree: NDArray[np.int64] | Floats
    disagree: NDArray[np.int64] | Floats
    passed: NDArray[np.int64] | Floats


def wilson(successes: ArrayLike, n: ArrayLike, z: float | ArrayLike = Z95) -> tuple[Floats, Floats]:
    """The 95 % interval of shares by Wilson, low and high; (0, 1) where n is 0.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n): Wilson 1927, "Probable inference, the law of
    succession, and statistical inference"; compared in Brown, Cai and DasGupta 2001. Columns of
    equal shape; sums of weights are fine.
    """
    count = np.asarray(n, np.float64)
    good = np.asarray(successes, np.float64)
    square = np.asarray(z, np.float64) ** 2
    share = np.clip(good / np.where(count > 0, count, 1.0), 0.0, 1.0)
    centre = good + square / 2
    spread = np.sqrt(square * (count * share * (1 - share) + square / 4))
    low = np.clip((centre - spread) / (count + square), 0.0, share)
    high = np.clip((centre + spread) / (count + square), share, 1.0)
    low = np.where((count > 0) & (share > 0), low, 0.0)
    return low, np.where((count > 0) & (share < 1), high, 1.0)


def pass_rate(agree: ArrayLike, disagree: ArrayLike, passed: ArrayLike) -> Floats:
    """The share of votes that pass; 0 where there are none."""
    skipped = np.asarray(passed, np.float64)
    votes = np.asarray(agree, np.float64) + np.asarray(disagree, np.float64) + skipped
    rate: Floats = skipped / np.where(votes > 0, votes, 1.0)
    return rate


def smoothed_shares(agree: ArrayLike, disagree: ArrayLike) -> Smoothed:
    """Empirical Bayes shares of agreement (agree + strength · mean) / (answers + strength).

    Mean and strength by moments of a beta-binomial, weights renewed until they fit: Kleinman 1973,
    "Proportions with extraneous variance". A key to sort by, not a result to show.
    """
    good = np.asarray(agree, np.float64)
    answers = good + np.asarray(disagree, np.float64)
    mean, strength = _usual(good[answers > 0], answers[answers > 0])
    return Smoothed((good + strength * mean) / (answers + strength), mean, strength)


def _usual(good: Floats, answers: Floats) -> tuple[float, float]:
    """Mean and strength; half a yes and half a no are added to every submission's share."""
    if not len(good):
        return 0.5, _NO_STRENGTH
    share, likeness = good / answers, 0.2
    mean, strength = 0.5, _NO_STRENGTH
    for _ in range(_ROUNDS):
        weights = answers / (1 + likeness * (answers - 1))
        total = float(weights.sum())
        mean = float((weights @ share + 0.5) / (total + 1))
        rest = weights * (1 - weights / total)
        chance, own = mean * (1 - mean), float(np.sum(rest / answers))
        room = chance * (float(rest.sum()) - own)
        if room <= 1e-9:
            return mean, _NO_STRENGTH
        likeness = (float(weights @ (share - mean) ** 2) - chance * own) / room
        likeness = min(max(likeness, 1 / (_MOST_STRENGTH + 1)), 1 / (_LEAST_STRENGTH + 1))
        strength = 1 / likeness - 1
    return mean, strength


def controversy(agree: ArrayLike, disagree: ArrayLike, passed: ArrayLike) -> tuple[Floats, Floats]:
    """How divided opinions are, 0 to 1, and the least it can be with 95 % confidence.

    4 s (1 - s) · (1 - pass rate), s the smoothed share of agreement; the least from that end of the
    Wilson interval that is farther from one half. 0 where nobody voted.
    """
    good = np.asarray(agree, np.float64)
    answers = good + np.asarray(disagree, np.float64)
    decided = np.where(answers > 0, 1 - pass_rate(agree, disagree, passed), 0.0)
    share = smoothed_shares(good, disagree).share
    low, high = wilson(good, answers)
    far = np.where(low + high < 1, low, high)
    value = 4 * share * (1 - share) * decided
    return value, np.minimum(4 * far * (1 - far) * decided, value)


def group_counts(
    table: VoteTable, labels: NDArray[np.integer], k: int, weights: Floats | None = None
) -> GroupCounts:
    """Counts in each of k groups; labels (n,), -1 is in none; weights (n,) say how much one counts."""
    own = np.asarray(labels)[table.participant]
    inside = own >= 0
    cells = (table.submission[inside].astype(np.int64) * k + own[inside]) * 3
    cells += table.opinion[inside] + 1
    size = 3 * k * table.submission_count
    counted: NDArray[np.int64] | Floats
    if weights is None:
        counted = np.bincount(cells, minlength=size)
    else:
        counted = np.bincount(cells, weights[table.participant[inside]], minlength=size)
    sides = counted.reshape(table.submission_count, k, 3)
    return GroupCounts(sides[:, :, 2], sides[:, :, 0], sides[:, :, 1])


def bridging(table: VoteTable, probabilities: Floats, weights: Floats) -> Floats:
    """What even the group agrees with that agrees least: min over groups of p - √(p(1-p)/(N+3)).

    p = (A + 2 s)/(N + 2) with A agreeing and N all votes of the group, passes included, and s the
    smoothed share of everybody. probabilities (n, k) of membership; weights (n,) of ballots. Whoever
    cast few votes is in no group for sure: 1 vote counts 0, from 7 on (or all there are) 1. Groups that
    weigh less than 5 people have no say.
    """
    least = max(min(ENOUGH_VOTES, table.submission_count), 2)
    known = np.clip((table.votes_of_participants - 1) / (least - 1), 0.0, 1.0)
    members = np.asarray(probabilities) * (np.asarray(weights) * known)[:, None]
    agree = table.columns((table.opinion > 0).astype(np.float64)) @ members
    votes = table.columns(np.ones(len(table))) @ members
    everybody = (agree.sum(axis=1) + 1) / (votes.sum(axis=1) + 2)
    sizes = members.sum(axis=0)
    large = sizes >= min(SMALLEST_GROUP, float(sizes.max()))
    agree, votes = agree[:, large], votes[:, large]
    share = (agree + _GROUP_PRIOR * everybody[:, None]) / (votes + _GROUP_PRIOR)
    lowest: Floats = np.min(share - np.sqrt(share * (1 - share) / (votes + 3)), axis=1)
    return lowest


def person_share(numerators: ArrayLike, denominators: ArrayLike) -> tuple[float, float, float]:
    """Share of agreement among all answers of some people, and its 95 % interval.

    numerators and denominators (people,): how often each agreed and answered. People, not answers,
    are what was sampled: the variance of the ratio of sums is linearised (Cochran 1977, "Sampling
    techniques", chapter 6) and gives the number of independent answers that Wilson's interval takes,
    with Student's t for few people (Korn and Graubard 1998, "Confidence intervals for proportions
    with small expected number of positive counts"). Where all are of one mind, people who answered
    equally often take the place of answers. Nobody gives 1/2 between 0 and 1.
    """
    good, answers = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    good, answers = good[answers > 0], answers[answers > 0]
    people, total = len(answers), float(answers.sum())
    if not people:
        return 0.5, 0.0, 1.0
    share = float(good.sum() / total)
    left = good - share * answers
    variance = people / max(people - 1, 1) * float(left @ left) / total**2
    equally_busy = total**2 / float(answers @ answers)
    independent = equally_busy
    if variance > 0 and people > 1:
        independent = min(share * (1 - share) / variance, total)
    z = float(stdtrit(max(equally_busy - 1, 1.0), 0.975))
    low, high = wilson(share * independent, independent, z)
    return share, float(low), float(high)
