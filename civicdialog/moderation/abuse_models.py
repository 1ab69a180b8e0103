"""What points to abuse: sums of a round and alarms, never a person.

Also the model behind the hint "others like this were not published", and whether it is shown.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.rounds.models import Round


class RoundHour(Base):
    """How many votes and guests a round had altogether when an hour was over. Kept for days."""

    __tablename__ = "round_hour"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("round.id", ondelete="CASCADE"), primary_key=True
    )
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """Its beginning."""
    votes: Mapped[int]
    guests: Mapped[int]


class BurstKind(StrEnum):
    VOTES = "votes"
    GUESTS = "guests"


class Burst(Base):
    """An hour, or several in a row, with far more votes or new guests than usual."""

    __tablename__ = "burst"
    __table_args__ = (UniqueConstraint("round_id", "kind", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    kind: Mapped[BurstKind] = mapped_column(portable_enum(BurstKind))
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    """The beginning of its last hour."""
    most: Mapped[int]
    """The most in one of its hours."""
    usual: Mapped[int]
    """The median of the days before."""
    alarm_from: Mapped[int]
    """From so many in an hour on it was an alarm."""
    round: Mapped[Round] = relationship(lazy="raise_on_sql")


class BallotCheck(Base):
    """How many ballots of a round look alike; rounded down to fives, so that nobody is pointed at."""

    __tablename__ = "ballot_check"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("round.id", ondelete="CASCADE"), primary_key=True
    )
    checked_at: Mapped[datetime] = mapped_column(default=clock.now)
    long_ballots: Mapped[int]
    """Ballots with so many answers that patterns mean something."""
    straight: Mapped[int]
    """Of these, ballots with the same answer everywhere."""
    identical: Mapped[int]
    """Of these, ballots that are the same as another one."""
    round: Mapped[Round] = relationship(lazy="raise_on_sql")


class RejectionModel(Base):
    """What a program learned from this city's own decisions, and how well it knows them."""

    __tablename__ = "rejection_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    decisions: Mapped[int]
    rejections: Mapped[int]
    auc: Mapped[float]
    """How often it puts a refused contribution above a published one; measured on unseen ones."""
    precision: Mapped[float]
    """How many of those it marks were in fact refused."""
    recall: Mapped[float]
    """How many of the refused it marks."""
    threshold: Mapped[float | None]
    """From this value on it marks a contribution; none: it is not good enough."""
    weights: Mapped[dict[str, Any]]


class Switch(Base):
    """Something moderators have turned on or off."""

    __tablename__ = "moderation_switch"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_on: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def id(self) -> str:
        """For the minutes."""
        return self.name
