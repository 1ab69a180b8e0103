"""Reports: papers made from a round at one moment. Never changed, only followed by newer ones."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base


class Report(Base):
    """One version of the report of a round or of one of its topics, and its files."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1, 2, 3 … inside the round."""
    topic_key: Mapped[int | None]
    """The topic it is about; None: the whole round."""
    topic_label: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10))
    has_list: Mapped[bool] = mapped_column(default=False)
    """Whether all contributions are listed at the end."""
    content_sha256: Mapped[str] = mapped_column(String(64))
    """Of all that the report says, without version and moment: the same content, the same hash."""
    files: Mapped[list[Any]]
    """`{"format": …, "path": below the instance folder, "sha256": …, "size": in bytes}`."""
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
