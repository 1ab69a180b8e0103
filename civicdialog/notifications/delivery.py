"""Sending what lies in the outbox: by SMTP, or into files while no mail server is set.

A letter is claimed in one transaction, sent outside of any, and marked in another: a slow mail
server holds no lock. Whoever dies in between sends it again under the same Message-ID.
"""

import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from email.policy import EmailPolicy
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import update

from civicdialog.config import Settings
from civicdialog.core import clock
from civicdialog.core.db import db, transaction
from civicdialog.notifications.models import Letter
from civicdialog.notifications.queries import due_letters_unrestricted
from civicdialog.notifications.writing import as_message

log = structlog.get_logger("mail")

TIMEOUT = 15.0
LONGEST_DELAY = timedelta(hours=6)
_TLS_PORT = 465
_FOR_EYES = EmailPolicy(utf8=True, linesep="\n", max_line_length=0)

ABOUT_THIS_LETTER = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    ValueError,
)


def deliver_due_letters() -> int:
    """Send every letter whose time has come; how many left.

    When the mail server is away the rest waits for the next round; a letter that cannot be
    delivered for itself does not hold up the others.
    """
    settings: Settings = current_app.extensions["settings"]
    sent = 0
    for letter_id in db.session.scalars(due_letters_unrestricted(clock.now())).all():
        letter = _claim(letter_id)
        if letter is None:
            continue
        try:
            message = as_message(letter, readable=not settings.mail_host)
        except Exception as error:  # noqa: BLE001 (one broken letter must not stop the post)
            _note_failure(letter_id, error)
            continue
        try:
            _send(message, letter, settings)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _note_failure(letter_id, error)
            if not isinstance(error, ABOUT_THIS_LETTER):
                break
        else:
            _note_success(letter_id)
            sent += 1
    return sent


def delay_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 1, 2, 4, … minutes, at most six hours."""
    return min(timedelta(minutes=2 ** max(attempts - 1, 0)), LONGEST_DELAY)


def _claim(letter_id: int) -> Letter | None:
    """Take a letter for this attempt; None if another worker was quicker."""
    with transaction():
        letter = db.session.get(Letter, letter_id)
        if letter is None:
            return None
        moment = clock.now()
        claimed = db.session.scalar(
            update(Letter)
            .where(Letter.id == letter_id, Letter.sent_at.is_(None), Letter.try_after <= moment)
            .values(
                attempts=letter.attempts + 1,
                try_after=moment + delay_after(letter.attempts + 1),
            )
            .returning(Letter.id)
        )
        return letter if claimed else None


def _send(message: EmailMessage, letter: Letter, settings: Settings) -> None:
    if not settings.mail_host:
        _write_file(message, letter)
        return
    with _connection(settings) as server:
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password)
        server.send_message(message)


def _connection(settings: Settings) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if settings.mail_port == _TLS_PORT:
        return smtplib.SMTP_SSL(
            settings.mail_host, settings.mail_port, timeout=TIMEOUT, context=trusted
        )
    server = smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=TIMEOUT)
    if settings.mail_starttls:
        try:
            server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
    return server


def _write_file(message: EmailMessage, letter: Letter) -> None:
    """No mail server is set: put the letter into the instance folder, readable as it is."""
    folder = Path(current_app.instance_path) / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{clock.now():%Y%m%dT%H%M%S}-{letter.id:09d}-{letter.kind}.eml"
    path.write_bytes(message.as_bytes(policy=_FOR_EYES))
    log.info("letter written to a file", kind=letter.kind, file=path.name)


def _note_success(letter_id: int) -> None:
    with transaction():
        letter = db.session.get(Letter, letter_id)
        if letter is None:  # Its reader has deleted the account meanwhile.
            return
        letter.sent_at = clock.now()
        letter.last_error = ""


def _note_failure(letter_id: int, error: Exception) -> None:
    with transaction():
        letter = db.session.get(Letter, letter_id)
        if letter is None:
            return
        letter.last_error = f"{type(error).__name__}: {error}"[:500]
    # The text of the error may hold the address; the log does not.
    log.warning("letter not delivered", letter=letter_id, problem=type(error).__name__)
