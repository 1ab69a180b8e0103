"""An opinion run: from anonymous ballots to sums that can be published, the same bytes every time.

`sum_up` is what a run of a round, `civicdialog opinions` and `verify-run` have in common.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from civicdialog.analysis.group_differences import group_differences
from civicdialog.analysis.hashes import sha256_of
from civicdialog.analysis.opinion_floor import number_of_people, rounded
from civicdialog.analysis.opinion_groups import continued_keys, group_entries
from civicdialog.analysis.opinion_input import OpinionInput
from civicdialog.analysis.opinion_map import cells_of
from civicdialog.analysis.opinion_statements import Statements
from civicdialog.analysis.opinion_views import Views
from civicdialog.analysis.opinions import Opinions, Previous, study
from civicdialog.analysis.topic_opinions import topic_opinions
from civicdialog.analysis.vote_table import VoteTable

FORMAT = 1
STUDYING, COMPARING, SUMMING = (
    "Finding opinion groups",
    "Comparing the groups",
    "Adding up the votes",
)
_STUDIED, _COMPARED, _DONE = 0.6, 0.9, 1.0

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Before:
    """What a run takes over from the one before, so that axes, groups and their keys go on."""

    model: Previous
    keys: tuple[int, ...]
    """Keys of its groups, in the order of its shares."""
    last_key: int

    @classmethod
    def of(cls, state: Mapping[str, Any], ids: Sequence[str]) -> "Before":
        """From the state of an earlier run (`opinion_state.state_of`), aligned to these submissions."""
        known, k = state["statements"], max(int(state["k"]), 1)
        weights, shares = np.full((len(ids), 2), np.nan), np.full((len(ids), k), np.nan)
        easiness = np.full(len(ids), np.nan)
        for row, name in enumerate(ids):
            if name in known:
                easiness[row], weights[row] = known[name]["easiness"], known[name]["weights"]
                if None not in known[name]["shares"]:
                    shares[row] = known[name]["shares"]
        model = Previous(
            weights=weights,
            easiness=easiness,
            shares=shares,
            k=int(state["k"]),
            wanted_k=int(state["wanted_k"]),
            agreeing=int(state["agreeing"]),
        )
        return cls(model, tuple(state["keys"]), int(state["last_key"]))


def table_of(given: OpinionInput) -> VoteTable:
    """The votes, one row a ballot in the order of the input."""
    ballots = [ballot.votes() for ballot in given.ballots]
    lengths = [len(votes) for votes in ballots]
    flat = np.array([pair for votes in ballots for pair in votes], np.int32).reshape(-1, 2)
    return VoteTable.of(
        np.repeat(np.arange(len(ballots), dtype=np.int32), lengths),
        flat[:, 0],
        flat[:, 1],
        len(ballots),
        len(given.ids),
    )


def sum_up(
    given: OpinionInput,
    *,
    seed: int = 0,
    state: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The whole run: opinion groups, their differences, and the sums of everything as JSON values.

    state: of the run before (`opinion_state.state_of`), or None for a first run.
    """
    return summed_up(given, seed=seed, state=state, progress=progress)[0]


def summed_up(
    given: OpinionInput,
    *,
    seed: int = 0,
    state: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Any], Opinions]:
    """As `sum_up`, together with the opinions of single ballots, which are not to be published."""
    say = progress or (lambda share, step: None)
    table = table_of(given)
    before = Before.of(state, given.ids) if state else None
    say(0.0, STUDYING)
    opinions = study(
        table,
        seed=seed,
        previous=before.model if before else None,
        progress=lambda share: say(share * _STUDIED, STUDYING),
    )
    say(_STUDIED, COMPARING)
    result = opinion_result(
        table,
        opinions,
        ids=given.ids,
        topics=given.topics,
        guests=np.array([ballot.is_guest for ballot in given.ballots], bool),
        important=np.array([given.important.get(name, 0) for name in given.ids], np.int64),
        seed=seed,
        before=before,
        progress=lambda share, step: say(_STUDIED + share * (_DONE - _STUDIED), step),
    )
    return {**result, "repeated": given.repeated}, opinions


def result_hash(result: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a result."""
    return sha256_of(result)


def opinion_result(
    table: VoteTable,
    opinions: Opinions,
    *,
    ids: Sequence[str],
    topics: Mapping[str, int | str],
    guests: Bools,
    important: NDArray[np.int64],
    seed: int,
    before: Before | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """What can be published of votes (n participants, m submissions named by `ids`), for JSON.

    Nothing counts fewer than 5 people, nor does any figure less another one that contains it; what
    is hidden is None, and so is what could be calculated back from a few votes (model, scores).
    guests (n,), important (m,). The shelf of a submission, the first that fits:

    - `few`: fewer than 10 votes.
    - `common`: in all groups (or among everybody, if there is one group) the Wilson interval of the
      share of agreement lies above one half, or in all of them below.
    - `divides`: the groups differ by cross-fitting and by 30 percentage points or more; if there is
      one group, the lower end of the controversy is at least .6.
    - `mixed`: everything else.
    """
    say = progress or (lambda share, step: None)
    views = Views.of(table, opinions, guests)
    say(0.1, COMPARING)
    differs, by_group = _differences(table, opinions, views, seed)
    say(0.8, SUMMING)
    keys, last_key = _keys(opinions, views, before)
    statements = Statements(table, opinions, views, differs, by_group, important, ids)
    people = table.votes_of_participants > 0
    return {
        "format": FORMAT,
        "seed": seed,
        "participants": int(people.sum()),
        "guests": number_of_people(int((guests & people).sum())),
        "votes": len(table),
        "submissions": table.submission_count,
        "repeated": table.repeated,
        "k": int(opinions.k),
        "why_no_groups": opinions.why_no_groups,
        "tentative": bool(opinions.tentative),
        "stability": rounded(opinions.stability),
        "k_stability": {str(k): rounded(value) for k, value in opinions.k_stability.items()},
        "wanted_k": int(opinions.wanted_k),
        "agreeing": int(opinions.agreeing),
        "unclear": number_of_people(int((opinions.unclear & people).sum())),
        "in_no_group": number_of_people(int(((views.labels < 0) & people).sum()) if views.k else 0),
        "last_key": last_key,
        "groups": group_entries(opinions, views, keys, by_group, ids),
        "map": cells_of(opinions.coordinates[people], views.labels[people], views.k),
        "statements": statements.entries(),
        "topics": topic_opinions(
            table, views.labels, topics, ids, views.shown, views.shown_in_groups
        ),
    }


def _differences(
    table: VoteTable, opinions: Opinions, views: Views, seed: int
) -> tuple[Bools, Bools]:
    """Where groups differ for sure (m,), and which one differs from the others (m, k)."""
    if not views.k:
        return np.zeros(table.submission_count, bool), np.zeros((table.submission_count, 0), bool)

    def grouped(part: VoteTable) -> NDArray[np.int64]:
        return study(part, seed=seed, k=views.k).labels

    found = group_differences(table, grouped, seed=seed, like=views.labels)
    return found.differs, found.by_group


def _keys(opinions: Opinions, views: Views, before: Before | None) -> tuple[list[int], int]:
    """Keys of the groups, and the last one ever given."""
    if before is None:
        return list(range(1, views.k + 1)), views.k
    if not views.k:
        return [], before.last_key
    return continued_keys(opinions.shares, before.model.shares, before.keys, before.last_key)
