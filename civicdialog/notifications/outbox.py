"""Telling people: into the inbox on the site, and into the outbox for mail.

Both are rows of the transaction under way: no deed without its letter, no letter without its deed.
"""

from typing import Any

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.core.letters import DELIVER, write_letter
from civicdialog.notifications.models import Notification

__all__ = ["DELIVER", "tell", "write_letter"]


def tell(person: Person, kind: str, *, url: str, **facts: Any) -> None:
    """Tell somebody what happened, in their inbox and by mail. `url` is a path of this site.

    submission-received, submission-published: `title`. submission-rejected: `title`, `ground`,
    `explanation`.
    """
    db.session.add(Notification(person_id=person.id, kind=kind, facts=facts, url=url))
    if not person.is_sample:
        write_letter(person.email, kind, language=person.language, url=url, **facts)
