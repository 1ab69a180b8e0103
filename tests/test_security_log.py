"""What matters for security is on record, without secrets, and nobody can forge a line of it."""

import json
import re
import subprocess
import sys

import pytest
import structlog
from sqlalchemy import select

from civicdialog.accounts.hashing import hash_password
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import db as database
from civicdialog.core.permissions import Role
from civicdialog.submissions.models import Status

PASSWORD = "ein-langes-Passwort-7"
FORGED = "ada\r\n2026-01-01T00:00:00Z [info] ADMIN login ok\x1b[2J"


@pytest.fixture
def person(make):
    return make.person("Ada", password_hash=hash_password(PASSWORD))


def recorded(*events):
    wanted = select(AuditEntry).where(AuditEntry.event.in_(events))
    return database.session.scalars(wanted.order_by(AuditEntry.id)).all()


def everything_recorded():
    rows = database.session.execute(select(AuditEntry)).scalars()
    return " ".join(f"{each.subject} {each.facts} {each.actor_roles}" for each in rows)


def test_signing_in_and_a_failed_attempt_are_in_the_minutes_without_password_or_address(
    person, sign_in
):
    client = sign_in()
    client.post("/sign-in", data={"email": person.email, "password": f"{PASSWORD}-falsch"})
    client.post("/sign-in", data={"email": FORGED.replace("\x1b", ""), "password": PASSWORD})
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    client.post("/sign-out")
    found = [each.event for each in recorded(*Event)]
    assert found.count(Event.PERSON_REFUSED) == 2
    assert found[-2:] == [Event.PERSON_SIGNED_IN, Event.PERSON_SIGNED_OUT]
    assert PASSWORD not in everything_recorded()
    assert person.email not in everything_recorded()
    assert "ADMIN" not in everything_recorded()


def test_a_role_that_is_granted_and_taken_is_in_the_minutes(make):
    from civicdialog.accounts.actions import grant_role, revoke_role
    from civicdialog.core.permissions import Actor

    mia = make.person("Mia")
    grant_role(Actor.system(), mia, Role.MODERATOR)
    database.session.commit()
    revoke_role(Actor.system(), mia, Role.MODERATOR)
    granted, revoked = recorded(Event.ROLE_GRANTED, Event.ROLE_REVOKED)
    assert (granted.facts["role"], revoked.facts["role"]) == ("moderator", "moderator")


def test_deeds_of_moderators_and_copies_of_the_own_data_are_in_the_minutes(make, mo, ada, sign_in):
    waits = make.submission(make.round(), ada, status=Status.PENDING)
    sign_in(mo).post(f"/moderation/submissions/{waits.public_id}/publish", data={})
    sign_in(ada).post("/my/account/data", data={})
    published, exported = recorded(Event.SUBMISSION_PUBLISHED, Event.PERSON_EXPORTED)
    assert published.actor_id == mo.id
    assert exported.actor_id == ada.id


def test_a_refused_request_is_logged_with_the_number_of_the_account_and_nothing_typed(ada, sign_in):
    with structlog.testing.capture_logs() as lines:
        sign_in(ada).get("/moderation/queue?secret=abc123")
    (line,) = [each for each in lines if each["event"] == "refused"]
    assert (line["status"], line["endpoint"]) == (403, "moderation.queue")
    assert line["person"] == ada.id
    assert "abc123" not in str(lines)


def test_a_forged_request_is_logged(ada, sign_in):
    client = sign_in(ada)
    with structlog.testing.capture_logs() as lines:
        client.post("/my/messages/read", data={"csrf_token": FORGED}, with_token=False)
    assert [each["status"] for each in lines if each["event"] == "refused"] == [400]
    assert "ADMIN" not in str(lines)


def test_a_file_that_staff_take_away_is_logged_and_one_of_a_visitor_is_not(make, mo, sign_in):
    with structlog.testing.capture_logs() as lines:
        assert sign_in().get("/transparency/moderation/figures.csv").status_code == 200
        assert sign_in(mo).get("/transparency/moderation/figures.csv").status_code == 200
    exports = [each for each in lines if each["event"] == "export"]
    assert [each["person"] for each in exports] == [mo.id]


@pytest.mark.parametrize("kind", ["text", "json"])
def test_nobody_can_forge_a_line(kind):
    code = (
        "import structlog; from civicdialog.config import load_settings;"
        "from civicdialog.web.logs import configure;"
        f"configure(load_settings({{'CIVICDIALOG_LOG_FORMAT': {kind!r}}}));"
        f"structlog.get_logger('security').warning('refused', endpoint={FORGED!r});"
        "\ntry:\n    raise ValueError("
        f"{FORGED!r})\nexcept ValueError:\n    structlog.get_logger('error').exception('failed')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    assert "\x1b" not in done.stderr
    assert not [line for line in lines if re.match(r"2026-01-01|\s{0,3}ADMIN", line)]
    if kind == "json":
        assert [json.loads(line)["event"] for line in lines] == ["refused", "failed"]
