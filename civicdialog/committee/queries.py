"""What the committee reads: topics with their contributions and votes."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from civicdialog.core.db import db
from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.submissions.models import Status, Submission

PAGE_SIZE = 25


def contributions(ids: Sequence[int]) -> dict[int, Submission]:
    """Published contributions by id; what has been taken back or hidden meanwhile is missing."""
    wanted = select(Submission).where(Submission.id.in_(ids), Submission.status == Status.PUBLISHED)
    return {row.id: row for row in db.session.scalars(wanted)}


def in_topic(cluster_id: int, after: tuple[float, int] | None) -> Select[ClusterMember, Submission]:
    """(member, contribution) of a topic, the surest first, from a key on."""
    wanted = (
        select(ClusterMember, Submission)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .options(joinedload(Submission.author))
        .where(ClusterMember.cluster_id == cluster_id, Submission.status == Status.PUBLISHED)
        .order_by(ClusterMember.probability.desc(), ClusterMember.submission_id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        key = tuple_(ClusterMember.probability, ClusterMember.submission_id)
        wanted = wanted.where(key < after)
    return wanted


def rows_for_download(run_id: int) -> Iterator[tuple[Submission, ClusterMember, Cluster, str]]:
    """Every published contribution of a run with its topic and the label of its second choice."""
    second = aliased(Cluster)
    rows = db.session.execute(
        select(Submission, ClusterMember, Cluster, second.label)
        .join(ClusterMember, ClusterMember.submission_id == Submission.id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .outerjoin(
            second,
            (second.run_id == Cluster.run_id) & (second.position == ClusterMember.second_position),
        )
        .where(Cluster.run_id == run_id, Submission.status == Status.PUBLISHED)
        .order_by(Cluster.position, Submission.number)
    )
    for submission, member, cluster, label in rows:
        yield submission, member, cluster, label or ""
