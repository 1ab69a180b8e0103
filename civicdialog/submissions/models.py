"""Submissions: what people hand in, and the states it may pass through."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
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
    REPLACED = "replaced"
    """Split or merged: it stays readable, and others stand in its place."""


class Channel(StrEnum):
    ONLINE = "online"
    PAPER = "paper"
    PHONE = "phone"
    EVENT = "event"


class Decider(StrEnum):
    """Who decides in the end where AI is used."""

    PERSON = "person"
    TOGETHER = "together"
    MACHINE = "machine"


ALLOWED_MOVES: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset(
        {Status.PUBLISHED, Status.REJECTED, Status.WITHDRAWN, Status.REPLACED}
    ),
    Status.PUBLISHED: frozenset({Status.HIDDEN, Status.WITHDRAWN, Status.REPLACED}),
    Status.REJECTED: frozenset({Status.PUBLISHED}),
    Status.HIDDEN: frozenset({Status.PUBLISHED}),
    Status.REPLACED: frozenset({Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset(),
}


_VOICES = "agree_count + disagree_count + pass_count"


class Submission(Base):
    """A proposal for an AI application, a principle, or a concern."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("round_id", "source_id"),
        UniqueConstraint("form_token"),
        Index("ix_submission_newest", "round_id", "status", "published_at", "id"),
        Index("ix_submission_queue", "status", "created_at", "id"),
        Index("ix_submission_needs_votes", "round_id", "status", "voice_count", "id"),
        Index("ix_submission_discussed", "round_id", "status", "argument_count", "id"),
        Index("ix_submission_agreed", "round_id", "status", "approval", "id"),
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
    data_used: Mapped[str] = mapped_column(Text, default="")
    """Which data AI would need."""
    decider: Mapped[Decider | None] = mapped_column(portable_enum(Decider))
    without_ai: Mapped[str] = mapped_column(Text, default="")
    """How the same could be reached without AI."""
    benefit: Mapped[str] = mapped_column(Text, default="")
    search_terms: Mapped[str] = mapped_column(Text, default="")
    """Stems of all words, folded, between blanks, the title's first: what the search looks into."""
    status: Mapped[Status] = mapped_column(portable_enum(Status), default=Status.PENDING)
    awaits_author: Mapped[bool] = mapped_column(default=False)
    """Whether the moderation has asked its author to change something, and waits for that."""
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
    voice_count: Mapped[int | None] = mapped_column(Computed(_VOICES), deferred=True)
    """Kept by the database, for the order of lists; in Python it is `vote_count`."""
    approval: Mapped[int | None] = mapped_column(
        Computed(f"(agree_count + 5) * 10000 / ({_VOICES} + 10)"), deferred=True
    )
    """How many of ten thousand agree, as if ten undecided halves had spoken before: also kept."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    """When the published text was replaced last; earlier ones are kept as revisions."""
    version: Mapped[int] = mapped_column(default=1)
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    files: Mapped[list["Attachment"]] = relationship(
        lazy="raise_on_sql", order_by="Attachment.id", viewonly=True
    )
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
        parts = (
            self.problem, self.solution, self.beneficiaries, self.benefit, self.data_used,
            self.without_ai, self.worries,
        )  # fmt: skip
        return "\n\n".join(part for part in parts if part)

    @property
    def can_be_changed(self) -> bool:
        return self.status in {Status.PENDING, Status.PUBLISHED}

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


class RevisionState(StrEnum):
    WAITING = "waiting"
    """Handed in to replace a published text; a moderator reads it first."""
    PUBLISHED = "published"
    """Stood, or still stands, on the page."""
    REJECTED = "rejected"
    REPLACED = "replaced"
    """A newer one was handed in before this one was read."""


class SubmissionRevision(Base):
    """One state of a submission's text. A published one is never changed and never removed."""

    __tablename__ = "submission_revision"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1 is the text that was published first."""
    fields: Mapped[dict[str, Any]]
    """Every field of the form, by its name."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the author changed it."""
    state: Mapped[RevisionState] = mapped_column(portable_enum(RevisionState))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]


class Draft(Base):
    """Something half written, kept on the server for its author alone."""

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_guest", "guest_key", "round_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    guest_key: Mapped[str | None] = mapped_column(String(64))
    """Fingerprint of what a guest's browser keeps."""
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Attachment(Base):
    """A picture or a file that belongs to a submission, or to a draft until it is sent."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), index=True
    )
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("draft.id", ondelete="CASCADE"), index=True
    )
    file_name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    """Found out from the content, never taken from the browser."""
    alternative_text: Mapped[str] = mapped_column(String(300), default="")
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    preview: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """A small picture of a picture."""
    is_hidden: Mapped[bool] = mapped_column(default=False)
    """Taken off the page by the moderation, which says why."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExposureDaily(Base):
    """How often a submission was shown in lists on one day: sums, no visitors."""

    __tablename__ = "exposure_daily"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    views: Mapped[int] = mapped_column(default=0)


class OrderOfDay(Base):
    """What the fair order of a round makes up for on one day: written once, never changed."""

    __tablename__ = "order_of_day"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("round.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    little_seen: Mapped[list[Any]]
    """Numbers of the submissions that were shown least often until the day before."""
    last_number: Mapped[int]
    """The highest number there was; what came later has not been seen at all."""
    places: Mapped[int]
    """So many of 25 places on a page are kept for them."""
    figures: Mapped[dict[str, Any]]
    """How evenly the submissions had been shown until then."""
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
