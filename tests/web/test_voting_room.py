"""The voting room: one card at a time, fair, secret, and nothing is lost."""

import re

import pytest
from sqlalchemy import func, select

from civicdialog.submissions.models import Status
from civicdialog.voting.models import Participation, ShownCard, Vote


@pytest.fixture
def round(make):
    found = make.round("voting", guests_may_vote=True, answers_before_results=2)
    for _ in range(5):
        make.submission(found)
    return found


def hidden(html, name):
    return re.search(rf'name="{name}" value="([^"]*)"', html).group(1)


def card(client, round):
    """What the form of the card would send but for the answer."""
    html = client.get(f"/rounds/{round.slug}/vote").text
    return {"card": hidden(html, "card")}


def answer(client, round, opinion="agree", **more):
    return client.post(
        f"/rounds/{round.slug}/vote", data={**card(client, round), "opinion": opinion, **more}
    )


def test_an_answer_is_stored_and_the_next_card_follows(db, sign_in, ada, round):
    client = sign_in(ada)
    first = card(client, round)["card"]
    assert answer(client, round).status_code == 303
    assert db.session.scalars(select(Vote.opinion)).all() == [1]
    assert card(client, round)["card"] != first


def test_a_card_stays_until_it_is_answered(sign_in, ada, mo, kim, ed, round):
    client = sign_in(ada)
    first = card(client, round)
    for other in (mo, kim, ed):
        answer(sign_in(other), round)
    assert card(client, round) == first


def test_every_visitor_gets_a_card_of_their_own(sign_in, round):
    first_cards = {card(sign_in(None), round)["card"] for _ in range(30)}
    assert len(first_cards) > 1


def test_a_card_put_aside_comes_back_at_the_end(sign_in, ada, round):
    client, seen = sign_in(ada), []
    aside = card(client, round)
    client.post(f"/rounds/{round.slug}/vote/skip", data=aside)
    for _ in range(5):
        seen.append(card(client, round)["card"])
        answer(client, round)
    assert seen[-1] == aside["card"]
    assert len(set(seen)) == 5


def test_putting_a_card_aside_is_no_vote(db, sign_in, ada, round):
    client = sign_in(ada)
    client.post(f"/rounds/{round.slug}/vote/skip", data=card(client, round))
    assert db.session.scalars(select(Vote)).all() == []
    assert db.session.scalars(select(ShownCard)).all() == []


def test_everything_is_asked_once(sign_in, ada, round):
    client = sign_in(ada)
    seen = []
    for _ in range(5):
        seen.append(card(client, round)["card"])
        answer(client, round)
    assert len(set(seen)) == 5
    assert "alles beantwortet" in client.get(f"/rounds/{round.slug}/vote").text


def test_undo_takes_the_answer_back_and_shows_its_card_again(db, sign_in, ada, round):
    client = sign_in(ada)
    first = card(client, round)["card"]
    answer(client, round)
    client.post(f"/rounds/{round.slug}/vote/undo", data={})
    assert db.session.scalars(select(Vote)).all() == []
    assert card(client, round)["card"] == first


def test_several_answers_are_undone_one_after_another(db, sign_in, ada, round):
    client = sign_in(ada)
    for _ in range(3):
        answer(client, round)
    for _ in range(3):
        client.post(f"/rounds/{round.slug}/vote/undo", data={})
    assert db.session.scalars(select(Vote)).all() == []


def test_how_a_card_came_to_be_shown_is_kept_without_the_person(db, sign_in, ada, round):
    answer(sign_in(ada), round)
    shown = db.session.scalars(select(ShownCard)).one()
    assert 0 < shown.probability <= 1
    assert shown.candidate_count == 5
    assert set(ShownCard.__table__.c.keys()) == {
        "id", "round_id", "submission_id", "policy", "candidate_count", "probability",
    }  # fmt: skip


