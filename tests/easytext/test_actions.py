"""Variants of texts are written by editors and by nobody else."""

import pytest

from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import db, transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.easytext.actions import LONGEST, write_variant
from civicdialog.easytext.models import TextVariant, VariantStatus
from civicdialog.easytext.queries import texts_in

FIELD = {"field": "title", "language": "de-simple"}


def write(actor, text, **more):
    with transaction():
        return write_variant(actor, "round", 7, **FIELD, text=text, **more)


def test_what_was_written_is_read_back(ed):
    write(ed.as_actor(), "KI in Halle")
    assert texts_in("de-simple", "round", [7], ["title"])[7, "title"].text == "KI in Halle"


def test_a_text_nobody_has_checked_is_a_draft(ed):
    assert write(ed.as_actor(), "KI in Halle").status is VariantStatus.DRAFT


def test_a_text_readers_have_checked_says_who_they_are(ed):
    found = write(ed.as_actor(), "KI in Halle", checked_by="Lese-Gruppe Nord")
    assert (found.status, found.checked_by) == (VariantStatus.CHECKED, "Lese-Gruppe Nord")


def test_an_emptied_text_is_gone(ed):
    write(ed.as_actor(), "KI in Halle")
    write(ed.as_actor(), "  ")
    assert db.session.query(TextVariant).count() == 0


def test_writing_twice_changes_the_one_there_is(ed):
    write(ed.as_actor(), "Eins")
    write(ed.as_actor(), "Zwei")
    assert [each.text for each in db.session.query(TextVariant)] == ["Zwei"]


def test_saving_what_has_not_changed_leaves_no_entry_in_the_minutes(ed):
    write(ed.as_actor(), "Eins")
    write(ed.as_actor(), "Eins")
    written = db.session.query(AuditEntry).filter_by(event=Event.TEXT_WRITTEN)
    assert written.count() == 1


def test_a_text_that_is_too_long_is_refused(ed):
    with pytest.raises(RuleBroken):
        write(ed.as_actor(), "x" * (LONGEST + 1))


def test_moderators_do_not_write_texts(mo):
    with pytest.raises(NotAllowed):
        write(mo.as_actor(), "KI in Halle")
