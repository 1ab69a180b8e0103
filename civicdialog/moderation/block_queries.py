"""Reading blocks, and what moderators should know of a person before they block."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.discussion.models import Argument
from civicdialog.moderation.models import (
    RESTRICTIONS,
    Block,
    ModerationDecision,
    SubjectKind,
)
from civicdialog.submissions.models import Submission

LARGEST_ID = 2**31 - 1


def person(viewer: Actor, public_id: str) -> Person:
    """Somebody with an account, for who may block people.

    :raise NotFound: if there is nobody of that name
    """
    require(viewer, Permission.PERSON_BLOCK)
    found = db.session.scalar(select(Person).where(Person.public_id == public_id))
    if found is None:
        raise NotFound(public_id)
    return found


@dataclass(frozen=True)
class Known:
    """What somebody has written here, and what was decided on it."""

    contributions: int
    arguments: int
    restricted: int
    blocks: int


def known_of(viewer: Actor, person: Person) -> Known:
    """How much of what somebody wrote was restricted."""
    require(viewer, Permission.PERSON_BLOCK)
    mine = select(Submission.id).where(Submission.author_id == person.id)
    said = select(Argument.id).where(Argument.author_id == person.id)
    restricted = select(func.count(ModerationDecision.subject_id.distinct())).where(
        ModerationDecision.outcome.in_(RESTRICTIONS),
        (ModerationDecision.subject_kind == SubjectKind.SUBMISSION)
        & ModerationDecision.subject_id.in_(mine)
        | (ModerationDecision.subject_kind == SubjectKind.ARGUMENT)
        & ModerationDecision.subject_id.in_(said),
    )
    counts = db.session.execute(
        select(
            select(func.count()).where(Submission.author_id == person.id).scalar_subquery(),
            select(func.count()).where(Argument.author_id == person.id).scalar_subquery(),
            restricted.scalar_subquery(),
            select(func.count()).where(Block.person_id == person.id).scalar_subquery(),
        )
    ).one()
    return Known(*counts)


def holding(viewer: Actor, after: int = 0) -> Select[Block, Person, ModerationDecision]:
    """The blocks that hold now with person and decision, in the order they began."""
    require(viewer, Permission.PERSON_BLOCK)
    return (
        select(Block, Person, ModerationDecision)
        .join(Person, Person.id == Block.person_id)
        .join(ModerationDecision, ModerationDecision.id == Block.decision_id)
        .options(joinedload(ModerationDecision.moderator))
        .where(Block.lifted_at.is_(None), Block.ends_at > clock.now(), Block.id > after)
        .order_by(Block.id)
    )


def one(viewer: Actor, block_id: int) -> tuple[Block, Person, ModerationDecision]:
    """One block that holds.

    :raise NotFound: if there is none, or no longer
    """
    wanted = holding(viewer).where(Block.id == min(block_id, LARGEST_ID))
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(block_id)
    block, person, decision = found
    return block, person, decision


@dataclass(frozen=True)
class OwnBlock:
    """Why somebody cannot write, and until when."""

    decision: ModerationDecision
    block: Block


def own(actor: Actor) -> OwnBlock | None:
    """The block that holds for the actor."""
    row = db.session.execute(
        select(ModerationDecision, Block)
        .join(Block, Block.decision_id == ModerationDecision.id)
        .where(Block.person_id == actor.id, Block.lifted_at.is_(None), Block.ends_at > clock.now())
        .order_by(Block.ends_at.desc())
        .limit(1)
    ).one_or_none()
    return OwnBlock(*row) if row else None
