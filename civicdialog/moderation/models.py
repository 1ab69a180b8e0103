"""Decisions of moderators with their reasons. Never changed, only followed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum


class Outcome(StrEnum):
    PUBLISHED = "published"
    REJECTED = "rejected"


class Ground(StrEnum):
    """The dialogue rule a rejection refers to."""

    OFF_TOPIC = "off_topic"
    DUPLICATE = "duplicate"
    PERSONAL_DATA = "personal_data"
    INSULT = "insult"
    DISCRIMINATION = "discrimination"
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"
    UNINTELLIGIBLE = "unintelligible"


class ModerationDecision(Base):
    """What was decided on a submission, by whom, when, and why."""

    __tablename__ = "moderation_decision"
    __table_args__ = (
        CheckConstraint(
            "outcome = 'published' OR (ground IS NOT NULL AND explanation <> '')",
            name="a_restriction_has_reasons",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )
    moderator_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    decided_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    outcome: Mapped[Outcome] = mapped_column(portable_enum(Outcome))
    ground: Mapped[Ground | None] = mapped_column(portable_enum(Ground))
    explanation: Mapped[str] = mapped_column(Text, default="")
    automated: Mapped[bool] = mapped_column(default=False)
    """Whether a machine had a part in the decision."""
    moderator: Mapped[Person | None] = relationship(lazy="raise_on_sql")
