"""Cluster runs: a grouping of a round's submissions, stored with all that is needed to repeat it.

Beside them what is kept of single submissions: their sentence vectors, and which ones are alike.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum

LONGEST_LABEL = 200


class RunStatus(StrEnum):
    PROPOSED = "proposed"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


def _one_per_round(status: RunStatus) -> Index:
    condition = text(f"status = '{status}'")
    return Index(
        f"uq_cluster_run_{status}",
        "round_id",
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


class ClusterRun(Base):
    """One version of a round's topics, never recomputed in place. People see the current one."""

    __tablename__ = "cluster_run"
    __table_args__ = (
        Index("ix_cluster_run_newest", "round_id", "id"),
        _one_per_round(RunStatus.CURRENT),
        _one_per_round(RunStatus.PROPOSED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    ran_at: Mapped[datetime] = mapped_column(default=clock.now)
    requested_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL")
    )
    seed: Mapped[int]
    settings: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    input_hash: Mapped[str] = mapped_column(String(64))
    result_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the canonical JSON of the whole result."""
    submission_count: Mapped[int]
    seconds: Mapped[float]
    """How long the grouping took."""
    method: Mapped[str] = mapped_column(String(40), default="words")
    largest_share: Mapped[float | None]
    """Share of all contributions that the largest topic holds."""
    modularity: Mapped[float | None]
    stability: Mapped[float | None]
    """How far groupings of samples agree; 1 is always the same."""
    ask_about: Mapped[list[Any]] = mapped_column(default=list)
    """Ids of submissions whose place people should check first."""
    status: Mapped[RunStatus] = mapped_column(portable_enum(RunStatus), default=RunStatus.PROPOSED)
    previous_id: Mapped[int | None] = mapped_column(
        ForeignKey("cluster_run.id", ondelete="SET NULL")
    )
    """The run that was current when this one was made: keys and moves refer to it."""
    moved: Mapped[list[Any]] = mapped_column(default=list)
    """Submissions in another topic than before: `{"submission_id": …, "from_key", "to_key"}`."""
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[decided_by_id]
    )
    clusters: Mapped[list["Cluster"]] = relationship(
        lazy="raise_on_sql",
        order_by="Cluster.position",
        cascade="all, delete-orphan",
        primaryjoin="and_(ClusterRun.id == Cluster.run_id, Cluster.retired.is_(False))",
    )
    """Topics to be read; those that people have emptied or merged are missing."""


class Cluster(Base):
    """One topic of a run."""

    __tablename__ = "cluster"
    __table_args__ = (UniqueConstraint("run_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("cluster_run.id", ondelete="CASCADE"))
    position: Mapped[int]
    """0, 1, 2 … from the largest to the smallest."""
    key: Mapped[int]
    """Number of the topic inside its round, from 1: the same topic keeps it in every run."""
    label: Mapped[str] = mapped_column(String(200))
    terms: Mapped[list[Any]]
    """Telling words, the most telling first."""
    size: Mapped[int]
    """Contributions of the run."""
    later_count: Mapped[int] = mapped_column(default=0)
    """Contributions placed here after the run."""
    central: Mapped[list[Any]]
    """Ids of typical submissions, the most typical first."""
    summary: Mapped[list[Any]]
    """Sentences of real contributions: `{"text": …, "submission_id": …}`."""
    subtopics: Mapped[list[Any]] = mapped_column(default=list)
    """Parts of a large topic, the first one is `sub_position` 1: `{"label", "terms", "size"}`."""
    leftover: Mapped[bool] = mapped_column(default=False)
    """Holds contributions in which nothing could be compared."""
    x: Mapped[float | None]
    y: Mapped[float | None]
    """Place on the map of topics: what is alike lies close together."""
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Merged into another topic or emptied by people: no longer to be read."""
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the run itself said, once people have changed it; empty for a topic people added."""
    machine_label: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """The label the words suggested, where the run took over a name from people."""


class ClusterMember(Base):
    """A submission's place in a run."""

    __tablename__ = "cluster_member"
    __table_args__ = (Index("ix_cluster_member_submission", "submission_id", "cluster_id"),)

    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("cluster.id", ondelete="CASCADE"), primary_key=True
    )
    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True
    )
    probability: Mapped[float]
    second_position: Mapped[int | None]
    """Position of the topic it would belong to otherwise."""
    sub_position: Mapped[int] = mapped_column(default=0)
    """Sub-topic inside its topic."""
    fits: Mapped[bool] = mapped_column(default=True)
    """False: it lies here because it has to lie somewhere."""
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    """Words of the submission that speak for its topic, the most telling first."""
    placed_later: Mapped[bool] = mapped_column(default=False)
    """Published after the run and assigned to it: no part of the run's result."""
    result_position: Mapped[int | None]
    """Where the run put it, once people have moved it."""
    machine_position: Mapped[int | None]
    """Where the texts alone would have put it, if the run followed a decision of people."""


