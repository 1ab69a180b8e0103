"""Recommendations of the committee: their versions, what members say of them, and how they vote."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import new_public_id
from civicdialog.rounds.models import Round


class Stage(StrEnum):
    DRAFT = "draft"
    DISCUSSION = "discussion"
    VOTE = "vote"
    PUBLISHED = "published"
    NOT_CARRIED = "not_carried"


NEXT = {
    Stage.DRAFT: {Stage.DISCUSSION},
    Stage.DISCUSSION: {Stage.VOTE},
    Stage.VOTE: {Stage.PUBLISHED, Stage.NOT_CARRIED},
    Stage.PUBLISHED: set[Stage](),
    Stage.NOT_CARRIED: set[Stage](),
}


class Choice(StrEnum):
    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Reply(StrEnum):
    ACCEPT = "accept"
    PARTLY = "partly"
    REJECT = "reject"


class Recommendation(Base):
    """What the committee advises the city; its text stands in versions."""

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("reply IS NULL OR reply_reasons <> ''", name="a_reply_has_reasons"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(10), unique=True, default=new_public_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    stage: Mapped[Stage] = mapped_column(portable_enum(Stage), default=Stage.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    """That of the newest version."""
    version_count: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    quorum_percent: Mapped[int] = mapped_column(default=50)
    """How many of the members must vote."""
    majority_percent: Mapped[int] = mapped_column(default=50)
    """More than this share of yes and no must be yes."""
    member_count: Mapped[int] = mapped_column(default=0)
    """Members of the committee when the vote was closed."""
    decided_at: Mapped[datetime | None]
    answer_due_on: Mapped[date | None]
    reply: Mapped[Reply | None] = mapped_column(portable_enum(Reply))
    reply_reasons: Mapped[str] = mapped_column(Text, default="")
    replied_at: Mapped[datetime | None]
    replied_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)
    round: Mapped[Round] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_public(self) -> bool:
        return self.stage is Stage.PUBLISHED

    @property
    def may_be_changed(self) -> bool:
        return self.stage in (Stage.DRAFT, Stage.DISCUSSION)

    def is_overdue(self, today: date) -> bool:
        """Whether the administration should have answered by now."""
        due = self.answer_due_on
        return self.is_public and self.reply is None and due is not None and due < today

    def move_to(self, stage: Stage) -> None:
        """Go on to a stage.

        :raise RuleBroken: if the way does not lead there
        """
        if stage not in NEXT[self.stage]:
            raise RuleBroken(
                mark("Somebody has taken this step already, or it is not its turn yet.")
            )
        self.stage = stage


class RecommendationVersion(Base):
    """One state of the text. Added, never changed."""

    __tablename__ = "recommendation_version"
    __table_args__ = (UniqueConstraint("recommendation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(
        ForeignKey("recommendation.id", ondelete="CASCADE")
    )
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    reasons: Mapped[str] = mapped_column(Text)
    cites: Mapped[list[Any]] = mapped_column(default=list)
    """Ids of the contributions it rests on."""
    topics: Mapped[list[Any]] = mapped_column(default=list)
    """Keys of the topics it rests on, each with the name it had: `[key, label]`."""
    editor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    editor: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class RecommendationComment(Base):
    """What a member says of a recommendation, for the committee alone."""

    __tablename__ = "recommendation_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(
        ForeignKey("recommendation.id", ondelete="CASCADE"), index=True
    )
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class RecommendationVote(Base):
    """How one member voted, and what they hold against it."""

    __tablename__ = "recommendation_vote"
    __table_args__ = (UniqueConstraint("recommendation_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(
        ForeignKey("recommendation.id", ondelete="CASCADE")
    )
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    choice: Mapped[Choice] = mapped_column(portable_enum(Choice))
    dissent: Mapped[str] = mapped_column(Text, default="")
    is_named: Mapped[bool] = mapped_column(default=False)
    """Whether the dissent is published with the member's name."""
    cast_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    member: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class RecommendationInterest(Base):
    """A member says what ties them to the matter; they do not vote on it then."""

    __tablename__ = "recommendation_interest"
    __table_args__ = (UniqueConstraint("recommendation_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(
        ForeignKey("recommendation.id", ondelete="CASCADE")
    )
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    note: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(default=clock.now)
    member: Mapped[Person | None] = relationship(lazy="raise_on_sql")
