"""Deeds around passkeys and the city's sign-in: adding and removing a way in, and using it."""

from datetime import datetime

from sqlalchemy import delete, func, select

from civicdialog.accounts import queries
from civicdialog.accounts.city_sign_in import CityIdentity
from civicdialog.accounts.letters import write_to
from civicdialog.accounts.models import ExternalIdentity, Passkey, Person
from civicdialog.accounts.names import refuse_official_name, stored_address, stored_name
from civicdialog.accounts.passkeys import NewPasskey
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require

MOST_PASSKEYS = 10
LONGEST_NAME = 60


def add_passkey(actor: Actor, made: NewPasskey, *, name: str) -> None:
    """Let the actor sign in with a key their device has made."""
    require(actor, Permission.ACCOUNT_USE)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise RuleBroken(
            mark("Please use between 1 and %(most)s characters."), field="name", most=LONGEST_NAME
        )
    if queries.passkey_by_credential(made.credential_id) is not None:
        raise RuleBroken(mark("This device has a passkey for an account here already."))
    mine = select(func.count()).select_from(Passkey).where(Passkey.person_id == actor.id)
    if (db.session.scalar(mine) or 0) >= MOST_PASSKEYS:
        raise RuleBroken(
            mark("You have %(most)s passkeys. Please remove one first."), most=MOST_PASSKEYS
        )
    person = queries.of_actor(actor)
    db.session.add(
        Passkey(
            person_id=person.id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=name,
        )
    )
    write_to(person, "way-in-added", url="/my/account", way="passkey")
    record(actor, Event.PASSKEY_ADDED, person)


def remove_passkey(actor: Actor, passkey_id: int) -> None:
    """Take one of the actor's own passkeys out of use."""
    require(actor, Permission.ACCOUNT_USE)
    gone = db.session.scalar(
        delete(Passkey)
        .where(Passkey.id == passkey_id, Passkey.person_id == actor.id)
        .returning(Passkey.id)
    )
    if gone is None:
        raise NotFound(passkey_id)
    record(actor, Event.PASSKEY_REMOVED, queries.of_actor(actor))


def admit_by_passkey(
    actor: Actor, credential_id: str, *, sign_count: int, asked_at: datetime
) -> Person | None:
    """Let somebody in whose passkey has signed what was `asked_at` that time.

    An answer to a question older than the key's last use is a repetition.
    """
    require(actor, Permission.PUBLIC)
    passkey = queries.passkey_by_credential(credential_id)
    if passkey is None or not passkey.person.may_sign_in:
        return None
    if passkey.used_at is not None and passkey.used_at > asked_at:
        return None
    passkey.sign_count = sign_count
    passkey.used_at = clock.now()
    record(actor, Event.PERSON_SIGNED_IN, passkey.person, way="passkey")
    return passkey.person


def admit_by_identity(actor: Actor, identity: CityIdentity) -> Person:
    """Let somebody in whom the city's service knows and who is linked to an account."""
    require(actor, Permission.PUBLIC)
    person = queries.by_identity(identity.issuer, identity.subject)
    if person is None:
        raise NotFound(identity.issuer)
    record(actor, Event.PERSON_SIGNED_IN, person, way="city")
    return person


def link_identity(actor: Actor, identity: CityIdentity) -> None:
    """Let the actor sign in with the city's service from now on."""
    require(actor, Permission.ACCOUNT_USE)
    person = queries.of_actor(actor)
    _link(person, identity)
    record(actor, Event.IDENTITY_LINKED, person)


def unlink_identity(actor: Actor, identity_id: int) -> None:
    """End the link between the actor's account and the city's service."""
    require(actor, Permission.ACCOUNT_USE)
    gone = db.session.scalar(
        delete(ExternalIdentity)
        .where(ExternalIdentity.id == identity_id, ExternalIdentity.person_id == actor.id)
        .returning(ExternalIdentity.id)
    )
    if gone is None:
        raise NotFound(identity_id)
    record(actor, Event.IDENTITY_UNLINKED, queries.of_actor(actor))


def known_by_address(identity: CityIdentity) -> Person | None:
    """The account with the address that the service has verified, if it is in use."""
    person = queries.by_email(identity.email) if identity.email else None
    return person if person is not None and person.may_sign_in else None


def link_by_address(actor: Actor, identity: CityIdentity) -> Person:
    """Link the account with the verified address and let its owner in.

    Whoever holds a role signs in the usual way first: a role needs more than an address.
    """
    require(actor, Permission.PUBLIC)
    person = known_by_address(identity)
    if person is None:
        raise NotFound(identity.issuer)
    if person.roles:
        raise RuleBroken(
            mark("Your account has a role. Please sign in with your password first, and link the "
                 "city account on the page of your account.")
        )  # fmt: skip
    _link(person, identity)
    record(actor, Event.IDENTITY_LINKED, person)
    return person


def register_by_identity(
    actor: Actor, identity: CityIdentity, public_name: str, *, language: str
) -> Person:
    """An account for somebody whose address the service has verified; it needs no password."""
    require(actor, Permission.PUBLIC)
    name = stored_name(public_name)
    refuse_official_name(name)
    if not identity.email or known_by_address(identity) is not None:
        raise NotFound(identity.issuer)
    email = stored_address(identity.email)
    values = {"email": email, "public_name": name, "language": language}
    db.session.execute(
        insert_into(Person).values(values).on_conflict_do_nothing(index_elements=["email"])
    )
    person = queries.by_email(email)
    if person is None:
        raise LookupError("just written, and gone")
    if person.roles:
        raise RuleBroken(
            mark("Your account has a role. Please finish it with the link we have sent you.")
        )
    person.public_name = name
    person.confirmed_at = clock.now()
    _link(person, identity)
    record(actor, Event.PERSON_CONFIRMED, person, way="city")
    return person


def _link(person: Person, identity: CityIdentity) -> None:
    """Write the link down; one city account belongs to one account here."""
    values = {
        "person_id": person.id,
        "issuer": identity.issuer,
        "subject": identity.subject,
        "created_at": clock.now(),
    }
    linked = db.session.scalar(
        insert_into(ExternalIdentity)
        .values(values)
        .on_conflict_do_nothing(index_elements=["issuer", "subject"])
        .returning(ExternalIdentity.id)
    )
    if linked is None:
        raise RuleBroken(mark("This city account belongs to another account here already."))
    write_to(person, "way-in-added", url="/my/account", way="city")
