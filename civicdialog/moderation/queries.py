"""Reading what waits for a decision, and the decisions taken."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.ids import ALPHABET
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.models import (
    RESTRICTIONS,
    ModerationDecision,
    Outcome,
    SubjectKind,
)
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Attachment, Status, Submission


def visible_to(viewer: Actor) -> Select[Submission]:
    """All contributions: moderators see everything, others nothing of this room."""
    require(viewer, Permission.MODERATION_READ)
    return select(Submission)


def is_read(submission_id: int) -> bool:
    """Whether somebody has decided on a contribution before."""
    wanted = select(ModerationDecision.id).where(
        ModerationDecision.subject_kind == SubjectKind.SUBMISSION,
        ModerationDecision.subject_id == submission_id,
    )
    return db.session.scalar(wanted.limit(1)) is not None


def one(viewer: Actor, public_id: str, *, for_decision: bool = False) -> Submission:
    """One contribution with author and round; held until the decision is written, if one follows.

    :raise NotFound: if there is none
    """
    wanted = visible_to(viewer).where(Submission.public_id == public_id)
    if for_decision:
        wanted = wanted.with_for_update(of=Submission)
    wanted = wanted.options(joinedload(Submission.author), joinedload(Submission.round))
    submission = db.session.scalar(wanted)
    if submission is None:
        raise NotFound(public_id)
    return submission


def published_one(viewer: Actor, public_id: str) -> Submission | None:
    """A contribution that stands on the page, if there is one."""
    if not set(public_id) <= frozenset(ALPHABET):
        return None
    wanted = visible_to(viewer).where(Submission.public_id == public_id)
    return db.session.scalar(wanted.where(Submission.status == Status.PUBLISHED))


def file(
    viewer: Actor, public_id: str, *, for_decision: bool = False
) -> tuple[Attachment, Submission]:
    """A picture or document with its contribution; held until the decision is written.

    :raise NotFound: if there is none
    """
    require(viewer, Permission.MODERATION_READ)
    if not set(public_id) <= frozenset(ALPHABET):
        raise NotFound(public_id)
    wanted = (
        select(Attachment, Submission)
        .join(Submission, Submission.id == Attachment.submission_id)
        .where(Attachment.public_id == public_id)
    )
    if for_decision:
        wanted = wanted.with_for_update(of=Attachment)
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(public_id)
    return found[0], found[1]


def decisions_on(viewer: Actor, submission_id: int) -> Sequence[ModerationDecision]:
    """What was decided on one contribution, the newest first, with the moderators."""
    require(viewer, Permission.MODERATION_READ)
    return db.session.scalars(
        select(ModerationDecision)
        .where(ModerationDecision.submission_id == submission_id)
        .options(joinedload(ModerationDecision.moderator))
        .order_by(ModerationDecision.id.desc())
    ).all()


Decided = Row[tuple[ModerationDecision, Submission, str]]


def history(
    viewer: Actor, outcome: Outcome | None = None, before_id: int | None = None
) -> Select[ModerationDecision, Submission, str]:
    """Decisions with their contributions and the titles of the rounds, the newest first."""
    require(viewer, Permission.MODERATION_READ)
    wanted = (
        select(ModerationDecision, Submission, Round.title)
        .join(Submission, Submission.id == ModerationDecision.submission_id)
        .join(Round, Round.id == Submission.round_id)
        .options(joinedload(ModerationDecision.moderator))
        .order_by(ModerationDecision.id.desc())
    )
    if outcome is not None:
        wanted = wanted.where(ModerationDecision.outcome == outcome)
    return wanted if before_id is None else wanted.where(ModerationDecision.id < before_id)


def restrictions_on(kind: SubjectKind, ids: Collection[int]) -> dict[int, ModerationDecision]:
    """The newest restriction of each of these; the viewer was checked at them."""
    wanted = (
        select(ModerationDecision)
        .where(
            ModerationDecision.subject_kind == kind,
            ModerationDecision.subject_id.in_(ids),
            ModerationDecision.outcome.in_(RESTRICTIONS),
        )
        .order_by(ModerationDecision.id)
    )
    return {each.subject_id: each for each in db.session.scalars(wanted)}


def decisions_by_id(ids: Collection[int | None]) -> dict[int, ModerationDecision]:
    """These decisions, by their number; the viewer was checked at what names them."""
    wanted = select(ModerationDecision).where(ModerationDecision.id.in_(ids))
    return {each.id: each for each in db.session.scalars(wanted)}


def other_rounds(round_id: int) -> Sequence[Round]:
    """The rounds a contribution could be moved into, the newest first."""
    return db.session.scalars(
        select(Round).where(Round.id != round_id).order_by(Round.id.desc()).limit(100)
    ).all()
