"""Keeping a person from writing for a time. Reading, voting and objecting go on."""

from datetime import datetime, timedelta

from sqlalchemy import select

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.deciding import Reasons, decide, state_reasons, tell_author
from civicdialog.moderation.models import Block, ModerationDecision, Outcome

LONGEST = timedelta(days=184)


def block_of(person_id: int) -> Block | None:
    """The block that holds at this moment."""
    return db.session.scalar(
        select(Block)
        .where(Block.person_id == person_id, Block.lifted_at.is_(None), Block.ends_at > clock.now())
        .order_by(Block.ends_at.desc())
        .limit(1)
    )


def block(actor: Actor, person: Person, ends_at: datetime, reasons: Reasons) -> ModerationDecision:
    """Let a person write nothing until `ends_at`, and tell them why.

    :raise RuleBroken: if a block holds already, or `ends_at` has passed
    """
    require(actor, Permission.PERSON_BLOCK, person)
    reasons = reasons.checked()
    if ends_at <= clock.now():
        raise RuleBroken(mark("Please choose a day that is still to come."), field="ends_at")
    if ends_at > clock.now() + LONGEST:
        raise RuleBroken(mark("Nobody is blocked for more than half a year."), field="ends_at")
    if block_of(person.id) is not None:
        raise RuleBroken(mark("This person is blocked already."))
    decision = decide(actor, person, Outcome.BLOCKED, reasons=reasons)
    db.session.add(Block(decision_id=decision.id, person_id=person.id, ends_at=ends_at))
    person.blocked_until = ends_at
    db.session.flush()
    state_reasons(person, decision, "")
    record(actor, Event.PERSON_BLOCKED, person, ground=reasons.ground.value)
    return decision


def unblock(
    actor: Actor, person: Person, note: str = "", *, reverses: ModerationDecision | None = None
) -> ModerationDecision:
    """Let a person write again.

    :raise RuleBroken: if nothing keeps them from it
    """
    require(actor, Permission.PERSON_BLOCK, person)
    held = block_of(person.id)
    if held is None:
        raise RuleBroken(mark("Nothing keeps this person from writing."))
    held.lifted_at = clock.now()
    person.blocked_until = None
    db.session.flush()
    decision = decide(actor, person, Outcome.RESTORED, note=note.strip(), reverses=reverses)
    tell_author(
        person, "decision-undone", url="/my/contributions", title="", note=decision.explanation
    )
    record(actor, Event.PERSON_UNBLOCKED, person)
    return decision
