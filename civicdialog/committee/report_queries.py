"""Reading for reports: everything published in a round at once, and the reports there are."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import aliased, joinedload

from civicdialog.committee.reading_models import TopicSummary
from civicdialog.committee.report_models import Report
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.discussion.models import Argument
from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome
from civicdialog.submissions.models import Channel, Status, Submission

Placed = Row[Submission, int | None, float | None, bool | None]


def placed(round_id: int, run_id: int | None) -> Sequence[Placed]:
    """(contribution, key of its topic, probability, fits) of all that is published, by number."""
    members = (
        select(
            ClusterMember.submission_id, Cluster.key, ClusterMember.probability, ClusterMember.fits
        )
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run_id)
        .subquery()
    )
    wanted = (
        select(Submission, members.c.key, members.c.probability, members.c.fits)
        .outerjoin(members, members.c.submission_id == Submission.id)
        .where(Submission.round_id == round_id, Submission.status == Status.PUBLISHED)
        .order_by(Submission.number, Submission.id)
    )
    return db.session.execute(wanted).all()


def signed_summaries(round_id: int) -> dict[int, TopicSummary]:
    """The newest text somebody has signed, by the key of its topic; drafts are not for reports."""
    wanted = (
        select(TopicSummary)
        .where(TopicSummary.round_id == round_id, TopicSummary.signed_at.is_not(None))
        .order_by(TopicSummary.number)
    )
    return {each.topic_key: each for each in db.session.scalars(wanted)}


def arguments(round_id: int) -> Sequence[Row[Argument, bool]]:
    """What is publicly said about a round's published contributions, the most helpful first.

    Beside each: whether the administration has answered.
    """
    answer = aliased(Argument)
    is_answered = (
        select(answer.id)
        .where(answer.parent_id == Argument.id, answer.is_official, *_stands(answer))
        .exists()
    )
    wanted = (
        select(Argument, is_answered)
        .join(Submission, Submission.id == Argument.submission_id)
        .where(
            Submission.round_id == round_id,
            Submission.status == Status.PUBLISHED,
            Argument.parent_id.is_(None),
            *_stands(Argument),
        )
        .order_by(Argument.helpful_count.desc(), Argument.id)
    )
    return db.session.execute(wanted).all()


def _stands(said: type[Argument]) -> tuple[ColumnElement[bool], ...]:
    """Whether everybody can read it."""
    gone = (said.is_withdrawn, said.is_hidden, said.is_refused)
    return said.is_public.is_(True), *(flag.is_(False) for flag in gone)


def counts_by_status(round_id: int) -> dict[Status, int]:
    rows = db.session.execute(
        select(Submission.status, func.count())
        .where(Submission.round_id == round_id)
        .group_by(Submission.status)
    )
    return dict(rows.all())


def counts_by_way(round_id: int) -> Sequence[Row[Channel, bool, bool, int]]:
    """(channel, with an account, imported, how many) of what is published."""
    has_account, imported = Submission.author_id.is_not(None), Submission.source_id.is_not(None)
    return db.session.execute(
        select(Submission.channel, has_account, imported, func.count())
        .where(Submission.round_id == round_id, Submission.status == Status.PUBLISHED)
        .group_by(Submission.channel, has_account, imported)
    ).all()


def author_count(round_id: int) -> int:
    """How many accounts stand behind what is published."""
    wanted = select(func.count(Submission.author_id.distinct())).where(
        Submission.round_id == round_id, Submission.status == Status.PUBLISHED
    )
    return db.session.scalar(wanted) or 0


def decisions(round_id: int) -> Sequence[Row[Outcome, Ground | None, int]]:
    """(outcome, ground, how many) of all decisions on a round's contributions."""
    return db.session.execute(
        select(ModerationDecision.outcome, ModerationDecision.ground, func.count())
        .join(Submission, Submission.id == ModerationDecision.submission_id)
        .where(Submission.round_id == round_id)
        .group_by(ModerationDecision.outcome, ModerationDecision.ground)
    ).all()


# ---- reports that were made ---------------------------------------------------------------------


def reports(round_id: int, before: int | None = None) -> Select[Report]:
    """All versions, or those before one, the newest first, with who had them made."""
    wanted = select(Report).where(Report.round_id == round_id)
    if before is not None:
        wanted = wanted.where(Report.number < before)
    return wanted.options(joinedload(Report.created_by)).order_by(Report.number.desc())


def report(round_id: int, number: int) -> Report:
    """One version.

    :raise NotFound: if there is none
    """
    wanted = select(Report).where(and_(Report.round_id == round_id, Report.number == number))
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound(number)
    return found


def last_number(round_id: int) -> int:
    """The highest number of a version; 0 without any."""
    wanted = select(func.max(Report.number)).where(Report.round_id == round_id)
    return db.session.scalar(wanted) or 0
