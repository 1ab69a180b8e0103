"""Barriers people report are answered within a month."""

from datetime import timedelta

import pytest
import time_machine

from civicdialog.core import clock
from civicdialog.core.db import db, transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import VISITOR
from civicdialog.notifications import contact
from civicdialog.notifications.contact import ContactDraft, answer_message, send_message
from civicdialog.notifications.models import ContactMessage

TYPED = {"text": "Der Knopf ist mit der Tastatur nicht zu erreichen.", "page": "Startseite"}


def sent(email="", token="one"):
    with transaction():
        draft = ContactDraft(TYPED["text"], TYPED["page"], email)
        return send_message(VISITOR, draft, language="de", form_token=token)


def test_anybody_reports_a_barrier_without_an_account(sign_in):
    client = sign_in(None)
    assert client.post("/accessibility/report", data=TYPED).status_code == 303
    assert db.session.query(ContactMessage).one().text == TYPED["text"]


def test_an_empty_report_is_shown_again(sign_in):
    assert sign_in(None).post("/accessibility/report", data={"text": ""}).status_code == 422


def test_a_wrong_address_loses_nothing(sign_in):
    answer = sign_in(None).post("/accessibility/report", data={**TYPED, "email": "x"})
    assert TYPED["text"] in answer.text


def test_sending_twice_makes_one_message(app):
    sent()
    sent()
    assert db.session.query(ContactMessage).count() == 1


def test_the_clock_says_one_month(app):
    message = sent()
    assert timedelta(days=29) < message.due_at - clock.now() <= timedelta(days=30)


def test_staff_see_what_is_late(sign_in, ed):
    sent()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert "überfällig" in sign_in(ed).get("/manage/barriers").text


def test_staff_are_warned_a_week_before(sign_in, ed):
    sent()
    with time_machine.travel(clock.now() + timedelta(days=24)):
        assert contact.due_soon_count(clock.now()) == 1


def test_an_answer_goes_to_the_address(sign_in, ed, letters):
    message = sent("leserin@example.net")
    client = sign_in(ed)
    client.post(f"/manage/barriers/{message.public_id}", data={"answer": "Jetzt geht es."})
    [letter] = letters()
    assert "Jetzt geht es." in letter


def test_nobody_answers_twice(app, ed):
    message = sent()
    with transaction():
        answer_message(ed.as_actor(), message, "Ja.")
    with pytest.raises(RuleBroken):
        answer_message(ed.as_actor(), message, "Noch einmal.")


def test_moderators_do_not_answer(app, mo):
    with pytest.raises(NotAllowed):
        answer_message(mo.as_actor(), sent(), "Ja.")


def test_the_accessibility_page_leads_to_the_form(sign_in):
    assert "/accessibility/report" in sign_in(None).get("/legal/accessibility").text
