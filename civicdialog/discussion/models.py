"""Arguments for and against, questions and remarks under a submission."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.core.ids import new_public_id


class Stance(StrEnum):
    FOR = "for"
    AGAINST = "against"
    QUESTION = "question"
    REMARK = "remark"


class Argument(Base):
    """One short reason, question or remark."""

    __tablename__ = "argument"
    __table_args__ = (Index("ix_argument_submission", "submission_id", "is_public", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(String(120), default="")
    stance: Mapped[Stance] = mapped_column(portable_enum(Stance))
    text: Mapped[str] = mapped_column(Text)
    is_public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("argument.id", ondelete="CASCADE"), index=True
    )
    """What it answers; answers are not answered again."""
    is_official: Mapped[bool] = mapped_column(default=False)
    """The answer of the administration."""
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    is_hidden: Mapped[bool] = mapped_column(default=False)
    """Taken off the page by the moderation, which says why."""
    is_refused: Mapped[bool] = mapped_column(default=False)
    """Read by the moderation and not published."""
    helpful_count: Mapped[int] = mapped_column(default=0)
    edited_at: Mapped[datetime | None]
    form_token: Mapped[str | None] = mapped_column(String(60), unique=True)
    """Sending the same form twice makes one argument."""
    version: Mapped[int] = mapped_column(default=1)
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def waits(self) -> bool:
        """Whether somebody from the moderation has yet to read it."""
        return not (self.is_public or self.is_withdrawn or self.is_hidden or self.is_refused)

    @property
    def can_be_answered(self) -> bool:
        """Whether it is on the page and no answer itself: two levels are enough."""
        return self.is_public and self.parent_id is None


class ArgumentRevision(Base):
    """What an argument said before it was changed."""

    __tablename__ = "argument_revision"
    __table_args__ = (UniqueConstraint("argument_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    argument_id: Mapped[int] = mapped_column(ForeignKey("argument.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class HelpfulMark(Base):
    """Somebody found an argument helpful: not whether they agree, but that it helps to judge."""

    __tablename__ = "helpful_mark"

    argument_id: Mapped[int] = mapped_column(
        ForeignKey("argument.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
