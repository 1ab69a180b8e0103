"""What is old is forgotten by itself, after the days the settings name."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from civicdialog.accounts.models import OneTimeToken, Person, PersonSession
from civicdialog.accounts.sessions import begin_session
from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.jobs import doorbell
from civicdialog.core.letters import Letter, write_letter
from civicdialog.core.permissions import Role
from civicdialog.notifications.models import ContactMessage
from civicdialog.retention import FORGET, forget_what_is_old
from tests.web.statements import counted_statements


@contextmanager
def in_days(days):
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        forget_what_is_old()
        yield


def count(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def kept_after(db, model, days):
    """How many rows there are after so many days."""
    with in_days(days):
        return count(db, model)


@pytest.mark.parametrize(("days", "left"), [(6, 1), (8, 0)])
def test_who_never_confirms_is_forgotten_after_a_week(db, register, days, left):
    register()
    assert kept_after(db, Person, days) == left


def test_with_the_unconfirmed_person_their_links_go(db, register):
    register()
    assert kept_after(db, OneTimeToken, 8) == 0


def test_who_has_confirmed_stays(db, make):
    make.person("Ada")
    assert kept_after(db, Person, 5_000) == 1


def test_who_was_invited_to_a_role_may_take_their_time(db, make):
    make.person("Mo", roles=[Role.MODERATOR], confirmed_at=None, password_hash=None)
    assert kept_after(db, Person, 60) == 1


def test_who_has_a_fresh_link_is_not_forgotten_before_it_ends(db, register):
    register()
    with time_machine.travel(clock.now() + timedelta(days=6, hours=20), tick=False):
        register()
    assert kept_after(db, Person, 7.5) == 1


@pytest.mark.parametrize(("days", "left"), [(29, 1), (33, 0)])
def test_links_that_have_ended_are_forgotten_after_a_month(db, member, sign_in, days, left):
    sign_in().post("/reset-password", data={"email": member.email})
    assert kept_after(db, OneTimeToken, days) == left


@pytest.mark.parametrize(("days", "left"), [(30, 1), (31, 0)])
def test_sessions_nobody_uses_are_forgotten_after_a_month(db, member, days, left):
    with transaction():
        begin_session(member, "Firefox/Linux")
    assert kept_after(db, PersonSession, days) == left


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_letters_are_forgotten_after_a_month(db, member, letters, sent, days, left):
    with transaction():
        write_letter(member.email, "password-changed", language="de", url="/")
    if sent:
        letters()
    assert kept_after(db, Letter, days) == left


@pytest.mark.parametrize(("days", "left"), [(364, 1), (366, 0)])
def test_answered_messages_are_forgotten_after_a_year(db, make, days, left):
    now = clock.now()
    make.keep(ContactMessage(text="Hilfe", due_at=now, answer="Gern", answered_at=now))
    assert kept_after(db, ContactMessage, days) == left


def test_messages_that_wait_for_an_answer_stay(db, make):
    make.keep(ContactMessage(text="Hilfe", due_at=clock.now()))
    assert kept_after(db, ContactMessage, 5_000) == 1


def test_the_worker_does_it_on_its_round(app):
    assert doorbell().duties[FORGET] is forget_what_is_old


def test_with_nothing_old_nothing_is_written(app, db, member):
    with counted_statements() as sent:
        forget_what_is_old()
    assert [statement for statement in sent if not statement.startswith("SELECT")] == []
