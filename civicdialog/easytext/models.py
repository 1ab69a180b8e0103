"""Variants of one text: another language, or easy language checked by readers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum


class VariantStatus(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"


class TextVariant(Base):
    """One field of one thing in one language: `de`, `en` or `de-simple`."""

    __tablename__ = "text_variant"
    __table_args__ = (UniqueConstraint("object_kind", "object_id", "field", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    checked_by: Mapped[str] = mapped_column(String(120), default="")
    status: Mapped[VariantStatus] = mapped_column(
        portable_enum(VariantStatus), default=VariantStatus.DRAFT
    )
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
