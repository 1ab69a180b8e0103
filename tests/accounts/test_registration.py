"""Registering: the same answer for everybody, and only the mailbox makes an account."""

import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from civicdialog.accounts import actions, queries
from civicdialog.accounts.models import OneTimeToken, Person
from civicdialog.accounts.routes import SAME_FOR_EVERYBODY
from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.ids import fingerprint
from civicdialog.core.letters import Letter, secret_of
from civicdialog.core.permissions import VISITOR, Actor, Role
from tests.accounts.conftest import PASSWORD, both

SYSTEM = Actor.system()


def count(db, model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(sign_in, register, member):
    client = sign_in()
    unknown = register("fremd@example.org", client=client)
    known = register(member.email, client=client)
    assert (unknown.status_code, unknown.location) == (303, "/register/sent")
    assert (known.status_code, known.location) == (303, "/register/sent")
    assert known.data == unknown.data
    assert client.get("/register/sent").status_code == 200


@pytest.mark.parametrize("email", ["ada@example.org", "fremd@example.org"])
def test_the_answer_takes_its_time_whether_or_not_the_address_is_known(register, member, email):
    begun = time.perf_counter()
    register(email)
    assert time.perf_counter() - begun >= SAME_FOR_EVERYBODY


def test_a_known_address_gets_a_letter_that_says_so_and_no_link_to_an_account(
    register, member, letters, db
):
    register(member.email.upper(), "Jemand anders")
    (letter,) = letters()
    assert "Sie haben schon ein Konto" in letter
    assert "/confirm/" not in letter
    assert count(db, Person) == 1
    assert queries.by_email(member.email).public_name == "Ada"


def test_looking_at_the_link_confirms_nothing(sign_in, register, link_in, db):
    register()
    path = link_in("confirm")
    for _ in range(3):
        assert sign_in().get(path).status_code == 200
        assert sign_in().head(path).status_code == 200
    assert not queries.by_email("neu@example.org").may_sign_in


def test_choosing_a_password_finishes_the_account_and_signs_in(sign_in, register, link_in):
    register()
    client = sign_in()
    answer = client.post(link_in("confirm"), data=both())
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/my/messages").status_code == 200
    assert queries.by_email("neu@example.org").may_sign_in


def test_a_link_works_once(sign_in, register, link_in):
    register()
    path = link_in("confirm")
    sign_in().post(path, data=both())
    before = queries.by_email("neu@example.org").password_hash
    again = sign_in().post(path, data=both("ganz-anderes-Wort-hier"))
    assert again.status_code == 410
    assert sign_in().get(path).status_code == 410
    assert queries.by_email("neu@example.org").password_hash == before


@pytest.mark.parametrize(("hours", "status"), [(47, 200), (49, 410)])
def test_a_confirmation_link_lasts_two_days(sign_in, register, link_in, hours, status):
    register()
    path = link_in("confirm")
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
        assert sign_in().get(path).status_code == status


def test_an_unknown_link_is_a_friendly_404(sign_in):
    answer = sign_in().get("/confirm/gibt-es-nicht")
    assert answer.status_code == 404
    assert "/register" in answer.text


def test_a_link_is_good_for_one_purpose(sign_in, register, link_in):
    register()
    secret = link_in("confirm").rpartition("/")[2]
    assert sign_in().get(f"/reset-password/{secret}").status_code == 404


def test_registering_again_ends_the_first_link(sign_in, register, link_in):
    register()
    first = link_in("confirm")
    register()
    second = link_in("confirm")
    assert first != second
    assert sign_in().get(first).status_code == 410
    assert sign_in().get(second).status_code == 200


def test_of_two_who_use_a_link_at_once_the_second_is_refused(db, register, link_in):
    register()
    secret = link_in("confirm").rpartition("/")[2]
    with transaction():
        actions.confirm_person(VISITOR, secret, password_hash="first")
    with pytest.raises(RuleBroken), transaction():
        actions.confirm_person(VISITOR, secret, password_hash="second")
    assert queries.by_email("neu@example.org").password_hash == "first"


def test_the_database_alone_opens_no_link(app, db, register, link_in, monkeypatch):
    register()
    secret = link_in("confirm").rpartition("/")[2]
    letter = db.session.scalars(select(Letter)).one()
    token = db.session.scalars(select(OneTimeToken)).one()
    assert secret not in str(letter.facts)
    assert token.token_hash == fingerprint(secret)
    assert secret == secret_of(letter.facts["seed"])
    monkeypatch.setitem(app.config, "SECRET_KEY", "the key of another site")
    assert secret != secret_of(letter.facts["seed"])


def test_a_letter_repeats_nothing_that_a_stranger_typed(register, letters):
    register(public_name="Kauf bei boese.example")
    assert "boese" not in letters()[0]


def test_the_form_asks_for_two_things_and_says_what_happens_to_them(sign_in):
    page = sign_in().get("/register").text
    assert page.count('<label class="kern-label"') == 2
    assert "/legal/privacy" in page or "privacy" in page
    assert "Pseudonym" in page


@pytest.mark.parametrize(
    ("email", "public_name"),
    [
        ("", "Ada"),  # no address
        ("ada", "Ada"),  # no address either
        ("ada@example.org\nbcc: x@example.org", "Ada"),  # two lines
        ("x" * 250 + "@example.org", "Ada"),  # too long
        ("ada@example.org", ""),  # no name
        ("ada@example.org", "A"),  # too short
        ("ada@example.org", "A" * 61),  # too long
        ("ada@example.org", "ada@example.org"),  # would publish the address
        ("ada@example.org", "Ada\u202eLovelace"),  # turns the line around
        ("ada@example.org", "Stadt Halle (Saale)"),  # looks like the city
        ("ada@example.org", "Moderation"),  # looks like staff
    ],
)
def test_what_cannot_be_right_is_refused_and_kept_in_the_form(db, register, email, public_name):
    answer = register(email, public_name)
    assert answer.status_code == 422
    assert count(db, Person) == 0
    assert count(db, Letter) == 0


@pytest.mark.parametrize("public_name", ["Stadtkind", "Jürgen Müller-Lüdenscheidt", "李明", "K."])
def test_ordinary_names_are_welcome(register, public_name):
    assert register(public_name=public_name).status_code == 303


@pytest.mark.parametrize(
    "password",
    [
        "kurz",  # fewer than eight
        "x" * 129,  # more than 128
        "12345678",
        "Passwort1!",
        "P@ssw0rd2026",
        "maverick",
        "Steelers99!",
        "zaq12wsx",
        "q1w2e3r4t5",
        "aaaaaaaaaaaa",
        "Halle2026",  # the city
        "KI-Dialog Halle",  # the site
        "neu@example.org",  # the address
        "RoteBrille1",  # the public name
    ],
)
def test_a_password_that_is_guessed_first_is_refused(sign_in, register, link_in, password):
    register()
    answer = sign_in().post(link_in("confirm"), data=both(password))
    assert answer.status_code == 422
    assert not queries.by_email("neu@example.org").may_sign_in


@pytest.mark.parametrize(
    "password",
    [
        "acht Zei",
        "ü" * 4 + "ßéß€",
        "x7!" * 42 + "qr",
        "die Straßenbahn nach Halle kommt",
        "🐢🐢🦆🦆🐇🐇🐌🐌",
    ],
)
def test_any_sign_is_allowed_in_a_password(sign_in, register, link_in, password):
    register()
    sign_in().post(link_in("confirm"), data=both(password))
    answer = sign_in().post("/sign-in", data={"email": "neu@example.org", "password": password})
    assert answer.status_code == 303


def test_two_different_passwords_are_refused(sign_in, register, link_in):
    register()
    data = {"password": PASSWORD, "password_again": PASSWORD + "x"}
    assert sign_in().post(link_in("confirm"), data=data).status_code == 422


def test_extra_fields_make_nobody_an_admin(sign_in, register, link_in):
    register()
    sign_in().post(link_in("confirm"), data={**both(), "roles": "admin", "role": "admin"})
    assert queries.by_email("neu@example.org").roles == []


def test_registering_under_a_staff_address_does_not_rename_the_person(register, db):
    with transaction():
        actions.create_person(
            SYSTEM, email="mo@example.org", public_name="Mo", roles=[Role.MODERATOR]
        )
    register("mo@example.org", "Clown")
    assert queries.by_email("mo@example.org").public_name == "Mo"


def test_the_minutes_hold_no_typed_address(register, db):
    register("geheim@example.org")
    entries = db.session.scalars(select(AuditEntry)).all()
    assert [entry.event for entry in entries] == [Event.PERSON_REGISTERED]
    assert "geheim" not in str([(e.subject, e.facts) for e in entries])


def test_an_operator_creates_a_person_who_can_sign_in(db):
    with transaction():
        person = actions.create_person(
            SYSTEM, email="Kim@Example.org", public_name="Kim", password=PASSWORD,
            roles=[Role.COMMITTEE], discipline="ethics",
        )  # fmt: skip
    assert person.may_sign_in
    assert [
        (grant.role, grant.discipline) for grant in queries.by_email("kim@example.org").roles
    ] == [(Role.COMMITTEE, "ethics")]


def test_creating_a_known_person_gives_roles_and_keeps_the_password(db, member):
    with transaction():
        actions.create_person(
            SYSTEM, email=member.email, public_name="Other", password="ein anderes Wort",
            roles=[Role.EDITOR, Role.EDITOR],
        )  # fmt: skip
    again = queries.by_email(member.email)
    assert again.password_hash == member.password_hash
    assert [grant.role for grant in again.roles] == [Role.EDITOR]


def test_a_person_created_without_password_gets_a_letter(db, letters):
    with transaction():
        actions.create_person(SYSTEM, email="ed@example.org", public_name="Ed", roles=[Role.EDITOR])
    assert "/confirm/" in letters()[0]


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.COMMITTEE, Role.EDITOR])
def test_only_an_admin_creates_people(db, role):
    actor = Actor(1, frozenset({Role.PARTICIPANT, role}))
    with pytest.raises(NotAllowed):
        actions.create_person(actor, email="x@example.org", public_name="Xaver")
    with pytest.raises(NotAllowed):
        actions.grant_role(actor, Person(roles=[]), Role.ADMIN)
