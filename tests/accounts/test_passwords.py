"""A new password: the same answer for everybody, links that end, sessions that end."""

import time
from datetime import timedelta

import pytest
import time_machine

from civicdialog.accounts import actions, hashing, queries
from civicdialog.accounts.routes import SAME_FOR_EVERYBODY
from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import VISITOR
from tests.accounts.conftest import PASSWORD, both

NEW = "abends drei Tassen Kakao"


def ask(client, email="ada@example.org"):
    return client.post("/reset-password", data={"email": email})


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(sign_in, member, letters):
    client = sign_in()
    known, unknown = ask(client), ask(client, "niemand@example.com")
    assert known.location == unknown.location == "/reset-password/sent"
    assert known.data == unknown.data
    assert client.get("/reset-password/sent").status_code == 200
    assert len(letters()) == 1


@pytest.mark.parametrize("email", ["ada@example.org", "fremd@example.org"])
def test_the_answer_takes_its_time_whether_or_not_the_address_is_known(sign_in, member, email):
    begun = time.perf_counter()
    ask(sign_in(), email)
    assert time.perf_counter() - begun >= SAME_FOR_EVERYBODY


def test_the_link_sets_a_new_password_and_signs_in(sign_in, member, link_in):
    ask(sign_in())
    client = sign_in()
    assert client.post(link_in("reset-password"), data=both(NEW)).status_code == 303
    assert client.get("/my/messages").status_code == 200
    stored = queries.by_email(member.email).password_hash
    assert hashing.matches(stored, NEW)
    assert not hashing.matches(stored, PASSWORD)


def test_all_sessions_end_with_a_new_password(sign_in, member, link_in):
    elsewhere = sign_in(member)
    assert elsewhere.get("/my/messages").status_code == 200
    ask(sign_in())
    sign_in().post(link_in("reset-password"), data=both(NEW))
    assert elsewhere.get("/my/messages").status_code == 302


def test_looking_at_the_link_changes_nothing(sign_in, member, link_in):
    ask(sign_in())
    path = link_in("reset-password")
    assert sign_in().get(path).status_code == 200
    assert sign_in().get(path).status_code == 200
    assert hashing.matches(queries.by_email(member.email).password_hash, PASSWORD)


def test_the_link_works_once(sign_in, member, link_in):
    ask(sign_in())
    path = link_in("reset-password")
    sign_in().post(path, data=both(NEW))
    assert sign_in().post(path, data=both("noch ein anderes Wort")).status_code == 410
    assert hashing.matches(queries.by_email(member.email).password_hash, NEW)


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 410)])
def test_the_link_lasts_one_hour(sign_in, member, link_in, minutes, status):
    ask(sign_in())
    path = link_in("reset-password")
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        assert sign_in().get(path).status_code == status


def test_a_link_cannot_be_used_after_it_ended_while_the_form_was_open(sign_in, member, link_in, db):
    ask(sign_in())
    secret = link_in("reset-password").rpartition("/")[2]
    late = time_machine.travel(clock.now() + timedelta(hours=2), tick=False)
    with late, pytest.raises(RuleBroken), transaction():
        actions.reset_password(VISITOR, secret, password_hash="x")


def test_an_unknown_link_says_what_to_do(sign_in):
    answer = sign_in().get("/reset-password/gibt-es-nicht")
    assert answer.status_code == 404
    assert 'href="/reset-password"' in answer.text


def test_a_refused_password_does_not_use_up_the_link(sign_in, member, link_in):
    ask(sign_in())
    path = link_in("reset-password")
    assert sign_in().post(path, data=both("12345678")).status_code == 422
    assert sign_in().post(path, data=both(NEW)).status_code == 303


def test_who_never_confirmed_gets_the_first_link_again(sign_in, make, link_in):
    make.person("Neu", email="neu@example.org", password_hash=None, confirmed_at=None)
    ask(sign_in(), "neu@example.org")
    assert sign_in().get(link_in("confirm")).status_code == 200


def test_the_owner_is_told_that_the_password_changed(sign_in, member, link_in, letters):
    ask(sign_in())
    sign_in().post(link_in("reset-password"), data=both(NEW))
    assert "Ihr Passwort wurde geändert" in letters()[-1]


def test_a_link_made_by_a_foreign_host_still_leads_here(sign_in, member, letters):
    sign_in().post(
        "/reset-password",
        data={"email": member.email},
        headers={"X-Forwarded-Host": "boese.example"},
    )
    (letter,) = letters()
    assert "boese" not in letter
    assert "http://localhost/reset-password/" in letter


def test_a_password_is_changed_by_whoever_knows_the_present_one(sign_in, member):
    here, there = sign_in(member), sign_in(member)
    assert here.post("/my/password", data={"present": PASSWORD, **both(NEW)}).status_code == 303
    assert here.get("/my/messages").status_code == 200
    assert there.get("/my/messages").status_code == 302


def test_a_wrong_present_password_changes_nothing(sign_in, member):
    client = sign_in(member)
    answer = client.post("/my/password", data={"present": "falsches Wort", **both(NEW)})
    assert answer.status_code == 422
    assert "Ihr jetziges Passwort stimmt nicht." in answer.text
    assert hashing.matches(queries.by_email(member.email).password_hash, PASSWORD)


def test_a_visitor_changes_no_password(db):
    with pytest.raises(NotAllowed):
        actions.change_password(VISITOR, proven_hash="x", password_hash="y")
    with pytest.raises(NotAllowed):
        actions.sign_out_person(VISITOR, 1)
