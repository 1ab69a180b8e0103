"""Whether somebody may write. The moderation says so; rooms below it ask here."""

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor


def refuse_while_blocked(actor: Actor) -> None:
    """Go on only if the moderation does not keep the actor from writing at this moment.

    :raise RuleBroken: if it does
    """
    person = db.session.get(Person, actor.id) if actor.id is not None else None
    if person is None or person.blocked_until is None or person.blocked_until <= clock.now():
        return
    raise RuleBroken(
        mark("You cannot write here until %(day)s. Your messages say why, and how to object."),
        day=person.blocked_until.astimezone(city().zone).strftime("%d.%m.%Y"),
    )
