"""Every decision: what it changes, what stays, and that it can be undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from civicdialog.core import clock
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.discussion.models import Argument, Stance
from civicdialog.moderation import actions, redacting
from civicdialog.moderation.argument_actions import publish_argument, remove_argument
from civicdialog.moderation.attachment_actions import hide_attachment
from civicdialog.moderation.blocking import block, block_of
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome, Redaction
from civicdialog.moderation.revision_actions import reject_revision
from civicdialog.moderation.undoing import undo
from civicdialog.notifications.models import Letter
from civicdialog.rounds.models import Round
from civicdialog.submissions.actions import (
    SubmissionDraft,
    correct_submission,
    revise_submission,
    withdraw_submission,
)
from civicdialog.submissions.models import Attachment, RevisionState, Status, SubmissionRevision
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.web.erasing import Texts, leave

REASONS = Reasons(Ground.PERSONAL_DATA, "Darin steht eine Telefonnummer.")
PHONE = "0345 1234567"


@pytest.fixture
def round(make):
    return make.round("open")


@pytest.fixture
def public(make, round, ada):
    return make.submission(round, ada, title="Ein Bus", problem=f"Rufen Sie mich an: {PHONE}.")


@pytest.fixture
def waiting(make, round, ada):
    return make.submission(
        round, ada, status=Status.PENDING, title="Ein Bus", problem=f"Meine Nummer: {PHONE}."
    )


@pytest.fixture
def moderator(mo):
    return mo.as_actor()


def counted(db):
    return db.session.scalars(select(Round.submission_count)).one()


# ---- hiding and restoring -----------------------------------------------------------------------


def test_what_is_hidden_is_public_no_more_and_counts_no_more(moderator, public, db):
    actions.hide(moderator, public, REASONS)
    assert not public.is_public
    assert counted(db) == 0


def test_what_comes_back_has_its_number_and_its_date(moderator, public, db):
    before = (public.number, public.published_at)
    actions.hide(moderator, public, REASONS)
    actions.restore(moderator, public, "Wir lagen falsch.")
    assert (public.status, public.number, public.published_at) == (Status.PUBLISHED, *before)
    assert counted(db) == 1


def test_what_comes_back_has_its_votes(moderator, public, db):
    public.agree_count = 7
    actions.hide(moderator, public, REASONS)
    actions.restore(moderator, public)
    assert public.agree_count == 7


def test_a_refused_contribution_gets_a_number_when_it_is_published_after_all(moderator, waiting):
    actions.reject(moderator, waiting, REASONS)
    actions.restore(moderator, waiting)
    assert (waiting.status, waiting.number) == (Status.PUBLISHED, 1)


def test_what_waits_cannot_be_hidden(moderator, waiting):
    with pytest.raises(RuleBroken):
        actions.hide(moderator, waiting, REASONS)


@pytest.mark.parametrize(
    ("deed", "relation", "reason"),
    [
        (actions.hide, Relation.HIDDEN, ""),
        (actions.ask_for_change, Relation.CHANGE_ASKED, REASONS.explanation),
    ],
)
def test_restrictions_are_told_in_the_thread(
    moderator, public, waiting, db, deed, relation, reason
):
    subject = public if deed is actions.hide else waiting
    deed(moderator, subject, REASONS)
    link = db.session.scalars(select(TraceLink)).one()
    assert (link.from_id, link.relation, link.reason) == (subject.id, relation, reason)


def test_why_it_was_refused_at_first_is_no_part_of_the_public_thread(
    moderator, waiting, sign_in, db
):
    actions.reject(moderator, waiting, REASONS)
    actions.restore(moderator, waiting)
    db.session.commit()
    page = sign_in().get(f"/submissions/{waiting.public_id}/thread").text
    assert "Nicht veröffentlicht" in page
    assert REASONS.explanation not in page


# ---- redacting ----------------------------------------------------------------------------------


def test_a_waiting_text_is_published_without_the_passage(moderator, waiting):
    actions.redact(moderator, waiting, [PHONE], REASONS)
    assert waiting.is_public
    assert waiting.problem == f"Meine Nummer: {redacting.PLACEHOLDER}."


def test_what_was_taken_out_is_found_by_no_search(moderator, public, db):
    actions.redact(moderator, public, ["Rufen"], REASONS)
    db.session.flush()
    assert "ruf" not in public.search_terms


def test_what_was_taken_out_is_gone_from_earlier_versions_too(moderator, public, ada, db):
    draft = SubmissionDraft("Ein Bus", f"Neu: {PHONE}", "Er kommt.")
    revise_submission(ada.as_actor(), public, draft, "Kürzer")
    actions.redact(moderator, public, [PHONE], REASONS)
    texts = [str(each.fields) for each in db.session.scalars(select(SubmissionRevision))]
    assert len(texts) == 2
    assert not any(PHONE in each for each in texts)


def test_a_passage_that_does_not_stand_there_is_named(moderator, public):
    with pytest.raises(RuleBroken, match="does not stand in the text"):
        actions.redact(moderator, public, ["0345 7654321"], REASONS)


def test_who_leaves_and_takes_their_texts_leaves_no_passage(moderator, public, ada, db):
    actions.redact(moderator, public, [PHONE], REASONS)
    leave(ada.as_actor(), ada, Texts.REMOVE)
    db.session.commit()
    db.session.expire_all()
    assert db.session.scalars(select(Redaction.fields)).one() == {}


def test_a_name_is_taken_out_of_one_contribution_and_comes_back(moderator, make, ada, sign_in, db):
    public = make.submission(make.round("open", slug="ki"), ada, problem="Der Bus kommt nie.")
    decision = actions.redact(moderator, public, ["Ada"], REASONS)
    db.session.commit()
    urls = (f"/submissions/{public.public_id}", "/rounds/ki/feed.atom")
    assert ["Ada" in sign_in().get(url).text for url in urls] == [False, False]
    undo(moderator, decision, "Der Name ist in Ordnung.")
    db.session.commit()
    assert ["Ada" in sign_in().get(url).text for url in urls] == [True, True]
    assert public.author_name == ""


def test_a_name_that_was_taken_out_goes_with_the_account(moderator, make, ada, db):
    public = make.submission(make.round("open"), ada)
    actions.redact(moderator, public, ["Ada"], REASONS)
    db.session.commit()
    leave(ada.as_actor(), ada, Texts.KEEP)
    db.session.commit()
    db.session.expire_all()
    assert "Ada" not in str(db.session.scalars(select(Redaction.fields)).one())


def test_a_guests_name_is_taken_out_and_comes_back(moderator, make, db):
    public = make.submission(make.round("open"), None, author_name="Frau Rüpel")
    decision = actions.redact(moderator, public, ["Rüpel"], REASONS)
    assert public.author_name == f"Frau {redacting.PLACEHOLDER}"
    undo(moderator, decision, "In Ordnung.")
    assert public.author_name == "Frau Rüpel"


def test_undoing_a_redaction_puts_the_passage_back(moderator, public, db):
    before = public.problem
    decision = actions.redact(moderator, public, [PHONE], REASONS)
    undo(moderator, decision, "Es war die Nummer des Amtes.")
    assert public.problem == before


def test_undoing_a_redaction_leaves_alone_what_was_changed_since(moderator, public, db):
    decision = actions.redact(moderator, public, [PHONE], REASONS)
    public.problem = "Ganz neu."
    undo(moderator, decision, "")
    assert public.problem == "Ganz neu."


# ---- asking for a change, moving ----------------------------------------------------------------


def test_the_author_changes_it_and_it_waits_again(moderator, waiting, ada):
    actions.ask_for_change(moderator, waiting, REASONS)
    assert waiting.awaits_author
    draft = SubmissionDraft("Ein Bus", "Ohne Nummer.", "Er kommt.")
    correct_submission(ada.as_actor(), waiting, draft)
    assert (waiting.status, waiting.awaits_author) == (Status.PENDING, False)


def test_what_waits_moves_into_another_round(moderator, waiting, make):
    other = make.round("open", title="Verkehr")
    actions.move(moderator, waiting, other)
    assert (waiting.round_id, waiting.status) == (other.id, Status.PENDING)


def test_what_people_have_voted_on_stays_in_its_round(moderator, public, make):
    with pytest.raises(RuleBroken):
        actions.move(moderator, public, make.round("open"))


# ---- the record ---------------------------------------------------------------------------------


def test_a_restriction_without_an_explanation_is_none(moderator, public):
    with pytest.raises(RuleBroken):
        actions.hide(moderator, public, Reasons(Ground.INSULT, "  "))


def test_the_machine_that_helped_is_named(moderator, public):
    reasons = Reasons(Ground.PERSONAL_DATA, "Eine Nummer.", means="personal-data")
    decision = actions.hide(moderator, public, reasons)
    assert (decision.automated, decision.means) == (True, "personal-data")


def test_undoing_says_what_it_undoes(moderator, public):
    decision = actions.hide(moderator, public, REASONS)
    assert undo(moderator, decision, "").reverses_id == decision.id


@pytest.mark.parametrize(
    "change", ["explanation = ''", "outcome = 'kept'", "decided_at = NULL", "ground = NULL"]
)
def test_no_decision_is_ever_changed(moderator, public, db, change):
    actions.hide(moderator, public, REASONS)
    db.session.commit()
    with pytest.raises(DatabaseError, match="never changed"):
        db.session.execute(text(f"UPDATE moderation_decision SET {change}"))


def test_the_author_is_told_each_time(moderator, public, db):
    decision = actions.hide(moderator, public, REASONS)
    undo(moderator, decision, "")
    kinds = db.session.scalars(select(Letter.kind).order_by(Letter.id)).all()
    assert kinds == ["decision-restricts", "decision-undone"]


# ---- arguments, changes, files, people ----------------------------------------------------------


@pytest.fixture
def argument(make, public, ada):
    return make.keep(
        Argument(submission_id=public.id, author_id=ada.id, stance=Stance.FOR, text="Es hilft.")
    )


def test_decisions_on_arguments_are_kept_as_well(moderator, argument, db):
    publish_argument(moderator, argument)
    remove_argument(moderator, argument, REASONS)
    outcomes = db.session.scalars(select(ModerationDecision.outcome)).all()
    assert outcomes == [Outcome.PUBLISHED, Outcome.HIDDEN]


def test_an_argument_comes_back_and_is_counted_again(moderator, argument, public, db):
    publish_argument(moderator, argument)
    decision = remove_argument(moderator, argument, REASONS)
    undo(moderator, decision, "")
    db.session.refresh(public)
    assert (argument.is_public, public.argument_count) == (True, 1)


def test_what_its_author_took_back_does_not_come_back(moderator, argument):
    decision = remove_argument(moderator, argument, REASONS)
    argument.is_withdrawn = True
    with pytest.raises(RuleBroken):
        undo(moderator, decision, "")


def test_a_withdrawn_contribution_does_not_come_back(moderator, waiting, ada, db):
    decision = actions.ask_for_change(moderator, waiting, REASONS)
    withdraw_submission(ada.as_actor(), waiting)
    waiting.awaits_author = False
    with pytest.raises(RuleBroken):
        undo(moderator, decision, "")


def test_a_refused_change_can_be_published_after_all(moderator, public, ada):
    draft = SubmissionDraft("Zwei Busse", "Ein Bus reicht nicht.", "Zwei.")
    revision = revise_submission(ada.as_actor(), public, draft, "Einer reicht nicht")
    decision = reject_revision(moderator, public, revision, REASONS)
    undo(moderator, decision, "")
    assert (revision.state, public.title) == (RevisionState.PUBLISHED, "Zwei Busse")


def test_a_file_is_hidden_and_shown_again(moderator, public, make):
    picture = make.keep(
        Attachment(
            submission_id=public.id, file_name="a.png", media_type="image/png", size=1,
            digest="d", data=b"x",
        )
    )  # fmt: skip
    decision = hide_attachment(moderator, public, picture, REASONS)
    assert picture.is_hidden
    undo(moderator, decision, "")
    assert not picture.is_hidden


def test_a_block_ends_by_itself(moderator, ada, monkeypatch):
    block(moderator, ada, clock.now() + timedelta(days=7), REASONS)
    assert block_of(ada.id) is not None
    with clock.standing_at(clock.now() + timedelta(days=8)):
        assert block_of(ada.id) is None


def test_a_block_can_be_undone(moderator, ada):
    decision = block(moderator, ada, clock.now() + timedelta(days=7), REASONS)
    undo(moderator, decision, "")
    assert block_of(ada.id) is None


def test_nobody_blocks_themselves(moderator, mo):
    with pytest.raises(NotAllowed):
        block(moderator, mo, clock.now() + timedelta(days=7), REASONS)
