"""Opinion groups of a run: keys that go on, places on the map, and what tells a group apart."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from civicdialog.analysis.opinion_choice import MOST_GROUPS
from civicdialog.analysis.opinion_floor import rounded
from civicdialog.analysis.opinion_views import Views
from civicdialog.analysis.opinions import Opinions

MOST_TELLING = 5
_ALIKE = 0.2
"""Less correlated with every earlier group, a group is a new one."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def continued_keys(
    shares: Floats, earlier: Floats, keys: Sequence[int], last_key: int
) -> tuple[list[int], int]:
    """The key of each group, and the last key ever given: a group that goes on keeps its key.

    shares (m, k) of agreement in the groups now and in earlier ones (m, len(keys)), NaN where a
    submission is new. Groups are matched by where they deviate from the mean of the groups.
    """
    k = shares.shape[1]
    found: dict[int, int] = {}
    if len(keys) > 1 and earlier.shape[1] == len(keys):
        known = ~np.isnan(earlier).any(axis=1)
        likeness = _correlations(_deviations(shares[known]), _deviations(earlier[known]))
        for now, then in zip(*linear_sum_assignment(-likeness), strict=True):
            if likeness[now, then] > _ALIKE:
                found[int(now)] = keys[int(then)]
    for group in range(k):
        if group not in found:
            last_key = _new_key(last_key, found.values())
            found[group] = last_key
    return [found[group] for group in range(k)], last_key


def _new_key(last_key: int, taken: Iterable[int]) -> int:
    """The next key whose letter no other group of the run has: A to E, then A again."""
    letters = {key % MOST_GROUPS for key in taken}
    key = last_key + 1
    while key % MOST_GROUPS in letters:
        key += 1
    return key


def group_entries(
    opinions: Opinions,
    views: Views,
    keys: Sequence[int],
    by_group: Bools,
    ids: Sequence[str],
) -> list[dict[str, Any]]:
    """One entry a group; "telling" names submissions that tell it from the others."""
    sizes = np.bincount(views.labels[views.labels >= 0], minlength=views.k)
    return [
        {
            "group": group,
            "key": keys[group],
            "size": int(sizes[group]),
            "share": rounded(sizes[group] / max(sizes.sum(), 1)),
            "x": rounded(opinions.coordinates[views.labels == group, 0].mean()),
            "y": rounded(opinions.coordinates[views.labels == group, 1].mean()),
            "telling": _telling(views, by_group, group, ids),
        }
        for group in range(views.k)
    ]


def _telling(views: Views, by_group: Bools, group: int, ids: Sequence[str]) -> list[dict[str, str]]:
    """Where a group differs surely, most of it is on one side, and the others lean to the other.

    The widest difference comes first.
    """
    own = views.groups[group].counted
    agree = sum(view.counted.agree for view in views.groups) - own.agree
    answers = agree + sum(view.counted.disagree for view in views.groups) - own.disagree
    share = own.agree / np.maximum(own.agree + own.disagree, 1)
    difference = share - agree / np.maximum(answers, 1)
    is_clear = np.where(difference > 0, share > 0.5, share < 0.5)
    sure = by_group[:, group] & views.groups[group].shown & is_clear
    order = np.lexsort((np.arange(len(ids)), -np.abs(np.round(difference, 9))))
    return [
        {"id": ids[row], "direction": "agree" if difference[row] > 0 else "disagree"}
        for row in order
        if sure[row]
    ][:MOST_TELLING]


def _deviations(shares: Floats) -> Floats:
    """How far each group is from the mean of the groups (m, k)."""
    found: Floats = shares - shares.mean(axis=1, keepdims=True)
    return found


def _correlations(now: Floats, then: Floats) -> Floats:
    """Cosines between the columns of two matrices."""
    sizes = np.outer(np.linalg.norm(now, axis=0), np.linalg.norm(then, axis=0))
    cosines: Floats = (now.T @ then) / np.maximum(sizes, 1e-12)
    return cosines
