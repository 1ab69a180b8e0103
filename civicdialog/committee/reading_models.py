"""What the reading room keeps: visits, and summaries with the proof of what they leave out."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.committee.summary_coverage import Gap
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum


class ReadingVisit(Base):
    """Up to when somebody has read what is new in a round."""

    __tablename__ = "reading_visit"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    round_id: Mapped[int] = mapped_column(
        ForeignKey("round.id", ondelete="CASCADE"), primary_key=True
    )
    read_until: Mapped[datetime]


class TopicSummary(Base):
    """One version of a topic's summary by people. Added, never changed, except for its sign-off."""

    __tablename__ = "topic_summary"
    __table_args__ = (UniqueConstraint("round_id", "topic_key", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    topic_key: Mapped[int]
    number: Mapped[int]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("cluster_run.id", ondelete="SET NULL"))
    """The version of the topics it was written from."""
    machine: Mapped[list[Any]]
    """The machine's sentences then: `{"text": …, "submission_id": …}`."""
    sentences: Mapped[list[Any]]
    """`{"text": …, "sources": [{"submission_id": …, "quote": …}]}`"""
    members: Mapped[list[Any]]
    """Ids of the contributions the topic had then: others make the text outdated."""
    represented_count: Mapped[int]
    """How many of them a sentence speaks for."""
    editor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    editor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[editor_id])
    signed_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[signed_by_id]
    )


class CoverageTick(Base):
    """Somebody has read a contribution the summary does not speak for, and says why it may not.

    Only added to. It holds for later versions of the text, until the contribution is changed.
    """

    __tablename__ = "coverage_tick"
    __table_args__ = (Index("ix_coverage_tick_topic", "round_id", "topic_key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    topic_key: Mapped[int]
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )
    gap: Mapped[Gap] = mapped_column(portable_enum(Gap))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")
