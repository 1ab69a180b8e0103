"""Reading the inbox and the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, func, select

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.notifications.models import Letter, Notification

MOST_ATTEMPTS = 20
"""With growing delays about four days; then a letter stays where it is and `check` tells."""


# Stands on every page of somebody signed in and is therefore composed once.
_UNREAD = select(func.count()).where(
    Notification.person_id == bindparam("person_id"), Notification.read_at.is_(None)
)


def unread_count(actor: Actor) -> int:
    """How many messages the actor has not read."""
    return int(db.session.scalar(_UNREAD, {"person_id": actor.id}) or 0)


def visible_to(viewer: Actor) -> Select[Notification]:
    """The messages in the viewer's own inbox, newest first."""
    return (
        select(Notification)
        .where(Notification.person_id == viewer.id)
        .order_by(Notification.id.desc())
    )


def due_letters_unrestricted(moment: datetime) -> Select[int]:
    """Letters whose time has come, by id, the longest waiting first."""
    return (
        select(Letter.id)
        .where(
            Letter.sent_at.is_(None),
            Letter.try_after <= moment,
            Letter.attempts < MOST_ATTEMPTS,
        )
        .order_by(Letter.try_after, Letter.id)
    )


def overdue_letters() -> Sequence[Letter]:
    """Letters that should have left an hour ago, for the operator's check."""
    statement = (
        select(Letter)
        .where(Letter.sent_at.is_(None), Letter.created_at < clock.now() - timedelta(hours=1))
        .order_by(Letter.id)
        .limit(20)
    )
    return db.session.scalars(statement).all()


def latest_letters_unrestricted(count: int) -> Sequence[Letter]:
    """The letters written last, sent or not, for the mailbox page of development."""
    return db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(count)).all()
