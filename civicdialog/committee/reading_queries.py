"""What the reading room asks of the database about topics; all of it is public already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from civicdialog.committee.reading_models import TopicSummary
from civicdialog.core.db import db
from civicdialog.discussion.models import Argument, Stance
from civicdialog.insights.corrections_queries import is_by_people
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, OpinionRun
from civicdialog.submissions.models import Status, Submission

OUTLYING_SHOWN = 4
ARGUMENTS_SHOWN = 4


@dataclass(frozen=True)
class Standing:
    """What is counted of a topic's published contributions, and what people wrote about them."""

    agree: int = 0
    passes: int = 0
    disagree: int = 0
    fitting_nowhere: int = 0
    by_people: int = 0
    """How many of its members people have placed."""
    members: frozenset[int] = frozenset()
    summary: TopicSummary | None = None
    """The newest version of the text by people."""

    @property
    def placed(self) -> tuple[int, int]:
        """How many members it has, and how many of them people have placed."""
        return len(self.members), self.by_people

    @property
    def is_outdated(self) -> bool:
        """Whether the text was written about other contributions than there are now."""
        return self.summary is not None and self.members != set(self.summary.members)

    @property
    def waits_for_signature(self) -> bool:
        return self.summary is None or self.summary.signed_at is None or self.is_outdated


@dataclass(frozen=True)
class Standings:
    """All topics of a run by position, and the opinion run people see."""

    topics: Mapping[int, Standing]
    opinions: OpinionRun | None

    def of(self, topic: Cluster) -> Standing:
        return self.topics.get(topic.position, Standing())


def standings(run: ClusterRun) -> Standings:
    """One statement, whatever the number of topics."""
    counted = (
        select(
            Cluster.position,
            Cluster.key,
            func.sum(Submission.agree_count).label("agree"),
            func.sum(Submission.pass_count).label("passes"),
            func.sum(Submission.disagree_count).label("disagree"),
            func.sum(case((ClusterMember.fits, 0), else_=1)).label("nowhere"),
            func.count().filter(is_by_people(run)).label("by_people"),
            func.aggregate_strings(cast(Submission.id, String), " ").label("members"),
        )
        .join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .where(Cluster.run_id == run.id, Submission.status == Status.PUBLISHED)
        .group_by(Cluster.position, Cluster.key)
        .subquery()
    )
    newest = (
        select(TopicSummary.topic_key, func.max(TopicSummary.id).label("id"))
        .where(TopicSummary.round_id == run.round_id)
        .group_by(TopicSummary.topic_key)
        .subquery()
    )
    last_opinions = select(func.max(OpinionRun.id)).where(OpinionRun.round_id == run.round_id)
    rows = db.session.execute(
        select(counted, TopicSummary, OpinionRun)
        .select_from(counted)
        .outerjoin(newest, newest.c.topic_key == counted.c.key)
        .outerjoin(TopicSummary, TopicSummary.id == newest.c.id)
        .outerjoin(OpinionRun, OpinionRun.id == last_opinions.scalar_subquery())
        .options(joinedload(TopicSummary.signed_by))
    ).all()
    topics = {
        row.position: Standing(
            agree=int(row.agree),
            passes=int(row.passes),
            disagree=int(row.disagree),
            fitting_nowhere=int(row.nowhere),
            by_people=row.by_people,
            members=frozenset(map(int, row.members.split())),
            summary=row.TopicSummary,
        )
        for row in rows
    }
    return Standings(topics, rows[0].OpinionRun if rows else None)


@dataclass(frozen=True)
class Found:
    """Contributions that a page quotes."""

    known: Mapping[int, Submission]
    outlying: Mapping[int, Sequence[Submission]]
    """Those whose place is least sure, by id of the topic."""


def quoted(ids: Collection[int], topics: Collection[Cluster] = ()) -> Found:
    """Published contributions by id, and with them the outliers of some topics; one statement."""
    place = (
        func.row_number()
        .over(
            partition_by=ClusterMember.cluster_id,
            order_by=(ClusterMember.fits, ClusterMember.probability, ClusterMember.submission_id),
        )
        .label("place")
    )
    ranked = (
        select(ClusterMember.submission_id, ClusterMember.cluster_id, place)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .where(
            ClusterMember.cluster_id.in_([topic.id for topic in topics]),
            Submission.status == Status.PUBLISHED,
        )
        .subquery()
    )
    is_outlying = and_(ranked.c.submission_id == Submission.id, ranked.c.place <= OUTLYING_SHOWN)
    rows = db.session.execute(
        select(Submission, ranked.c.cluster_id)
        .outerjoin(ranked, is_outlying)
        .where(
            Submission.status == Status.PUBLISHED,
            or_(Submission.id.in_(sorted(ids)), ranked.c.place.is_not(None)),
        )
        .order_by(ranked.c.place, Submission.id)
    ).all()
    outlying: dict[int, list[Submission]] = {topic.id: [] for topic in topics}
    for row in rows:
        if row.cluster_id is not None:
            outlying[row.cluster_id].append(row.Submission)
    return Found({row.Submission.id: row.Submission for row in rows}, outlying)


Said = Row[Argument, Submission, bool, int]
"""An argument, what it is about, whether the city has answered, how many there are of its kind."""


def said_in(topic: Cluster) -> Sequence[Said]:
    """What people say about a topic's contributions: of each stance the most helpful ones."""
    answer = aliased(Argument)
    is_answered = (
        select(answer.id)
        .where(answer.parent_id == Argument.id, answer.is_official, answer.is_public)
        .exists()
    )
    most_helpful = Argument.helpful_count.desc(), Argument.id
    ranked = (
        select(
            Argument.id,
            is_answered.label("is_answered"),
            func.row_number()
            .over(partition_by=Argument.stance, order_by=most_helpful)
            .label("place"),
            func.count().over(partition_by=Argument.stance).label("of_kind"),
        )
        .join(ClusterMember, ClusterMember.submission_id == Argument.submission_id)
        .join(Submission, Submission.id == Argument.submission_id)
        .where(
            ClusterMember.cluster_id == topic.id,
            Submission.status == Status.PUBLISHED,
            Argument.is_public,
            Argument.parent_id.is_(None),
            Argument.stance != Stance.REMARK,
        )
        .subquery()
    )
    return db.session.execute(
        select(Argument, Submission, ranked.c.is_answered, ranked.c.of_kind)
        .join(ranked, ranked.c.id == Argument.id)
        .join(Submission, Submission.id == Argument.submission_id)
        .where(ranked.c.place <= ARGUMENTS_SHOWN)
        .order_by(ranked.c.place)
    ).all()


def second_choices(one: Cluster, other: Cluster) -> dict[int, int]:
    """How many of each topic would otherwise lie in the other one, by position."""
    rows = db.session.execute(
        select(Cluster.position, func.count())
        .join(ClusterMember, ClusterMember.cluster_id == Cluster.id)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .where(
            Cluster.id.in_([one.id, other.id]),
            ClusterMember.second_position.in_([one.position, other.position]),
            Submission.status == Status.PUBLISHED,
        )
        .group_by(Cluster.position)
    )
    return dict(rows.all())
