"""Reading variants. Whoever may see a thing may see its variants; the thing is checked before."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from civicdialog.core.db import db
from civicdialog.easytext.models import TextVariant


def variants_of(kind: str, thing_id: int) -> dict[tuple[str, str], TextVariant]:
    """Every variant of one thing, by field and language."""
    found = db.session.scalars(
        select(TextVariant).where(
            TextVariant.object_kind == kind, TextVariant.object_id == thing_id
        )
    )
    return {(each.field, each.language): each for each in found}


def variant(kind: str, thing_id: int, field: str, language: str) -> TextVariant | None:
    """One text in one language, if somebody has written it."""
    return db.session.scalar(
        select(TextVariant).where(
            TextVariant.object_kind == kind,
            TextVariant.object_id == thing_id,
            TextVariant.field == field,
            TextVariant.language == language,
        )
    )


@dataclass(frozen=True)
class Said:
    """A text in the reader's language, and who has checked it."""

    text: str
    checked_by: str


def texts_in(
    language: str, kind: str, thing_ids: Collection[int], fields: Collection[str]
) -> dict[tuple[int, str], Said]:
    """The texts of things in a language, by id and field; what nobody has written is missing."""
    if not thing_ids:
        return {}
    rows = db.session.execute(
        select(
            TextVariant.object_id, TextVariant.field, TextVariant.text, TextVariant.checked_by
        ).where(
            TextVariant.object_kind == kind,
            TextVariant.object_id.in_(thing_ids),
            TextVariant.field.in_(fields),
            TextVariant.language == language,
        )
    )
    return {(thing, field): Said(text, checked_by) for thing, field, text, checked_by in rows}


def things_with(kind: str, field: str, language: str, thing_ids: Collection[int]) -> set[int]:
    """Those of the things that have this text in this language."""
    return {thing for thing, _ in texts_in(language, kind, thing_ids, [field])}