def test_a_card_nobody_drew_counts_as_a_vote_only(db, sign_in, ada, round, make):
    asked_for = make.submission(round).public_id
    client = sign_in(ada)
    client.get(f"/rounds/{round.slug}/vote?card={asked_for}")
    answer(client, round)
    assert len(db.session.scalars(select(Vote)).all()) == 1
    assert db.session.scalars(select(ShownCard)).all() == []


def test_an_answer_changed_by_going_back_is_not_counted_as_shown_twice(db, sign_in, ada, round):
    client = sign_in(ada)
    first = card(client, round)
    for opinion in ("agree", "disagree"):
        client.post(f"/rounds/{round.slug}/vote", data={**first, "opinion": opinion})
    assert len(db.session.scalars(select(ShownCard)).all()) == 1


def test_a_guest_answers_without_an_account(db, sign_in, round):
    client = sign_in(None)
    answer(client, round)
    answer(client, round)
    assert db.session.scalar(select(func.count()).select_from(Participation)) == 1
    assert "2 beantwortet" in client.get(f"/rounds/{round.slug}/vote").text


def test_two_guests_are_two_people(db, sign_in, round):
    for _ in range(2):
        answer(sign_in(None), round)
    assert db.session.scalar(select(func.count()).select_from(Participation)) == 2


def test_without_guests_the_room_asks_to_sign_in(sign_in, make):
    round = make.round("voting")
    make.submission(round)
    assert "Bitte melden Sie sich" in sign_in(None).get(f"/rounds/{round.slug}/vote").text


def test_ones_own_proposal_comes_last(sign_in, ada, make):
    round = make.round("voting")
    own = make.submission(round, ada)
    for _ in range(3):
        make.submission(round)
    client, seen = sign_in(ada), []
    for _ in range(4):
        seen.append(card(client, round)["card"])
        answer(client, round)
    assert seen[-1] == own.public_id


def test_what_is_not_published_is_no_card(sign_in, ada, make):
    round = make.round("voting")
    make.submission(round, status=Status.PENDING)
    page = sign_in(ada).get(f"/rounds/{round.slug}/vote")
    assert "Noch gibt es nichts abzustimmen" in page.text


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("information", "noch nicht begonnen"),
        ("evaluating", "zu Ende"),
        ("closed", "zu Ende"),
    ],
)
def test_the_room_says_why_it_is_closed(sign_in, make, ada, stage, words):
    round = make.round(stage)
    assert words in sign_in(ada).get(f"/rounds/{round.slug}/vote").text


def test_an_unknown_answer_is_refused_and_nothing_is_lost(db, sign_in, ada, round):
    client = sign_in(ada)
    assert answer(client, round, opinion="perhaps").status_code == 400
    assert db.session.scalars(select(Vote)).all() == []


def test_results_come_after_enough_answers(sign_in, ada, round):
    client = sign_in(ada)
    assert "Nach 2 weiteren Antworten" in client.get(f"/rounds/{round.slug}/vote").text or answer(
        client, round
    )
    answer(client, round)
    answer(client, round)
    assert "Meinungsbild" in client.get(f"/rounds/{round.slug}/vote").text


def test_marks_are_shown_and_released_on_the_page_of_ones_own_answers(sign_in, ada, round):
    client = sign_in(ada)
    answer(client, round, important="yes")
    page = client.get(f"/rounds/{round.slug}/vote/mine").text
    assert "Wichtig: freigeben" in page
    data = {"card": hidden(page, "card"), "important": "no"}
    client.post(f"/rounds/{round.slug}/vote/important", data=data)
    assert "Wichtig: freigeben" not in client.get(f"/rounds/{round.slug}/vote/mine").text


def test_nobody_else_sees_ones_own_answers(sign_in, ada, mo, round):
    answer(sign_in(ada), round)
    assert "noch nichts beantwortet" in sign_in(mo).get(f"/rounds/{round.slug}/vote/mine").text


def test_the_cookie_knows_which_cards_but_not_what_was_answered(sign_in, ada, round):
    client = sign_in(ada)
    answer(client, round, opinion="disagree")
    with client.session_transaction() as session:
        assert "disagree" not in repr(dict(session))
