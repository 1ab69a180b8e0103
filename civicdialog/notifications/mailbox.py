"""The mailbox of development: every letter on one page, so that links work without a mail server."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, page
from civicdialog.notifications import queries
from civicdialog.notifications.models import Letter
from civicdialog.notifications.writing import Written, write

dev_room = Room("mailbox", __name__)

SHOWN = 50


@dataclass(frozen=True)
class Piece:
    """A stretch of a letter: plain text, or a link to this site."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class ShownLetter:
    to_email: str
    subject: str
    pieces: tuple[Piece, ...]
    at: datetime
    sent_at: datetime | None
    last_error: str


@dev_room.route("/dev/mailbox", needs=Permission.PUBLIC)
def letters() -> Any:
    found = queries.latest_letters_unrestricted(SHOWN)
    return page("notifications/mailbox.html", letters=[_shown(letter) for letter in found])


def _shown(letter: Letter) -> ShownLetter:
    try:
        written = write(letter)
    except Exception as error:  # noqa: BLE001 (the page is there to find broken letters)
        written = Written(letter.kind, f"{type(error).__name__}: {error}")
    return ShownLetter(
        to_email=letter.to_email,
        subject=written.subject,
        pieces=_pieces(written.text, current_app.extensions["settings"].base_url),
        at=letter.created_at,
        sent_at=letter.sent_at,
        last_error=letter.last_error,
    )


def _pieces(text: str, base_url: str) -> tuple[Piece, ...]:
    """The text with links to this site cut out; they are made to work at any port."""
    parts = re.split(rf"({re.escape(base_url)}\S*)", text)
    return tuple(
        Piece(part, part.removeprefix(base_url) or "/")
        if part.startswith(base_url)
        else Piece(part)
        for part in parts
        if part
    )
