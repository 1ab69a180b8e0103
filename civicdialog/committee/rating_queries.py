"""Reading ratings. What members said of a contribution is sealed until its rating is opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from civicdialog.accounts.models import PersonRole
from civicdialog.committee.rating_models import Rating, RatingCriterion, RatingItem, RatingSheet
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, Role, require
from civicdialog.submissions.models import Status, Submission

ON_A_PAGE = 25
LARGEST_ID = 2**31 - 1
MOST_OPEN = 1000
"""Opened ratings that figures are calculated from, the newest ones."""


class State(StrEnum):
    MINE = "mine"
    WAITING = "waiting"


@dataclass(frozen=True)
class Given:
    """One figure of an opened rating."""

    item_id: int
    criterion_id: int
    sheet_id: int
    value: int


def criteria(round_id: int, *, closed_too: bool = False) -> Sequence[RatingCriterion]:
    """What is asked in a round, in the order it was written."""
    wanted = select(RatingCriterion).where(RatingCriterion.round_id == round_id)
    if not closed_too:
        wanted = wanted.where(RatingCriterion.closed_at.is_(None))
    return db.session.scalars(wanted.order_by(RatingCriterion.id)).all()


def criterion(
    viewer: Actor, round_id: int, criterion_id: int, *, for_change: bool = False
) -> RatingCriterion:
    """One criterion of a round.

    :raise NotFound: if there is none
    """
    require(viewer, Permission.RATINGS_READ)
    wanted = select(RatingCriterion).where(
        RatingCriterion.round_id == round_id,
        RatingCriterion.id == min(criterion_id, LARGEST_ID),
    )
    found = db.session.scalar(wanted.with_for_update() if for_change else wanted)
    if found is None:
        raise NotFound(criterion_id)
    return found


def in_use(criterion_ids: Collection[int]) -> frozenset[int]:
    """Those of the criteria that somebody has answered."""
    wanted = select(Rating.criterion_id).where(Rating.criterion_id.in_(criterion_ids)).distinct()
    return frozenset(db.session.scalars(wanted))


def item_of(viewer: Actor, submission_id: int, *, for_change: bool = False) -> RatingItem | None:
    """The rating of a contribution, if the committee wants one."""
    require(viewer, Permission.RATINGS_READ)
    wanted = (
        select(RatingItem)
        .options(joinedload(RatingItem.submission).joinedload(Submission.round))
        .where(RatingItem.submission_id == submission_id)
    )
    if for_change:
        wanted = wanted.with_for_update(of=RatingItem).execution_options(populate_existing=True)
    return db.session.scalar(wanted)


def items(
    viewer: Actor, round_id: int, state: State | None, after: int = 0
) -> Sequence[RatingItem]:
    """The public contributions whose ratings are sealed; one more than a page shows."""
    require(viewer, Permission.RATINGS_READ)
    wanted = (
        select(RatingItem)
        .join(Submission, Submission.id == RatingItem.submission_id)
        .options(contains_eager(RatingItem.submission))
        .where(
            RatingItem.round_id == round_id,
            RatingItem.opened_at.is_(None),
            RatingItem.id > min(max(after, 0), LARGEST_ID),
            Submission.status == Status.PUBLISHED,
        )
        .order_by(RatingItem.id)
    )
    if state is not None:
        wanted = wanted.where(_in_state(viewer, state))
    return db.session.scalars(wanted.limit(ON_A_PAGE + 1)).all()


def _in_state(viewer: Actor, state: State) -> ColumnElement[bool]:
    said = exists().where(RatingSheet.item_id == RatingItem.id, RatingSheet.member_id == viewer.id)
    is_done = said | Submission.author_id.is_not_distinct_from(viewer.id)
    return ~is_done if state is State.MINE else is_done


def opened(viewer: Actor, round_id: int) -> Sequence[RatingItem]:
    """The opened ratings of public contributions."""
    require(viewer, Permission.RATINGS_READ)
    wanted = (
        select(RatingItem)
        .join(Submission, Submission.id == RatingItem.submission_id)
        .options(contains_eager(RatingItem.submission))
        .where(
            RatingItem.round_id == round_id,
            RatingItem.opened_at.is_not(None),
            Submission.status == Status.PUBLISHED,
        )
        .order_by(RatingItem.id.desc())
    )
    return db.session.scalars(wanted.limit(MOST_OPEN)).all()


def figures(items: Collection[RatingItem]) -> list[Given]:
    """What was given in opened ratings; nothing of sealed ones."""
    wanted = (
        select(RatingSheet.item_id, Rating.criterion_id, Rating.sheet_id, Rating.value)
        .join(RatingSheet, RatingSheet.id == Rating.sheet_id)
        .join(RatingItem, RatingItem.id == RatingSheet.item_id)
        .where(RatingItem.id.in_([each.id for each in items]), RatingItem.opened_at.is_not(None))
        .order_by(RatingSheet.item_id, Rating.criterion_id, Rating.sheet_id)
    )
    return [Given(*row) for row in db.session.execute(wanted)]


def sheets(viewer: Actor, item: RatingItem) -> Sequence[RatingSheet]:
    """What members said: all of them once it is opened, before that one's own alone."""
    require(viewer, Permission.RATINGS_READ)
    wanted = (
        select(RatingSheet)
        .options(joinedload(RatingSheet.member))
        .where(RatingSheet.item_id == item.id)
        .order_by(RatingSheet.id)
    )
    if not item.is_open:
        wanted = wanted.where(RatingSheet.member_id == viewer.id)
    return db.session.scalars(wanted).all()


def own_sheet(viewer: Actor, item: RatingItem) -> RatingSheet | None:
    wanted = select(RatingSheet).where(
        RatingSheet.item_id == item.id, RatingSheet.member_id == viewer.id
    )
    return db.session.scalar(wanted) if viewer.id is not None else None


def figures_of(sheet: RatingSheet) -> dict[int, int]:
    """The answers of one sheet by criterion."""
    wanted = select(Rating).where(Rating.sheet_id == sheet.id)
    return {each.criterion_id: each.value for each in db.session.scalars(wanted)}


def said_by(item_ids: Collection[int]) -> dict[int, int]:
    """How many members have rated or sat out, by item: numbers, no names."""
    wanted = (
        select(RatingSheet.item_id, func.count())
        .where(RatingSheet.item_id.in_(item_ids))
        .group_by(RatingSheet.item_id)
    )
    return {item: int(count) for item, count in db.session.execute(wanted)}


def members() -> frozenset[int]:
    """Who sits on the committee now."""
    wanted = select(PersonRole.person_id).where(PersonRole.role == Role.COMMITTEE)
    return frozenset(db.session.scalars(wanted))


@dataclass(frozen=True)
class Turnout:
    """How many members have rated or sat out, and who has not. Names stay inside."""

    said: int
    missing: frozenset[int]


def turnout(item: RatingItem) -> Turnout:
    """How far the rating of a contribution is. Who proposed it is not asked."""
    wanted = select(RatingSheet.member_id).where(RatingSheet.item_id == item.id)
    said = db.session.scalars(wanted).all()
    return Turnout(len(said), members() - set(said) - {item.submission.author_id})
