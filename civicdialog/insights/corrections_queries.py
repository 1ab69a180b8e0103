"""Reading what people changed about topics."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, joinedload

from civicdialog.core.db import db
from civicdialog.insights.corrections import Corrected
from civicdialog.insights.models import (
    Cluster,
    ClusterMember,
    ClusterRun,
    Deed,
    RunStatus,
    TopicCorrection,
    TopicDoubt,
)
from civicdialog.submissions.models import Submission


def corrections(round_id: int) -> Select[TopicCorrection]:
    """All corrections of a round with who made them, the newest first."""
    return (
        select(TopicCorrection)
        .options(joinedload(TopicCorrection.actor))
        .where(TopicCorrection.round_id == round_id)
        .order_by(TopicCorrection.id.desc())
    )


def active(round_id: int) -> Select[TopicCorrection]:
    """Corrections that hold: nobody has taken them back; in the order they were made."""
    undone = aliased(TopicCorrection)
    return (
        select(TopicCorrection)
        .outerjoin(undone, undone.undoes_id == TopicCorrection.id)
        .where(
            TopicCorrection.round_id == round_id,
            TopicCorrection.deed != Deed.UNDONE,
            undone.id.is_(None),
        )
        .order_by(TopicCorrection.id)
    )


def corrected(round_id: int) -> Corrected:
    """What holds now."""
    return Corrected.of(db.session.scalars(active(round_id)))


def newest_id(round_id: int) -> int:
    """The number of the newest correction of a round; 0 without any."""
    wanted = select(func.max(TopicCorrection.id)).where(TopicCorrection.round_id == round_id)
    return db.session.scalar(wanted) or 0


def since(round_id: int, seen: int) -> list[TopicCorrection]:
    """What has been corrected after somebody opened the page."""
    return list(db.session.scalars(corrections(round_id).where(TopicCorrection.id > seen)))


@dataclass(frozen=True)
class MemberPlace:
    """Where a contribution lies in a run, and where the machine would have it."""

    submission_id: int
    cluster_id: int
    position: int
    result_position: int | None
    machine_position: int | None

    @property
    def by_machine(self) -> int:
        """Position of the topic the machine alone gives it."""
        if self.machine_position is not None:
            return self.machine_position
        return self.position if self.result_position is None else self.result_position


def places_unrestricted(run_id: int) -> list[MemberPlace]:
    """Every contribution of a run with its places."""
    rows = db.session.execute(
        select(
            ClusterMember.submission_id,
            Cluster.id,
            Cluster.position,
            ClusterMember.result_position,
            ClusterMember.machine_position,
        )
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id)
        .order_by(ClusterMember.submission_id)
    )
    return [MemberPlace(*row) for row in rows]


def all_topics(run_id: int) -> list[Cluster]:
    """Every topic of a run, those that people have emptied or merged included."""
    wanted = select(Cluster).where(Cluster.run_id == run_id).order_by(Cluster.position)
    return list(db.session.scalars(wanted))


def machine_groups_unrestricted(run_id: int) -> dict[int, int]:
    """The key of the topic each contribution would lie in without the people's corrections."""
    keys = {topic.position: topic.key for topic in all_topics(run_id)}
    return {
        each.submission_id: keys[
            each.position if each.result_position is None else each.result_position
        ]
        for each in places_unrestricted(run_id)
    }


def placed_by_people(round_id: int, ids: Collection[int]) -> dict[int, TopicCorrection]:
    """The correction that holds for each of these contributions, with who made it."""
    wanted = active(round_id).where(TopicCorrection.submission_id.in_(ids))
    rows = db.session.scalars(wanted.options(joinedload(TopicCorrection.actor)))
    return {row.submission_id: row for row in rows if row.submission_id is not None}


def is_by_people(run: ClusterRun) -> ColumnElement[bool]:
    """Whether people placed or merged in a member of one of the run's topics."""
    moved = active(run.round_id).where(TopicCorrection.deed.in_((Deed.MOVED, Deed.PINNED)))
    touched = moved.with_only_columns(TopicCorrection.submission_id).order_by(None)
    return (ClusterMember.result_position != Cluster.position) | (
        ClusterMember.submission_id.in_(touched)
    )


def touched_counts(run: ClusterRun) -> dict[int, tuple[int, int]]:
    """{position: (contributions, those that people placed or merged in)} of a run's topics."""
    rows = db.session.execute(
        select(Cluster.position, func.count(), func.count().filter(is_by_people(run)))
        .join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
        .where(Cluster.run_id == run.id)
        .group_by(Cluster.position)
    )
    return {position: (count, changed) for position, count, changed in rows}


@dataclass(frozen=True)
class OpenDoubt:
    """A doubt nobody has answered, with the contribution and its topic now."""

    doubt: TopicDoubt
    submission: Submission
    topic: Cluster


def open_doubts(round_id: int, after: int = 0, limit: int = 26) -> list[OpenDoubt]:
    """Doubts of authors that wait for an answer, the oldest first."""
    rows = db.session.execute(
        select(TopicDoubt, Submission, Cluster)
        .join(Submission, Submission.id == TopicDoubt.submission_id)
        .join(ClusterMember, ClusterMember.submission_id == Submission.id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .join(
            ClusterRun,
            and_(ClusterRun.id == Cluster.run_id, ClusterRun.status == RunStatus.CURRENT),
        )
        .where(
            TopicDoubt.round_id == round_id,
            TopicDoubt.answered_at.is_(None),
            TopicDoubt.id > after,
        )
        .order_by(TopicDoubt.id)
        .limit(limit)
    )
    return [OpenDoubt(*row) for row in rows]


def latest_doubt(submission_id: int) -> TopicDoubt | None:
    """The newest doubt about a contribution's place."""
    wanted = select(TopicDoubt).where(TopicDoubt.submission_id == submission_id)
    return db.session.scalar(wanted.order_by(TopicDoubt.id.desc()).limit(1))


def current_topic(submission: Submission) -> Cluster | None:
    """The topic a contribution lies in now."""
    return db.session.scalar(
        select(Cluster)
        .join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .where(
            ClusterMember.submission_id == submission.id,
            ClusterRun.round_id == submission.round_id,
            ClusterRun.status == RunStatus.CURRENT,
        )
    )


def with_keys(run_id: int, ids: Collection[int]) -> list[tuple[Submission, int]]:
    """These contributions of a run, with the keys of the topics they lie in."""
    rows = db.session.execute(
        select(Submission, Cluster.key)
        .join(ClusterMember, ClusterMember.submission_id == Submission.id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id, Submission.id.in_(ids))
        .order_by(Submission.id)
    )
    return [(submission, key) for submission, key in rows]


def titles(ids: Collection[int]) -> Mapping[int, Submission]:
    """Contributions by id, for telling what was corrected."""
    return {
        row.id: row for row in db.session.scalars(select(Submission).where(Submission.id.in_(ids)))
    }
