"""Opinion groups: regions of the map, and how sure it is that somebody belongs to one.

The map is divided by k-means (Lloyd 1982) in which those count more about whom more is known. Where
somebody stands is known up to a normal distribution, so the probability of being nearer to one
centre than to another is that of a normal variable.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from civicdialog.analysis.ideal_points import IdealPoints
from civicdialog.analysis.vote_table import Floats, VoteTable

PRIOR_SHARE = 2.0
FAIR = 0.55
KNOWN = 0.3
_LLOYD = 100
_TINY = 1e-12

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Groups:
    """Regions of a map of n people."""

    centres: Floats
    """(k, 2)"""
    probabilities: Floats
    """(n, k): how likely a person stands nearest to each centre."""
    certainty: Floats
    """(n,): chance of the likeliest group against the next, from 0.5 to 1."""
    decided: Bools
    """(n,): enough is known and it tells the likeliest group from the next."""

    @property
    def k(self) -> int:
        return len(self.centres)

    @property
    def nearest(self) -> Ints:
        """The likeliest group (n,)."""
        return np.asarray(np.argmax(self.probabilities, axis=1))

    @property
    def labels(self) -> Ints:
        """The likeliest group of those who are decided, -1 for the others (n,)."""
        return np.where(self.decided, self.nearest, -1)

    def smallest(self, counted: Bools) -> int:
        """Size of the smallest group among some of the people (n,)."""
        return int(np.bincount(self.labels[counted & self.decided], minlength=self.k).min())

    def reordered(self, order: Ints) -> "Groups":
        """The same groups in another order (k,)."""
        return replace(
            self, centres=self.centres[order], probabilities=self.probabilities[:, order]
        )

    def shares(self, table: VoteTable) -> Floats:
        """Smoothed share of agreement in each group (m, k): a Beta prior around that of all."""
        agree, disagree, _ = table.counts()
        prior = PRIOR_SHARE * ((agree + 1) / (agree + disagree + 2))[:, None]
        yes = table.rows((table.opinion > 0).astype(np.float64)).T @ self.probabilities
        no = table.rows((table.opinion < 0).astype(np.float64)).T @ self.probabilities
        return np.asarray((yes + prior) / (yes + no + PRIOR_SHARE))


def divide(model: IdealPoints, k: int) -> Groups:
    """The map divided into k groups; the same whatever the axes point to."""
    places, trust = model.coordinates, model.reliability
    if k == 1 or not trust.any():
        centre = np.zeros((1, places.shape[1]))
        ones = np.ones(len(places))
        return Groups(centre, ones[:, None], ones, ones > 0)
    centres = _halved(places, trust, np.average(places, axis=0, weights=trust)[None])
    while len(centres) < k:
        centres = _halved(places, trust, centres)
    return around(model, centres)


def around(model: IdealPoints, centres: Floats) -> Groups:
    """Groups around known centres (k, 2) on the map of the model."""
    places, spread = model.coordinates, model.spread
    chances = np.ones((len(places), len(centres)))
    for one in range(len(centres)):
        for other in range(len(centres)):
            if one != other:
                chances[:, one] *= _nearer(places, spread, centres[one], centres[other])
    chances = np.maximum(chances, _TINY)
    ranked = np.sort(chances, axis=1)
    certainty = ranked[:, -1] / (ranked[:, -1] + ranked[:, -2])
    chances /= chances.sum(axis=1, keepdims=True)
    decided = (certainty >= FAIR) & (model.reliability >= KNOWN)
    return Groups(centres, chances, certainty, decided)


def _nearer(places: Floats, spread: Floats, one: Floats, other: Floats) -> Floats:
    """P(nearer to one centre than to the other) for each person (n,)."""
    across = one - other
    ahead = (places - (one + other) / 2) @ across
    width = np.sqrt(np.maximum(np.einsum("a,nab,b->n", across, spread, across), _TINY))
    return np.asarray(ndtr(ahead / width))


def _nearest(places: Floats, centres: Floats) -> Ints:
    distance = np.sum(centres**2, axis=1) - 2 * places @ centres.T
    return np.asarray(np.argmin(distance, axis=1))


def _halved(places: Floats, trust: Floats, centres: Floats) -> Floats:
    """One centre more: the best of splitting each region along its longer axis."""
    nearest, found = _nearest(places, centres), []
    for region in range(len(centres)):
        inside = nearest == region
        weight = trust * inside
        if np.count_nonzero(inside) < 2 or not weight.any():
            continue
        away = places - centres[region]
        values, axes = np.linalg.eigh((away * weight[:, None]).T @ away)
        longer = axes[:, -1] * np.sqrt(max(values[-1], 0.0) / weight.sum())
        halves = [centres[region] - longer, centres[region] + longer]
        found.append(_settled(places, trust, np.vstack([np.delete(centres, region, 0), *halves])))
    if not found:
        return np.vstack([centres, centres[-1:]])
    return min(found, key=lambda split: split[0])[1]


def _settled(places: Floats, trust: Floats, centres: Floats) -> tuple[float, Floats]:
    """What is left of the squared distances, and the centres that do not move any more."""
    k, before = len(centres), None
    nearest = _nearest(places, centres)
    for _ in range(_LLOYD):
        if before is not None and np.array_equal(nearest, before):
            break
        before = nearest
        size = np.bincount(nearest, trust, minlength=k)
        sums = [np.bincount(nearest, trust * axis, minlength=k) for axis in places.T]
        moved = np.column_stack(sums) / np.maximum(size, _TINY)[:, None]
        centres = np.where((size > 0)[:, None], moved, centres)
        nearest = _nearest(places, centres)
    left = np.sum((places - centres[nearest]) ** 2, axis=1) @ trust
    return float(left), centres
