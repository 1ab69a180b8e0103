"""Topics × opinion groups: how far each group agrees with the submissions of each topic."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from civicdialog.analysis.opinion_floor import FLOOR, rounded
from civicdialog.analysis.statistics import person_share
from civicdialog.analysis.vote_table import VoteTable

Bools = NDArray[np.bool_]


def topic_opinions(
    table: VoteTable,
    labels: NDArray[np.int64],
    topics: Mapping[str, int | str],
    ids: Sequence[str],
    shown: Bools,
    shown_in_groups: Bools,
) -> list[dict[str, Any]]:
    """One entry a topic, sorted by key; cells that count fewer than 5 people are None.

    A cell adds up those figures of its submissions that are shown themselves (shown (m,) for
    everybody, shown_in_groups (m, k)), so that it tells nothing they hide. Its share is a ratio of
    sums over persons, its interval takes persons, not votes, as what was sampled.
    """
    answers = table.only(table.opinion != 0)
    k = shown_in_groups.shape[1]
    found = []
    for key in sorted(set(topics.values()), key=lambda key: (str(type(key)), key)):
        own = np.array([topics.get(name) == key for name in ids], bool)
        everybody = _cell(answers, own & shown, np.ones(table.participant_count, bool))
        groups = [_cell(answers, own & shown_in_groups[:, g], labels == g) for g in range(k)]
        shares = [cell["share"] for cell in groups if cell]
        found.append(
            {
                "key": key,
                "everybody": everybody,
                "groups": groups,
                "statements": int(own.sum()),
                "gap": rounded(max(shares) - min(shares)) if len(shares) > 1 else None,
                "bridging": _bridging(groups or [everybody]),
            }
        )
    return found


def _cell(answers: VoteTable, submissions: Bools, people: Bools) -> dict[str, Any] | None:
    """Share of agreement among some people on some submissions, or None if they are too few."""
    wanted = submissions[answers.submission] & people[answers.participant]
    who, opinion = answers.participant[wanted], answers.opinion[wanted]
    votes = np.bincount(who, minlength=answers.participant_count)
    agrees = np.bincount(who[opinion > 0], minlength=answers.participant_count)
    voted = votes > 0
    if voted.sum() < FLOOR:
        return None
    share, low, high = person_share(agrees[voted], votes[voted])
    return {
        "share": rounded(share),
        "low": rounded(low),
        "high": rounded(high),
        "votes": int(votes.sum()),
        "people": int(voted.sum()),
    }


def _bridging(cells: Sequence[Mapping[str, Any] | None]) -> float | None:
    """The lower end of the interval of the group that agrees least; None if one is hidden."""
    lows = [cell["low"] for cell in cells if cell]
    return min(lows) if len(lows) == len(cells) else None
