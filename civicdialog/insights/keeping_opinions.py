"""Writing opinion runs: every card stays, results only of the newest ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.insights.models import OpinionRun
from civicdialog.rounds.models import Round

KEPT = 20
"""So many results of a round are kept whole."""


@dataclass(frozen=True)
class FoundOpinions:
    """What the analysis hands over: `result` as `analysis.opinion_run.sum_up` writes it."""

    result: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    input_hash: str
    result_hash: str
    seconds: float
    cluster_run_id: int | None
    """The topics that opinions were summed by."""


def new_opinion_run(actor: Actor, round: Round, found: FoundOpinions) -> OpinionRun:
    """The run with its card and its result."""
    result = found.result
    return OpinionRun(
        round_id=round.id,
        requested_by_id=actor.id,
        cluster_run_id=found.cluster_run_id,
        seed=result["seed"],
        settings=dict(found.settings),
        versions=dict(found.versions),
        input_hash=found.input_hash,
        result_hash=found.result_hash,
        participant_count=result["participants"],
        vote_count=result["votes"],
        group_count=len(result["groups"]),
        stability=result["stability"],
        seconds=found.seconds,
        result=dict(result),
    )


def let_old_results_go(round_id: int) -> None:
    """Empty the result that is now one too many; its card stays."""
    runs = select(OpinionRun.id).where(OpinionRun.round_id == round_id)
    too_many = runs.order_by(OpinionRun.id.desc()).offset(KEPT).limit(1)
    number = db.session.scalar(too_many)
    if number is not None:
        db.session.execute(update(OpinionRun).where(OpinionRun.id == number).values(result={}))
