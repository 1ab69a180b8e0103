"""Submissions: what people hand in, and the states it may pass through."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import new_public_id
from civicdialog.rounds.models import Round


class Kind(StrEnum):
    USE_CASE = "use_case"
    PRINCIPLE = "principle"
    CONCERN = "concern"


class Status(StrEnum):
    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class Channel(StrEnum):
    ONLINE = "online"
    PAPER = "paper"
    PHONE = "phone"
    EVENT = "event"


ALLOWED_MOVES: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.PUBLISHED, Status.REJECTED, Status.WITHDRAWN}),
    Status.PUBLISHED: frozenset({Status.HIDDEN, Status.WITHDRAWN}),
    Status.REJECTED: frozenset({Status.PUBLISHED}),
    Status.HIDDEN: frozenset({Status.PUBLISHED}),
    Status.WITHDRAWN: frozenset(),
}


class Submission(Base):
    """A proposal for an AI application, a principle, or a concern."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("round_id", "source_id"),
        UniqueConstraint("form_token"),
        Index("ix_submission_newest", "round_id", "status", "published_at", "id"),
        Index("ix_submission_queue", "status", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    number: Mapped[int | None]
    """Dense number inside the round, given at publication: the ground of the fair order."""
    kind: Mapped[Kind] = mapped_column(portable_enum(Kind), default=Kind.USE_CASE)
    department: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(160))
    problem: Mapped[str] = mapped_column(Text, default="")
    solution: Mapped[str] = mapped_column(Text, default="")
    beneficiaries: Mapped[str] = mapped_column(Text, default="")
    worries: Mapped[str] = mapped_column(Text, default="")
    search_terms: Mapped[str] = mapped_column(Text, default="")
    """Stems of all words, folded, between blanks: what the search looks into."""
    status: Mapped[Status] = mapped_column(portable_enum(Status), default=Status.PENDING)
    channel: Mapped[Channel] = mapped_column(portable_enum(Channel), default=Channel.ONLINE)
    source_id: Mapped[str | None] = mapped_column(String(80))
    """The id in the file it was imported from, unique in its round."""
    author_name: Mapped[str] = mapped_column(String(120), default="")
    """The name in the file it was imported from."""
    form_token: Mapped[str | None] = mapped_column(String(60))
    """Sending the same form twice makes one submission."""
    agree_count: Mapped[int] = mapped_column(default=0)
    disagree_count: Mapped[int] = mapped_column(default=0)
    pass_count: Mapped[int] = mapped_column(default=0)
    argument_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    round: Mapped[Round] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_public(self) -> bool:
        return self.status is Status.PUBLISHED

    @property
    def vote_count(self) -> int:
        return self.agree_count + self.disagree_count + self.pass_count

    @property
    def body(self) -> str:
        """All that was written below the title, in the order of the form."""
        parts = (self.problem, self.solution, self.beneficiaries, self.worries)
        return "\n\n".join(part for part in parts if part)

    @property
    def can_be_withdrawn(self) -> bool:
        return Status.WITHDRAWN in ALLOWED_MOVES[self.status]

    def move_to(self, status: Status) -> None:
        """Change the state, if that step is allowed.

        :raise RuleBroken: if it is not
        """
        if status not in ALLOWED_MOVES[self.status]:
            raise RuleBroken(mark("This contribution has already been decided on."))
        self.status = status


class Receipt(Base):
    """A code in somebody's hand that stands for a contribution made without an account."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[Channel] = mapped_column(portable_enum(Channel))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
