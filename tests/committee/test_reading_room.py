"""The overview of a round for somebody with ten minutes: topics, what waits, what is new."""

from datetime import timedelta

import pytest

from civicdialog.committee import rating_actions as ratings
from civicdialog.committee import reading_actions
from civicdialog.committee.rating_actions import CriterionDraft
from civicdialog.committee.reading_models import ReadingVisit
from civicdialog.core import clock
from civicdialog.core.permissions import Actor, Role
from civicdialog.insights.correction_actions import place_submissions
from civicdialog.insights.queries import run_with_topics
from civicdialog.submissions.models import Submission
from tests.web.statements import counted_statements

OVERVIEW = "/committee/rounds/ki/topics"


def test_what_waits_for_me_stands_beside_the_topics(db, sign_in, round, current, kim):
    member = Actor(kim.id, frozenset({Role.COMMITTEE}))
    ratings.begin_criteria(member, round, [CriterionDraft("Nutzen", "wenig", "viel")])
    for each in db.session.scalars(db.select(Submission).order_by(Submission.id).limit(2)):
        ratings.ask_for_ratings(member, each)
    db.session.commit()
    assert f"{OVERVIEW.removesuffix('topics')}ratings?state=mine" in sign_in(kim).get(OVERVIEW).text


def test_what_i_have_read_is_no_longer_new(sign_in, round, current, kim):
    client = sign_in(kim)
    assert "30 " in client.get(OVERVIEW).text
    sent = {"until": clock.now().isoformat()}
    assert client.post("/committee/rounds/ki/read", data=sent).status_code == 303
    assert "topics/contributions" not in client.get(OVERVIEW).text
    assert 'name="until"' not in client.get(OVERVIEW).text


def test_reading_one_page_late_does_not_bring_old_things_back(db, round, current, kim):
    member, now = Actor(kim.id, frozenset({Role.COMMITTEE})), clock.now()
    reading_actions.note_read(member, round, until=now)
    reading_actions.note_read(member, round, until=now - timedelta(days=1))
    assert db.session.scalars(db.select(ReadingVisit.read_until)).one() == now


def test_looking_does_not_count_as_reading(db, sign_in, current, kim):
    sign_in(kim).get(OVERVIEW)
    assert db.session.scalars(db.select(ReadingVisit)).all() == []


@pytest.mark.parametrize("sent", ["", "gestern", "9999-99-99", "0001-01-01T00:00:00+23:59"])
def test_an_odd_moment_is_no_moment(sign_in, current, kim, sent):
    answer = sign_in(kim).post("/committee/rounds/ki/read", data={"until": sent})
    assert answer.status_code in (303, 404)


def test_two_topics_stand_beside_each_other(sign_in, current, kim):
    page = sign_in(kim).get(f"{OVERVIEW}/compare?one=1&other=2").text
    assert page.count("reading__summary") == 2


@pytest.mark.parametrize("query", ["one=1&other=1", "one=99&other=1", "one=x&other=2"])
def test_a_comparison_that_makes_no_sense_asks_again(sign_in, current, kim, query):
    assert sign_in(kim).get(f"{OVERVIEW}/compare?{query}").status_code in (200, 404)


def test_a_round_without_topics_says_what_is_missing(sign_in, make, kim):
    make.round("voting", slug="leer")
    answer = sign_in(kim).get("/committee/rounds/leer/topics")
    assert answer.status_code == 200


def test_the_overview_says_how_much_people_changed(db, sign_in, round, current, kim):
    assert "von der Maschine 100 %" in sign_in(kim).get(OVERVIEW).text
    some = db.session.scalars(db.select(Submission.id).order_by(Submission.id).limit(3)).all()
    member = Actor(kim.id, frozenset({Role.COMMITTEE}))
    run = run_with_topics(round.id)
    place_submissions(member, run, some, target=1, reason="Gehört dorthin.", seen=0)
    db.session.commit()
    page = sign_in(kim).get(OVERVIEW).text
    assert "von Menschen geändert 10 %" in page
    assert "Menschen haben 3 von 30 Beiträgen eingeordnet." in page


@pytest.mark.parametrize("path", ["", "/1", "/sheet", "/compare?one=1&other=2", "/1/contributions"])
def test_the_pages_cost_few_statements(sign_in, current, kim, path):
    client = sign_in(kim)
    with counted_statements() as sent:
        client.get(OVERVIEW + path)
    assert len(sent) <= 9, sent
