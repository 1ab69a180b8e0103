"""Finding people. For signing in and for the operator; pages show people through their deeds."""

from datetime import date

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import joinedload

from civicdialog.accounts.models import (
    ExternalIdentity,
    OneTimeToken,
    Passkey,
    Person,
    PersonSession,
    Purpose,
)
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
_BY_KEY = (
    select(PersonSession)
    .options(joinedload(PersonSession.person, innerjoin=True).joinedload(Person.roles))
    .where(
        PersonSession.key_hash == bindparam("key_hash"),
        PersonSession.seen_on >= bindparam("since"),
    )
)


def session_by_key(key: str, *, since: date) -> PersonSession | None:
    """The session with this key and its person, unless it has ended or was not used for long."""
    values = {"key_hash": fingerprint(key), "since": since}
    return db.session.scalars(_BY_KEY, values).unique().one_or_none()


def sessions_of(actor: Actor) -> list[PersonSession]:
    """Where the actor is signed in, the newest first."""
    mine = select(PersonSession).where(PersonSession.person_id == actor.id)
    return list(db.session.scalars(mine.order_by(PersonSession.id.desc())))


def passkeys_of(actor: Actor) -> list[Passkey]:
    """The actor's passkeys, the oldest first."""
    mine = select(Passkey).where(Passkey.person_id == actor.id)
    return list(db.session.scalars(mine.order_by(Passkey.id)))


def identities_of(actor: Actor) -> list[ExternalIdentity]:
    """The actor's accounts at the city's sign-in service."""
    mine = select(ExternalIdentity).where(ExternalIdentity.person_id == actor.id)
    return list(db.session.scalars(mine.order_by(ExternalIdentity.id)))


def passkey_by_credential(credential_id: str) -> Passkey | None:
    """The passkey with this id, its person and their roles."""
    return (
        db.session.scalars(
            select(Passkey)
            .options(joinedload(Passkey.person).joinedload(Person.roles))
            .where(Passkey.credential_id == credential_id)
        )
        .unique()
        .one_or_none()
    )


def by_identity(issuer: str, subject: str) -> Person | None:
    """The person who is this at the city's sign-in service."""
    return _one(
        Person.id.in_(
            select(ExternalIdentity.person_id).where(
                ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject
            )
        )
    )


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
