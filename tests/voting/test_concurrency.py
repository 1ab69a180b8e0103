"""Many people at the same moment: every acknowledged vote is stored once, and nobody gets an error."""

import os
import threading
from collections import Counter

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from civicdialog.core.db import db as database
from civicdialog.core.db import only_reading, transaction
from civicdialog.core.permissions import Actor, Role
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission
from civicdialog.submissions.queries import by_public_id
from civicdialog.voting.actions import cast_vote
from civicdialog.voting.counters import wrong_counters
from civicdialog.voting.models import Opinion, Participation, Vote
from civicdialog.web.tokens import covered
from tests.conftest import new_session_key

OPINIONS = (Opinion.AGREE, Opinion.DISAGREE, Opinion.PASS)


def all_at_once(app, deeds):
    """Runs every deed in a thread with a session of its own; gives what went wrong."""
    start, errors = threading.Barrier(len(deeds)), []

    def run(deed):
        with app.app_context():
            only_reading(True)
            try:
                start.wait(60)
                deed()
            except Exception as error:
                errors.append(error)
            finally:
                database.session.remove()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return errors


def vote_of(person_id, public_id, opinion):
    """What the page does: load and vote inside one transaction."""

    def deed():
        actor = Actor(person_id, frozenset({Role.PARTICIPANT}))
        with transaction():
            submission = by_public_id(actor, public_id)
            cast_vote(actor, submission.round, submission, opinion)

    return deed


@pytest.fixture
def ballot(make):
    round = make.round("voting")
    return [make.submission(round).public_id for _ in range(3)]


def stored(db):
    db.session.rollback()
    return db.session.execute(
        select(Participation.person_id, Submission.public_id, Vote.opinion)
        .join(Vote, Vote.participation_id == Participation.id)
        .join(Submission, Submission.id == Vote.submission_id)
    ).all()


def test_64_people_vote_at_the_same_moment(app, db, make, ballot):
    people = [make.person(f"P{n}").id for n in range(64)]
    deeds = {(person, ballot[n % 3]): OPINIONS[(n + n // 3) % 3] for n, person in enumerate(people)}
    errors = all_at_once(
        app, [vote_of(person, name, opinion) for (person, name), opinion in deeds.items()]
    )
    assert errors == []
    assert {(row[0], row[1]): row[2] for row in stored(db)} == deeds
    assert len(stored(db)) == 64
    assert db.session.scalar(select(Round.vote_count)) == 64
    assert wrong_counters() == []


def test_one_person_twenty_times_at_once_has_one_vote(app, db, ada, ballot):
    deeds = [vote_of(ada.id, ballot[0], OPINIONS[n % 3]) for n in range(20)]
    assert all_at_once(app, deeds) == []
    assert len(stored(db)) == 1
    assert db.session.scalar(select(Round.vote_count)) == 1
    assert wrong_counters() == []


def test_first_votes_of_one_person_on_several_submissions_share_a_participation(
    app, db, ada, ballot
):
    deeds = [vote_of(ada.id, name, Opinion.AGREE) for name in ballot]
    assert all_at_once(app, deeds) == []
    assert len(stored(db)) == 3
    assert len(db.session.scalars(select(Participation.id)).all()) == 1
    assert wrong_counters() == []


def test_people_who_change_their_minds_at_once_are_counted_right(app, db, make, ballot):
    people = [make.person(f"P{n}").id for n in range(16)]
    deeds = [vote_of(person, ballot[0], opinion) for person in people for opinion in OPINIONS]
    assert all_at_once(app, deeds) == []
    assert len(stored(db)) == 16
    assert wrong_counters() == []


def browser_headers(app, person, raw="t" * 40):
    """Cookie of a session of this person, and the token its forms carry."""
    values = {"_user_id": new_session_key(person), "csrf_token": raw}
    cookie = app.session_interface.get_signing_serializer(app).dumps(values)
    token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)
    return {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}"}, covered(token)


def test_500_people_send_several_votes_each_on_one_submission(app, db, make, ballot):
    """Through the pages, as browsers do: 500 votes in the end, and no answer is an error.

    Four each; `CIVICDIALOG_TEST_VOTES=20` lets them send twenty.
    """
    each = int(os.environ.get("CIVICDIALOG_TEST_VOTES", "4"))
    people = [browser_headers(app, make.person(f"P{n}")) for n in range(500)]
    work = iter([(person, n) for n in range(each) for person in people])
    url, answers, lock = f"/submissions/{ballot[0]}/vote", Counter(), threading.Lock()

    def send():
        client = FlaskClient(app, app.response_class, use_cookies=False)
        while True:
            with lock:
                (headers, token), n = next(work, ((None, None), 0))
            if headers is None:
                return
            typed = {"opinion": ("agree", "disagree", "pass")[n % 3], "csrf_token": token}
            answer = client.post(url, data=typed, headers=headers)
            with lock:
                answers[answer.status_code] += 1

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert answers == {303: 500 * each}
    assert len(stored(db)) == 500
    assert wrong_counters() == []
