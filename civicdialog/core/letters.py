"""The outbox for mail: a letter is a row of the transaction that caused it, and leaves after it.

Secret links are not written down: the row holds a seed, and only together with the site's secret
key does the seed become the link. A copy of the database alone opens nothing.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.core import clock
from civicdialog.core.db import Base, db
from civicdialog.core.ids import new_secret
from civicdialog.core.jobs import ring_later

DELIVER = "deliver-mail"


class Letter(Base):
    """A mail to send once the deed that caused it is committed. Written when it is sent."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    to_email: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(60))
    """The template: templates/mail/<kind>.txt, whose first line is the subject."""
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(String(10), default="de")
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    try_after: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


def write_letter(to_email: str, kind: str, *, language: str, **facts: Any) -> Letter:
    """Put a letter into the outbox; it is written from templates/mail/<kind>.txt when it leaves.

    `url` among the facts is a path of this site; `{secret}` in it stands for the secret of `seed`.
    """
    host = urlsplit(current_app.extensions["settings"].base_url).hostname
    letter = Letter(
        to_email=to_email,
        kind=kind,
        facts=facts,
        language=language,
        message_id=f"<{new_secret()}@{host}>",
    )
    db.session.add(letter)
    ring_later(DELIVER)
    return letter


def secret_of(seed: str) -> str:
    """The secret a seed stands for, known only to who holds the site's secret key."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.digest(key, b"secret of a letter:" + seed.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")