class OpinionRun(Base):
    """What the votes of a round said at one moment. People see the newest; none is changed.

    The result holds sums only, and none that counts fewer people than the floor.
    """

    __tablename__ = "opinion_run"
    __table_args__ = (Index("ix_opinion_run_newest", "round_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    ran_at: Mapped[datetime] = mapped_column(default=clock.now)
    requested_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL")
    )
    cluster_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("cluster_run.id", ondelete="SET NULL")
    )
    """The topics that opinions were summed by."""
    seed: Mapped[int]
    settings: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    input_hash: Mapped[str] = mapped_column(String(64))
    result_hash: Mapped[str] = mapped_column(String(64))
    participant_count: Mapped[int]
    vote_count: Mapped[int]
    group_count: Mapped[int]
    stability: Mapped[float | None]
    seconds: Mapped[float]
    """How long the calculation took."""
    result: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """As `analysis.opinion_run.opinion_result` writes it."""


class SubmissionVector(Base):
    """What a machine has read of a submission: its sentence vector, and up to which version."""

    __tablename__ = "submission_vector"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True
    )
    model: Mapped[str] = mapped_column(String(80), default="")
    """What made the vector; empty where there is none."""
    digest: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of model, title and body: whether the vector still belongs to the text."""
    vector: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    """Numbers of four bytes each, the lowest byte first."""
    seen_version: Mapped[int] = mapped_column(default=0)
    """The version of the submission that was compared with the others and placed in a topic."""


class SimilarKind(StrEnum):
    IDENTICAL = "identical"
    SIMILAR = "similar"


class SimilarPair(Base):
    """Two submissions that say the same or nearly the same: a hint to people, never a decision."""

    __tablename__ = "similar_pair"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True
    )
    """The later one."""
    other_id: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[SimilarKind] = mapped_column(portable_enum(SimilarKind))
    score: Mapped[float]
    """From 0 to 1; identical ones have 1."""


class Deed(StrEnum):
    """What people do to topics."""

    RENAMED = "renamed"
    MERGED = "merged"
    ADDED = "added"
    MOVED = "moved"
    PINNED = "pinned"
    OFF_TOPIC = "off_topic"
    UNDONE = "undone"


class TopicCorrection(Base):
    """One thing that people changed about the topics of a round. Only added to, never edited."""

    __tablename__ = "topic_correction"
    __table_args__ = (
        Index("ix_topic_correction_round", "round_id", "id"),
        Index("ix_topic_correction_submission", "submission_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    deed: Mapped[Deed] = mapped_column(portable_enum(Deed))
    topic_key: Mapped[int]
    """The topic it is about; the one something goes into."""
    other_key: Mapped[int | None]
    """The topic something comes from."""
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE")
    )
    label: Mapped[str] = mapped_column(String(200), default="")
    """The new name; else what the topic was called then."""
    reason: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    actor_role: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("topic_correction.id"), unique=True)
    actor: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[actor_id])


class TopicDoubt(Base):
    """An author says that the contribution does not fit its topic; one open one at a time."""

    __tablename__ = "topic_doubt"
    __table_args__ = (
        Index("ix_topic_doubt_round", "round_id", "id"),
        Index(
            "uq_topic_doubt_open",
            "submission_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    topic_key: Mapped[int]
    suggestion: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
