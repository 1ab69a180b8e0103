"""The thread: links between things, added and superseded, never changed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum


class Relation(StrEnum):
    HANDED_IN = "handed_in"
    PUBLISHED = "published"
    REJECTED = "rejected"
    REDACTED = "redacted"
    CHANGE_ASKED = "change_asked"
    HIDDEN = "hidden"
    RESTORED = "restored"
    MOVED = "moved"
    SPLIT_INTO = "split_into"
    MERGED_INTO = "merged_into"
    COPIED_TO = "copied_to"
    CAME_FROM = "came_from"
    APPEALED = "appealed"
    APPEAL_DECIDED = "appeal_decided"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    CHANGE_REJECTED = "change_rejected"
    ANSWERED = "answered"
    GROUPED_UNDER = "grouped_under"
    PLACED_UNDER = "placed_under"
    PLACE_KEPT = "place_kept"
    OFF_TOPIC = "off_topic"
    PLACE_UNDONE = "place_undone"
    DESCRIBED_IN = "described_in"
    RECOMMENDED = "recommended"
    RECOMMENDED_WITH_TOPIC = "recommended_with_topic"


class TraceLink(Base):
    """`from` became, went into, or was answered by `to`, and why."""

    __tablename__ = "trace_link"
    __table_args__ = (
        Index("ix_trace_link_from", "from_kind", "from_id"),
        Index("ix_trace_link_to", "to_kind", "to_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_kind: Mapped[str] = mapped_column(String(40))
    from_id: Mapped[int]
    to_kind: Mapped[str] = mapped_column(String(40))
    to_id: Mapped[int]
    relation: Mapped[Relation] = mapped_column(portable_enum(Relation))
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("trace_link.id"))
