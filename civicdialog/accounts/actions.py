"""Deeds around accounts. Passwords arrive here hashed: hashing is slow and must not hold a lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, update

from civicdialog.accounts import queries
from civicdialog.accounts.hashing import hash_password
from civicdialog.accounts.letters import write_to
from civicdialog.accounts.models import OneTimeToken, Person, PersonRole, Purpose
from civicdialog.accounts.names import refuse_official_name, stored_address, stored_name
from civicdialog.accounts.passwords import check_password
from civicdialog.accounts.roles import refuse_last_admin
from civicdialog.accounts.sessions import end_session, end_sessions
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.city import city
from civicdialog.core.db import db, forget_for_good, insert_into
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import fingerprint, new_secret
from civicdialog.core.letters import Letter, secret_of
from civicdialog.core.permissions import GRANTABLE_ROLES, Actor, Permission, Role, require

GOOD_FOR = {Purpose.CONFIRM: timedelta(hours=48), Purpose.RESET: timedelta(hours=1)}
_PATHS = {Purpose.CONFIRM: "/confirm/{secret}", Purpose.RESET: "/reset-password/{secret}"}


@dataclass(frozen=True)
class Registration:
    email: str
    public_name: str


@dataclass(frozen=True)
class Profile:
    """What a person may change about themselves."""

    public_name: str
    language: str


@dataclass(frozen=True)
class _Nobody:
    """The subject of an entry about an address nobody has; the address itself is not noted."""

    __tablename__ = "person"
    id: int = 0


def register_person(actor: Actor, registration: Registration, *, language: str) -> None:
    """Begin an account; whoever reads the mailbox finishes it. A known address gets a letter."""
    require(actor, Permission.PUBLIC)
    name = stored_name(registration.public_name)
    refuse_official_name(name)
    email = stored_address(registration.email)
    # The same statements whether or not the address is known: the time taken tells nothing.
    values = {"email": email, "public_name": name, "language": language}
    db.session.execute(
        insert_into(Person).values(values).on_conflict_do_nothing(index_elements=["email"])
    )
    person = _known(email)
    if person.may_sign_in:
        write_to(person, "already-registered", url="/sign-in")
    else:
        if not person.roles:
            person.public_name = name
        _send_link(person, Purpose.CONFIRM, "confirm")
    record(actor, Event.PERSON_REGISTERED, person)


def confirm_person(actor: Actor, secret: str, *, password_hash: str) -> Person:
    """Finish an account with the link from the letter and a password."""
    require(actor, Permission.PUBLIC)
    person = _spend(secret, Purpose.CONFIRM)
    person.confirmed_at = clock.now()
    _set_password(person, password_hash)
    record(actor, Event.PERSON_CONFIRMED, person)
    return person


def create_person(
    actor: Actor,
    *,
    email: str,
    public_name: str,
    password: str = "",
    roles: Iterable[Role] = (),
    discipline: str = "",
    is_sample: bool = False,
) -> Person:
    """Create an account for somebody, or give roles to the one there is.

    Without a password the person gets a letter with a link. The password of an account in use
    stays as it is.
    """
    require(actor, Permission.PERSON_CREATE)
    person = queries.by_email(email)
    if person is None:
        person = Person(
            email=stored_address(email),
            public_name=stored_name(public_name),
            language=city().languages[0],
            is_sample=is_sample,
            roles=[],
        )
        db.session.add(person)
        db.session.flush()
        record(actor, Event.PERSON_CREATED, person)
    if not person.may_sign_in:
        if password:
            if not is_sample:
                check_password(password, email=person.email, public_name=person.public_name)
            person.confirmed_at = clock.now()
            _set_password(person, hash_password(password))
        else:
            _send_link(person, Purpose.CONFIRM, "confirm")
    for role in roles:
        grant_role(actor, person, role, discipline=discipline)
    return person


def grant_role(actor: Actor, person: Person, role: Role, *, discipline: str = "") -> None:
    """Give a role to somebody; giving it twice changes nothing. Needs `roles` loaded."""
    require(actor, Permission.PERSON_CREATE)
    if role not in GRANTABLE_ROLES:
        raise RuleBroken(mark("This role cannot be given to anybody."), field="roles")
    if role in {grant.role for grant in person.roles}:
        return
    person.roles.append(
        PersonRole(role=role, discipline=discipline if role is Role.COMMITTEE else "")
    )
    record(actor, Event.ROLE_GRANTED, person, role=role)


def revoke_role(actor: Actor, person: Person, role: Role) -> None:
    """Take a role from somebody and end their sessions. Needs `roles` loaded."""
    require(actor, Permission.PERSON_CREATE)
    grant = next((grant for grant in person.roles if grant.role is role), None)
    if grant is None:
        raise RuleBroken(mark("This person does not have this role."), field="roles")
    if role is Role.ADMIN:
        refuse_last_admin(person)
    person.roles.remove(grant)
    db.session.delete(grant)
    end_sessions(person.id)
    record(actor, Event.ROLE_REVOKED, person, role=role)


def admit_person(
    actor: Actor, email: str, *, proven_hash: str | None, better_hash: str | None = None
) -> Person | None:
    """Let somebody in whose password matched `proven_hash`; None means nobody was let in."""
    require(actor, Permission.PUBLIC)
    person = queries.by_email(email)
    if person is None or proven_hash is None or person.password_hash != proven_hash:
        record(actor, Event.PERSON_REFUSED, person or _Nobody())
        return None
    person.password_hash = better_hash or proven_hash
    record(actor, Event.PERSON_SIGNED_IN, person)
    return person


def sign_out_person(actor: Actor, session_id: int | None) -> None:
    """End the actor's session, so that a copied cookie is worth nothing."""
    require(actor, Permission.ACCOUNT_USE)
    person = queries.of_actor(actor)
    end_session(person.id, session_id)
    record(actor, Event.PERSON_SIGNED_OUT, person)


