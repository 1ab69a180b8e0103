"""Where somebody is signed in: one row for each place, found by the fingerprint of its key."""

from datetime import date, timedelta

from sqlalchemy import delete, update

from civicdialog.accounts.models import Person, PersonSession
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.ids import fingerprint, new_secret


def today() -> date:
    return clock.now().date()


def oldest_day(days: int) -> date:
    """A session last used before this day has ended."""
    return today() - timedelta(days=days)


def begin_session(person: Person, device: str) -> tuple[PersonSession, str]:
    """A new session and its key, which only the browser keeps."""
    key = new_secret()
    begun = PersonSession(
        person_id=person.id, key_hash=fingerprint(key), device=device, seen_on=today()
    )
    db.session.add(begun)
    db.session.flush()
    return begun, key


def end_sessions(person_id: int, *, but: int | None = None) -> None:
    """End every session of a person, or all others than one."""
    statement = delete(PersonSession).where(PersonSession.person_id == person_id)
    if but is not None:
        statement = statement.where(PersonSession.id != but)
    db.session.execute(statement.execution_options(synchronize_session=False))


def end_session(person_id: int, session_id: int | None) -> None:
    """End one session of a person; somebody else's stays."""
    db.session.execute(
        delete(PersonSession)
        .where(PersonSession.id == session_id, PersonSession.person_id == person_id)
        .execution_options(synchronize_session=False)
    )


def note_day(session_id: int) -> None:
    """Note that a session was used today."""
    db.session.execute(
        update(PersonSession)
        .where(PersonSession.id == session_id)
        .values(seen_on=today())
        .execution_options(synchronize_session=False)
    )
