"""Writing variants of texts: another language, or easy language."""

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.easytext import queries
from civicdialog.easytext.models import TextVariant, VariantStatus

LONGEST = 5_000
LONGEST_CHECKED_BY = 120


def write_variant(
    actor: Actor,
    kind: str,
    thing_id: int,
    *,
    field: str,
    language: str,
    text: str,
    checked_by: str = "",
) -> TextVariant | None:
    """Say one field of one thing in one language; an empty text removes the variant.

    `checked_by` says who read it and found it easy; without it the text counts as a draft.
    """
    require(actor, Permission.TEXTS_EDIT)
    text, checked_by = text.replace("\r\n", "\n").strip(), checked_by.strip()
    if len(text) > LONGEST:
        raise RuleBroken(mark("Please use at most %(most)s characters."), most=LONGEST)
    if len(checked_by) > LONGEST_CHECKED_BY:
        raise RuleBroken(mark("Please use at most %(most)s characters."), most=LONGEST_CHECKED_BY)
    found = queries.variant(kind, thing_id, field, language)
    if not text:
        if found is not None:
            record(actor, Event.TEXT_REMOVED, found, kind=kind, field=field, language=language)
            db.session.delete(found)
        return None
    if found is None:
        found = TextVariant(object_kind=kind, object_id=thing_id, field=field, language=language)
        db.session.add(found)
    elif (found.text, found.checked_by) == (text, checked_by):
        return found
    found.text, found.checked_by = text, checked_by
    found.status = VariantStatus.CHECKED if checked_by else VariantStatus.DRAFT
    found.changed_at = clock.now()
    db.session.flush()
    record(actor, Event.TEXT_WRITTEN, found, kind=kind, field=field, language=language)
    return found
