"""Summing up the votes of a round: read, compute without any transaction, keep.

The numerical libraries are loaded when they are needed: whoever makes pages knows this module.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from civicdialog.analysis.ballot_patterns import alike
from civicdialog.analysis.hashes import sha256_of
from civicdialog.analysis.opinion_state import state_of
from civicdialog.core.db import db, transaction
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.insights import queries
from civicdialog.insights.actions import keep_opinions
from civicdialog.insights.building import KEEPING, Progress, part_of
from civicdialog.insights.keeping_opinions import FoundOpinions
from civicdialog.insights.models import OpinionRun
from civicdialog.insights.opinion_reading import ReadVotes, read_votes
from civicdialog.insights.opinion_refresh import refuse_too_few
from civicdialog.moderation.ballots import keep_ballot_check
from civicdialog.rounds.models import Round

COUNTING = mark("Reading the votes")
# The steps the analysis names, marked here because it knows no catalogues.
_STEPS = (
    mark("Finding opinion groups"),
    mark("Comparing the groups"),
    mark("Adding up the votes"),
)
_READ, _SUMMED = 0.05, 0.97


def build_opinions(
    actor: Actor, round: Round, *, seed: int = 0, progress: Progress | None = None
) -> OpinionRun:
    """Sum up the votes of a round and keep the result as a new run.

    If nothing has changed since the newest run, that one is given back.

    :raise RuleBroken: while people can vote, if only a few votes are new
    """
    from civicdialog.analysis.opinion_run import result_hash, sum_up
    from civicdialog.analysis.runs import library_versions

    report = progress or (lambda share, step: None)
    round_id = round.id
    report(0.0, COUNTING)
    newest = queries.newest_opinions(round_id)
    refuse_too_few(queries.round_with_phases_unrestricted(round_id), newest)
    votes, versions = read_votes(round_id), library_versions()
    if newest is not None and _is_same(newest, votes, versions, seed):
        return newest
    before = queries.result_of(newest) if newest else {}
    previous_id = newest.id if newest and before else None
    state = state_of(before) if before else None
    db.session.rollback()
    began = time.perf_counter()
    result = sum_up(votes.given, seed=seed, state=state, progress=part_of(report, _READ, _SUMMED))
    seconds = float(f"{time.perf_counter() - began:.2f}")
    report(_SUMMED, KEEPING)
    looks = alike(votes.given)
    found = FoundOpinions(
        result=result,
        settings={
            "previous_id": previous_id,
            "previous_sha256": sha256_of(state) if state else "",
        },
        versions=versions,
        input_hash=votes.given.sha256,
        result_hash=result_hash(result),
        seconds=seconds,
        cluster_run_id=votes.cluster_run_id,
    )
    with transaction():
        round = db.session.get_one(Round, round_id)
        keep_ballot_check(actor, round, **asdict(looks))
        return keep_opinions(actor, round, found)


def _is_same(newest: OpinionRun, votes: ReadVotes, versions: Mapping[str, Any], seed: int) -> bool:
    """Whether calculating again could bring nothing new."""
    return (newest.input_hash, newest.seed, newest.versions, newest.cluster_run_id) == (
        votes.given.sha256,
        seed,
        versions,
        votes.cluster_run_id,
    )
