"""Ratings by criteria: what the committee asks, of which contribution, and what each member says."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.submissions.models import Submission

LOWEST, MIDDLE, HIGHEST = 1, 3, 5


class Axis(StrEnum):
    """What a criterion tells in the picture of benefit, risk and effort."""

    BENEFIT = "benefit"
    RISK = "risk"
    EFFORT = "effort"
    NONE = "none"


class RatingCriterion(Base):
    """One question to the members, answered from 1 to 5. Fixed as soon as somebody has answered."""

    __tablename__ = "rating_criterion"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    meaning: Mapped[str] = mapped_column(String(300), default="")
    low: Mapped[str] = mapped_column(String(120))
    """What 1 means."""
    high: Mapped[str] = mapped_column(String(120))
    """What 5 means."""
    axis: Mapped[Axis] = mapped_column(portable_enum(Axis), default=Axis.NONE)
    closed_at: Mapped[datetime | None]
    """From then on it is no longer asked; what was answered stays."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RatingItem(Base):
    """A contribution the committee rates; sealed until it is opened."""

    __tablename__ = "rating_item"
    __table_args__ = (Index("ix_rating_item_round_id_id", "round_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), unique=True
    )
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_at: Mapped[datetime | None]
    opening_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was opened before everybody had rated; empty if everybody had."""
    opened_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)
    submission: Mapped[Submission] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None


class RatingSheet(Base):
    """What one member says of one contribution, or why they do not rate it."""

    __tablename__ = "rating_sheet"
    __table_args__ = (UniqueConstraint("item_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("rating_item.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    note: Mapped[str] = mapped_column(Text)
    is_biased: Mapped[bool] = mapped_column(default=False)
    """The member does not rate, because something ties them to the matter."""
    given_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    member: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Rating(Base):
    """One answer from 1 to 5. None is there where the member cannot judge."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint("value BETWEEN 1 AND 5", name="from_one_to_five"),)

    sheet_id: Mapped[int] = mapped_column(
        ForeignKey("rating_sheet.id", ondelete="CASCADE"), primary_key=True
    )
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("rating_criterion.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    value: Mapped[int]
