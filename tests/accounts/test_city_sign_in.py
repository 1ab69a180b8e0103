"""The city's sign-in service: who is let in, who is linked, and what is not believed."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from joserfc.jwk import RSAKey
from sqlalchemy import select

from civicdialog.accounts import city_sign_in, queries, ways_in
from civicdialog.accounts.city_sign_in import CityIdentity
from civicdialog.accounts.models import ExternalIdentity, Person
from civicdialog.core import clock
from civicdialog.core.errors import NotAllowed, NotFound
from civicdialog.core.permissions import VISITOR, Role
from tests.accounts.city import CityService
from tests.accounts.conftest import HASH, PASSWORD


@pytest.fixture(scope="module")
def running():
    service = CityService()
    yield service
    service.stop()


@pytest.fixture
def service(app, running, monkeypatch):
    """The service, known to the application for this test."""
    monkeypatch.setattr(running, "claims", dict(running.claims))
    monkeypatch.setattr(running, "id_token_changes", {})
    monkeypatch.setattr(running, "signing_key", running.key)
    settings = replace(
        app.extensions["settings"],
        oidc_issuer=running.issuer,
        oidc_client_id="dialog",
        oidc_client_secret="secret",
        oidc_label="Halle-Konto",
    )
    monkeypatch.setitem(app.extensions, "settings", settings)
    city_sign_in.init_app(app)
    yield running
    app.extensions.pop("city_sign_in")


def go(client, service, next_url=""):
    """To the service and back; gives the page that asks for confirmation."""
    begun = client.get(f"/sign-in/city?next={next_url}")
    assert begun.status_code == 302
    back = client.get(service.path_back(begun.location))
    assert back.location == "/sign-in/city/confirm", back.text
    return client.get(back.location)


def confirm(client, **data):
    return client.post("/sign-in/city/confirm", data=data)


def is_in(client):
    return client.get("/my/messages").status_code == 200


def test_a_known_person_confirms_and_is_signed_in(sign_in, member, service):
    linking = sign_in(member)
    go(linking, service)
    confirm(linking)
    client = sign_in()
    assert "Ada" in go(client, service, "/my/messages").text
    assert not is_in(client)
    assert confirm(client).location == "/my/messages"
    assert is_in(client)


def test_the_service_is_asked_with_a_proof_of_its_own_each_time(sign_in, service):
    asked = parse_qs(urlsplit(sign_in().get("/sign-in/city").location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost/sign-in/city/return"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)


def test_somebody_signed_in_links_the_account(sign_in, member, service, db, letters):
    client = sign_in(member)
    go(client, service)
    assert db.session.scalars(select(ExternalIdentity)).all() == []
    assert confirm(client).location == "/my/account"
    linked = db.session.scalars(select(ExternalIdentity)).one()
    assert (linked.person_id, linked.subject) == (member.id, "s-1")
    assert "Stadt" in letters()[-1]


def test_linking_needs_a_proof_when_signing_in_was_long_ago(sign_in, member, service, db):
    client = sign_in(member)
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=True):
        go(client, service)
        assert confirm(client, present="falsch").status_code == 422
        assert confirm(client, present=PASSWORD).status_code == 303


def test_a_verified_address_is_linked_after_confirmation(sign_in, member, service, db):
    client = sign_in()
    assert member.email in go(client, service).text
    assert not is_in(client)
    confirm(client)
    assert is_in(client)
    assert db.session.scalars(select(ExternalIdentity.person_id)).all() == [member.id]


def test_an_unverified_address_is_not_believed_and_tells_nothing(sign_in, member, service, db):
    texts = set()
    for email in (member.email, "niemand@example.org"):
        service.claims.update(email=email, email_verified=False)
        page = go(sign_in(), service)
        texts.add(page.text.split("<main")[1].split("</main")[0])
        assert email not in page.text
    assert len(texts) == 1
    assert db.session.scalars(select(ExternalIdentity)).all() == []


def test_who_holds_a_role_signs_in_first(sign_in, make, service, db):
    make.person("Mo", email="ada@example.org", password_hash=HASH, roles=[Role.MODERATOR])
    client = sign_in()
    go(client, service)
    assert confirm(client).status_code == 422
    assert not is_in(client)


def test_a_new_person_gives_a_name_and_has_an_account(sign_in, service, db):
    client = sign_in()
    go(client, service)
    assert confirm(client, public_name="Stadtverwaltung").status_code == 422
    assert confirm(client, public_name="Grüner Hut").status_code == 303
    assert is_in(client)
    person = queries.by_email("ada@example.org")
    assert (person.public_name, person.password_hash) == ("Grüner Hut", None)


def test_an_account_somebody_else_began_with_the_address_is_taken_over(sign_in, make, service):
    make.person("Clown", email="ada@example.org", password_hash=None, confirmed_at=None)
    client = sign_in()
    go(client, service)
    confirm(client, public_name="Ada")
    assert queries.by_email("ada@example.org").public_name == "Ada"


def test_who_came_by_the_city_can_choose_a_password_later(sign_in, service, link_in):
    client = sign_in()
    go(client, service)
    confirm(client, public_name="Ada")
    page = client.get("/my/password")
    assert "reset-password" in page.text
    sign_in().post("/reset-password", data={"email": "ada@example.org"})
    assert sign_in().get(link_in("reset-password")).status_code == 200


def test_nobody_signs_in_by_password_to_an_account_without_one(sign_in, service):
    client = sign_in()
    go(client, service)
    confirm(client, public_name="Ada")
    answer = sign_in().post("/sign-in", data={"email": "ada@example.org", "password": "None"})
    assert answer.status_code == 422


def test_a_city_account_belongs_to_one_account_here(sign_in, member, mo, service, db):
    first = sign_in(member)
    go(first, service)
    confirm(first)
    other = sign_in(mo)
    assert "Ada" in go(other, service).text
    assert db.session.scalars(select(ExternalIdentity.person_id)).all() == [member.id]


def test_linking_twice_changes_nothing(sign_in, member, service, db):
    client = sign_in(member)
    go(client, service)
    confirm(client)
    begun = client.get("/sign-in/city")
    client.get(service.path_back(begun.location))
    assert client.get("/sign-in/city/confirm").location == "/my/account"


def test_the_link_can_be_ended_by_its_owner_only(sign_in, member, mo, service, db):
    client = sign_in(member)
    go(client, service)
    confirm(client)
    linked = db.session.scalars(select(ExternalIdentity)).one()
    path = f"/my/account/city/{linked.id}/remove"
    assert sign_in(mo).post(path).status_code == 404
    assert client.post(path).status_code == 303
    assert db.session.scalars(select(ExternalIdentity)).all() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://boese.example"},  # somebody else says so
        {"aud": "another-site"},  # said to somebody else
        {"nonce": "guessed"},  # said another time
        {"exp": 1},  # said long ago
    ],
)
def test_what_is_not_meant_for_us_now_is_not_believed(sign_in, member, service, changes):
    service.id_token_changes = changes
    client = sign_in()
    begun = client.get("/sign-in/city")
    assert client.get(service.path_back(begun.location)).status_code == 502
    assert client.get("/sign-in/city/confirm").location == "/sign-in"


def test_a_foreign_signature_is_not_believed(sign_in, member, service):
    service.signing_key = RSAKey.generate_key(2048, {"kid": "1"})
    client = sign_in()
    begun = client.get("/sign-in/city")
    assert client.get(service.path_back(begun.location)).status_code == 502


def test_an_answer_belongs_to_the_browser_that_asked(sign_in, member, service):
    begun = sign_in().get("/sign-in/city")
    victim = sign_in()
    assert victim.get(service.path_back(begun.location)).status_code == 502
    assert not is_in(victim)


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x&state=y", "?state=%00"])
def test_an_odd_return_is_told_in_words(sign_in, service, query):
    answer = sign_in().get(f"/sign-in/city/return{query}")
    assert answer.status_code == 502
    assert "/sign-in" in answer.text


def test_a_service_that_is_away_is_told_in_words(sign_in, app, service, monkeypatch):
    settings = replace(app.extensions["settings"], oidc_issuer="http://127.0.0.1:9")
    monkeypatch.setitem(app.extensions, "settings", settings)
    city_sign_in.init_app(app)
    assert sign_in().get("/sign-in/city").status_code == 502


def test_the_way_back_never_leads_elsewhere(sign_in, member, service):
    client = sign_in()
    go(client, service, "https://boese.example")
    assert confirm(client).location == "/"


def test_the_service_is_offered_by_its_name(sign_in, service):
    assert "Halle-Konto" in sign_in().get("/sign-in").text
    assert "Halle-Konto" in sign_in().get("/sign-in").text


@pytest.mark.parametrize("path", ["/sign-in/city", "/sign-in/city/return"])
def test_without_a_service_nothing_is_offered(sign_in, app, path):
    assert sign_in().get(path).status_code == 404
    assert "/sign-in/city" not in sign_in().get("/sign-in").text


def test_nobody_is_let_in_whom_nobody_knows(app, db):
    stranger = CityIdentity("https://city.example", "x", "neu@example.org")
    with pytest.raises(NotFound):
        ways_in.admit_by_identity(VISITOR, stranger)
    with pytest.raises(NotFound):
        ways_in.link_by_address(VISITOR, stranger)
    with pytest.raises(NotFound):
        ways_in.register_by_identity(
            VISITOR, CityIdentity("https://city.example", "x"), "Ada", language="de"
        )
    assert db.session.scalars(select(Person)).all() == []


def test_a_visitor_links_and_unlinks_nothing(app, db):
    with pytest.raises(NotAllowed):
        ways_in.link_identity(VISITOR, CityIdentity("https://city.example", "x"))
    with pytest.raises(NotAllowed):
        ways_in.unlink_identity(VISITOR, 1)
