"""Following rounds, topics and proposals: told of what is public, never of what one did oneself."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.notifications.follows import follow, followed_by, topic_id
from civicdialog.notifications.models import Notification
from civicdialog.submissions.models import Status
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation
from civicdialog.web.following import ROUND, SUBMISSION, tell_news

DAY = timedelta(days=1)


@pytest.fixture
def round(make):
    return make.round("collecting", slug="ki")


@pytest.fixture
def submission(make, round):
    return make.submission(round, make.person("Bob"), title="Ampeln")


def follows_it(person, kind, thing):
    with transaction():
        follow(person.as_actor(), kind, thing.id)


def kinds(db, person):
    db.session.expire_all()
    wanted = select(Notification.kind).where(Notification.person_id == person.id)
    return db.session.scalars(wanted.order_by(Notification.id)).all()


def step(actor, submission, relation=Relation.DESCRIBED_IN, reason=""):
    with transaction():
        add_link(actor.as_actor(), submission, submission, relation, reason=reason)


def test_who_follows_a_proposal_hears_of_its_steps(db, ada, ed, submission):
    follows_it(ada, SUBMISSION, submission)
    step(ed, submission)
    assert kinds(db, ada) == ["followed-step"]


def test_the_author_hears_without_following(db, make, ed, round, ada):
    submission = make.submission(round, ada)
    step(ed, submission, reason="Weil es passt.")
    message = db.session.scalars(select(Notification)).one()
    assert (message.kind, message.facts["reason"]) == ("own-step", "Weil es passt.")


def test_nobody_hears_of_their_own_step(db, ada, ed, submission):
    follows_it(ed, SUBMISSION, submission)
    step(ed, submission)
    assert kinds(db, ed) == []


def test_a_refused_change_concerns_its_author_alone(db, ada, mo, submission):
    follows_it(ada, SUBMISSION, submission)
    step(mo, submission, Relation.CHANGE_REJECTED)
    assert kinds(db, ada) == []


def test_new_proposals_are_told_once_the_next_morning(db, ada, make, round):
    follows_it(ada, ROUND, round)
    make.submission(round)
    with time_machine.travel(clock.now() + DAY):
        tell_news()
        tell_news()
    message = db.session.scalars(select(Notification)).one()
    assert (message.kind, message.facts["count"]) == ("new-in-round", 1)


@pytest.mark.parametrize("status", [Status.PENDING, Status.REJECTED, Status.HIDDEN])
def test_what_is_not_public_is_not_told(db, ada, make, round, status):
    follows_it(ada, ROUND, round)
    make.submission(round, status=status)
    with time_machine.travel(clock.now() + DAY):
        tell_news()
    assert kinds(db, ada) == []


def test_a_hidden_round_tells_nothing(db, ada, make):
    round = make.round("collecting", is_public=False)
    follows_it(ada, ROUND, round)
    make.submission(round)
    with time_machine.travel(clock.now() + DAY):
        tell_news()
    assert kinds(db, ada) == []


def test_a_phase_that_began_is_told(db, ada, make, round):
    follows_it(ada, ROUND, round)
    after = next(phase for phase in round.phases if phase.starts_at > clock.now())
    with time_machine.travel(after.starts_at + DAY):
        tell_news()
    assert "phase-began" in kinds(db, ada)


def test_round_and_proposal_are_followed_and_left_on_their_pages(ada, sign_in, submission, round):
    client = sign_in(ada)
    for url in (f"/rounds/{round.slug}/follow", f"/submissions/{submission.public_id}/follow"):
        assert client.post(url, data={"follow": "yes"}).status_code == 303
        assert client.post(url, data={"follow": "yes"}).status_code == 303
    page = client.get("/my/follows").text
    assert "Ampeln" in page
    assert len(followed_by(ada.as_actor())) == 2
    client.post(f"/rounds/{round.slug}/follow", data={"follow": "no"})
    assert len(followed_by(ada.as_actor())) == 1


def test_a_visitor_signs_in_and_comes_back(sign_in, submission):
    page = sign_in().get(f"/submissions/{submission.public_id}").text
    assert f"/sign-in?next=/submissions/{submission.public_id}" in page


def test_what_does_not_exist_cannot_be_followed(ada, sign_in, round):
    client = sign_in(ada)
    for url in ("/rounds/nope/follow", "/submissions/nope/follow", "/rounds/ki/topics/7/follow"):
        assert client.post(url).status_code == 404


def test_an_empty_list_says_how_to_begin(ada, sign_in):
    assert "Sie verfolgen noch nichts" in sign_in(ada).get("/my/follows").text


def test_topics_of_two_rounds_never_meet():
    assert topic_id(1, 2) != topic_id(2, 1)
