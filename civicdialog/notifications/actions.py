"""Deeds around the inbox."""

from sqlalchemy import update

from civicdialog.accounts import queries as people
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.models import Notification


def mark_all_read(actor: Actor) -> None:
    """Note that the actor has seen every message there is."""
    require(actor, Permission.ACCOUNT_USE)
    db.session.execute(
        update(Notification)
        .where(Notification.person_id == actor.id, Notification.read_at.is_(None))
        .values(read_at=clock.now())
    )
    record(actor, Event.MESSAGES_READ, people.of_actor(actor))
