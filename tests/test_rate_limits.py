"""Storms are slowed down; a library, a school, and readers never notice."""

import re
from pathlib import Path

import pytest

from civicdialog.accounts.models import Person
from civicdialog.core.db import db, only_reading
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.web import limits
from tests.conftest import Make, build_app, new_session_key

ROOT = Path(__file__).parent.parent
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}
TEXT = {
    "kind": "use_case",
    "problem": "Die Wartezeiten sind lang.",
    "solution": "Ein Programm sortiert die Anträge.",
}


@pytest.fixture
def limited(tmp_path):
    """An application with its rate limits on, and a round that takes proposals and votes."""
    app = build_app(f"sqlite:///{tmp_path / 'limits.db'}", tmp_path, RATELIMIT_ENABLED=True)
    with app.app_context():
        only_reading(False)
        make = Make()
        author = make.person("Zoe")
        round = make.round("open", guests_may_vote=True, guests_may_submit=True)
        make.submission(round, author)
        yield app
        db.session.remove()
        db.engine.dispose()
    only_reading(False)


def browser(app, person=None):
    client = app.test_client()
    if person is not None:
        key = new_session_key(person)
        with client.session_transaction() as session:
            session["_user_id"] = key
            session["_fresh"] = True
    return client


def the_round():
    return db.session.query(Round).one()


def propose(client, slug, n=0):
    """Write a proposal, look at it, and send it; the answers of the server on the way."""
    written = client.post(f"/rounds/{slug}/propose", data={"title": f"Vorschlag {n}", **TEXT})
    if written.status_code != 303:
        return [written.status_code]
    draft = re.search(r"/drafts/([^/]+)/preview", written.location)[1]
    return [written.status_code, client.post(f"/drafts/{draft}/send").status_code]


def test_sixty_people_behind_one_address_propose_and_vote_and_nobody_is_refused(limited):
    slug, card = the_round().slug, db.session.query(Submission).one().public_id
    codes = []
    for n in range(60):
        client = browser(limited)
        codes += propose(client, slug, n)
        codes.append(
            client.post(f"/submissions/{card}/vote", data={"opinion": "agree"}).status_code
        )
    assert set(codes) == {303}
    assert db.session.query(Submission).filter_by(status=Status.PENDING).count() == 60


def test_sixty_people_sign_in_from_one_address(limited):
    answers = [
        browser(limited).post("/sign-in", data={"email": f"p{n}@example.org", "password": "falsch"})
        for n in range(60)
    ]
    assert {answer.status_code for answer in answers} == {422}


def test_one_person_who_sends_thirty_proposals_in_a_minute_is_refused(limited):
    client, slug = browser(limited, db.session.query(Person).first()), the_round().slug
    codes = [propose(client, slug, n)[-1] for n in range(30)]
    assert codes[:5] == [303] * 5
    assert set(codes[5:]) == {429}


def test_a_refused_storm_uses_up_nothing_of_its_source(limited):
    slug, storm = the_round().slug, browser(limited, db.session.query(Person).first())
    for n in range(200):
        storm.post(f"/drafts/x{n}/send")
    assert set(propose(browser(limited), slug)) == {303}


def test_one_address_cannot_make_guests_without_end(limited):
    card = db.session.query(Submission).one().public_id
    url, data = f"/submissions/{card}/vote", {"opinion": "agree"}
    codes = [browser(limited).post(url, data=data).status_code for _ in range(102)]
    assert codes[:100] == [303] * 100
    assert codes[100:] == [429] * 2
    assert browser(limited).post(url, data=data, environ_base=ELSEWHERE).status_code == 303


def test_the_eleventh_attempt_at_one_address_waits_from_wherever_it_comes(limited):
    data = {"email": "ada@example.org", "password": "wrong-wrong"}
    for n in range(10):
        place = {"REMOTE_ADDR": f"198.51.100.{n}"}
        assert (
            limited.test_client().post("/sign-in", data=data, environ_base=place).status_code == 422
        )
    refused = limited.test_client().post("/sign-in", data=data)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61


def test_whoever_is_refused_gets_back_the_form_with_all_they_typed_and_when_it_goes_on(limited):
    client, slug = browser(limited, db.session.query(Person).first()), the_round().slug
    card = db.session.query(Submission).one().public_id
    data = {"stance": "for", "text": "Das hilft <b>allen</b>,\nauch mir."}
    headers = {"Sec-Fetch-Site": "same-origin"}
    for _ in range(6):
        client.post(f"/submissions/{card}/argue", data=data, headers=headers)
    refused = client.post(f"/submissions/{card}/argue", data=data, headers=headers)
    assert refused.status_code == 429
    page = refused.text
    assert f'action="/submissions/{card}/argue"' in page
    assert "Das hilft &lt;b&gt;allen&lt;/b&gt;," in page
    assert re.search(r"Um \d\d:\d\d Uhr", page)
    assert "csrf_token" in page
    assert slug


def test_what_another_site_sends_is_not_shown(limited):
    data = {"email": "ada@example.org", "password": "geheim-geheim", "text": "Fremder Text" * 9}
    headers = {"Sec-Fetch-Site": "cross-site"}
    for _ in range(11):
        refused = limited.test_client().post("/sign-in", data=data, headers=headers)
    assert refused.status_code == 429
    assert "Fremder Text" not in refused.text


def test_a_password_is_never_given_back(limited):
    data = {"email": "ada@example.org", "password": "geheim-geheim"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    for _ in range(11):
        refused = limited.test_client().post("/sign-in", data=data, headers=headers)
    assert "ada@example.org" in refused.text
    assert "geheim-geheim" not in refused.text


def test_reading_is_never_limited(limited):
    client = limited.test_client()
    assert {client.get("/sign-in").status_code for _ in range(120)} == {200}


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_an_ipv6_connection_counts_as_one_source(limited, address, source):
    with limited.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.source() == source


def test_every_limit_guards_pages_that_exist(limited):
    named = {endpoint for limit in limits.TABLE for endpoint in limit.endpoints}
    assert named <= set(limited.view_functions)


def test_the_handbook_names_every_limit():
    handbook = (ROOT / "docs" / "OPERATIONS.md").read_text("utf-8")
    for limit in limits.TABLE:
        assert f"| {limit.name} | {limit.person} | {limit.source} |" in handbook
    assert f"| new guests | – | {limits.NEW_GUESTS} |" in handbook
