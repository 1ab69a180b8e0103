"""Participation and votes. A vote hangs on the participation, never on the account.

When a round closes, `person_id` is destroyed: the ballots stay, detached, without times.
"""

from enum import IntEnum, StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.core.db import Base, portable_enum
from civicdialog.core.ids import new_hidden_id


class Opinion(IntEnum):
    DISAGREE = -1
    PASS = 0
    AGREE = 1

    @property
    def word(self) -> str:
        """As it stands in forms, addresses and files."""
        return self.name.lower()


class ParticipationKind(StrEnum):
    ACCOUNT = "account"
    GUEST = "guest"
    IMPORTED = "imported"


class Participation(Base):
    """One person in one round. The key is random: it does not tell who came first."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        UniqueConstraint("round_id", "source_key"),
        Index("uq_participation_guest", "round_id", "guest_key", unique=True),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=new_hidden_id
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[ParticipationKind] = mapped_column(
        portable_enum(ParticipationKind), default=ParticipationKind.ACCOUNT
    )
    guest_key: Mapped[str | None] = mapped_column(String(64))
    """Fingerprint of what a guest's browser keeps; destroyed with the link to people."""
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
    important: Mapped[bool] = mapped_column(default=False)
    """Especially important to this person; a few for each round."""


class ShownCard(Base):
    """How the voting room came to show a submission: without a person and without a time.

    With the probability, figures can be corrected for who happened to see what.
    """

    __tablename__ = "shown_card"
    __table_args__ = (
        Index("ix_shown_card_submission", "round_id", "submission_id"),
        # As with votes: no order of arrival in the file.
        {"sqlite_with_rowid": False},
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=new_hidden_id
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    policy: Mapped[str] = mapped_column(String(20))
    candidate_count: Mapped[int]
    probability: Mapped[float]
