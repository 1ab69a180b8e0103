"""Floods are shown as one and decided on as one; every author still gets reasons of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select

from civicdialog.core.db import db as database
from civicdialog.core.permissions import Actor, Role
from civicdialog.insights.models import SimilarKind, SimilarPair
from civicdialog.insights.taking_in import take_in
from civicdialog.moderation.floods import floods
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome, SubjectKind
from civicdialog.moderation.queue_sources import state_of, texts_of
from civicdialog.submissions.models import Status, Submission
from tests.moderation.test_pages import statements

WORDS = "Die Stadt soll endlich kostenlose Parkplätze für alle in der Innenstadt bauen"
FORM = {"ground": "duplicate", "explanation": "Denselben Wunsch gibt es schon."}


@pytest.fixture
def round(make):
    return make.round("collecting")


def waiting(make, round, count, author=None):
    return [
        make.submission(
            round, author, status=Status.PENDING, title=f"Parkplätze {n}", problem=f"{WORDS}, {n}."
        )
        for n in range(count)
    ]


def tie(*submissions, score=0.9):
    """A chain of pairs, as a program finds them."""
    for one, other in pairwise(submissions):
        first, second = sorted((one.id, other.id))
        database.session.add(
            SimilarPair(submission_id=second, other_id=first, kind=SimilarKind.SIMILAR, score=score)
        )
    database.session.commit()


def as_actor(person):
    return Actor(person.id, frozenset({Role.PARTICIPANT, Role.MODERATOR}))


def test_what_a_chain_of_pairs_ties_together_is_one_flood(make, round, mo):
    flood, others = waiting(make, round, 6), waiting(make, round, 4)
    tie(*flood)
    tie(*others)
    (found,) = floods(as_actor(mo))
    assert [each.id for each in found.waiting] == [each.id for each in flood]


def test_what_resembles_less_is_no_flood(make, round, mo):
    tie(*waiting(make, round, 6), score=0.65)
    assert floods(as_actor(mo)) == []


def test_what_is_public_already_stands_beside_and_is_not_decided_on(make, round, mo):
    public = make.submission(round, title="Schon da")
    flood = waiting(make, round, 5)
    tie(public, *flood)
    (found,) = floods(as_actor(mo))
    assert [each.title for each in found.published] == ["Schon da"]
    assert len(found.waiting) == 5


def test_the_program_that_reads_texts_ties_a_real_flood_together(make, round, mo):
    flood = waiting(make, round, 30)
    make.submission(round, status=Status.PENDING, problem="Mehr Bäume an der Schule, bitte bald.")
    take_in(round.id, lambda share, step: None)
    (found,) = floods(as_actor(mo))
    assert len(found.waiting) == len(flood)


def test_one_decision_publishes_the_oldest_and_none_of_the_others(make, round, mo, ada, sign_in):
    flood = waiting(make, round, 6, ada)
    tie(*flood)
    url = f"/moderation/floods/{flood[0].public_id}"
    client = sign_in(mo)
    seen = client.get(url).text.partition('name="seen" value="')[2].partition('"')[0]
    answer = client.post(url, data={**FORM, "seen": seen, "deed": "keep-first"})
    assert answer.status_code == 303
    database.session.expire_all()
    states = [database.session.get(Submission, each.id).status for each in flood]
    assert states == [Status.PUBLISHED, *[Status.REJECTED] * 5]
    decisions = database.session.scalars(select(ModerationDecision)).all()
    assert len({each.public_id for each in decisions}) == 6
    refused = [each for each in decisions if each.outcome is Outcome.REJECTED]
    assert {each.ground for each in refused} == {Ground.DUPLICATE}
    assert {each.explanation for each in refused} == {FORM["explanation"]}


def test_none_of_a_flood_can_be_published_and_the_own_is_left_out(make, round, mo, sign_in):
    flood = [*waiting(make, round, 5), *waiting(make, round, 1, mo)]
    tie(*flood)
    url, client = f"/moderation/floods/{flood[0].public_id}", sign_in(mo)
    seen = client.get(url).text.partition('name="seen" value="')[2].partition('"')[0]
    assert client.post(url, data={**FORM, "seen": seen, "deed": "none"}).status_code == 303
    database.session.expire_all()
    states = [database.session.get(Submission, each.id).status for each in flood]
    assert states == [*[Status.REJECTED] * 5, Status.PENDING]


def test_what_joined_the_flood_after_the_page_was_read_is_not_decided_on(make, round, mo, sign_in):
    flood = waiting(make, round, 5)
    tie(*flood)
    url, client = f"/moderation/floods/{flood[0].public_id}", sign_in(mo)
    seen = client.get(url).text.partition('name="seen" value="')[2].partition('"')[0]
    late = waiting(make, round, 1)
    tie(flood[4], *late)
    client.post(url, data={**FORM, "seen": seen, "deed": "none"})
    database.session.expire_all()
    assert database.session.get(Submission, late[0].id).status is Status.PENDING


def test_only_members_of_the_flood_are_decided_on_whatever_is_sent(make, round, mo, sign_in):
    flood, other = waiting(make, round, 5), waiting(make, round, 1)
    tie(*flood)
    url = f"/moderation/floods/{flood[0].public_id}"
    state = state_of(texts_of(SubjectKind.SUBMISSION, [other[0].id])[other[0].id])
    seen = f"submission-{other[0].id}-{state} submission-x-y nonsense"
    assert sign_in(mo).post(url, data={**FORM, "seen": seen, "deed": "none"}).status_code == 303
    assert database.session.scalars(select(ModerationDecision)).all() == []


def test_a_decision_without_reasons_is_refused(make, round, mo, sign_in):
    flood = waiting(make, round, 5)
    tie(*flood)
    url = f"/moderation/floods/{flood[0].public_id}"
    assert sign_in(mo).post(url, data={"ground": "duplicate"}).status_code == 422
    assert database.session.scalars(select(ModerationDecision)).all() == []


def test_the_list_of_floods_costs_the_same_for_many(app, make, round, mo, sign_in):
    tie(*waiting(make, round, 6))
    client = sign_in(mo)
    few = statements(app, lambda: client.get("/moderation/floods"))
    for _ in range(4):
        tie(*waiting(make, round, 12))
    many = statements(app, lambda: client.get("/moderation/floods"))
    assert many == few <= 9


def test_floods_are_for_moderators_alone(make, round, ada, kim, mo, sign_in):
    flood = waiting(make, round, 5)
    for person in (ada, kim):
        assert sign_in(person).get("/moderation/floods").status_code == 403
    assert sign_in(mo).get("/moderation/floods").status_code == 200
    url = f"/moderation/floods/{flood[0].public_id}"
    assert sign_in(mo).get(url).status_code == 404


# ---- two moderators at once ---------------------------------------------------------------------


def test_of_two_moderators_at_the_same_moment_one_decides_and_the_other_is_told(
    app, make, ada, mo, sign_in
):
    waits = make.submission(make.round(), ada, status=Status.PENDING)
    other = make.person("Max", roles=[Role.MODERATOR])
    clients, start = [sign_in(mo), sign_in(other)], threading.Barrier(2)
    urls = [f"/moderation/submissions/{waits.public_id}/{deed}" for deed in ("publish", "reject")]
    for client in clients:
        client.get("/moderation/queue")
    reject = {"ground": "advertising", "explanation": "Das ist Werbung für einen Laden."}

    def decide(client, url):
        with app.app_context():
            start.wait()
            return client.post(url, data=reject).status_code

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(decide, clients, urls))
    database.session.rollback()
    decisions = database.session.scalars(select(ModerationDecision)).all()
    assert codes == [303, 409]
    assert len(decisions) == 1
    database.session.refresh(waits)
    wanted = Status.PUBLISHED if decisions[0].moderator_id == mo.id else Status.REJECTED
    assert waits.status is wanted
