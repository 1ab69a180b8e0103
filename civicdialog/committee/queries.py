"""What the committee reads: topics with their contributions and votes."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, not_, select, tuple_
from sqlalchemy.orm import aliased, joinedload, selectinload

from civicdialog.core.db import db
from civicdialog.insights import queries as insights
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus
from civicdialog.submissions.models import Status, Submission

PAGE_SIZE = 25

Key = tuple[float, int]
"""Where a page begins: probability and id of the last contribution of the page before."""


def _members() -> Select[ClusterMember, Submission, int]:
    """(member, contribution, position of the topic) of all runs; published contributions only."""
    return (
        select(ClusterMember, Submission, Cluster.position)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Submission.status == Status.PUBLISHED)
    )


def in_topic(
    cluster_id: int, after: Key | None, part: int | None = None
) -> Select[ClusterMember, Submission, int]:
    """A page of a topic or of one of its parts, the surest first."""
    wanted = _members().where(ClusterMember.cluster_id == cluster_id)
    if part is not None:
        wanted = wanted.where(ClusterMember.sub_position == part)
    if after is not None:
        wanted = wanted.where(after > _KEY)
    surest_first = ClusterMember.probability.desc(), ClusterMember.submission_id.desc()
    return wanted.order_by(*surest_first).limit(PAGE_SIZE + 1)


def fitting_nowhere(run_id: int, after: Key | None) -> Select[ClusterMember, Submission, int]:
    """A page of what fits no topic of a run, the unsurest first."""
    wanted = _members().where(Cluster.run_id == run_id, not_(ClusterMember.fits))
    if after is not None:
        wanted = wanted.where(after < _KEY)
    unsurest_first = ClusterMember.probability, ClusterMember.submission_id
    return wanted.order_by(*unsurest_first).limit(PAGE_SIZE + 1)


_KEY = tuple_(ClusterMember.probability, ClusterMember.submission_id)


def members_among(run_id: int, ids: Sequence[int]) -> dict[int, Any]:
    """(member, contribution, position of the topic) of these contributions in a run, by id."""
    wanted = _members().where(Cluster.run_id == run_id, ClusterMember.submission_id.in_(ids))
    return {row[1].id: row for row in db.session.execute(wanted)}


def current_and_proposed(round_id: int) -> tuple[ClusterRun | None, ClusterRun | None]:
    """The version that holds and the one to decide on, each with its topics; two statements."""
    wanted = (RunStatus.CURRENT, RunStatus.PROPOSED)
    found = db.session.scalars(
        select(ClusterRun)
        .where(ClusterRun.round_id == round_id, ClusterRun.status.in_(wanted))
        .options(selectinload(ClusterRun.clusters))
        .order_by(ClusterRun.id)
    )
    by_status = {run.status: run for run in found}
    return by_status.get(RunStatus.CURRENT), by_status.get(RunStatus.PROPOSED)


def count_in_both(run_id: int, other_id: int) -> int:
    """How many contributions two runs have in common."""
    mine, theirs = aliased(ClusterMember), aliased(ClusterMember)
    my_topic, their_topic = aliased(Cluster), aliased(Cluster)
    wanted = (
        select(func.count())
        .select_from(mine)
        .join(my_topic, and_(my_topic.id == mine.cluster_id, my_topic.run_id == run_id))
        .join(theirs, theirs.submission_id == mine.submission_id)
        .join(
            their_topic,
            and_(their_topic.id == theirs.cluster_id, their_topic.run_id == other_id),
        )
    )
    return db.session.scalar(wanted) or 0


def versions(round_id: int) -> Select[ClusterRun]:
    """All versions of a round's topics, the newest first, with who decided on them."""
    return insights.runs(round_id).options(joinedload(ClusterRun.decided_by))


def rounds_to_decide_on(round_ids: Sequence[int]) -> set[int]:
    """Those rounds in which a new version waits for a decision."""
    waiting = ClusterRun.status == RunStatus.PROPOSED
    wanted = select(ClusterRun.round_id).where(waiting, ClusterRun.round_id.in_(round_ids))
    return set(db.session.scalars(wanted))


def topic_counts(runs: Sequence[ClusterRun]) -> dict[int, int]:
    """The number of topics of each run, by its id."""
    rows = db.session.execute(
        select(Cluster.run_id, func.count())
        .where(Cluster.run_id.in_([run.id for run in runs]), Cluster.retired.is_(False))
        .group_by(Cluster.run_id)
    )
    return {row[0]: row[1] for row in rows}


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
