"""Participation and votes. A vote hangs on the participation, never on the account.

When a round closes, `person_id` is destroyed: the ballots stay, detached, without times.
"""

from enum import IntEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.core.db import Base
from civicdialog.core.ids import new_hidden_id


class Opinion(IntEnum):
    DISAGREE = -1
    PASS = 0
    AGREE = 1

    @property
    def word(self) -> str:
        """As it stands in forms, addresses and files."""
        return self.name.lower()


class Participation(Base):
    """One person in one round. The key is random: it does not tell who came first."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        UniqueConstraint("round_id", "source_key"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=new_hidden_id
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    source_key: Mapped[str | None] = mapped_column(String(64))
    """Fingerprint of the participant's id in an imported file."""


class Vote(Base):
    """One opinion of one participation on one submission. It keeps no time."""

    __tablename__ = "vote"
    __table_args__ = (
        CheckConstraint("opinion IN (-1, 0, 1)", name="opinion"),
        # Without a row number SQLite stores votes by key: no order of arrival in the file.
        {"sqlite_with_rowid": False},
    )

    participation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("participation.id", ondelete="CASCADE"), primary_key=True
    )
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    opinion: Mapped[int] = mapped_column(SmallInteger)
