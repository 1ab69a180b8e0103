"""What is kept for a while only. Every period is a setting; the worker looks each minute.

Drafts, unread results and votes have rules of their own, in their rooms.
"""

from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from civicdialog.accounts.models import OneTimeToken, Person, PersonRole, PersonSession
from civicdialog.accounts.sessions import oldest_day
from civicdialog.config import Settings
from civicdialog.core import clock
from civicdialog.core.db import Base, db, forget_for_good, transaction
from civicdialog.core.letters import Letter
from civicdialog.moderation.models import Notice
from civicdialog.notifications.models import ContactMessage

FORGET = "forget-what-is-old"


def forget_what_is_old() -> None:
    """Delete what is kept no longer. Looks first: nothing old, no lock."""
    old = [rule for rule in _rules() if _applies(*rule)]
    addresses = _answered_long_ago()
    if not old and not _applies(Notice, addresses):
        return
    with transaction():
        forgotten = update(Notice).where(addresses).values(email="")
        db.session.execute(forgotten.execution_options(synchronize_session=False))
        for model, condition in old:
            statement = delete(model).where(condition)
            db.session.execute(statement.execution_options(synchronize_session=False))
        forget_for_good()


def _answered_long_ago() -> ColumnElement[bool]:
    """Reports that were answered: their text stays for the record, the address does not."""
    settings: Settings = current_app.extensions["settings"]
    long_ago = clock.now() - timedelta(days=settings.keep_contact_days)
    return and_(Notice.decided_at < long_ago, Notice.email != "")


def _applies(model: type[Base], condition: ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(select(exists().where(condition).select_from(model))))


def _rules() -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Which rows of which tables are too old now."""
    settings: Settings = current_app.extensions["settings"]
    now = clock.now()

    def before(days: int) -> object:
        return now - timedelta(days=days)

    has_role = exists().where(PersonRole.person_id == Person.id)
    has_link = exists().where(
        OneTimeToken.person_id == Person.id,
        OneTimeToken.used_at.is_(None),
        OneTimeToken.expires_at > now,
    )
    ended = or_(OneTimeToken.used_at.is_not(None), OneTimeToken.expires_at < now)
    return [
        # Whoever has been given a role was invited, and may take their time.
        (Person, and_(Person.confirmed_at.is_(None), ~has_role, ~has_link,
                      Person.created_at < before(settings.keep_unconfirmed_days))),
        (OneTimeToken, and_(ended, OneTimeToken.expires_at < before(settings.keep_tokens_days))),
        (PersonSession, PersonSession.seen_on < oldest_day(settings.keep_sessions_days)),
        (Letter, Letter.created_at < before(settings.keep_letters_days)),
        (ContactMessage, ContactMessage.answered_at < before(settings.keep_contact_days)),
    ]  # fmt: skip


def register(app: Flask) -> None:
    """Give the doorbell this duty."""
    app.extensions["doorbell"].add(FORGET, forget_what_is_old)
