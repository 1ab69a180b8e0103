"""Reading cluster runs. Who may read what of them is decided at the page; runs hold no secrets."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.submissions.models import Status, Submission


@dataclass(frozen=True)
class TopicVotes:
    """The votes on all published submissions of one topic."""

    agree: int
    disagree: int
    passes: int


def runs(round_id: int) -> Select[ClusterRun]:
    """All runs of a round, the newest first."""
    return select(ClusterRun).where(ClusterRun.round_id == round_id).order_by(ClusterRun.id.desc())


def latest_run(round_id: int) -> ClusterRun | None:
    """The run that is shown: the newest one."""
    return db.session.scalar(runs(round_id).limit(1))


def latest_runs(round_ids: Sequence[int]) -> dict[int, ClusterRun]:
    """The newest run of each round that has one."""
    newest = select(func.max(ClusterRun.id)).where(ClusterRun.round_id.in_(round_ids))
    found = db.session.scalars(
        select(ClusterRun).where(ClusterRun.id.in_(newest.group_by(ClusterRun.round_id)))
    )
    return {run.round_id: run for run in found}


def run_with_topics(round_id: int, run_id: int | None = None) -> ClusterRun | None:
    """One run of a round with its topics: the named one, or the newest.

    :raise NotFound: if the named one is not of this round
    """
    wanted = runs(round_id).options(selectinload(ClusterRun.clusters))
    if run_id is not None:
        wanted = wanted.where(ClusterRun.id == run_id)
    run = db.session.scalar(wanted.limit(1))
    if run is None and run_id is not None:
        raise NotFound(run_id)
    return run


def topics(run_id: int) -> Sequence[Cluster]:
    """The topics of a run, the largest first."""
    wanted = select(Cluster).where(Cluster.run_id == run_id).order_by(Cluster.position)
    return db.session.scalars(wanted).all()


def topic_labels(run_id: int, submission_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Position and label of the topic of each of these submissions."""
    rows = db.session.execute(
        select(ClusterMember.submission_id, Cluster.position, Cluster.label)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id, ClusterMember.submission_id.in_(submission_ids))
    )
    return {submission_id: (position, label) for submission_id, position, label in rows}


def members_of(run_id: int, position: int) -> Select[int]:
    """The ids of a topic's submissions, for other queries to restrict themselves to."""
    return (
        select(ClusterMember.submission_id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id, Cluster.position == position)
    )


def votes_by_topic(run_id: int) -> dict[int, TopicVotes]:
    """The votes on each topic, by its position."""
    rows = db.session.execute(
        select(
            Cluster.position,
            func.sum(Submission.agree_count),
            func.sum(Submission.disagree_count),
            func.sum(Submission.pass_count),
        )
        .join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .where(Cluster.run_id == run_id, Submission.status == Status.PUBLISHED)
        .group_by(Cluster.position)
    )
    return {position: TopicVotes(int(a), int(d), int(p)) for position, a, d, p in rows}
