"""Objections: who may object and until when, who decides, and what comes back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from civicdialog.core import clock
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.permissions import VISITOR, Actor, Role
from civicdialog.moderation import actions, cases
from civicdialog.moderation.appeal_actions import Judgement, appeal, decide_appeal
from civicdialog.moderation.cases import six_months_after
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Appeal, AppealState, Ground
from civicdialog.notifications.models import Letter
from civicdialog.rounds.models import Round
from civicdialog.submissions.actions import withdraw_submission
from civicdialog.submissions.models import Status
from civicdialog.trace.models import Relation, TraceLink

REASONS = Reasons(Ground.INSULT, "Der zweite Satz macht die Leute im Amt herunter.")
GRANT = Judgement(is_granted=True, reasons="Der Satz ist scharf, aber erlaubt.")
DISMISS = Judgement(is_granted=False, reasons="Es bleibt dabei.")


@pytest.fixture
def max(make):
    """Max moderates, too."""
    return make.person("Max", roles=[Role.MODERATOR])


@pytest.fixture
def round(make):
    return make.round("open")


@pytest.fixture
def proposal(make, round, ada):
    return make.submission(round, ada, title="Ein Bus", agree_count=7)


@pytest.fixture
def hidden(proposal, mo, db):
    decision = actions.hide(mo.as_actor(), proposal, REASONS)
    db.session.commit()
    return decision


def case_of(decision):
    return cases.case_of(decision)


@pytest.fixture
def objection(hidden, ada, db):
    made = appeal(ada.as_actor(), case_of(hidden), "Ich habe niemanden beleidigt.")
    db.session.commit()
    return made


# ---- objecting ----------------------------------------------------------------------------------


def test_the_author_objects_and_two_weeks_begin(objection):
    assert objection.state is AppealState.OPEN
    assert objection.due_at - objection.created_at == timedelta(days=14)


def test_objecting_twice_makes_one_objection(objection, hidden, ada, db):
    assert appeal(ada.as_actor(), case_of(hidden), "Noch einmal.").id == objection.id


def test_nobody_objects_for_others(hidden, make):
    with pytest.raises(NotAllowed):
        appeal(make.person("Bob").as_actor(), case_of(hidden), "Das geht nicht.")


def test_whoever_holds_the_receipt_objects(make, round, mo, db):
    paper = make.submission(round, None, status=Status.PENDING)
    decision = actions.reject(mo.as_actor(), paper, REASONS)
    holder = Actor(
        None, frozenset({Role.VISITOR}), guest_key="k", receipts=frozenset({paper.public_id})
    )
    assert appeal(holder, case_of(decision), "Das stimmt nicht.").person_id is None
    with pytest.raises(NotAllowed):
        appeal(VISITOR, case_of(decision), "Das stimmt nicht.")


@pytest.mark.parametrize(("days", "is_taken"), [(180, True), (185, False)])
def test_one_can_object_for_half_a_year(hidden, ada, days, is_taken):
    with clock.standing_at(hidden.decided_at + timedelta(days=days)):
        if is_taken:
            assert appeal(ada.as_actor(), case_of(hidden), "Das ist falsch.")
        else:
            with pytest.raises(RuleBroken, match="six months"):
                appeal(ada.as_actor(), case_of(hidden), "Das ist falsch.")


@pytest.mark.parametrize(
    ("begin", "end"), [("2026-01-15", "2026-07-15"), ("2026-08-31", "2027-02-28"),
                       ("2027-08-31", "2028-02-29"), ("2026-12-01", "2027-06-01")]
)  # fmt: skip
def test_half_a_year_is_one_of_the_calendar(begin, end):
    assert six_months_after(datetime.fromisoformat(begin)) == datetime.fromisoformat(end)


def test_what_was_published_is_nothing_to_object_to(make, round, ada, mo):
    waiting = make.submission(round, ada, status=Status.PENDING)
    decision = actions.publish(mo.as_actor(), waiting)
    with pytest.raises(RuleBroken):
        appeal(ada.as_actor(), case_of(decision), "Ich wollte das nicht.")


def test_moderators_who_had_no_part_in_it_are_told(hidden, ada, max, db):
    appeal(ada.as_actor(), case_of(hidden), "Ich habe niemanden beleidigt.")
    told = db.session.scalars(select(Letter.to_email).where(Letter.kind == "appeal-made")).all()
    assert told == [max.email]


# ---- deciding -----------------------------------------------------------------------------------


def test_granted_everything_is_as_before(objection, hidden, proposal, max, db):
    number = proposal.number
    assert decide_appeal(max.as_actor(), case_of(hidden), GRANT)
    assert (proposal.status, proposal.number, proposal.agree_count) == (Status.PUBLISHED, number, 7)
    assert db.session.scalars(select(Round.submission_count)).one() == 1


def test_dismissed_it_stays_hidden_and_the_author_reads_why(objection, hidden, proposal, max, db):
    decide_appeal(max.as_actor(), case_of(hidden), DISMISS)
    assert proposal.status is Status.HIDDEN
    letter = db.session.scalars(select(Letter).where(Letter.kind == "appeal-decided")).one()
    assert letter.facts["reasons"] == DISMISS.reasons


def test_nobody_decides_on_an_objection_to_their_own_decision(objection, hidden, mo):
    with pytest.raises(NotAllowed):
        decide_appeal(mo.as_actor(), case_of(hidden), GRANT)


def test_nobody_decides_on_their_own_objection(make, round, mo, max):
    own = make.submission(round, max, status=Status.PENDING)
    decision = actions.reject(mo.as_actor(), own, REASONS)
    appeal(max.as_actor(), case_of(decision), "Das ist falsch.")
    with pytest.raises(NotAllowed):
        decide_appeal(max.as_actor(), case_of(decision), GRANT)


@pytest.mark.parametrize("column", ["decided_by_id", "state"])
def test_the_database_too_keeps_the_first_moderator_from_deciding(objection, mo, db, column):
    changes = f"decided_by_id = {mo.id}, state = 'granted', reasons = 'x', decided_at = created_at"
    with pytest.raises(DatabaseError, match="somebody else decides"):
        db.session.execute(text(f"UPDATE appeal SET {changes}"))


def test_an_objection_is_decided_once(objection, hidden, max, make, db):
    decide_appeal(max.as_actor(), case_of(hidden), DISMISS)
    other = make.person("Moe", roles=[Role.MODERATOR])
    with pytest.raises(RuleBroken, match="already"):
        decide_appeal(other.as_actor(), case_of(hidden), GRANT)


def test_a_decision_on_an_objection_has_reasons(objection, hidden, max):
    with pytest.raises(RuleBroken):
        decide_appeal(max.as_actor(), case_of(hidden), Judgement(is_granted=True, reasons=" "))


def test_what_its_author_has_taken_back_does_not_come_back(make, round, ada, mo, max, db):
    asked = make.submission(round, ada, status=Status.PENDING)
    decision = actions.ask_for_change(mo.as_actor(), asked, REASONS)
    appeal(ada.as_actor(), case_of(decision), "Das ist falsch.")
    withdraw_submission(ada.as_actor(), asked)
    asked.awaits_author = False
    assert not decide_appeal(max.as_actor(), case_of(decision), GRANT)
    assert asked.status is Status.WITHDRAWN
    assert db.session.scalars(select(Appeal.state)).one() is AppealState.GRANTED


def test_the_thread_tells_of_it(objection, hidden, max, db):
    decide_appeal(max.as_actor(), case_of(hidden), DISMISS)
    relations = db.session.scalars(select(TraceLink.relation)).all()
    assert {Relation.APPEALED, Relation.APPEAL_DECIDED} <= set(relations)


# ---- the pages ----------------------------------------------------------------------------------


def test_the_statement_is_for_those_concerned(hidden, ada, mo, make, sign_in):
    url = f"/decisions/{hidden.public_id}"
    seen = [sign_in(who).get(url).status_code for who in (ada, mo, make.person("Bob"), None)]
    assert seen == [200, 200, 404, 404]


def test_the_statement_names_rule_facts_machine_and_the_way_to_object(hidden, ada, sign_in):
    html = sign_in(ada).get(f"/decisions/{hidden.public_id}").text
    assert "Beleidigt jemanden" in html
    assert REASONS.explanation in html
    assert "ohne Hilfe eines Programms" in html
    assert f'action="/decisions/{hidden.public_id}/appeal"' in html
    assert "/rules#insult" in html


def test_on_the_page_one_objects_and_reads_the_outcome(hidden, ada, max, sign_in, db):
    browser, url = sign_in(ada), f"/decisions/{hidden.public_id}"
    assert browser.post(f"{url}/appeal", data={"text": ""}).status_code == 422
    assert browser.post(f"{url}/appeal", data={"text": "Das ist falsch."}).status_code == 303
    assert "spätestens am" in browser.get(url).text
    made = db.session.scalars(select(Appeal)).one()
    desk = sign_in(max)
    assert made.public_id in desk.get("/moderation/appeals").text
    sent = {"outcome": "dismissed", "reasons": "Es bleibt dabei."}
    answer = desk.post(f"/moderation/appeals/{made.public_id}", data=sent)
    assert answer.status_code == 303
    assert "Es bleibt dabei." in browser.get(url).text


def test_the_second_moderator_sees_that_it_is_decided_and_loses_nothing(
    objection, max, make, sign_in
):
    url = f"/moderation/appeals/{objection.public_id}"
    sent = {"outcome": "dismissed", "reasons": "Es bleibt dabei."}
    assert sign_in(max).post(url, data=sent).status_code == 303
    late = sign_in(make.person("Moe", roles=[Role.MODERATOR]))
    answer = late.post(url, data=sent | {"reasons": "Ich sehe das anders."})
    assert answer.status_code == 409
    assert "Ich sehe das anders." in answer.text


def test_the_first_moderator_cannot_send_the_form(objection, mo, sign_in):
    url = f"/moderation/appeals/{objection.public_id}"
    assert "andere Person" in sign_in(mo).get(url).text
    sent = {"outcome": "granted", "reasons": "Doch."}
    assert sign_in(mo).post(url, data=sent).status_code == 403


def test_the_author_finds_the_statement_at_the_contribution(hidden, proposal, ada, sign_in):
    browser = sign_in(ada)
    link = f"/submissions/{proposal.public_id}/decision"
    assert link in browser.get(f"/submissions/{proposal.public_id}").text
    assert link in browser.get("/my/contributions").text
    assert browser.get(link).headers["Location"] == f"/decisions/{hidden.public_id}"


def test_a_contribution_without_a_restriction_has_no_statement(proposal, ada, sign_in):
    assert sign_in(ada).get(f"/submissions/{proposal.public_id}/decision").status_code == 404


# ---- the note in its place ----------------------------------------------------------------------


def test_what_is_hidden_leaves_a_note_with_rule_and_date_and_without_its_words(
    hidden, proposal, sign_in
):
    answer = sign_in().get(f"/submissions/{proposal.public_id}")
    assert answer.status_code == 410
    assert "Beleidigt jemanden" in answer.text
    assert str(hidden.decided_at.year) in answer.text
    assert "Ein Bus" not in answer.text
    assert REASONS.explanation not in answer.text


def test_a_text_with_passages_taken_out_says_so(proposal, mo, sign_in, db):
    actions.redact(mo.as_actor(), proposal, ["waiting times"], REASONS)
    db.session.commit()
    html = sign_in().get(f"/submissions/{proposal.public_id}").text
    assert "hat am" in html
    assert "Beleidigt jemanden" in html
    assert "waiting times" not in html


def test_the_rules_are_public(sign_in):
    html = sign_in().get("/rules").text
    assert all(f'id="{ground.value}"' in html for ground in Ground)


def test_a_decision_nobody_took_is_not_found(app):
    with pytest.raises(NotFound):
        cases.by_public_id(VISITOR, "xxxxxxxxxx")
