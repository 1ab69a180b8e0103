"""Reading what waits for a decision, and the decisions taken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, exists, func, select, tuple_
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
from civicdialog.submissions.models import (
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)

ORDER = (Submission.created_at, Submission.id)


def visible_to(viewer: Actor) -> Select[Submission]:
    """All contributions: moderators see everything, others nothing of this room."""
    require(viewer, Permission.MODERATION_READ)
    return select(Submission)


def queue(viewer: Actor, round_id: int | None = None) -> Select[Submission]:
    """What waits for a decision, the oldest first, with author and round."""
    waiting = visible_to(viewer).where(
        Submission.status == Status.PENDING, ~Submission.awaits_author
    )
    if round_id is not None:
        waiting = waiting.where(Submission.round_id == round_id)
    with_names = waiting.options(joinedload(Submission.author), joinedload(Submission.round))
    return with_names.order_by(*ORDER)


def queue_after(viewer: Actor, public_id: str, round_id: int | None = None) -> Select[Submission]:
    """The queue from behind one contribution on, whether that one still waits or not."""
    if not set(public_id) <= frozenset(ALPHABET):
        return queue(viewer, round_id)
    place = select(*ORDER).where(Submission.public_id == public_id)
    return queue(viewer, round_id).where(tuple_(*ORDER) > place.scalar_subquery())


def awaiting_author(viewer: Actor) -> Select[Submission]:
    """What its author was asked to change, the oldest first."""
    wanted = visible_to(viewer).where(Submission.status == Status.PENDING, Submission.awaits_author)
    return wanted.options(joinedload(Submission.round)).order_by(*ORDER)


def next_to_decide(
    viewer: Actor, decided: Submission, round_id: int | None = None
) -> Submission | None:
    """The next in the queue that the viewer may decide on; after the last comes the first."""
    for waiting in (queue_after(viewer, decided.public_id, round_id), queue(viewer, round_id)):
        not_own = waiting.where(Submission.author_id.is_distinct_from(viewer.id))
        found = db.session.scalar(not_own.where(Submission.id != decided.id).limit(1))
        if found is not None:
            return found
    return None


ChangeThatWaits = Row[tuple[SubmissionRevision, Submission]]


def changes_that_wait(viewer: Actor) -> Select[SubmissionRevision, Submission]:
    """Changes of published contributions that nobody has decided on, the oldest first."""
    require(viewer, Permission.MODERATION_READ)
    return (
        select(SubmissionRevision, Submission)
        .join(Submission, Submission.id == SubmissionRevision.submission_id)
        .options(joinedload(Submission.author), joinedload(Submission.round))
        .where(
            SubmissionRevision.state == RevisionState.WAITING,
            Submission.status == Status.PUBLISHED,
        )
        .order_by(SubmissionRevision.id)
    )


def is_read(submission_id: int) -> bool:
    """Whether somebody has decided on a contribution before."""
    wanted = select(ModerationDecision.id).where(
        ModerationDecision.subject_kind == SubjectKind.SUBMISSION,
        ModerationDecision.subject_id == submission_id,
    )
    return db.session.scalar(wanted.limit(1)) is not None


def unread(viewer: Actor) -> Select[Submission]:
    """What was published at once and nobody from the moderation has read, the oldest first."""
    decided = exists().where(
        ModerationDecision.subject_kind == SubjectKind.SUBMISSION,
        ModerationDecision.subject_id == Submission.id,
    )
    return (
        visible_to(viewer)
        .join(Round, Round.id == Submission.round_id)
        .where(
            Submission.status == Status.PUBLISHED,
            Submission.source_id.is_(None),
            ~Round.submissions_wait,
            ~decided,
        )
        .order_by(*ORDER)
    )


@dataclass(frozen=True)
class Waiting:
    """How much waits in a round, and since when."""

    round_id: int
    slug: str
    title: str
    count: int
    oldest_at: datetime


def waiting_by_round(viewer: Actor) -> list[Waiting]:
    """The rounds in which something waits."""
    numbers = (
        visible_to(viewer)
        .with_only_columns(
            Round.id,
            Round.slug,
            Round.title,
            func.count(Submission.id),
            func.min(Submission.created_at, type_=Submission.created_at.type),
        )
        .join(Round, Round.id == Submission.round_id)
        .where(Submission.status == Status.PENDING, ~Submission.awaits_author)
        .group_by(Round.id, Round.slug, Round.title)
        .order_by(Round.id)
    )
    return [Waiting(*row) for row in db.session.execute(numbers)]


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
