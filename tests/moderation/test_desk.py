"""The desk: every decision on its page, ready words, several at once, reading afterwards."""

import pytest
from sqlalchemy import select

from civicdialog.moderation.models import Ground, ModerationDecision, Outcome
from civicdialog.moderation.phrases import PHRASES
from civicdialog.submissions.actions import SubmissionDraft, create_submission
from civicdialog.submissions.models import Status, Submission

REASONS = {"ground": "insult", "explanation": "Der zweite Satz macht Menschen herunter."}


@pytest.fixture
def round(make):
    return make.round("open", slug="ki")


@pytest.fixture
def waiting(make, round, ada):
    return make.submission(
        round, ada, status=Status.PENDING, title="Ein Bus", problem="Meine Nummer: 0345 1234567."
    )


@pytest.fixture
def public(make, round, ada):
    return make.submission(round, ada, title="Ein Rad")


@pytest.fixture
def desk(sign_in, mo):
    return sign_in(mo)


def at(submission, deed=""):
    return f"/moderation/submissions/{submission.public_id}{deed}"


def status_of(db, submission):
    db.session.expire_all()
    return db.session.get_one(Submission, submission.id).status


def test_the_author_is_asked_for_a_change(desk, waiting, db):
    assert desk.post(at(waiting, "/ask"), data=REASONS).status_code == 303
    assert status_of(db, waiting) is Status.PENDING
    desk.get("/moderation/queue")  # says what was done
    assert waiting.title not in desk.get("/moderation/queue").text
    assert waiting.title in desk.get("/moderation/queue?tab=author").text


def test_what_is_public_is_taken_off_the_page(desk, public, db):
    assert desk.post(at(public, "/hide"), data=REASONS).status_code == 303
    assert status_of(db, public) is Status.HIDDEN


def test_what_is_hidden_is_put_back_with_a_reason(desk, public, db):
    desk.post(at(public, "/hide"), data=REASONS)
    assert desk.post(at(public, "/restore"), data={"note": ""}).status_code == 422
    assert desk.post(at(public, "/restore"), data={"note": "Wir lagen falsch."}).status_code == 303
    assert status_of(db, public) is Status.PUBLISHED


def test_marked_passages_are_proposed_and_taken_out(desk, waiting, sign_in, db):
    assert ">0345 1234567</textarea>" in desk.get(at(waiting)).text.replace("\r\n", "")
    sent = {
        "out-passages": "0345 1234567",
        "out-ground": "personal_data",
        "out-explanation": "Wir haben eine Nummer entfernt.",
        "out-means": "personal-data",
    }
    assert desk.post(at(waiting, "/redact"), data=sent).status_code == 303
    decision = db.session.scalars(select(ModerationDecision)).one()
    assert (decision.outcome, decision.means) == (Outcome.REDACTED, "personal-data")
    html = sign_in().get(f"/submissions/{waiting.public_id}").text
    assert "Meine Nummer: […]." in html


def test_a_passage_that_is_not_there_comes_back_with_everything_typed(desk, waiting):
    sent = {"out-passages": "Nichts davon", "out-ground": "insult", "out-explanation": "Erläutert."}
    answer = desk.post(at(waiting, "/redact"), data=sent)
    assert answer.status_code == 422
    assert "Nichts davon" in answer.text
    assert "Erläutert." in answer.text


def test_what_waits_is_moved(desk, waiting, make, db):
    other = make.round("open", slug="verkehr", title="Verkehr")
    assert desk.post(at(waiting, "/move"), data={"round": "verkehr"}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Submission, waiting.id).round_id == other.id


@pytest.mark.parametrize("deed", ["reject", "ask", "hide", "redact", "move", "leave", "restore"])
def test_a_deed_that_comes_too_late_changes_nothing(desk, make, round, ada, deed, db):
    gone = make.submission(round, ada, status=Status.WITHDRAWN)
    assert desk.post(at(gone, f"/{deed}"), data=REASONS).status_code == 409
    assert db.session.scalars(select(ModerationDecision)).all() == []


# ---- ready words --------------------------------------------------------------------------------


def test_every_rule_has_ready_words():
    assert set(PHRASES) == set(Ground)


def test_without_a_script_the_ready_words_come_by_a_button(desk, waiting, db):
    answer = desk.post(at(waiting, "/reject"), data={"ground": "insult", "suggest": "1"})
    assert answer.status_code == 200
    assert "macht Menschen herunter. Kritik ist hier willkommen" in answer.text
    assert status_of(db, waiting) is Status.PENDING


def test_ready_words_replace_nothing_that_was_typed(desk, waiting):
    sent = {"ground": "insult", "explanation": "Eigene Worte.", "suggest": "1"}
    assert "Eigene Worte.</textarea>" in desk.post(at(waiting, "/reject"), data=sent).text


def test_the_keys_can_be_switched_off(desk, waiting):
    assert "data-desk" in desk.get(at(waiting)).text
    desk.post("/moderation/shortcuts", data={"wanted": "off"})
    assert "data-desk" not in desk.get(at(waiting)).text
    desk.post("/moderation/shortcuts", data={"wanted": "on"})
    assert "data-desk" in desk.get(at(waiting)).text


# ---- published at once --------------------------------------------------------------------------


def hand_in(make, ada, db, text="Der Bus kommt nie."):
    open_round = make.round("open", submissions_wait=False)
    draft = SubmissionDraft("Ein Bus", text, "Eine Anzeige.")
    made = create_submission(ada.as_actor(), open_round, draft)
    db.session.commit()
    return made


def test_where_the_round_says_so_it_is_published_at_once(make, ada, db):
    made = hand_in(make, ada, db)
    assert (made.status, made.number) == (Status.PUBLISHED, 1)


def test_what_looks_like_personal_data_waits_all_the_same(make, ada, db):
    assert hand_in(make, ada, db, "Tel. 0345 1234567").status is Status.PENDING


def test_it_stands_in_the_queue_until_somebody_has_read_it(make, ada, desk, db):
    made = hand_in(make, ada, db)
    assert at(made) in desk.get("/moderation/queue").text
    assert desk.post(at(made, "/leave")).status_code == 303
    assert at(made) not in desk.get("/moderation/queue").text
    assert desk.post(at(made, "/leave")).status_code == 409
