"""Barriers people report: who may answer, until when, and how the clock is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import fingerprint
from civicdialog.core.letters import write_letter
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.models import ContactMessage

LONGEST = 4_000
TIME_TO_ANSWER = timedelta(days=30)
"""Within a month: § 16d BGG LSA."""
SOON = timedelta(days=7)


@dataclass(frozen=True)
class ContactDraft:
    """What somebody wants to tell the city about a barrier."""

    text: str
    page: str = ""
    email: str = ""


def send_message(
    actor: Actor, draft: ContactDraft, *, language: str, form_token: str
) -> ContactMessage:
    """Report a barrier; sending the same form twice makes one message."""
    require(actor, Permission.PUBLIC)
    token = fingerprint(form_token)[:60]
    sent_before = _with_token(token)
    if sent_before is not None:
        return sent_before
    text = draft.text.strip()
    if not text:
        raise RuleBroken(mark("Please say what hindered you."), field="text")
    if len(text) > LONGEST:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="text", most=LONGEST
        )
    message = ContactMessage(
        text=text,
        page=draft.page,
        email=draft.email,
        language=language,
        due_at=clock.now() + TIME_TO_ANSWER,
        form_token=token,
    )
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:
        sent_meanwhile = _with_token(token)
        if sent_meanwhile is None:
            raise
        return sent_meanwhile
    record(actor, Event.CONTACT_SENT, message)
    return message


def _with_token(token: str) -> ContactMessage | None:
    return db.session.scalar(select(ContactMessage).where(ContactMessage.form_token == token))


def answer_message(actor: Actor, message: ContactMessage, answer: str) -> None:
    """Answer once; the answer goes out by mail if there is an address."""
    require(actor, Permission.CONTACT_ANSWER)
    answer = answer.strip()
    if message.answered_at is not None:
        raise RuleBroken(mark("Somebody has answered this already."))
    if not answer:
        raise RuleBroken(mark("Please write an answer."), field="answer")
    if len(answer) > LONGEST:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="answer", most=LONGEST
        )
    message.answer, message.answered_at = answer, clock.now()
    message.answered_by_id = actor.id
    record(actor, Event.CONTACT_ANSWERED, message)
    if message.email:
        write_letter(
            message.email,
            "contact-answered",
            language=message.language,
            url="/legal/accessibility",
            explanation=answer,
        )


def waiting() -> Select[ContactMessage]:
    """What nobody has answered yet, the one due first on top."""
    return (
        select(ContactMessage)
        .where(ContactMessage.answered_at.is_(None))
        .order_by(ContactMessage.due_at, ContactMessage.id)
    )


def answered() -> Select[ContactMessage]:
    """What has been answered, the newest first."""
    return (
        select(ContactMessage)
        .where(ContactMessage.answered_at.is_not(None))
        .order_by(ContactMessage.answered_at.desc(), ContactMessage.id.desc())
    )


def by_public_id(public_id: str) -> ContactMessage:
    """One message, for staff.

    :raise NotFound: if there is none
    """
    found = db.session.scalar(select(ContactMessage).where(ContactMessage.public_id == public_id))
    if found is None:
        raise NotFound(public_id)
    return found


def due_soon_count(moment: datetime) -> int:
    """How many have to be answered within a week, or should have been already."""
    unanswered = select(func.count(ContactMessage.id)).where(ContactMessage.answered_at.is_(None))
    return int(db.session.scalar(unanswered.where(ContactMessage.due_at < moment + SOON)) or 0)
