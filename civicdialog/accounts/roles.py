"""Rules about roles."""

from sqlalchemy import select

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Role


def refuse_last_admin(person: Person) -> None:
    """Somebody must be left who can give roles. Needs `roles` loaded.

    :raise RuleBroken: if this person is the only administrator
    """
    if Role.ADMIN not in {grant.role for grant in person.roles}:
        return
    # Of two administrators who leave at the same time the second one waits here.
    admins = db.session.scalars(
        select(PersonRole.person_id).where(PersonRole.role == Role.ADMIN).with_for_update()
    )
    if set(admins) <= {person.id}:
        raise RuleBroken(
            mark("You are the only administrator. Please give this role to somebody else first.")
        )
