"""Taking a public name off all pages, and giving it back. What was written stays where it is."""

from sqlalchemy import select

from civicdialog.accounts.models import Person
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.deciding import Reasons, decide, state_reasons, tell_author
from civicdialog.moderation.models import HiddenName, ModerationDecision, Outcome

NO_NAME = "N. N."
"""Nomen nominandum: what stands where a name was, in every language, until another is chosen."""


def hidden_name_of(person: Person) -> HiddenName | None:
    """The name that was taken away last, as long as no other was chosen since."""
    if person.public_name != NO_NAME:
        return None
    wanted = select(HiddenName).where(HiddenName.person_id == person.id)
    return db.session.scalar(wanted.order_by(HiddenName.id.desc()).limit(1))


def hide_name(actor: Actor, person: Person, reasons: Reasons) -> ModerationDecision:
    """Take the public name off all pages, and tell the person why. They may choose another one.

    :raise RuleBroken: if it is gone already
    """
    require(actor, Permission.PERSON_BLOCK, person)
    reasons = reasons.checked()
    if person.public_name == NO_NAME:
        raise RuleBroken(mark("This name is off the pages already."))
    name = person.public_name
    decision = decide(actor, person, Outcome.HIDDEN, reasons=reasons)
    db.session.add(HiddenName(decision_id=decision.id, person_id=person.id, name=name))
    person.public_name = NO_NAME
    db.session.flush()
    state_reasons(person, decision, name)
    record(actor, Event.NAME_HIDDEN, person, ground=reasons.ground.value)
    return decision


def give_name_back(
    actor: Actor, person: Person, note: str = "", *, reverses: ModerationDecision
) -> ModerationDecision:
    """Put the name back that a decision took away.

    :raise RuleBroken: if the person goes by another name now
    """
    require(actor, Permission.PERSON_BLOCK, person)
    held = hidden_name_of(person)
    if held is None or held.decision_id != reverses.id:
        raise RuleBroken(mark("This person goes by another name now."))
    person.public_name = held.name
    db.session.delete(held)
    db.session.flush()
    decision = decide(actor, person, Outcome.RESTORED, note=note.strip(), reverses=reverses)
    tell_author(
        person, "decision-undone", url="/my/account", title=held.name, note=decision.explanation
    )
    record(actor, Event.NAME_GIVEN_BACK, person)
    return decision