def sign_out_elsewhere(actor: Actor, *, here: int | None, session_id: int | None = None) -> None:
    """End one other session of the actor, or all others than the one `here`."""
    require(actor, Permission.ACCOUNT_USE)
    person = queries.of_actor(actor)
    if session_id is None:
        end_sessions(person.id, but=here)
    else:
        end_session(person.id, session_id)
    record(actor, Event.PERSON_SIGNED_OUT, person, elsewhere=True)


def change_profile(actor: Actor, profile: Profile) -> None:
    """Change the name others read, or the language of letters."""
    require(actor, Permission.ACCOUNT_USE)
    person = queries.of_actor(actor)
    name = stored_name(profile.public_name)
    if name != person.public_name and not person.roles:
        refuse_official_name(name)
    if profile.language not in (*city().languages, *city().simple_languages):
        raise RuleBroken(mark("This language is not offered."), field="language")
    person.public_name, person.language = name, profile.language
    record(actor, Event.PERSON_CHANGED, person)


def take_own_data(actor: Actor) -> Person:
    """Note that the actor takes a copy of everything stored about them."""
    require(actor, Permission.ACCOUNT_USE)
    person = queries.of_actor(actor)
    record(actor, Event.PERSON_EXPORTED, person)
    return person


def erase_person(actor: Actor, *, texts: str) -> None:
    """Delete the actor's account for good; what rooms above know of them has been dealt with.

    The minutes keep the number of the account and what became of the `texts`.
    """
    require(actor, Permission.ACCOUNT_USE)
    person = queries.of_actor(actor)
    refuse_last_admin(person)
    record(actor, Event.PERSON_ERASED, person, texts=texts)
    db.session.flush()
    db.session.execute(delete(Letter).where(Letter.to_email == person.email))
    gone = delete(Person).where(Person.id == person.id)
    db.session.execute(gone.execution_options(synchronize_session=False))
    forget_for_good()


def ask_reset(actor: Actor, email: str) -> None:
    """Send a link for a new password, if somebody has this address."""
    require(actor, Permission.PUBLIC)
    person = queries.by_email(email)
    if person is not None and person.may_sign_in:
        _send_link(person, Purpose.RESET, "reset")
    elif person is not None:
        _send_link(person, Purpose.CONFIRM, "confirm")
    record(actor, Event.PASSWORD_RESET_ASKED, person or _Nobody())


def reset_password(actor: Actor, secret: str, *, password_hash: str) -> Person:
    """Set a new password with the link from the letter; all sessions end."""
    require(actor, Permission.PUBLIC)
    person = _spend(secret, Purpose.RESET)
    _set_password(person, password_hash)
    write_to(person, "password-changed", url="/reset-password")
    record(actor, Event.PASSWORD_CHANGED, person)
    return person


def change_password(actor: Actor, *, proven_hash: str | None, password_hash: str) -> Person:
    """Set a new password for the actor, who proved to know the present one; all sessions end.

    :raise RuleBroken: if the present password was wrong
    """
    require(actor, Permission.ACCOUNT_USE)
    person = queries.of_actor(actor)
    if proven_hash is None or person.password_hash != proven_hash:
        raise RuleBroken(mark("Your present password is not right."), field="present")
    _set_password(person, password_hash)
    write_to(person, "password-changed", url="/reset-password")
    record(actor, Event.PASSWORD_CHANGED, person)
    return person


def _known(email: str) -> Person:
    person = queries.by_email(email)
    if person is None:
        raise LookupError("just written, and gone")
    return person


def _set_password(person: Person, password_hash: str) -> None:
    person.password_hash = password_hash
    end_sessions(person.id)
    _end_links(person, *Purpose)


def _end_links(person: Person, *purposes: Purpose) -> None:
    db.session.execute(
        update(OneTimeToken)
        .where(
            OneTimeToken.person_id == person.id,
            OneTimeToken.purpose.in_(purposes),
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )


def _send_link(person: Person, purpose: Purpose, kind: str) -> None:
    """Write a letter with a link; earlier links for the same purpose end."""
    _end_links(person, purpose)
    seed = new_secret()
    db.session.add(
        OneTimeToken(
            person_id=person.id,
            purpose=purpose,
            token_hash=fingerprint(secret_of(seed)),
            expires_at=clock.now() + GOOD_FOR[purpose],
        )
    )
    hours = int(GOOD_FOR[purpose] / timedelta(hours=1))
    write_to(person, kind, url=_PATHS[purpose], seed=seed, hours=hours)


def _spend(secret: str, purpose: Purpose) -> Person:
    """Use up a token; of two who try at the same time, one succeeds."""
    token = queries.token_by_secret(secret, purpose)
    if token is None:
        raise NotFound(purpose)
    moment = clock.now()
    spent = db.session.scalar(
        update(OneTimeToken)
        .where(
            OneTimeToken.id == token.id,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > moment,
        )
        .values(used_at=moment)
        .returning(OneTimeToken.id)
    )
    if spent is None:
        raise RuleBroken(mark("This link has been used or has expired. Please ask for a new one."))
    return token.person
