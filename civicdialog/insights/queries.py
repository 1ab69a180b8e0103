"""Reading runs. Who may read what of them is decided at the page; runs hold no secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import aliased, selectinload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.insights.models import (
    Cluster,
    ClusterMember,
    ClusterRun,
    OpinionRun,
    RunStatus,
    SimilarKind,
    SimilarPair,
    SubmissionVector,
)
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.queries import visible_to

COMPARED = (Status.PENDING, Status.PUBLISHED)
"""Whether something says the same is worth knowing of these."""
MOST_HINTS = 5
MOST_PAIRS = 100_000
_RESULTS_AT_HAND = 16


def runs(round_id: int) -> Select[ClusterRun]:
    """All runs of a round, the newest first."""
    return select(ClusterRun).where(ClusterRun.round_id == round_id).order_by(ClusterRun.id.desc())


def current_run(round_id: int) -> ClusterRun | None:
    """The run people see."""
    return db.session.scalar(runs(round_id).where(ClusterRun.status == RunStatus.CURRENT))


def proposed_run(round_id: int) -> ClusterRun | None:
    """The run that waits for a decision."""
    return db.session.scalar(runs(round_id).where(ClusterRun.status == RunStatus.PROPOSED))


def latest_run(round_id: int) -> ClusterRun | None:
    """The newest run, whatever became of it."""
    return db.session.scalar(runs(round_id).limit(1))


def current_runs(round_ids: Sequence[int]) -> dict[int, ClusterRun]:
    """The run people see, of each round that has one."""
    found = db.session.scalars(
        select(ClusterRun).where(
            ClusterRun.round_id.in_(round_ids), ClusterRun.status == RunStatus.CURRENT
        )
    )
    return {run.round_id: run for run in found}


def run_with_topics(round_id: int, run_id: int | None = None) -> ClusterRun | None:
    """One run of a round with its topics: the named one, or the current one.

    :raise NotFound: if the named one is not of this round
    """
    is_wanted = (
        ClusterRun.status == RunStatus.CURRENT if run_id is None else ClusterRun.id == run_id
    )
    wanted = runs(round_id).options(selectinload(ClusterRun.clusters)).where(is_wanted)
    run = db.session.scalar(wanted)
    if run is None and run_id is not None:
        raise NotFound(run_id)
    return run


def members_of(run_id: int, position: int) -> Select[int]:
    """The ids of a topic's submissions, for other queries to restrict themselves to."""
    return (
        select(ClusterMember.submission_id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id, Cluster.position == position)
    )


@dataclass(frozen=True)
class Hint:
    """Another submission that says the same or nearly the same."""

    submission: Submission
    kind: SimilarKind
    score: float


def hints_for(viewer: Actor, submission_id: int) -> list[Hint]:
    """What resembles a submission, as far as the viewer may see it; the most alike first."""
    one, other = SimilarPair.submission_id, SimilarPair.other_id
    rows = db.session.execute(
        select(Submission, SimilarPair.kind, SimilarPair.score)
        .join(SimilarPair, Submission.id == case((one == submission_id, other), else_=one))
        .where(
            or_(one == submission_id, other == submission_id),
            Submission.status.in_(COMPARED),
            visible_to(viewer),
        )
        .order_by(SimilarPair.kind, SimilarPair.score.desc(), Submission.id)
        .limit(MOST_HINTS)
    )
    return [Hint(*row) for row in rows]


def pairs_that_wait(viewer: Actor, least: float) -> list[tuple[int, int]]:
    """Pairs that resemble each other at least so much, one of which waits for a decision."""
    require(viewer, Permission.MODERATION_READ)
    one, other = aliased(Submission), aliased(Submission)
    rows = db.session.execute(
        select(SimilarPair.submission_id, SimilarPair.other_id)
        .join(one, one.id == SimilarPair.submission_id)
        .join(other, other.id == SimilarPair.other_id)
        .where(
            SimilarPair.score >= least,
            one.status.in_(COMPARED),
            other.status.in_(COMPARED),
            or_(one.status == Status.PENDING, other.status == Status.PENDING),
        )
        .limit(MOST_PAIRS)
    )
    return [(first, second) for first, second in rows]


