"""Reading the inbox and the outbox."""

from sqlalchemy import func, select

from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.notifications.models import Notification


def unread_count(actor: Actor) -> int:
    """How many messages the actor has not read."""
    statement = select(func.count()).where(
        Notification.person_id == actor.id, Notification.read_at.is_(None)
    )
    return int(db.session.scalar(statement) or 0)
