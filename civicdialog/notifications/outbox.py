"""Telling people: into the inbox on the site, and into the outbox for mail.

Both are rows of the transaction under way: no deed without its letter, no letter without its deed.
"""

from typing import Any

from civicdialog.accounts.models import Person
from civicdialog.core.db import after_commit, db
from civicdialog.core.ids import new_secret
from civicdialog.core.jobs import doorbell
from civicdialog.notifications.models import Letter, Notification

DELIVER = "deliver-mail"


def write_letter(to_email: str, kind: str, *, language: str, **facts: Any) -> Letter:
    """Put a letter into the outbox; it is written from templates/mail/<kind>.txt when it leaves."""
    letter = Letter(
        to_email=to_email,
        kind=kind,
        facts=facts,
        language=language,
        message_id=f"<{new_secret()}@civicdialog>",
    )
    db.session.add(letter)
    bell = doorbell()
    after_commit(lambda: bell.ring(DELIVER))
    return letter


def tell(person: Person, kind: str, *, url: str, **facts: Any) -> None:
    """Tell somebody what happened, in their inbox and by mail. `url` is a path of this site."""
    db.session.add(Notification(person_id=person.id, kind=kind, facts=facts, url=url))
    if not person.is_sample:
        write_letter(person.email, kind, language=person.language, url=url, **facts)
