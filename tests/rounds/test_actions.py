"""The rules of rounds: order of phases, addresses, who may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.permissions import VISITOR
from civicdialog.easytext.actions import write_variant
from civicdialog.rounds import actions, queries
from civicdialog.rounds.actions import PhaseDraft, RoundDraft
from civicdialog.rounds.models import Deed, PhaseKind, Round
from civicdialog.rounds.slugs import is_slug, slug_from

BEGIN = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def phase(kind, start, end, *permits):
    return PhaseDraft(kind, BEGIN + start * WEEK, BEGIN + end * WEEK, frozenset(permits))


COLLECTING = phase(PhaseKind.COLLECTING, 0, 4, Deed.SUBMIT, Deed.ARGUE)
VOTING = phase(PhaseKind.VOTING, 4, 6, Deed.VOTE)
DRAFT = RoundDraft(
    title="KI für unsere Schulen",
    question="Was soll sie können?",
    introduction="Es geht um **Schulen**.",
    phases=(COLLECTING, VOTING),
)


@pytest.fixture
def editor(ed):
    return ed.as_actor()


def test_a_round_gets_an_address_from_its_title(editor):
    assert actions.create_round(editor, DRAFT).slug == "ki-fuer-unsere-schulen"


def test_a_second_round_with_the_same_title_gets_another_address(editor):
    actions.create_round(editor, DRAFT)
    assert actions.create_round(editor, DRAFT).slug == "ki-fuer-unsere-schulen-2"


def test_a_round_keeps_its_phases_and_what_they_permit(editor, db):
    actions.create_round(editor, DRAFT)
    db.session.commit()
    round = queries.by_slug(editor, "ki-fuer-unsere-schulen")
    assert [each.kind for each in round.phases] == [PhaseKind.COLLECTING, PhaseKind.VOTING]
    assert round.accepts_submissions(BEGIN)
    assert not round.accepts_votes(BEGIN)
    assert round.accepts_votes(BEGIN + 4 * WEEK)


def test_creating_a_round_is_recorded(editor, db, ed):
    actions.create_round(editor, DRAFT)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.event, entry.actor_id) == (Event.ROUND_CREATED, ed.id)


def test_only_editors_create_rounds(ada, mo, kim):
    for person in (ada, mo, kim):
        with pytest.raises(NotAllowed):
            actions.create_round(person.as_actor(), DRAFT)


@pytest.mark.parametrize(
    ("phases", "field"),
    [
        # A phase has both moments.
        ((replace(COLLECTING, ends_at=None),), "collecting_ends"),
        ((replace(COLLECTING, starts_at=None),), "collecting_starts"),
        # It ends after it begins.
        ((replace(COLLECTING, ends_at=COLLECTING.starts_at),), "collecting_ends"),
        # It begins when the one before it has ended …
        ((COLLECTING, phase(PhaseKind.VOTING, 3, 6)), "voting_starts"),
        # … also if the order in the calendar is the other way round …
        ((phase(PhaseKind.COLLECTING, 4, 6), phase(PhaseKind.VOTING, 0, 4)), "voting_starts"),
        # … and with a phase left out between them.
        ((COLLECTING, phase(PhaseKind.REPORTING, 2, 6)), "reporting_starts"),
    ],
)
def test_phases_that_do_not_fit_are_refused_at_their_field(editor, phases, field):
    with pytest.raises(RuleBroken) as refused:
        actions.create_round(editor, replace(DRAFT, phases=phases))
    assert refused.value.field == field


def test_a_public_round_needs_a_phase(editor):
    with pytest.raises(RuleBroken):
        actions.create_round(editor, replace(DRAFT, phases=(), is_public=True))


@pytest.mark.parametrize("slug", ["Mit Leerzeichen", "new", "ä", "-a", "a--b", "a" * 81])
def test_an_address_must_be_fit_for_the_address_bar(editor, slug):
    with pytest.raises(RuleBroken) as refused:
        actions.create_round(editor, replace(DRAFT, slug=slug))
    assert refused.value.field == "slug"


def test_an_address_belongs_to_one_round(editor):
    actions.create_round(editor, replace(DRAFT, slug="schulen"))
    with pytest.raises(RuleBroken) as refused:
        actions.create_round(editor, replace(DRAFT, slug="schulen"))
    assert refused.value.field == "slug"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("KI für Schulen", "ki-fuer-schulen"),
        ("Straßen & Plätze: 2027!", "strassen-plaetze-2027"),
        ("🎉", "round"),
        ("a" * 200, "a" * 70),
    ],
)
def test_addresses_made_from_titles_are_fit(title, slug):
    assert slug_from(title) == slug
    assert is_slug(slug)


def test_the_address_of_a_public_round_is_fixed(editor, make):
    round = queries.by_slug(editor, make.round().slug)
    with pytest.raises(RuleBroken) as refused:
        actions.change_round(editor, round, replace(DRAFT, slug="elsewhere"))
    assert refused.value.field == "slug"


def test_the_address_of_a_draft_may_change(editor, make):
    round = queries.by_slug(editor, make.round(is_public=False).slug)
    actions.change_round(editor, round, replace(DRAFT, slug="elsewhere"))
    assert queries.by_slug(editor, "elsewhere") is round


def test_a_refused_change_leaves_the_round_alone(editor, make, db):
    round = queries.by_slug(editor, make.round(is_public=False).slug)
    with pytest.raises(RuleBroken):
        actions.change_round(editor, round, replace(DRAFT, phases=(replace(VOTING, ends_at=None),)))
    assert not db.session.dirty


def test_a_change_of_a_phase_alone_makes_a_new_version(editor, db):
    round = actions.create_round(editor, DRAFT)
    before = round.version
    actions.change_round(editor, round, replace(DRAFT, phases=(COLLECTING,)))
    db.session.commit()
    assert round.version == before + 1
    assert [each.kind for each in round.phases] == [PhaseKind.COLLECTING]


def test_a_phase_can_be_added_later(editor, db):
    round = actions.create_round(editor, DRAFT)
    information = phase(PhaseKind.INFORMATION, -2, 0)
    actions.change_round(editor, round, replace(DRAFT, phases=(information, COLLECTING, VOTING)))
    db.session.commit()
    again = queries.by_slug(editor, round.slug)
    assert next(each.kind for each in again.phases) is PhaseKind.INFORMATION


def test_a_draft_is_for_those_who_work_on_rounds(make, ada, mo, kim, ed):
    slug = make.round(is_public=False).slug
    for person in (mo, kim, ed):
        assert queries.by_slug(person.as_actor(), slug)
    for viewer in (ada.as_actor(), VISITOR):
        with pytest.raises(NotFound):
            queries.by_slug(viewer, slug)


def test_of_the_running_rounds_the_one_that_ends_first_is_current(make, db):
    make.round("collecting")
    sooner = make.round("voting")
    make.round("closed")
    make.round("voting", is_public=False)
    assert queries.current(clock.now()).id == sooner.id


def test_between_rounds_there_is_no_current_one(make):
    make.round("coming")
    assert queries.current(clock.now()) is None


def test_public_rounds_leave_out_drafts(make, db):
    shown = make.round()
    make.round(is_public=False)
    assert [round.id for round in db.session.scalars(queries.public_rounds())] == [shown.id]
    assert db.session.get(Round, shown.id)


def test_a_round_does_not_open_without_easy_language(editor):
    round = actions.create_round(editor, DRAFT)
    with pytest.raises(RuleBroken) as broken:
        actions.change_round(editor, round, replace(DRAFT, is_public=True))
    assert broken.value.field == "easy_language_waiver"


def test_a_reason_opens_a_round_without_easy_language(editor):
    round = actions.create_round(editor, DRAFT)
    reason = "Die Lese-Gruppe trifft sich am Montag."
    actions.change_round(editor, round, replace(DRAFT, is_public=True, easy_language_waiver=reason))
    assert round.is_public
    assert round.easy_language_waiver == reason


def test_an_easy_introduction_opens_a_round(editor):
    round = actions.create_round(editor, DRAFT)
    write_variant(
        editor,
        "round",
        round.id,
        field="introduction",
        language="de-simple",
        text="Wir fragen Sie.",
    )
    actions.change_round(editor, round, replace(DRAFT, is_public=True))
    assert round.is_public
