"""Telling people: into the inbox on the site, and into the outbox for mail.

Both are rows of the transaction under way: no deed without its letter, no letter without its deed.
"""

from typing import Any

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.letters import DELIVER, write_letter
from civicdialog.notifications.choices import chosen, kind_of, stop_token
from civicdialog.notifications.models import Notification, Rhythm

__all__ = ["DELIVER", "tell", "write_letter"]


def tell(person: Person, kind: str, *, url: str, **facts: Any) -> None:
    """Tell somebody what happened, in their inbox, and by mail as often as they chose.

    `url` is a path of this site. What the other facts are called says templates/mail/<kind>.txt.
    """
    group = kind_of(kind)
    rhythm = chosen(person.id)[group.key]
    notification = Notification(person_id=person.id, kind=kind, facts=facts, url=url, rhythm=rhythm)
    db.session.add(notification)
    if rhythm is Rhythm.AT_ONCE and not person.is_sample:
        notification.mailed_at = clock.now()
        stop = f"/stop/{stop_token(person, group)}"
        write_letter(person.email, kind, language=person.language, url=url, stop=stop, **facts)
