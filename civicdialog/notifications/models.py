"""What a person is told: in the inbox on the site, and by mail (core/letters.py)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.core.ids import new_public_id
from civicdialog.core.letters import Letter

__all__ = ["ContactMessage", "Follow", "Letter", "Notification", "NotificationChoice", "Rhythm"]


class Rhythm(StrEnum):
    """How often somebody wants mail of one kind."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class Notification(Base):
    """One message in a person's inbox; its words are made from `kind` and `facts` when shown."""

    __tablename__ = "notification"
    __table_args__ = (
        Index(
            "ix_notification_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    url: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    rhythm: Mapped[Rhythm] = mapped_column(portable_enum(Rhythm), default=Rhythm.AT_ONCE)
    """When it goes out by mail."""
    mailed_at: Mapped[datetime | None]


class NotificationChoice(Base):
    """How often one person wants mail of one kind; without a row it is the kind's own rhythm."""

    __tablename__ = "notification_choice"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    rhythm: Mapped[Rhythm] = mapped_column(portable_enum(Rhythm))


class Follow(Base):
    """Somebody wants to hear of a round, a topic or a submission."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("person_id", "object_kind", "object_id"),
        Index("ix_follow_object", "object_kind", "object_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    told_until: Mapped[datetime | None]
    """What is older than this has been told."""


class ContactMessage(Base):
    """Somebody met a barrier on this site and said so; answered within a month."""

    __tablename__ = "contact_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(300), default="")
    """Where it happened, in the person's words."""
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(10), default="de")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    form_token: Mapped[str | None] = mapped_column(String(60), unique=True)
