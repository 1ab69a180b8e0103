"""Cluster runs: a grouping of a round's submissions, stored with all that is needed to repeat it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.core import clock
from civicdialog.core.db import Base


class ClusterRun(Base):
    """One snapshot. Never recomputed in place; the newest one of a round is shown."""

    __tablename__ = "cluster_run"
    __table_args__ = (Index("ix_cluster_run_newest", "round_id", "id"),)

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
    submission_count: Mapped[int]
    seconds: Mapped[float]
    """How long the grouping took."""
    clusters: Mapped[list["Cluster"]] = relationship(
        lazy="raise_on_sql", order_by="Cluster.position", cascade="all, delete-orphan"
    )


class Cluster(Base):
    """One topic of a run."""

    __tablename__ = "cluster"
    __table_args__ = (UniqueConstraint("run_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("cluster_run.id", ondelete="CASCADE"))
    position: Mapped[int]
    """0, 1, 2 … from the largest to the smallest."""
    label: Mapped[str] = mapped_column(String(200))
    terms: Mapped[list[Any]]
    """Telling words, the most telling first."""
    size: Mapped[int]
    central: Mapped[list[Any]]
    """Ids of typical submissions, the most typical first."""
    summary: Mapped[list[Any]]
    """Sentences of real contributions: `{"text": …, "submission_id": …}`."""


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
