"""Signing in and out: the same words and the same work for everybody; sessions that really end."""

import time

import pytest
from sqlalchemy import select

from civicdialog.accounts import hashing, queries
from civicdialog.accounts.models import Person
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.permissions import Role
from tests.accounts.conftest import HASH, PASSWORD


def enter(client, email="ada@example.org", password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def seen_without_token(page):
    """The page without what differs from request to request."""
    import re

    return re.sub(r'(nonce|value|data-passkey-get)="[^"]*"', "", page)


def test_the_right_password_signs_in(sign_in, member):
    client = sign_in()
    answer = enter(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/my/messages").status_code == 200


def test_blanks_and_capitals_in_the_address_do_not_matter(sign_in, member):
    assert enter(sign_in(), "  ADA@Example.org ").status_code == 303


def test_a_wrong_password_and_an_unknown_address_look_the_same(sign_in, member):
    wrong = enter(sign_in(), password="falsches Wort")
    unknown = enter(sign_in(), "ada@example.com", "falsches Wort")
    assert wrong.status_code == unknown.status_code == 422
    assert seen_without_token(wrong.text) == seen_without_token(unknown.text)
    assert "Die Adresse oder das Passwort stimmt nicht." in wrong.text


def test_an_unknown_address_costs_the_same_work(app):
    def took(stored):
        begun = time.perf_counter()
        hashing.matches(stored, "falsches Wort")
        return time.perf_counter() - begun

    known = min(took(HASH) for _ in range(5))
    unknown = min(took(None) for _ in range(5))
    assert known > 0.005, "hashing is so quick that guessing would be easy"
    assert 0.5 < unknown / known < 2


def test_nobody_matches_the_stand_in(app):
    assert not hashing.matches(None, PASSWORD)
    assert not hashing.matches("no hash at all", PASSWORD)


def test_the_password_is_kept_as_argon2id(app):
    assert HASH.startswith("$argon2id$")


def test_a_word_typed_on_another_keyboard_is_the_same_word(app):
    assert hashing.matches(
        hashing.hash_password("Stra\u00dfenb\u00e4ume"), "Stra\u00dfenba\u0308ume"
    )


def test_who_has_not_confirmed_the_address_cannot_sign_in(sign_in, make):
    make.person("Neu", email="neu@example.org", password_hash=HASH, confirmed_at=None)
    assert enter(sign_in(), "neu@example.org").status_code == 422


def test_signing_in_goes_to_the_page_asked_for(sign_in, member):
    assert enter(sign_in(), next="/my/messages?before=3").location == "/my/messages?before=3"


@pytest.mark.parametrize(
    "target",
    [
        "https://boese.example/",
        "//boese.example/",
        "/\\boese.example",
        "\\\\boese.example",
        "/\t/boese.example",
        "\n//boese.example",
        "javascript:alert(1)",
        "boese.example",
        "///boese.example",
        "/\u0000/boese.example",
        "http:boese.example",
        "//[boese",
        "",
    ],
)
def test_signing_in_never_leads_elsewhere(sign_in, member, target):
    assert enter(sign_in(), next=target).location == "/"


def test_a_signed_in_person_is_sent_on(sign_in, member):
    assert sign_in(member).get("/sign-in?next=/my/messages").location == "/my/messages"


def test_a_page_that_needs_an_account_comes_back_after_signing_in(sign_in, member):
    client = sign_in()
    answer = client.get("/my/messages")
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert 'value="/my/messages"' in page.text


def kept_form(client):
    """A visitor sends a form that needs an account, and gets it back signed."""
    import re

    answer = client.post("/my/password", data={"title": "Mein Satz", "problem": "Zeile 1"})
    assert answer.status_code == 401
    return re.search(r'name="kept" value="([^"]+)"', answer.text).group(1)


def test_a_form_sent_while_signed_out_survives_signing_in(sign_in, member):
    client = sign_in()
    answer = enter(client, kept=kept_form(client))
    assert answer.status_code == 200
    assert 'name="title" value="Mein Satz"' in answer.text
    assert 'action="/my/password"' in answer.text


def test_the_form_shown_after_signing_in_carries_a_token_of_the_new_session(sign_in, member):
    import re

    client = sign_in()
    page = enter(client, kept=kept_form(client)).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    data = {"csrf_token": token}
    assert client.post("/my/messages/read", data=data, with_token=False).status_code == 303


def test_a_kept_form_survives_a_wrong_password(sign_in, member):
    client = sign_in()
    kept = kept_form(client)
    wrong = enter(client, password="falsches Wort", kept=kept)
    assert wrong.status_code == 422
    assert f'name="kept" value="{kept}"' in wrong.text


def test_a_kept_form_that_somebody_changed_is_ignored(sign_in, member):
    client = sign_in()
    answer = enter(client, kept=kept_form(client)[:-2] + "xx")
    assert (answer.status_code, answer.location) == (303, "/")


def test_nothing_of_the_session_before_is_carried_over(sign_in, member):
    client = sign_in()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    enter(client)
    with client.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_ends_copies_of_the_session_too(sign_in, member):
    client, copy, elsewhere = sign_in(member), sign_in(), sign_in(member)
    with client.session_transaction() as mine, copy.session_transaction() as copied:
        copied.update(mine)
    assert copy.get("/my/messages").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert client.get("/my/messages").status_code == 302
    assert copy.get("/my/messages").status_code == 302
    assert elsewhere.get("/my/messages").status_code == 200


def test_signing_out_needs_a_post_with_a_token(sign_in, member):
    client = sign_in(member)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out", with_token=False).status_code == 400
    assert client.get("/my/messages").status_code == 200


def test_the_minutes_note_who_came_in_and_who_was_refused_but_no_address(sign_in, member, db):
    enter(sign_in())
    enter(sign_in(), password="falsches Wort")
    enter(sign_in(), "niemand@example.com")
    noted = [(e.event, e.subject, e.facts) for e in db.session.scalars(select(AuditEntry))]
    mine = f"person:{member.id}"
    assert noted == [
        (Event.PERSON_SIGNED_IN, mine, {}),
        (Event.PERSON_REFUSED, mine, {}),
        (Event.PERSON_REFUSED, "person:0", {}),
    ]


def test_an_outdated_hash_is_renewed_at_the_next_sign_in(sign_in, make):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    make.person("Alt", email="alt@example.org", password_hash=weak)
    assert enter(sign_in(), "alt@example.org").status_code == 303
    renewed = queries.by_email("alt@example.org").password_hash
    assert renewed != weak
    assert hashing.matches(renewed, PASSWORD)


def test_a_lost_role_is_lost_at_once(sign_in, make, db):
    mo = make.person("Mo", roles=[Role.MODERATOR])
    client = sign_in(mo)
    assert client.get("/moderation/queue").status_code == 200
    db.session.delete(queries.by_email(mo.email).roles[0])
    db.session.commit()
    assert client.get("/moderation/queue").status_code == 403


def test_a_forged_session_is_nobody(sign_in, member, app):
    before = f"{member.id}.{member.session_key}"
    for name in ("abc", "1", f"{member.id}.guess", before, "\u0663.x", "1" * 400 + ".x"):
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = name
        assert client.get("/my/messages").status_code == 302


def test_a_visitor_who_only_reads_gets_no_cookie(sign_in):
    assert "Set-Cookie" not in sign_in().get("/").headers


def test_everybody_is_somebody_else(make):
    ada, mo = make.person("Ada"), make.person("Mo")
    assert isinstance(ada, Person)
    assert ada.public_id != mo.public_id
