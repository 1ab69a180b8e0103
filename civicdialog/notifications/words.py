"""What a message in the inbox says, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from civicdialog.core.i18n import mark
from civicdialog.notifications.models import Notification

# kind: (what happened, the words of the link)
WORDS: dict[str, tuple[str, str]] = {
    "submission-received": (
        mark("Your contribution “%(title)s” has arrived. It is being checked."),
        mark("Read your contribution"),
    ),
    "submission-published": (
        mark("Your contribution “%(title)s” is published."),
        mark("Read your contribution"),
    ),
    "submission-rejected": (
        mark("Your contribution “%(title)s” was not published."),
        mark("Read the reasons"),
    ),
}
OTHERS = (mark("There is news for you."), mark("Show"))


@dataclass(frozen=True)
class Message:
    """A message as the page shows it."""

    text: str
    link_text: str
    url: str
    at: datetime
    is_unread: bool


def message(notification: Notification) -> Message:
    """The message in words."""
    said, link = WORDS.get(notification.kind, OTHERS)
    facts: Mapping[str, Any] = {"title": "", **notification.facts}
    return Message(
        text=gettext(said) % facts,
        link_text=gettext(link),
        url=notification.url,
        at=notification.created_at,
        is_unread=notification.read_at is None,
    )
