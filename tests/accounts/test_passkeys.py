"""Passkeys: made after signing in, used instead of a password, worth nothing when copied."""

import html
import json
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from civicdialog.accounts import ways_in
from civicdialog.accounts.models import Passkey
from civicdialog.accounts.passkeys import NewPasskey
from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.permissions import VISITOR
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import PASSWORD


def options_on(page, attribute):
    """What the page gives the browser."""
    found = re.search(rf'data-passkey-{attribute}="([^"]+)"', page.text)
    assert found, page.text
    return json.loads(html.unescape(found.group(1)))


def add(client, device, *, name="Mein Handy", **more):
    options = options_on(client.get("/my/account/passkeys/new"), "create")
    data = {"name": name, "credential": device.make(options, **more)}
    return client.post("/my/account/passkeys/new", data=data)


def enter(client, device, *, answer=None, **more):
    options = options_on(client.get("/sign-in"), "get")
    data = {"credential": answer or device.use(options), **more}
    return client.post("/sign-in/passkey", data=data)


@pytest.fixture
def device(sign_in, member):
    """Ada's telephone, with a passkey."""
    made = Authenticator()
    assert add(sign_in(member), made).status_code == 303
    return made


def test_a_passkey_signs_in(sign_in, device):
    client = sign_in()
    assert enter(client, device).location == "/"
    assert client.get("/my/messages").status_code == 200


def test_the_account_shows_it_by_its_name(sign_in, member, device):
    assert "Mein Handy" in sign_in(member).get("/my/account").text


def test_the_owner_gets_a_letter(device, letters):
    assert "Passkey" in letters()[-1]


def test_signing_in_by_passkey_goes_to_the_page_asked_for(sign_in, device):
    assert enter(sign_in(), device, next="/my/messages").location == "/my/messages"
    assert enter(sign_in(), device, next="https://boese.example").location == "/"


def test_what_was_typed_before_survives_signing_in_by_passkey(sign_in, device):
    client = sign_in()
    page = client.post("/my/password", data={"title": "Mein Satz"})
    kept = re.search(r'name="kept" value="([^"]+)"', page.text).group(1)
    answer = enter(client, device, kept=kept)
    assert 'name="title" value="Mein Satz"' in answer.text


def test_an_unknown_key_and_a_wrong_signature_look_the_same(sign_in, device):
    stranger, thief = Authenticator(), Authenticator()
    thief.id = device.id
    answers = [enter(sign_in(), stranger), enter(sign_in(), thief)]
    assert {answer.status_code for answer in answers} == {422}
    texts = {
        re.sub(r'(nonce|value|data-passkey-get)="[^"]*"', "", answer.text) for answer in answers
    }
    assert len(texts) == 1


@pytest.mark.parametrize("counts", [True, False])
def test_an_answer_works_once(sign_in, device, counts):
    device.counts = counts
    client, copy = sign_in(), sign_in()
    options = options_on(client.get("/sign-in"), "get")
    with client.session_transaction() as mine, copy.session_transaction() as copied:
        copied.update(mine)
    answer = device.use(options)
    assert client.post("/sign-in/passkey", data={"credential": answer}).status_code == 303
    assert copy.post("/sign-in/passkey", data={"credential": answer}).status_code == 422


def test_an_answer_to_an_old_riddle_is_refused(sign_in, device):
    client = sign_in()
    options = options_on(client.get("/sign-in"), "get")
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        data = {"credential": device.use(options)}
        assert client.post("/sign-in/passkey", data=data).status_code == 422


def test_pages_side_by_side_share_a_riddle(sign_in, device):
    client = sign_in()
    first = options_on(client.get("/sign-in"), "get")
    client.get("/sign-in")
    data = {"credential": device.use(first)}
    assert client.post("/sign-in/passkey", data=data).status_code == 303


@pytest.mark.parametrize(
    "place",
    [
        {"origin": "https://boese.example"},  # another page asked the key
        {"site": "boese.example"},  # the key belongs to another site
    ],
)
def test_a_key_used_elsewhere_opens_nothing(sign_in, device, place):
    for name, value in place.items():
        setattr(device, name, value)
    assert enter(sign_in(), device).status_code == 422


