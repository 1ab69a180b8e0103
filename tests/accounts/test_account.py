"""The own account: name and language, and every place where one is signed in."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from civicdialog.accounts import actions, queries
from civicdialog.accounts.devices import browser_and_system, device_of
from civicdialog.accounts.models import PersonSession
from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.ids import fingerprint
from civicdialog.core.kept import restore
from civicdialog.core.permissions import VISITOR, Actor, Role
from tests.accounts.conftest import PASSWORD, both
from tests.web.statements import counted_statements

SYSTEM = Actor.system()
AGENTS = {
    "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0": ("Firefox", "Android"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0": ("Edge", "Windows"),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1": ("Safari", "iPhone"),
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Safari/537.36": ("Chrome", "Linux"),
    "curl/8.5": ("", ""),
    "": ("", ""),
}


def sessions(db):
    return db.session.scalars(select(PersonSession).order_by(PersonSession.id)).all()


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_a_device_is_named_coarsely(agent, words):
    assert browser_and_system(device_of(agent)) == words


def test_signing_in_notes_the_place_and_keeps_only_a_hash_of_its_key(sign_in, member, db):
    client = sign_in()
    agent = next(iter(AGENTS))
    client.post(
        "/sign-in",
        data={"email": member.email, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    (place,) = sessions(db)
    with client.session_transaction() as kept:
        assert place.key_hash == fingerprint(kept["_user_id"])
    assert place.device == "Firefox/Android"
    assert "Firefox auf Android" in client.get("/my/account").text


def test_a_page_asks_once_who_is_there(sign_in, member):
    client = sign_in(member)
    with counted_statements() as sent:
        client.get("/register/sent")
    assert sum("person_session" in statement for statement in sent) == 1
    assert sum("FROM person" in statement for statement in sent) <= 1


def test_the_account_page_asks_little_of_the_database(sign_in, member):
    client = sign_in(member)
    with counted_statements() as sent:
        assert client.get("/my/account").status_code == 200
    assert len(sent) <= 9


def test_one_place_is_signed_out_and_the_others_stay(sign_in, member, db):
    here, there, elsewhere = sign_in(member), sign_in(member), sign_in(member)
    here.post("/my/account/sessions/end", data={"session": sessions(db)[1].id})
    answers = [client.get("/my/messages").status_code for client in (here, there, elsewhere)]
    assert answers == [200, 302, 200]


def test_all_other_places_are_signed_out_at_once(sign_in, member):
    here, there, elsewhere = sign_in(member), sign_in(member), sign_in(member)
    here.post("/my/account/sessions/end")
    answers = [client.get("/my/messages").status_code for client in (here, there, elsewhere)]
    assert answers == [200, 302, 302]


def test_nobody_signs_somebody_else_out(sign_in, member, mo, db):
    client = sign_in(member)
    (place,) = sessions(db)
    sign_in(mo).post("/my/account/sessions/end", data={"session": place.id})
    assert client.get("/my/messages").status_code == 200


@pytest.mark.parametrize("number", ["x", "-1", "9" * 20, "1.5"])
def test_an_odd_number_of_a_session_is_refused(sign_in, member, number):
    client = sign_in(member)
    answer = client.post("/my/account/sessions/end", data={"session": number})
    assert answer.status_code == 400


def test_a_session_nobody_uses_ends(sign_in, member):
    client = sign_in(member)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert client.get("/my/messages").status_code == 302


def test_a_session_in_use_goes_on(sign_in, member, db):
    client = sign_in(member)
    with time_machine.travel(clock.now() + timedelta(days=20), tick=False):
        client.post("/my/messages/read")
    with time_machine.travel(clock.now() + timedelta(days=45), tick=False):
        assert client.get("/my/messages").status_code == 200


def test_looking_at_pages_writes_nothing_about_the_session(sign_in, member, db):
    client = sign_in(member)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        client.get("/my/account")
    db.session.expire_all()
    assert sessions(db)[0].seen_on == clock.now().date()


def test_changing_the_password_ends_all_other_sessions(sign_in, member):
    here, there = sign_in(member), sign_in(member)
    new = "abends drei Tassen Kakao"
    assert here.post("/my/password", data={"present": PASSWORD, **both(new)}).status_code == 303
    assert here.get("/my/messages").status_code == 200
    assert there.get("/my/messages").status_code == 302


def test_whoever_loses_a_role_is_signed_out_everywhere(sign_in, mo, db):
    client = sign_in(mo)
    with transaction():
        actions.revoke_role(SYSTEM, queries.by_email(mo.email), Role.MODERATOR)
    assert client.get("/my/messages").status_code == 302
    assert queries.by_email(mo.email).roles == []


def test_the_last_administrator_keeps_the_role(make, db):
    admin = make.person("Root", roles=[Role.ADMIN])
    with pytest.raises(RuleBroken), transaction():
        actions.revoke_role(SYSTEM, queries.by_email(admin.email), Role.ADMIN)


def test_a_role_nobody_has_cannot_be_taken(member, db):
    with pytest.raises(RuleBroken), transaction():
        actions.revoke_role(SYSTEM, queries.by_email(member.email), Role.EDITOR)


def test_only_an_administrator_takes_roles(mo, ed):
    with pytest.raises(NotAllowed):
        actions.revoke_role(ed.as_actor(), mo, Role.MODERATOR)


def test_the_name_is_changed_and_shown(sign_in, member, db):
    client = sign_in(member)
    data = {"public_name": " Grüner  Hut ", "language": "en"}
    answer = client.post("/my/account/profile", data=data)
    assert answer.status_code == 303
    assert "Grüner Hut" in client.get("/my/account").text
    db.session.refresh(member)
    assert member.language == "en"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("", "de"),  # no name
        ("Stadtverwaltung", "de"),  # looks like the city
        ("a@b.example", "de"),  # would publish an address
        ("Ada", "fr"),  # not offered
    ],
)
def test_what_cannot_be_right_changes_nothing(sign_in, member, name, language):
    data = {"public_name": name, "language": language}
    assert sign_in(member).post("/my/account/profile", data=data).status_code == 422
    assert queries.by_email(member.email).public_name == "Ada"


def test_staff_may_keep_a_name_that_sounds_official(sign_in, make):
    mo = make.person("Moderation", roles=[Role.MODERATOR])
    data = {"public_name": "Moderation Halle", "language": "de"}
    assert sign_in(mo).post("/my/account/profile", data=data).status_code == 303


def test_the_minutes_note_the_change_but_no_name(sign_in, member, db):
    sign_in(member).post("/my/account/profile", data={"public_name": "Eule", "language": "de"})
    (entry,) = db.session.scalars(select(AuditEntry)).all()
    assert (entry.event, entry.facts) == (Event.PERSON_CHANGED, {})


@pytest.mark.parametrize(
    "deed",
    [
        lambda: actions.change_profile(VISITOR, actions.Profile("X", "de")),
        lambda: actions.sign_out_elsewhere(VISITOR, here=None),
        lambda: actions.take_own_data(VISITOR),
        lambda: actions.erase_person(VISITOR, texts="keep"),
    ],
)
def test_a_visitor_has_no_account(app, deed):
    with pytest.raises(NotAllowed):
        deed()


def test_the_present_password_is_not_repeated_on_any_page(sign_in, member):
    answer = sign_in().post("/my/password", data={"present": "mein-Geheimnis", **both("x")})
    assert answer.status_code == 401
    assert "mein-Geheimnis" not in answer.text
    signed = re.search(r'name="kept" value="([^"]+)"', answer.text).group(1)
    with sign_in().application.test_request_context():
        assert "mein-Geheimnis" not in str(restore(signed))
