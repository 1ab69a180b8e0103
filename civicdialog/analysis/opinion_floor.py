"""No published figure counts fewer people than the floor, and none can be had by subtraction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from civicdialog.analysis.statistics import wilson

FLOOR = 5
"""Figures that count fewer people are hidden."""
DECIMALS = 4

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Counted:
    """How some people voted on each submission (submissions,), and how many people they are."""

    agree: Floats
    disagree: Floats
    passed: Floats
    people: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        agree: ArrayLike,
        disagree: ArrayLike,
        passed: ArrayLike,
        people: NDArray[np.int64] | None = None,
    ) -> "Counted":
        """Everybody counts once, unless `people` says how many there are."""
        sides = [np.asarray(side, np.float64) for side in (agree, disagree, passed)]
        all_of_them = np.rint(np.sum(sides, axis=0)).astype(np.int64)
        return cls(sides[0], sides[1], sides[2], all_of_them if people is None else people)


def shown_alone(people: ArrayLike) -> Bools:
    """Which of these sums count enough people to be shown."""
    shown: Bools = np.asarray(people) >= FLOOR
    return shown


def shown_beside(everybody: ArrayLike, part: ArrayLike) -> Bools:
    """Which parts can be shown beside the whole: what is left over must not be 1 to 4 people."""
    rest = np.asarray(everybody) - np.asarray(part)
    shown: Bools = shown_alone(part) & ((rest == 0) | (rest >= FLOOR))
    return shown


def shown_groups(groups: ArrayLike, in_none: ArrayLike) -> Bools:
    """Which groups (rows, k) can be shown beside everybody, in_none (rows,) being in no group.

    As long as the hidden groups and those in none are 1 to 4 people together, the smallest group
    that is shown is hidden as well. Few people in no group hide nothing by themselves: who they are
    nobody can know.
    """
    parts, rest = np.asarray(groups), np.asarray(in_none)
    shown = shown_alone(parts)
    for _ in range(parts.shape[1]):
        hidden = np.where(shown, 0, parts).sum(axis=1)
        told = np.flatnonzero((hidden > 0) & (hidden + rest < FLOOR) & shown.any(axis=1))
        if not len(told):
            break
        smallest = np.where(shown[told], parts[told], np.iinfo(np.int64).max).argmin(axis=1)
        shown[told, smallest] = False
    return shown


def number_of_people(count: int) -> int | None:
    """A number of people; None for 1 to 4."""
    return None if 0 < count < FLOOR else int(count)


def rounded(value: float | None) -> float | None:
    """The value with a fixed number of decimals, never -0; None stays None."""
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), DECIMALS) + 0.0


def figures(counted: Counted, shown: Bools) -> list[dict[str, Any] | None]:
    """Sums, share of agreement and its 95 % interval by Wilson of each submission, or None.

    Where everybody passed there is no share. Sums of weights are rounded to whole people.
    """
    answers = counted.agree + counted.disagree
    low, high = wilson(counted.agree, answers)
    share = np.divide(counted.agree, answers, out=np.full(len(answers), np.nan), where=answers > 0)
    return [
        {
            "agree": round(float(counted.agree[row])),
            "disagree": round(float(counted.disagree[row])),
            "pass": round(float(counted.passed[row])),
            "share": rounded(share[row]),
            "low": rounded(low[row]) if answers[row] > 0 else None,
            "high": rounded(high[row]) if answers[row] > 0 else None,
        }
        if shown[row]
        else None
        for row in range(len(answers))
    ]


def listed(values: Sequence[float] | Floats, shown: Sequence[bool] | Bools) -> list[float | None]:
    """Rounded values; hidden ones are None."""
    return [rounded(value) if seen else None for value, seen in zip(values, shown, strict=True)]
