"""How evenly contributions were shown, and which ones an order has to make up for. Only numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import sqrt

from civicdialog.submissions.order import PAGE

MOST_LITTLE_SEEN = 250
MOST_PLACES = 10
"""Of 25: the larger part of every page stays drawn by lot from all."""
STEPS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Bounds of the groups people see, in multiples of the mean."""
MINIMUM = 0.25
"""Below this share of the mean somebody counts as overlooked."""


@dataclass(frozen=True)
class Evenness:
    """How often the contributions of a round were shown, summed up."""

    contributions: int
    shown: int
    gini: float
    below_minimum: float
    groups: tuple[int, ...]
    """How many contributions lie below each step, and above the last."""

    @property
    def mean(self) -> float:
        return self.shown / self.contributions if self.contributions else 0.0


def evenness(views: Sequence[int]) -> Evenness:
    """Gini coefficient (0: all alike, 1: one has everything), overlooked ones, distribution.

    G = Σ (2i − n − 1) x_i / (n Σ x), with x in ascending order and i from 1.
    """
    count, shown = len(views), sum(views)
    mean = shown / count if shown else 0.0
    if not mean:
        return Evenness(count, 0, 0.0, 0.0, (0,) * (len(STEPS) + 1))
    ordered = sorted(views)
    weighted = sum((2 * i - count - 1) * x for i, x in enumerate(ordered, start=1))
    groups = [0] * (len(STEPS) + 1)
    for each in views:
        groups[sum(each >= step * mean for step in STEPS)] += 1
    below = sum(each < MINIMUM * mean for each in views)
    return Evenness(count, shown, weighted / (count * shown), below / count, tuple(groups))


def little_seen(views: Mapping[int, int], shown_yesterday: int) -> tuple[tuple[int, ...], int]:
    """The numbers to make up for, in ascending order, and the places of 25 they get.

    Seen little is what stays below the mean by more than chance explains (twice the square root of
    the mean). They get the share of places that would make up for all they lack in about a day, at
    most ten of 25.
    """
    mean = sum(views.values()) / len(views) if views else 0.0
    bound = mean - 2 * sqrt(mean)
    few = nsmallest(
        MOST_LITTLE_SEEN,
        ((count, number) for number, count in views.items() if count < bound),
    )
    missing = sum(mean - count for count, _ in few)
    places = MOST_PLACES
    if missing < shown_yesterday:
        places = min(MOST_PLACES, round(PAGE * missing / shown_yesterday))
    if not few or not places:
        return (), 0
    return tuple(sorted(number for _, number in few)), places
