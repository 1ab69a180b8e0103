"""Decisions of the moderation with their reasons, and what people answer to them.

A decision is never changed and never removed: a later one may undo it. The database sees to that,
and to it that nobody decides on an appeal against their own decision (migration 0013).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.core.ids import new_public_id
from civicdialog.submissions.models import Submission


class SubjectKind(StrEnum):
    """What a decision is about: the name of its table."""

    SUBMISSION = "submission"
    REVISION = "submission_revision"
    ARGUMENT = "argument"
    ATTACHMENT = "attachment"
    PERSON = "person"


class Outcome(StrEnum):
    PUBLISHED = "published"
    REDACTED = "redacted"
    """Published, or left on the page, without some passages."""
    CHANGE_ASKED = "change_asked"
    REJECTED = "rejected"
    HIDDEN = "hidden"
    RESTORED = "restored"
    MOVED = "moved"
    """Into another round."""
    KEPT = "kept"
    """Somebody reported it, and it stays as it is."""
    BLOCKED = "blocked"
    """A person cannot write for a time."""


RESTRICTIONS = frozenset(
    {Outcome.REDACTED, Outcome.CHANGE_ASKED, Outcome.REJECTED, Outcome.HIDDEN, Outcome.BLOCKED}
)
"""What needs a ground and an explanation, and can be appealed against."""


class Ground(StrEnum):
    """The dialogue rule a restriction refers to."""

    OFF_TOPIC = "off_topic"
    DUPLICATE = "duplicate"
    PERSONAL_DATA = "personal_data"
    INSULT = "insult"
    DISCRIMINATION = "discrimination"
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"
    UNINTELLIGIBLE = "unintelligible"


class ModerationDecision(Base):
    """What was decided, by whom, when, and why."""

    __tablename__ = "moderation_decision"
    __table_args__ = (
        CheckConstraint(
            "outcome NOT IN ('redacted', 'change_asked', 'rejected', 'hidden', 'blocked')"
            " OR (ground IS NOT NULL AND explanation <> '')",
            name="a_restriction_has_reasons",
        ),
        Index("ix_moderation_decision_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    subject_kind: Mapped[SubjectKind] = mapped_column(portable_enum(SubjectKind))
    subject_id: Mapped[int]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    """The contribution it is about, or belongs to; none for a person."""
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    """The round it was in at that moment."""
    moderator_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    decided_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    waited_since: Mapped[datetime | None]
    """Since when it had waited for this decision."""
    outcome: Mapped[Outcome] = mapped_column(portable_enum(Outcome))
    ground: Mapped[Ground | None] = mapped_column(portable_enum(Ground))
    explanation: Mapped[str] = mapped_column(Text, default="")
    """The facts: what it is about, and what would have to be different."""
    automated: Mapped[bool] = mapped_column(default=False)
    """Whether a machine had a part in the decision."""
    means: Mapped[str] = mapped_column(String(60), default="")
    """Which one: the name of the hint the moderator saw."""
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_decision.id"), index=True
    )
    """The decision this one undoes."""
    moderator: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    submission: Mapped[Submission | None] = relationship(lazy="raise_on_sql")

    @property
    def is_restriction(self) -> bool:
        return self.outcome in RESTRICTIONS


class Redaction(Base):
    """What stood where a passage was taken out: for the author and the moderation alone."""

    __tablename__ = "redaction"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    fields: Mapped[dict[str, Any]]
    """The texts as they were, by the name of their field; emptied with the author's texts."""


class AppealState(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    DISMISSED = "dismissed"


class Appeal(Base):
    """Somebody concerned objects to a decision; somebody else than its moderator decides."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint(
            "state = 'open' OR (decided_at IS NOT NULL AND reasons <> '')",
            name="an_outcome_has_reasons",
        ),
        Index("ix_appeal_state", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), unique=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    """Who objects; nobody for somebody who holds the receipt."""
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    state: Mapped[AppealState] = mapped_column(portable_enum(AppealState), default=AppealState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    decided_at: Mapped[datetime | None]
    reasons: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    decision: Mapped[ModerationDecision] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


class NoticeState(StrEnum):
    OPEN = "open"
    ACTED_ON = "acted_on"
    KEPT = "kept"


class Notice(Base):
    """Somebody, with or without an account, reports something that stands on a page."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_state", "state", "due_at"),
        Index("ix_notice_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Fingerprint of the key in the receipt's link."""
    subject_kind: Mapped[SubjectKind] = mapped_column(portable_enum(SubjectKind))
    subject_id: Mapped[int]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    ground: Mapped[Ground] = mapped_column(portable_enum(Ground))
    text: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(String(254), default="")
    """Where the answer shall go; empty: it waits behind the receipt."""
    language: Mapped[str] = mapped_column(String(10), default="")
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    state: Mapped[NoticeState] = mapped_column(portable_enum(NoticeState), default=NoticeState.OPEN)
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_decision.id"), index=True
    )
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Assignment(Base):
    """A moderator has taken something on; it can be handed over, and decided on by others."""

    __tablename__ = "moderation_assignment"

    subject_kind: Mapped[SubjectKind] = mapped_column(portable_enum(SubjectKind), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    moderator_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime] = mapped_column(default=clock.now)


class HiddenName(Base):
    """A public name that was taken off the pages: for the person and the moderation alone."""

    __tablename__ = "hidden_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))


class Block(Base):
    """A person cannot write until `ends_at`, or until it is lifted. Reading and voting go on."""

    __tablename__ = "block"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    ends_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
