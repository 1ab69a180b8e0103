"""What a run says of each submission: sums, scores, its shelf, and its place on the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from civicdialog.analysis.opinion_floor import (
    FLOOR,
    figures,
    listed,
    number_of_people,
    rounded,
)
from civicdialog.analysis.opinion_views import Views
from civicdialog.analysis.opinions import Opinions
from civicdialog.analysis.statistics import bridging, controversy, smoothed_shares
from civicdialog.analysis.vote_table import VoteTable

FEW = 10
"""Submissions with fewer votes wait for more before anything is said of them."""
WIDE = 0.3
"""A smaller gap between groups divides nobody, however sure it is."""
CONTROVERSIAL = 0.6
"""Without groups: the lower end of the controversy from which opinions are divided."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Figure = dict[str, Any] | None


@dataclass(frozen=True, eq=False)
class Statements:
    """All submissions (m,) with what was found out about them."""

    table: VoteTable
    opinions: Opinions
    views: Views
    differs: Bools
    """Whether the groups differ (m,), and which group differs from the others (m, k)."""
    by_group: Bools
    important: NDArray[np.int64]
    ids: Sequence[str]

    @cached_property
    def figures(self) -> dict[str, list[Figure]]:
        """The sums of everybody and of parts of the people, by name."""
        return {
            "everybody": figures(self.views.everybody.counted, self.views.shown),
            **{name: figures(view.counted, view.shown) for name, view in self.views.parts.items()},
        }

    @cached_property
    def groups(self) -> list[list[Figure]]:
        """The sums of each group (k lists of m)."""
        return [figures(view.counted, view.shown) for view in self.views.groups]

    @cached_property
    def complete(self) -> Bools:
        """Where no group is hidden (m,)."""
        return self.views.shown & self.views.shown_in_groups.all(axis=1)

    @cached_property
    def controversy(self) -> tuple[Floats, Floats]:
        """Value and lower end (m,) each."""
        counted = self.views.everybody.counted
        return controversy(counted.agree, counted.disagree, counted.passed)

    @cached_property
    def directions(self) -> Floats:
        """Where those stand on the map who agree, the strongest at distance 1 (m, 2)."""
        reach = self.opinions.model.weights * self.opinions.model.scale
        seen = reach[self.views.shown]
        longest = float(np.hypot(*seen.T).max()) if len(seen) else 0.0
        return reach / longest if longest > 0 else np.zeros_like(reach)

    def entries(self) -> list[dict[str, Any]]:
        """One entry a submission, in the order of `ids`."""
        counted = self.views.everybody.counted
        model, shown = self.opinions.model, self.views.shown
        smoothed = listed(smoothed_shares(counted.agree, counted.disagree).share, shown)
        bridges = listed(self._bridging(), self.complete)
        divided = listed(self.controversy[0], shown)
        easiness = listed(model.easiness, shown)
        return [
            {
                "id": name,
                **{part: listed_ones[row] for part, listed_ones in self.figures.items()},
                "groups": [group[row] for group in self.groups],
                "shelf": self._shelf(row),
                "bridging": bridges[row],
                "controversy": divided[row],
                "smoothed": smoothed[row],
                "gap": rounded(self._gap(row)),
                "differs": bool(self.differs[row] & shown[row]),
                "groups_differ": [
                    bool(self.by_group[row, g] and group[row] is not None)
                    for g, group in enumerate(self.groups)
                ],
                "important": number_of_people(int(self.important[row])),
                "x": rounded(self.directions[row, 0]) if shown[row] else None,
                "y": rounded(self.directions[row, 1]) if shown[row] else None,
                "easiness": easiness[row],
                "weights": [rounded(each) for each in model.weights[row]] if shown[row] else None,
                "shares": self._shares(row),
            }
            for row, name in enumerate(self.ids)
        ]

    def _bridging(self) -> Floats:
        """The lower bound of the group that agrees least, copies of ballots counting less (m,)."""
        return bridging(self.table, self.opinions.probabilities, self.views.weights)

    def _gap(self, row: int) -> float | None:
        """Between the shares of the group that agrees most and the one that agrees least."""
        sides = [group[row] for group in self.groups]
        shares = [side["share"] for side in sides if side and side["share"] is not None]
        return max(shares) - min(shares) if len(shares) > 1 else None

    def _shares(self, row: int) -> list[float | None] | None:
        """The model's share of agreement in each group, where its sums are shown."""
        if not self.views.shown[row]:
            return None
        seen = self.views.shown_in_groups[row] if self.views.k else [True]
        return listed(self.opinions.shares[row], seen)

    def _shelf(self, row: int) -> str:
        """See `opinion_run.opinion_result`."""
        if self.views.everybody.counted.people[row] < max(FEW, FLOOR):
            return "few"
        sides = [group[row] for group in self.groups] or [self.figures["everybody"][row]]
        known = [side for side in sides if side and side["share"] is not None]
        if len(known) == len(sides):
            all_agree = min(side["low"] for side in known) > 0.5
            all_disagree = max(side["high"] for side in known) < 0.5
            if all_agree or all_disagree:
                return "common"
        return "divides" if self._divides(row) else "mixed"

    def _divides(self, row: int) -> bool:
        """Whether the groups, or without groups all people, are of two minds."""
        if not self.views.k:
            return bool(self.controversy[1][row] >= CONTROVERSIAL)
        gap = self._gap(row)
        return bool(self.differs[row]) and gap is not None and gap >= WIDE
