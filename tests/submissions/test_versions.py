"""Changing what was handed in: at once while it waits, read first once it is public."""

import re

import pytest
from sqlalchemy import select

from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Ground
from civicdialog.moderation.revision_actions import publish_revision, reject_revision
from civicdialog.notifications.models import Notification
from civicdialog.submissions import actions, revisions
from civicdialog.submissions.handing_in import SubmissionDraft
from civicdialog.submissions.models import Kind, RevisionState, Status, SubmissionRevision
from civicdialog.submissions.revisions import Change, differences
from tests.submissions.test_pages import TEXTS, text_of

NEW = SubmissionDraft("Mit Ansage", "Der Bus hält nicht.", "Er sagt an.", kind=Kind.USE_CASE)
REASON = "Es gibt jetzt Ansagen."


@pytest.fixture
def round(make):
    return make.round("collecting", slug="ki")


@pytest.fixture
def public(make, round, ada):
    return make.submission(
        round, ada, title="Ohne Ansage", problem="Der Bus kommt nicht.", solution="Er sagt an."
    )


@pytest.fixture
def waiting(make, round, ada):
    return make.submission(round, ada, status=Status.PENDING, title="Noch nicht gelesen")


def revise(person, submission, draft=NEW, reason=REASON):
    with transaction():
        return actions.revise_submission(person.as_actor(), submission, draft, reason)


def decided(mo, submission, deed, *words):
    with transaction():
        deed(mo.as_actor(), submission, revisions.waiting(submission.id), *words)


def version_on(page):
    return re.search(r'name="version"[^>]* value="([^"]+)"', text_of(page)).group(1)


def edit(browser, submission, **changes):
    url = f"/submissions/{submission.public_id}/edit"
    version = version_on(browser.get(url))
    return browser.post(url, data=TEXTS | {"version": version, "reason": REASON} | changes)


def states(db):
    wanted = select(SubmissionRevision.state).order_by(SubmissionRevision.number)
    return db.session.scalars(wanted).all()


def test_what_still_waits_is_changed_at_once(waiting, ada, sign_in, db):
    assert edit(sign_in(ada), waiting).location == "/my/contributions"
    db.session.refresh(waiting)
    assert (waiting.title, waiting.status) == (TEXTS["title"], Status.PENDING)
    assert states(db) == []


def test_what_is_public_stays_as_it_is_until_somebody_has_read_the_change(public, ada, sign_in, db):
    edit(sign_in(ada), public)
    db.session.refresh(public)
    assert public.title == "Ohne Ansage"
    assert states(db) == [RevisionState.PUBLISHED, RevisionState.WAITING]


def test_a_public_text_is_changed_with_a_reason(public, ada, sign_in, db):
    answer = edit(sign_in(ada), public, reason="")
    assert answer.status_code == 422
    assert TEXTS["solution"] in text_of(answer)
    with pytest.raises(RuleBroken):
        revise(ada, public, reason=" ")


def test_nothing_changed_is_no_change(public, ada):
    same = SubmissionDraft(public.title, public.problem, public.solution, kind=public.kind)
    with pytest.raises(RuleBroken):
        revise(ada, public, same)


def test_a_second_change_replaces_the_one_that_waits(public, ada, db):
    revise(ada, public)
    revise(ada, public, SubmissionDraft("Noch besser", "Problem", "Lösung"))
    assert states(db)[1:] == [RevisionState.REPLACED, RevisionState.WAITING]


def test_strangers_change_nothing(public, waiting, make, sign_in):
    bob = make.person("Bob")
    with pytest.raises(NotAllowed):
        revise(bob, public)
    assert sign_in(bob).get(f"/submissions/{public.public_id}/edit").status_code == 403
    assert sign_in(bob).get(f"/submissions/{waiting.public_id}/edit").status_code == 404


def test_a_rejected_text_can_no_longer_be_changed(make, round, ada, sign_in):
    rejected = make.submission(round, ada, status=Status.REJECTED)
    answer = sign_in(ada).get(f"/submissions/{rejected.public_id}/edit")
    assert answer.status_code in {409, 422}