def groups_unrestricted(run_id: int) -> dict[int, int]:
    """The key of the topic of each submission in a run, those placed later included."""
    rows = db.session.execute(
        select(ClusterMember.submission_id, Cluster.key)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id)
    )
    return dict(rows.all())


def public_members(run_id: int) -> list[tuple[ClusterMember, Cluster, Submission]]:
    """What a run grouped, as far as it is public now; what was placed later is no part of it."""
    rows = db.session.execute(
        select(ClusterMember, Cluster, Submission)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .where(
            Cluster.run_id == run_id,
            ClusterMember.placed_later.is_(False),
            Submission.status == Status.PUBLISHED,
        )
    )
    return [(member, cluster, submission) for member, cluster, submission in rows]


def vectors_unrestricted(round_id: int, model: str) -> dict[int, bytes]:
    """The vectors of a round's submissions that this model has made."""
    rows = db.session.execute(
        select(SubmissionVector.submission_id, SubmissionVector.vector)
        .join(Submission, Submission.id == SubmissionVector.submission_id)
        .where(Submission.round_id == round_id, SubmissionVector.model == model)
    )
    return dict(rows.all())


def members_unrestricted(run_id: int) -> dict[int, tuple[int, bool]]:
    """Position of the topic of each submission in a run, and whether it was placed later."""
    rows = db.session.execute(
        select(ClusterMember.submission_id, Cluster.position, ClusterMember.placed_later)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id)
    )
    return {submission_id: (position, later) for submission_id, position, later in rows}


def _is_news() -> ColumnElement[bool]:
    """Whether no machine has read a submission in the version it has now."""
    return or_(
        SubmissionVector.submission_id.is_(None),
        SubmissionVector.seen_version != Submission.version,
    )


def rounds_with_news_unrestricted() -> list[int]:
    """Rounds with submissions to be taken in."""
    wanted = (
        select(Submission.round_id)
        .outerjoin(SubmissionVector, SubmissionVector.submission_id == Submission.id)
        .where(Submission.status.in_(COMPARED), _is_news())
        .distinct()
    )
    return list(db.session.scalars(wanted))


def compared_unrestricted(round_id: int) -> Select[Submission, int]:
    """(submission, the version of it that was read or None) of what waits and is published."""
    return (
        select(Submission, SubmissionVector.seen_version)
        .outerjoin(SubmissionVector, SubmissionVector.submission_id == Submission.id)
        .where(Submission.round_id == round_id, Submission.status.in_(COMPARED))
        .order_by(Submission.id)
    )


def opinion_runs(round_id: int) -> Select[OpinionRun]:
    """All opinion runs of a round, the newest first; without their results."""
    return select(OpinionRun).where(OpinionRun.round_id == round_id).order_by(OpinionRun.id.desc())


def newest_opinions(round_id: int) -> OpinionRun | None:
    """The opinion run people see."""
    return db.session.scalar(opinion_runs(round_id).limit(1))


def result_of(run: OpinionRun) -> Mapping[str, Any]:
    """The result of an opinion run, not to be changed; empty where only the card was kept."""
    return _result(run.id, run.result_hash)


@lru_cache(_RESULTS_AT_HAND)
def _result(run_id: int, result_hash: str) -> Mapping[str, Any]:
    """A result never changes, so each process reads it once."""
    wanted = select(OpinionRun.result).where(OpinionRun.id == run_id)
    found: Mapping[str, Any] = db.session.execute(wanted).scalar_one()
    return found


def round_with_phases_unrestricted(round_id: int) -> Round:
    """The round, whoever may see it."""
    wanted = select(Round).options(selectinload(Round.phases)).where(Round.id == round_id)
    return db.session.scalars(wanted, execution_options={"populate_existing": True}).one()


def rounds_with_votes_unrestricted() -> list[int]:
    """Rounds with something to sum up."""
    return list(db.session.scalars(select(Round.id).where(Round.vote_count > 0).order_by(Round.id)))
