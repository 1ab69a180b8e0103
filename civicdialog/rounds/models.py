"""Consultation rounds and their phases. They open and close by the clock alone."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum


class PhaseKind(StrEnum):
    INFORMATION = "information"
    COLLECTING = "collecting"
    VOTING = "voting"
    EVALUATING = "evaluating"
    REPORTING = "reporting"


class Deed(StrEnum):
    """What a phase may permit."""

    SUBMIT = "submit"
    VOTE = "vote"
    ARGUE = "argue"


USUALLY_PERMITTED: dict[PhaseKind, tuple[Deed, ...]] = {
    PhaseKind.INFORMATION: (),
    PhaseKind.COLLECTING: (Deed.SUBMIT, Deed.ARGUE),
    PhaseKind.VOTING: (Deed.VOTE, Deed.ARGUE),
    PhaseKind.EVALUATING: (),
    PhaseKind.REPORTING: (),
}


class Phase(Base):
    """A stretch of a round, from `starts_at` up to but not including `ends_at`."""

    __tablename__ = "phase"
    __table_args__ = (
        UniqueConstraint("round_id", "kind"),
        CheckConstraint("starts_at < ends_at", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    kind: Mapped[PhaseKind] = mapped_column(portable_enum(PhaseKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    permits: Mapped[str] = mapped_column(String(60), default="")
    """Deeds separated by blanks."""

    def allows(self, deed: Deed) -> bool:
        return deed in self.permits.split()

    def contains(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at


class Round(Base):
    """One consultation round: a question to the people of the city, and the way it goes."""

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(160))
    question: Mapped[str] = mapped_column(String(300))
    introduction: Mapped[str] = mapped_column(Text)
    is_public: Mapped[bool] = mapped_column(default=False)
    is_sample: Mapped[bool] = mapped_column(default=False)
    topics_wanted: Mapped[int | None]
    """Number of topics the committee asked for; None lets the method choose."""
    ignored_words: Mapped[list[Any]] = mapped_column(default=list)
    """Words that topics shall not be made of, such as the names of streets."""
    guests_may_vote: Mapped[bool] = mapped_column(default=False)
    guests_may_submit: Mapped[bool] = mapped_column(default=False)
    submissions_wait: Mapped[bool] = mapped_column(default=True)
    """Whether a moderator reads contributions before everybody does, or afterwards."""
    arguments_wait: Mapped[bool] = mapped_column(default=True)
    """Whether a moderator reads arguments before everybody does, or afterwards."""
    easy_language_waiver: Mapped[str] = mapped_column(Text, default="")
    """Why the round opened without an introduction in easy language."""
    answers_before_results: Mapped[int] = mapped_column(default=5)
    """So many answers of one's own come before the results of a running vote; 0: none."""
    support_threshold: Mapped[int] = mapped_column(default=30)
    support_effect: Mapped[str] = mapped_column(Text, default="")
    """What happens with a proposal that so many people agree with; empty: nothing by itself."""
    last_number: Mapped[int] = mapped_column(default=0)
    """The highest number given to a published submission."""
    submission_count: Mapped[int] = mapped_column(default=0)
    """Published submissions, kept in the transaction that publishes."""
    vote_count: Mapped[int] = mapped_column(default=0)
    ballots_detached_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)
    phases: Mapped[list[Phase]] = relationship(
        lazy="raise_on_sql", order_by=Phase.starts_at, cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def has_fixed_slug(self) -> bool:
        """Whether people may have linked to the round already."""
        return self.is_public or self.last_number > 0

    def phase_at(self, moment: datetime) -> Phase | None:
        return next((phase for phase in self.phases if phase.contains(moment)), None)

    def permits(self, deed: Deed, moment: datetime) -> bool:
        phase = self.phase_at(moment)
        return phase is not None and phase.allows(deed)

    def accepts_submissions(self, moment: datetime) -> bool:
        return self.permits(Deed.SUBMIT, moment)

    def accepts_votes(self, moment: datetime) -> bool:
        return self.permits(Deed.VOTE, moment)

    def last_chance_for(self, deed: Deed) -> datetime | None:
        """When the last phase that permits `deed` ends."""
        return max((p.ends_at for p in self.phases if p.allows(deed)), default=None)

    def next_chance_for(self, deed: Deed, moment: datetime) -> datetime | None:
        """When the next phase that permits `deed` begins."""
        return min(
            (p.starts_at for p in self.phases if p.allows(deed) and p.starts_at > moment),
            default=None,
        )