def test_the_device_must_have_asked_who_uses_it(sign_in, device):
    client = sign_in()
    options = options_on(client.get("/sign-in"), "get")
    data = {"credential": device.use(options, verified=False)}
    assert client.post("/sign-in/passkey", data=data).status_code == 422


def test_a_copied_key_is_noticed_by_its_counter(sign_in, device):
    device.count = 6
    enter(sign_in(), device)
    device.count = 3
    assert enter(sign_in(), device).status_code == 422


@pytest.mark.parametrize("nonsense", ["", "{", "[]", '{"id": 1}', '{"id": "x"}', "x" * 30_000])
def test_nonsense_is_an_ordinary_refusal(sign_in, device, nonsense):
    client = sign_in()
    client.get("/sign-in")
    answer = client.post("/sign-in/passkey", data={"credential": nonsense})
    assert answer.status_code == 422


def test_no_riddle_no_entry(sign_in, device):
    options = options_on(sign_in().get("/sign-in"), "get")
    data = {"credential": device.use(options)}
    assert sign_in().post("/sign-in/passkey", data=data).status_code == 422


@pytest.mark.parametrize("nonsense", ["", "{}", '{"id": "x", "response": {}}'])
def test_no_passkey_comes_about_by_nonsense(sign_in, member, db, nonsense):
    client = sign_in(member)
    client.get("/my/account/passkeys/new")
    data = {"name": "Handy", "credential": nonsense}
    assert client.post("/my/account/passkeys/new", data=data).status_code == 422
    assert db.session.scalars(select(Passkey)).all() == []


def test_a_passkey_needs_a_name(sign_in, member):
    assert add(sign_in(member), Authenticator(), name=" ").status_code == 422


def test_a_passkey_is_added_only_shortly_after_signing_in_or_with_the_password(sign_in, member, db):
    client = sign_in(member)
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        assert add(client, Authenticator()).status_code == 422
        device = Authenticator()
        options = options_on(client.get("/my/account/passkeys/new"), "create")
        data = {"name": "Handy", "credential": device.make(options), "present": PASSWORD}
        assert client.post("/my/account/passkeys/new", data=data).status_code == 303


def test_a_removed_passkey_opens_nothing(sign_in, member, device, db):
    passkey = db.session.scalars(select(Passkey)).one()
    sign_in(member).post(f"/my/account/passkeys/{passkey.id}/remove")
    assert enter(sign_in(), device).status_code == 422


def test_nobody_removes_somebody_elses_passkey(sign_in, device, db, mo):
    passkey = db.session.scalars(select(Passkey)).one()
    assert sign_in(mo).post(f"/my/account/passkeys/{passkey.id}/remove").status_code == 404
    assert enter(sign_in(), device).status_code == 303


def test_the_same_key_is_not_taken_twice(member, db):
    made = NewPasskey("abc", b"key", 0)
    with transaction():
        ways_in.add_passkey(member.as_actor(), made, name="Eins")
    with pytest.raises(RuleBroken), transaction():
        ways_in.add_passkey(member.as_actor(), made, name="Zwei")


def test_ten_passkeys_are_enough(member, db):
    with pytest.raises(RuleBroken, match="10"), transaction():
        for n in range(11):
            ways_in.add_passkey(member.as_actor(), NewPasskey(f"key{n}", b"k", 0), name="Handy")


def test_a_visitor_has_no_passkeys(db):
    with pytest.raises(NotAllowed):
        ways_in.add_passkey(VISITOR, NewPasskey("x", b"k", 0), name="Handy")
    with pytest.raises(NotAllowed):
        ways_in.remove_passkey(VISITOR, 1)


def test_removing_what_is_not_there_is_no_secret(member, db):
    with pytest.raises(NotFound):
        ways_in.remove_passkey(member.as_actor(), 99)


def test_where_browsers_allow_no_passkeys_none_are_offered(sign_in, member, app, monkeypatch):
    from dataclasses import replace

    settings = replace(app.extensions["settings"], base_url="http://127.0.0.1:8000")
    monkeypatch.setitem(app.extensions, "settings", settings)
    assert "data-passkey" not in sign_in().get("/sign-in").text
    assert sign_in(member).get("/my/account/passkeys/new").status_code == 404
    assert "https" in sign_in(member).get("/my/account").text
