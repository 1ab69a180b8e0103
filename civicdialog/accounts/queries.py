"""Finding people. For signing in and for the operator; pages show people through their deeds."""

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import joinedload

from civicdialog.accounts.models import OneTimeToken, Person, Purpose
from civicdialog.accounts.names import stored_address
from civicdialog.core.db import db
from civicdialog.core.ids import fingerprint
from civicdialog.core.permissions import Actor


def by_email(email: str) -> Person | None:
    """The person with this address, roles included."""
    return _one(Person.email == stored_address(email))


def of_actor(actor: Actor) -> Person:
    """The person who acts, roles included."""
    person = _one(Person.id == actor.id)
    if person is None:
        raise LookupError(actor)
    return person


# Asked by every request of somebody signed in and therefore composed once.
_BY_SESSION = (
    select(Person)
    .options(joinedload(Person.roles))
    .where(Person.id == bindparam("id"), Person.session_key == bindparam("session_key"))
)


def by_session(person_id: int, session_key: str) -> Person | None:
    """The person whose session this is, if it has not been ended."""
    values = {"id": person_id, "session_key": session_key}
    return db.session.scalars(_BY_SESSION, values).unique().one_or_none()


def token_by_secret(secret: str, purpose: Purpose) -> OneTimeToken | None:
    """The token behind a link in a letter, whatever became of it."""
    return (
        db.session.scalars(
            select(OneTimeToken)
            .options(joinedload(OneTimeToken.person).joinedload(Person.roles))
            .where(OneTimeToken.token_hash == fingerprint(secret), OneTimeToken.purpose == purpose)
        )
        .unique()
        .one_or_none()
    )


def _one(condition: ColumnElement[bool]) -> Person | None:
    statement = select(Person).options(joinedload(Person.roles)).where(condition)
    return db.session.scalars(statement).unique().one_or_none()
