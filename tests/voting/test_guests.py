"""Guests vote where the round says so; an account may take their answers over."""

import pytest
from sqlalchemy import select

from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Actor, Role
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission
from civicdialog.voting import queries
from civicdialog.voting.actions import (
    MOST_IMPORTANT,
    cast_vote,
    claim_votes,
    detach_ballots,
    mark_important,
    withdraw_vote,
)
from civicdialog.voting.counters import wrong_counters
from civicdialog.voting.models import Opinion, Participation, ParticipationKind, Vote

AGREE, DISAGREE = Opinion.AGREE, Opinion.DISAGREE
GUEST = Actor(None, frozenset({Role.VISITOR}), guest_key="g" * 64)


@pytest.fixture
def round(make):
    return make.round("voting", guests_may_vote=True)


@pytest.fixture
def proposals(make, round):
    return [make.submission(round) for _ in range(8)]


@pytest.fixture
def deed(db):
    """Loads round and contribution inside a transaction and hands them to a deed."""

    def perform(what, actor, round, submission=None, *args, **options):
        with transaction():
            of = db.session.get_one(Round, round.id)
            assert of.phases
            one = [db.session.get_one(Submission, submission.id)] if submission else []
            return what(actor, of, *one, *args, **options)

    return perform


def both(ada):
    """Ada, signed in, in the browser in which she was a guest before."""
    return Actor(ada.id, frozenset({Role.PARTICIPANT}), guest_key=GUEST.guest_key)


def test_a_guest_votes_where_the_round_says_so(db, round, proposals, deed):
    deed(cast_vote, GUEST, round, proposals[0], AGREE)
    assert db.session.scalars(select(Participation.kind)).one() is ParticipationKind.GUEST


def test_a_guest_does_not_vote_elsewhere(make, deed):
    round = make.round("voting")
    with pytest.raises(NotAllowed):
        deed(cast_vote, GUEST, round, make.submission(round), AGREE)


def test_guests_are_counted_separately(ada, round, proposals, deed):
    deed(cast_vote, GUEST, round, proposals[0], AGREE)
    deed(cast_vote, ada.as_actor(), round, proposals[0], AGREE)
    found = queries.participants(round.id)
    assert (found.accounts, found.guests, found.imported) == (1, 1, 0)


def test_an_account_takes_the_answers_of_its_guest(db, ada, round, proposals, deed):
    deed(cast_vote, GUEST, round, proposals[0], AGREE)
    deed(claim_votes, both(ada), round)
    assert queries.own_opinions(ada.as_actor(), round, [proposals[0].id]) == {
        proposals[0].id: AGREE
    }
    assert db.session.scalars(select(Participation.kind)).all() == [ParticipationKind.ACCOUNT]


def test_where_both_have_answered_the_account_stays(ada, round, proposals, deed):
    deed(cast_vote, ada.as_actor(), round, proposals[0], DISAGREE)
    deed(cast_vote, GUEST, round, proposals[0], AGREE)
    deed(cast_vote, GUEST, round, proposals[1], AGREE)
    deed(claim_votes, both(ada), round)
    own = queries.own_answers(ada.as_actor(), round)
    assert {number: answer.opinion for number, answer in own.items()} == {
        proposals[0].id: DISAGREE,
        proposals[1].id: AGREE,
    }


def test_the_counters_are_right_after_claiming(ada, round, proposals, deed):
    deed(cast_vote, ada.as_actor(), round, proposals[0], DISAGREE)
    deed(cast_vote, GUEST, round, proposals[0], AGREE)
    deed(claim_votes, both(ada), round)
    assert wrong_counters() == []


def test_claiming_keeps_to_the_limit_of_important_ones(db, ada, round, proposals, deed):
    for each in proposals[:4]:
        deed(cast_vote, ada.as_actor(), round, each, AGREE, important=True)
    for each in proposals[4:]:
        deed(cast_vote, GUEST, round, each, AGREE, important=True)
    deed(claim_votes, both(ada), round)
    marked = [a for a in queries.own_answers(ada.as_actor(), round).values() if a.is_important]
    assert len(marked) == MOST_IMPORTANT


def test_a_seventh_important_one_is_refused(ada, round, proposals, deed):
    for each in proposals[:MOST_IMPORTANT]:
        deed(cast_vote, ada.as_actor(), round, each, AGREE, important=True)
    with pytest.raises(RuleBroken):
        deed(cast_vote, ada.as_actor(), round, proposals[-1], AGREE, important=True)


def test_a_released_mark_can_be_given_again(ada, round, proposals, deed):
    for each in proposals[:MOST_IMPORTANT]:
        deed(cast_vote, ada.as_actor(), round, each, AGREE, important=True)
    deed(mark_important, ada.as_actor(), round, proposals[0], important=False)
    deed(cast_vote, ada.as_actor(), round, proposals[-1], AGREE, important=True)
    assert queries.own_answers(ada.as_actor(), round)[proposals[-1].id].is_important


def test_a_vote_taken_back_is_as_if_it_had_never_been(db, ada, round, proposals, deed):
    deed(cast_vote, ada.as_actor(), round, proposals[0], AGREE)
    deed(withdraw_vote, ada.as_actor(), round, proposals[0])
    assert db.session.scalars(select(Vote)).all() == []
    assert wrong_counters() == []


def test_after_the_end_nothing_is_taken_back(ada, make, deed):
    round = make.round("evaluating")
    with pytest.raises(RuleBroken):
        deed(withdraw_vote, ada.as_actor(), round, make.submission(round))


def test_detaching_destroys_the_link_to_guests_too(db, make, deed):
    round = make.round("evaluating", guests_may_vote=True)
    submission = make.submission(round)
    db.session.add(
        Participation(round_id=round.id, kind=ParticipationKind.GUEST, guest_key=GUEST.guest_key)
    )
    db.session.commit()
    assert submission.id
    deed(detach_ballots, Actor.system(), round)
    assert db.session.scalars(select(Participation.guest_key)).all() == [None]
