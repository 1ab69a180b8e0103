"""Somebody tries to find out how Ada voted: on every page, in logs and minutes, in the files."""

import re
from pathlib import Path

import pytest
import structlog
import time_machine
from sqlalchemy import func, select, text

from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry
from civicdialog.core.db import transaction
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.notifications.models import Letter, Notification
from civicdialog.rounds.models import Round
from civicdialog.voting.actions import detach_ballots
from civicdialog.voting.models import Participation, ParticipationKind, ShownCard, Vote

CHANGES = re.compile(
    r'nonce="[^"]*"|value="[^"]{16,}"|data-[\w-]+="[^"]{16,}"|\d{2}:\d{2}|seed=\d+'
)
GUEST_KEY = "5ecre7" * 10 + "ab12"


def pages_of(app, values):
    """What each address needs that anybody can read, filled with things that exist."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            needs = getattr(app.view_functions[rule.endpoint], "needs", None)
            if "GET" in rule.methods and needs and rule.arguments <= set(values):
                filled = {name: values[name] for name in rule.arguments}
                found.append((needs, app.url_for(rule.endpoint, **filled)))
    return found


def seen_by(app, client, person, values):
    """The text of every page and file a person may read, without what changes by itself."""
    actor, found = person.as_actor(), {}
    for needs, path in pages_of(app, values):
        if may(actor, needs):
            answer = client.get(path)
            if answer.mimetype.startswith(("text/", "application/json")):
                found[path] = CHANGES.sub("", answer.get_data(as_text=True))
    return found


@pytest.fixture
def voted(make, ada, sign_in):
    """Ada has agreed to one of several contributions."""
    round = make.round("voting", answers_before_results=3)
    submissions = [make.submission(round) for _ in range(4)]
    url = f"/submissions/{submissions[0].public_id}/vote"
    client = sign_in(ada)
    client.post(url, data={"opinion": "agree"})
    return round, submissions[0], lambda opinion: client.post(url, data={"opinion": opinion})


@pytest.mark.parametrize("role", ["bo", "mo"])
def test_no_page_tells_another_person_how_somebody_voted(app, make, mo, sign_in, voted, role):
    round, submission, vote = voted
    curious = mo if role == "mo" else make.person("Bo")
    values = {"slug": round.slug, "public_id": submission.public_id, "page": "privacy"}
    client = sign_in(curious)
    with time_machine.travel(clock.now(), tick=False):
        before = seen_by(app, client, curious, values)
        assert len(before) > 25
        vote("disagree")
        after = seen_by(app, client, curious, values)
    assert {path for path in before if before[path] != after[path]} == set()


def test_the_log_knows_nothing_of_an_opinion(voted):
    _, _, vote = voted
    with structlog.testing.capture_logs() as entries:
        vote("disagree")
    assert "disagree" not in repr(entries)


def test_minutes_letters_and_messages_know_nothing_of_a_vote(db, voted):
    tables = (AuditEntry, Letter, Notification)
    before = [db.session.scalar(select(func.count()).select_from(table)) for table in tables]
    voted[2]("disagree")
    after = [db.session.scalar(select(func.count()).select_from(table)) for table in tables]
    assert before == after


def test_no_table_beside_the_votes_names_a_participation(db):
    pointing = {
        table.name
        for table in db.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == Participation.__tablename__
    }
    assert pointing == {Vote.__tablename__}
    assert not set(ShownCard.__table__.c.keys()) & {"participation_id", "person_id", "created_at"}


@pytest.fixture
def ended(db, make, ada):
    """A round that is over; Ada and a guest had taken part, the later one first by key."""
    round = make.round("evaluating", guests_may_vote=True)
    submission = make.submission(round)
    for number, who in ((2**60, {"person_id": ada.id}), (2**50, {"guest_key": GUEST_KEY})):
        kind = ParticipationKind.GUEST if "guest_key" in who else ParticipationKind.ACCOUNT
        db.session.add(Participation(id=number, round_id=round.id, kind=kind, **who))
        db.session.flush()
        db.session.add(Vote(participation_id=number, submission_id=submission.id, opinion=1))
        db.session.commit()
    return round


def detach(db, round):
    with transaction():
        found = db.session.get_one(Round, round.id)
        assert found.phases
        detach_ballots(Actor.system(), found)


def test_after_detaching_no_row_leads_to_a_person(db, ended):
    detach(db, ended)
    rows = db.session.execute(select(Participation.person_id, Participation.guest_key)).all()
    assert rows == [(None, None), (None, None)]


def files(db):
    """What lies on the disk of the participations and their indexes."""
    if db.engine.dialect.name == "sqlite":
        file = Path(db.engine.url.database)
        return [path.read_bytes() for path in file.parent.glob(f"{file.name}*")]
    db.session.execute(text("CHECKPOINT"))
    names = "SELECT indexrelid FROM pg_index WHERE indrelid = 'participation'::regclass"
    content = f"""SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class
        WHERE oid = 'participation'::regclass OR oid IN ({names})"""
    return [bytes(each) for each in db.session.scalars(text(content))]


def test_before_detaching_the_files_hold_the_link(db, ended):
    db.session.remove()
    assert any(GUEST_KEY.encode() in content for content in files(db))


def test_after_detaching_the_files_hold_no_trace_of_the_link(db, ended):
    detach(db, ended)
    db.session.remove()
    assert not any(GUEST_KEY.encode() in content for content in files(db))


def test_after_detaching_rows_lie_in_the_order_of_their_random_keys(db, ended):
    detach(db, ended)
    place = "rowid" if db.engine.dialect.name == "sqlite" else "ctid"
    rows = db.session.scalars(text(f"SELECT id FROM participation ORDER BY {place}")).all()
    assert rows == sorted(rows)


def test_who_may_read_everything_still_reads_no_vote(kim, mo, ed):
    for person in (kim, mo, ed):
        assert not may(person.as_actor(), Permission.VOTE_IMPORT)
        assert not may(person.as_actor(), Permission.BALLOTS_DETACH)
