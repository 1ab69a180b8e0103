"""Meetings of the committee: when, what about, who was there, what came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.core.ids import new_public_id


class Presence(StrEnum):
    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"


class ItemResult(StrEnum):
    OPEN = "open"
    DISCUSSED = "discussed"
    DECIDED = "decided"
    PUT_OFF = "put_off"


class Meeting(Base):
    """One meeting. Once its minutes are approved, nothing of it changes."""

    __tablename__ = "meeting"
    __table_args__ = (Index("ix_meeting_starts_at_id", "starts_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, default=new_public_id)
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    guests: Mapped[str] = mapped_column(String(500), default="")
    """Who came besides the members, as a line of text."""
    sequence: Mapped[int] = mapped_column(default=0)
    """How often it was moved, for calendars."""
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)
    approved_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def may_be_changed(self) -> bool:
        return self.approved_at is None and self.cancelled_at is None


class AgendaItem(Base):
    """One point of the agenda, with what came of it."""

    __tablename__ = "agenda_item"
    __table_args__ = (Index("ix_agenda_item_meeting_id_position", "meeting_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int] = mapped_column(default=10)
    """Time planned for it."""
    url: Mapped[str] = mapped_column(String(200), default="")
    """Where the matter stands: a path of this site."""
    result: Mapped[ItemResult] = mapped_column(portable_enum(ItemResult), default=ItemResult.OPEN)
    record: Mapped[str] = mapped_column(Text, default="")
    """What was said and decided."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Attendance(Base):
    """Whether a member was there."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    presence: Mapped[Presence] = mapped_column(portable_enum(Presence))
    member: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class MinutesAddition(Base):
    """A correction of approved minutes: added, never changed."""

    __tablename__ = "minutes_addition"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meeting.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")
