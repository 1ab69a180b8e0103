"""Reports by anybody: a receipt at once, a decision with reasons, and an answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from civicdialog.core import clock
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import VISITOR
from civicdialog.discussion.models import Argument, Stance
from civicdialog.moderation import notice_actions as actions
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Ground, ModerationDecision, Notice, NoticeState, Outcome
from civicdialog.moderation.notice_actions import NoticeDraft
from civicdialog.notifications.models import Letter
from civicdialog.retention import forget_what_is_old
from civicdialog.submissions.models import Attachment, Status

DRAFT = NoticeDraft(Ground.INSULT, "Der zweite Satz beleidigt die Leute im Amt.")
REASONS = Reasons(Ground.INSULT, "Der zweite Satz macht Menschen herunter.")
SENT = {"ground": "insult", "text": DRAFT.text}


@pytest.fixture
def proposal(make, ada):
    return make.submission(make.round("open"), ada, title="Ein Bus")


@pytest.fixture
def argument(make, proposal, ada):
    return make.keep(
        Argument(
            submission_id=proposal.id, author_id=ada.id, stance=Stance.FOR, text="Es hilft.",
            is_public=True,
        )
    )  # fmt: skip


def report(subject, draft=DRAFT, seed="s"):
    return actions.report(VISITOR, subject, draft, seed=seed, language="de")


def letters(db):
    return db.session.scalars(select(Letter.kind).order_by(Letter.id)).all()


def test_anybody_reports_and_a_week_begins(proposal):
    notice = report(proposal)
    assert (notice.state, notice.person_id) == (NoticeState.OPEN, None)
    assert notice.due_at - notice.created_at == timedelta(days=7)


def test_sending_twice_makes_one_report(proposal, db):
    report(proposal)
    report(proposal)
    assert len(db.session.scalars(select(Notice)).all()) == 1


def test_who_gave_an_address_gets_receipt_and_answer_there(proposal, mo, db):
    report(proposal, NoticeDraft(Ground.INSULT, "Unverschämt.", "eve@example.org"))
    actions.keep(mo.as_actor(), proposal, "Das ist scharf, aber erlaubt.")
    assert letters(db) == ["notice-received", "notice-decided"]


def test_the_key_of_the_receipt_stands_in_no_table(proposal, db):
    report(proposal, NoticeDraft(Ground.INSULT, "Unverschämt.", "eve@example.org"))
    key = actions.key_of("s")
    assert key not in str(db.session.scalars(select(Letter)).one().facts)
    assert key not in db.session.scalars(select(Notice)).one().key_hash


def test_what_breaks_the_rules_is_taken_off_and_every_report_is_answered(proposal, mo, db):
    report(proposal)
    report(proposal, seed="another")
    decision = actions.act_on(mo.as_actor(), proposal, REASONS)
    assert proposal.status is Status.HIDDEN
    found = db.session.scalars(select(Notice)).all()
    assert {(each.state, each.decision_id) for each in found} == {
        (NoticeState.ACTED_ON, decision.id)
    }


def test_arguments_and_pictures_are_reported_too(proposal, argument, mo, make, db):
    picture = make.keep(
        Attachment(
            submission_id=proposal.id, file_name="a.png", media_type="image/png", size=1,
            digest="d", data=b"x",
        )
    )  # fmt: skip
    for subject in (argument, picture):
        report(subject, seed=subject.__tablename__)
        actions.act_on(mo.as_actor(), subject, REASONS)
    assert (argument.is_hidden, picture.is_hidden) == (True, True)


def test_what_stays_stays_with_a_reason_on_the_record(proposal, mo, db):
    report(proposal)
    actions.keep(mo.as_actor(), proposal, "Das ist erlaubt.")
    decision = db.session.scalars(select(ModerationDecision)).one()
    assert (decision.outcome, decision.explanation) == (Outcome.KEPT, "Das ist erlaubt.")
    assert proposal.is_public


def test_a_report_is_answered_once(proposal, mo):
    report(proposal)
    actions.keep(mo.as_actor(), proposal, "Das ist erlaubt.")
    with pytest.raises(RuleBroken, match="already"):
        actions.keep(mo.as_actor(), proposal, "Doch nicht.")


@pytest.mark.parametrize("deed", ["keep", "act_on"])
def test_nobody_decides_on_reports_about_their_own_text(make, mo, deed):
    own = make.submission(make.round("open"), mo)
    report(own)
    with pytest.raises(NotAllowed):
        getattr(actions, deed)(mo.as_actor(), own, REASONS if deed == "act_on" else "Bleibt.")


def test_the_address_is_forgotten_a_year_after_the_answer(proposal, mo, db):
    report(proposal, NoticeDraft(Ground.INSULT, "Unverschämt.", "eve@example.org"))
    actions.keep(mo.as_actor(), proposal, "Das ist erlaubt.")
    db.session.commit()
    for days, left in ((364, "eve@example.org"), (366, "")):
        with clock.standing_at(clock.now() + timedelta(days=days)):
            forget_what_is_old()
        assert db.session.scalars(select(Notice.email)).one() == left


# ---- the pages ----------------------------------------------------------------------------------


def test_without_an_account_one_reports_and_gets_a_receipt(proposal, sign_in):
    browser, url = sign_in(), f"/report/submission/{proposal.public_id}"
    assert url in browser.get(f"/submissions/{proposal.public_id}").text
    answer = browser.post(url, data=SENT)
    assert answer.status_code == 303
    receipt = browser.get(answer.location)
    assert "ist angekommen" in receipt.text
    assert 'content="noindex"' in receipt.text


def test_what_was_typed_is_kept(proposal, sign_in):
    answer = sign_in().post(f"/report/submission/{proposal.public_id}", data=SENT | {"ground": ""})
    assert answer.status_code == 422
    assert DRAFT.text in answer.text


def test_arguments_have_a_link_to_report_them(proposal, argument, sign_in):
    browser, url = sign_in(), f"/report/argument/{argument.public_id}"
    assert url in browser.get(f"/submissions/{proposal.public_id}").text
    assert browser.post(url, data=SENT).status_code == 303


@pytest.mark.parametrize("kind", ["submission", "argument", "attachment", "person", "nothing"])
def test_what_is_not_public_cannot_be_reported(kind, make, ada, sign_in):
    waiting = make.submission(make.round("open"), ada, status=Status.PENDING)
    assert sign_in().get(f"/report/{kind}/{waiting.public_id}").status_code == 404


def test_a_receipt_nobody_has_is_not_found(app, sign_in):
    assert sign_in().get("/notices/made-up").status_code == 404


def test_the_moderation_sees_it_decides_and_the_receipt_says_so(proposal, mo, sign_in):
    browser = sign_in()
    receipt = browser.post(f"/report/submission/{proposal.public_id}", data=SENT).location
    desk, url = sign_in(mo), f"/moderation/notices/submission/{proposal.id}"
    assert url in desk.get("/moderation/notices").text
    assert DRAFT.text in desk.get(url).text
    assert desk.post(f"{url}/keep", data={"answer": ""}).status_code == 422
    assert desk.post(f"{url}/keep", data={"answer": "Das ist erlaubt."}).status_code == 303
    assert "Das ist erlaubt." in browser.get(receipt).text


def test_taken_off_the_page_the_receipt_names_the_rule(proposal, mo, sign_in):
    browser = sign_in()
    receipt = browser.post(f"/report/submission/{proposal.public_id}", data=SENT).location
    data = {"ground": "insult", "explanation": "Der zweite Satz macht Menschen herunter."}
    url = f"/moderation/notices/submission/{proposal.id}/hide"
    assert sign_in(mo).post(url, data=data).status_code == 303
    assert "Regel des Dialogs: Beleidigt jemanden" in browser.get(receipt).text
    assert browser.get(f"/submissions/{proposal.public_id}").status_code == 410


def test_the_second_moderator_loses_nothing(proposal, mo, make, sign_in):
    report(proposal)
    desk, url = sign_in(mo), f"/moderation/notices/submission/{proposal.id}/keep"
    desk.post(url, data={"answer": "Das ist erlaubt."})
    late = sign_in(make.person("Max", roles=["moderator"]))
    answer = late.post(url, data={"answer": "Ich sehe es ähnlich."})
    assert answer.status_code == 409
    assert "Ich sehe es ähnlich." in answer.text


def test_citizens_see_no_reports(ada, sign_in):
    assert sign_in(ada).get("/moderation/notices").status_code == 403
