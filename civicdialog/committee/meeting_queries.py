"""Reading meetings; they are for the committee and the editors alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import joinedload

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.committee.deliberation_models import Recommendation, RecommendationVersion, Stage
from civicdialog.committee.meeting_models import (
    AgendaItem,
    Attendance,
    ItemResult,
    Meeting,
    MinutesAddition,
)
from civicdialog.committee.models import Application
from civicdialog.committee.rating_models import Rating, RatingItem, RatingSheet
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.ids import ALPHABET
from civicdialog.core.permissions import Actor, Permission, Role, require
from civicdialog.insights.models import ClusterRun, RunStatus
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission

ON_A_PAGE = 25
MOST_SUGGESTED = 30
FAR_APART = 3
"""From so many points between the lowest and the highest figure on, members should talk."""


@dataclass(frozen=True)
class Open:
    """Something in the committee that is not finished."""

    kind: str
    title: str
    key: str
    """The public id of a recommendation or a contribution, or the slug of a round."""


def coming(viewer: Actor) -> Sequence[Meeting]:
    """Meetings that are not over, the next one first."""
    require(viewer, Permission.MEETINGS_READ)
    wanted = select(Meeting).where(Meeting.ends_at >= clock.now())
    return db.session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id).limit(100)).all()


def past(viewer: Actor, before: tuple[datetime, int] | None = None) -> Sequence[Meeting]:
    """Meetings that are over, the last one first; one more than a page shows."""
    require(viewer, Permission.MEETINGS_READ)
    wanted = select(Meeting).where(Meeting.ends_at < clock.now())
    if before is not None:
        wanted = wanted.where(tuple_(Meeting.starts_at, Meeting.id) < before)
    ordered = wanted.order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    return db.session.scalars(ordered.limit(ON_A_PAGE + 1)).all()


def by_public_id(viewer: Actor, public_id: str, *, for_change: bool = False) -> Meeting:
    """One meeting.

    :raise NotFound: if there is none
    """
    require(viewer, Permission.MEETINGS_READ)
    if not set(public_id) <= frozenset(ALPHABET):
        raise NotFound(public_id)
    wanted = select(Meeting).where(Meeting.public_id == public_id)
    if for_change:
        wanted = wanted.with_for_update(of=Meeting).execution_options(populate_existing=True)
    else:
        wanted = wanted.options(joinedload(Meeting.approved_by))
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound(public_id)
    return found


def by_form_token(form_token: str) -> Meeting | None:
    return db.session.scalar(select(Meeting).where(Meeting.form_token == form_token))


def agenda(meeting: Meeting) -> Sequence[AgendaItem]:
    """The points in their order."""
    wanted = select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)
    return db.session.scalars(wanted.order_by(AgendaItem.position, AgendaItem.id)).all()


def item_of(meeting: Meeting, item_id: int) -> AgendaItem:
    """One point of a meeting.

    :raise NotFound: if it is not on this agenda
    """
    found = next((each for each in agenda(meeting) if each.id == item_id), None)
    if found is None:
        raise NotFound(item_id)
    return found


def attendance(meeting: Meeting) -> Sequence[Attendance]:
    """What was noted about the members."""
    wanted = (
        select(Attendance)
        .options(joinedload(Attendance.member))
        .where(Attendance.meeting_id == meeting.id)
        .order_by(Attendance.id)
    )
    return db.session.scalars(wanted).all()


def additions(meeting: Meeting) -> Sequence[MinutesAddition]:
    """Corrections of approved minutes, the first one first."""
    wanted = (
        select(MinutesAddition)
        .options(joinedload(MinutesAddition.author))
        .where(MinutesAddition.meeting_id == meeting.id)
        .order_by(MinutesAddition.id)
    )
    return db.session.scalars(wanted).all()


def members() -> Sequence[Person]:
    """Who sits on the committee now."""
    wanted = (
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.COMMITTEE)
        .order_by(func.lower(Person.public_name), Person.id)
    )
    return db.session.scalars(wanted).all()


def open_matters() -> list[Open]:
    """What the committee has to settle together.

    Recommendations under way or unanswered, topics to be adopted, and contributions that members
    have rated far apart or screened with two results.
    """
    today = clock.now().date()
    advice = select(Recommendation).where(
        or_(
            Recommendation.stage.in_([Stage.DISCUSSION, Stage.VOTE]),
            (Recommendation.stage == Stage.PUBLISHED)
            & Recommendation.reply.is_(None)
            & (Recommendation.answer_due_on < today),
        )
    )
    runs = (
        select(Round.title, Round.slug)
        .join(ClusterRun, ClusterRun.round_id == Round.id)
        .where(ClusterRun.status == RunStatus.PROPOSED)
        .order_by(Round.id)
    )
    found = [
        Open("overdue" if each.is_public else each.stage.value, each.title, each.public_id)
        for each in db.session.scalars(advice.order_by(Recommendation.id).limit(MOST_SUGGESTED))
    ]
    found += [Open("topics", title, slug) for title, slug in db.session.execute(runs)]
    differing = union_all(_rated_apart(), _disputed()).limit(MOST_SUGGESTED)
    return found + [Open(*row) for row in db.session.execute(differing)]


def _rated_apart() -> Select[str, str, str]:
    """Contributions that members see very differently on one of the criteria."""
    apart = (
        select(RatingSheet.item_id)
        .join(Rating, Rating.sheet_id == RatingSheet.id)
        .group_by(RatingSheet.item_id, Rating.criterion_id)
        .having(func.max(Rating.value) - func.min(Rating.value) >= FAR_APART)
    )
    return (
        select(literal("rating"), Submission.title, Submission.public_id)
        .join(RatingItem, RatingItem.submission_id == Submission.id)
        .where(
            RatingItem.opened_at.is_not(None),
            RatingItem.id.in_(apart),
            Submission.status == Status.PUBLISHED,
        )
    )


def _disputed() -> Select[str, str, str]:
    """Applications that two reviewers have put into different classes."""
    return (
        select(literal("screening"), Submission.title, Submission.public_id)
        .join(Application, Application.submission_id == Submission.id)
        .where(Application.is_disputed, Submission.status == Status.PUBLISHED)
    )


def settled_urls() -> frozenset[str]:
    """Matters the committee has talked about or decided on."""
    wanted = select(AgendaItem.url).where(
        AgendaItem.url != "", AgendaItem.result.in_([ItemResult.DISCUSSED, ItemResult.DECIDED])
    )
    return frozenset(db.session.scalars(wanted))


def papers(public_ids: Sequence[str]) -> dict[str, tuple[Recommendation, RecommendationVersion]]:
    """The newest text of recommendations, by public id."""
    wanted = (
        select(Recommendation, RecommendationVersion)
        .join(
            RecommendationVersion,
            (RecommendationVersion.recommendation_id == Recommendation.id)
            & (RecommendationVersion.number == Recommendation.version_count),
        )
        .where(Recommendation.public_id.in_(public_ids))
    )
    return {advice.public_id: (advice, text) for advice, text in db.session.execute(wanted)}
