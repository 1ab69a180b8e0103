"""Proposed AI applications under examination: their profile, and their screening.

Ratings and recommendations stand in `deliberation_models`, reports in `report_models`.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.committee.screening_questions import RiskClass
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum

REVIEWERS = 2


class Application(Base):
    """Where the examination of one published proposal stands; made with the first step of it."""

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), unique=True
    )
    gap_count: Mapped[int | None]
    """Fields of the newest profile that nobody knows anything about; none without a profile."""
    profile_count: Mapped[int] = mapped_column(default=0)
    """How many versions of the profile there are: the number of the newest one."""
    released_number: Mapped[int | None]
    """The version of the profile that everybody may read."""
    questionnaire: Mapped[str] = mapped_column(String(20), default="")
    """The version of the questions it is, or was last, screened with."""
    begun_count: Mapped[int] = mapped_column(default=0)
    finished_count: Mapped[int] = mapped_column(default=0)
    risk_class: Mapped[RiskClass | None] = mapped_column(portable_enum(RiskClass))
    """The stricter of two opinions, once both are there."""
    is_disputed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_screened(self) -> bool:
        return self.finished_count >= REVIEWERS


class ProfileVersion(Base):
    """One state of a profile. Added, never changed, except for its release."""

    __tablename__ = "profile_version"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    number: Mapped[int]
    fields: Mapped[dict[str, Any]]
    """What is known, by field; what is unknown is empty."""
    said: Mapped[list[Any]]
    """The fields that still hold what the citizen said."""
    reason: Mapped[str] = mapped_column(Text, default="")
    editor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    screened: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the screening said when this version was released; empty if it had not ended."""
    editor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[editor_id])


class Screening(Base):
    """What one reviewer answered to one version of the questions. Kept when a newer one comes."""

    __tablename__ = "screening"
    __table_args__ = (
        UniqueConstraint("application_id", "questionnaire", "seat"),
        UniqueConstraint("application_id", "questionnaire", "reviewer_id"),
        CheckConstraint("seat BETWEEN 1 AND 2", name="two_reviewers"),
        CheckConstraint("own_class IS NULL OR reason <> ''", name="another_opinion_has_reasons"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    questionnaire: Mapped[str] = mapped_column(String(20))
    seat: Mapped[int]
    reviewer_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`yes`, `no` or `unknown` by question."""
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Remarks, by step."""
    computed_class: Mapped[RiskClass | None] = mapped_column(portable_enum(RiskClass))
    """What follows from the answers, kept when the reviewer has finished."""
    own_class: Mapped[RiskClass | None] = mapped_column(portable_enum(RiskClass))
    """Where the reviewer sees it differently from what follows from the answers."""
    reason: Mapped[str] = mapped_column(Text, default="")
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    reviewer: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def opinion(self) -> RiskClass | None:
        """The class this reviewer stands for."""
        return self.own_class or self.computed_class


class DutyDate(Base):
    """When duties begin, as the office knows it now. Added, never changed; the newest one holds."""

    __tablename__ = "duty_date"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), index=True)
    applies_on: Mapped[date]
    as_of: Mapped[date]
    source: Mapped[str] = mapped_column(Text)
    editor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