def test_of_two_windows_the_second_sees_both_texts_and_loses_none(waiting, ada, sign_in, db):
    browser = sign_in(ada)
    old = version_on(browser.get(f"/submissions/{waiting.public_id}/edit"))
    edit(browser, waiting, title="Aus dem ersten Fenster")
    answer = edit(browser, waiting, title="Aus dem zweiten", version=old)
    assert answer.status_code == 409
    assert "Aus dem zweiten" in text_of(answer)
    db.session.refresh(waiting)
    assert waiting.title == "Aus dem ersten Fenster"


def test_a_published_change_replaces_the_text_and_tells_the_author(public, ada, mo, db):
    revise(ada, public)
    decided(mo, public, publish_revision)
    db.session.refresh(public)
    assert (public.title, public.edited_at is not None) == (NEW.title, True)
    assert "ansag" in public.search_terms
    told = db.session.scalars(select(Notification.kind)).all()
    assert told == ["revision-published"]


def test_a_refused_change_leaves_the_text_and_tells_why(public, ada, mo, db):
    revise(ada, public)
    decided(
        mo, public, reject_revision, Reasons(Ground.OFF_TOPIC, "Das ist ein anderer Vorschlag.")
    )
    db.session.refresh(public)
    assert public.title == "Ohne Ansage"
    assert db.session.scalars(select(Notification.kind)).all() == ["decision-restricts"]


def test_everybody_reads_every_published_version_with_its_differences(public, ada, mo, sign_in):
    revise(ada, public)
    decided(mo, public, publish_revision)
    page = text_of(sign_in().get(f"/submissions/{public.public_id}/versions"))
    assert "Der Bus kommt nicht." in page
    assert "Der Bus hält nicht." in page
    assert REASON in page
    assert "<del>" in page
    assert "<ins>" in page
    assert page.count('aria-labelledby="version-') == 2


def test_a_refused_change_is_read_by_nobody(public, ada, mo, sign_in):
    revise(ada, public)
    decided(mo, public, reject_revision, Reasons(Ground.OFF_TOPIC, "Nein."))
    page = text_of(sign_in().get(f"/submissions/{public.public_id}/versions"))
    assert NEW.title not in page


def test_the_page_of_a_changed_proposal_leads_to_its_versions(public, ada, mo, sign_in):
    url = f"/submissions/{public.public_id}"
    assert f"{url}/versions" not in text_of(sign_in().get(url))
    revise(ada, public)
    decided(mo, public, publish_revision)
    assert f"{url}/versions" in text_of(sign_in().get(url))


def test_versions_of_what_is_not_public_are_not_there(waiting, sign_in):
    assert sign_in().get(f"/submissions/{waiting.public_id}/versions").status_code == 404


@pytest.mark.parametrize(
    ("before", "after", "woven"),
    [
        ("a b c", "a b c", [("same", "a b c")]),
        ("", "neu", [("added", "neu")]),
        ("alt", "", [("removed", "alt")]),
        ("Der Bus hält.", "Der Bus kommt.", [
            ("same", "Der Bus "), ("removed", "hält"), ("added", "kommt"), ("same", "."),
        ]),
    ],
)  # fmt: skip
def test_what_differs_is_said_word_by_word(before, after, woven):
    found = [(change.value, words) for change, words in differences(before, after)]
    merged: list[tuple[str, str]] = []
    for change, words in found:
        if merged and merged[-1][0] == change:
            merged[-1] = (change, merged[-1][1] + words)
        else:
            merged.append((change, words))
    assert merged == woven


@pytest.mark.parametrize("before", ["", "Eins zwei drei.\n\nVier, fünf", "a  b\n"])
@pytest.mark.parametrize("after", ["", "Eins drei zwei.\nVier fünf sechs", " x "])
def test_both_texts_can_be_read_out_of_the_woven_one(before, after):
    woven = differences(before, after)
    assert "".join(words for change, words in woven if change is not Change.ADDED) == before
    assert "".join(words for change, words in woven if change is not Change.REMOVED) == after
