"""Casting a vote, changing it, and cutting it off from its person."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.jobs import doorbell
from civicdialog.core.permissions import VISITOR, Actor, Role
from civicdialog.rounds.models import Phase, Round
from civicdialog.rounds.queries import by_slug
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting import queries
from civicdialog.voting.actions import cast_vote, detach_ballots
from civicdialog.voting.counters import wrong_counters
from civicdialog.voting.models import Opinion, Participation, Vote

AGREE, PASS, DISAGREE = Opinion.AGREE, Opinion.PASS, Opinion.DISAGREE


def as_actor(person):
    return Actor(person.id, frozenset({Role.PARTICIPANT}))


@pytest.fixture
def round(make):
    return make.round("voting")


@pytest.fixture
def submission(make, round):
    return make.submission(round)


@pytest.fixture
def vote(db):
    def cast(person, round, submission, opinion):
        with transaction():
            cast_vote(as_actor(person), round, submission, opinion)

    return cast


def counts(db):
    row = db.session.execute(
        select(Submission.agree_count, Submission.pass_count, Submission.disagree_count)
    ).one()
    return tuple(row), db.session.scalar(select(Round.vote_count))


def test_a_vote_is_stored_and_counted(db, ada, round, submission, vote):
    vote(ada, round, submission, AGREE)
    assert counts(db) == ((1, 0, 0), 1)
    assert queries.own_opinions(as_actor(ada), round, [submission.id]) == {submission.id: AGREE}
    assert wrong_counters() == []


@pytest.mark.parametrize("first", list(Opinion))
@pytest.mark.parametrize("second", list(Opinion))
def test_a_changed_vote_is_still_one(db, ada, round, submission, vote, first, second):
    vote(ada, round, submission, first)
    vote(ada, round, submission, second)
    expected = [0, 0, 0]
    expected[[AGREE, PASS, DISAGREE].index(second)] = 1
    assert counts(db) == (tuple(expected), 1)
    assert wrong_counters() == []


def test_people_are_counted_apart(db, make, ada, round, submission, vote):
    vote(ada, round, submission, AGREE)
    vote(make.person("Bob"), round, submission, DISAGREE)
    assert counts(db) == ((1, 0, 1), 2)


def test_a_vote_changes_no_version(db, ada, round, submission, vote):
    vote(ada, round, submission, AGREE)
    assert db.session.scalar(select(Submission.version)) == 1
    assert db.session.scalar(select(Round.version)) == round.version


def test_the_minutes_hold_nothing_of_a_vote(db, ada, round, submission, vote):
    vote(ada, round, submission, AGREE)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_a_vote_keeps_no_time_and_no_person():
    assert set(Vote.__table__.c.keys()) == {
        "participation_id",
        "submission_id",
        "opinion",
        "important",
    }
    assert set(Participation.__table__.c.keys()) == {
        "id",
        "round_id",
        "person_id",
        "guest_key",
        "kind",
        "source_key",
    }


@pytest.mark.parametrize("stage", ["coming", "information", "collecting", "evaluating", "closed"])
def test_nobody_votes_outside_the_voting_phase(db, make, ada, vote, stage):
    round = make.round(stage)
    with pytest.raises(RuleBroken):
        vote(ada, round, make.submission(round), AGREE)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PUBLISHED])
def test_nobody_votes_on_what_is_not_public(make, ada, round, vote, status):
    with pytest.raises(RuleBroken):
        vote(ada, round, make.submission(round, ada, status=status), AGREE)


def test_a_vote_belongs_to_the_round_of_its_submission(make, ada, submission, vote):
    with pytest.raises(NotFound):
        vote(ada, make.round("voting"), submission, AGREE)


def test_a_visitor_does_not_vote(db, round, submission):
    with pytest.raises(NotAllowed), transaction():
        cast_vote(VISITOR, round, submission, AGREE)


def test_nobody_reads_the_votes_of_others(make, ada, round, submission, vote):
    vote(ada, round, submission, AGREE)
    bob = as_actor(make.person("Bob"))
    assert queries.own_opinions(bob, round, [submission.id]) == {}
    assert queries.own_opinions(VISITOR, round, [submission.id]) == {}


def test_the_matrix_holds_what_is_published(db, make, ada, round, submission, vote):
    gone = make.submission(round)
    vote(ada, round, submission, AGREE)
    vote(ada, round, gone, DISAGREE)
    db.session.execute(
        update(Submission).where(Submission.id == gone.id).values(status=Status.WITHDRAWN)
    )
    rows = db.session.execute(queries.matrix_unrestricted(round.id)).all()
    assert [(row.submission_id, row.opinion) for row in rows] == [(submission.id, 1)]


# ---- detaching ----------------------------------------------------------------------------------


def close(db, round, *, since):
    """The voting phase ended some time ago."""
    now = clock.now()
    phases = update(Phase).where(Phase.round_id == round.id)
    db.session.execute(phases.values(starts_at=now - 9 * since, ends_at=now - since))
    db.session.commit()
    db.session.expire_all()


def test_after_the_end_nobody_can_join_people_and_votes(db, ada, round, submission, vote):
    vote(ada, round, submission, AGREE)
    close(db, round, since=timedelta(hours=1))
    doorbell().duties["detach-ballots"]()
    db.session.expire_all()
    assert db.session.scalars(select(Participation.person_id)).all() == [None]
    assert db.session.scalar(select(Round.ballots_detached_at)) is not None
    assert db.session.scalars(select(AuditEntry.event)).all() == [Event.BALLOTS_DETACHED]
    assert queries.own_opinions(as_actor(ada), round, [submission.id]) == {}
    assert counts(db) == ((1, 0, 0), 1)
    assert wrong_counters() == []


def test_ballots_are_detached_once(db, round, submission):
    close(db, round, since=timedelta(hours=1))
    for _ in range(2):
        doorbell().duties["detach-ballots"]()
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1


@pytest.mark.parametrize("stage", ["coming", "collecting", "voting"])
def test_ballots_hang_on_people_while_somebody_may_vote(db, make, stage):
    round = make.round(stage)
    doorbell().duties["detach-ballots"]()
    assert db.session.scalar(select(Round.ballots_detached_at)) is None
    with pytest.raises(RuleBroken), transaction():
        detach_ballots(Actor.system(), by_slug(VISITOR, round.slug))


def test_the_last_second_has_time_to_be_stored(db, round, submission):
    close(db, round, since=timedelta(seconds=30))
    doorbell().duties["detach-ballots"]()
    assert db.session.scalar(select(Round.ballots_detached_at)) is None


def test_a_round_opened_again_takes_no_second_votes(db, ada, round, submission, vote):
    vote(ada, round, submission, AGREE)
    round.ballots_detached_at = clock.now()
    db.session.commit()
    with pytest.raises(RuleBroken):
        vote(ada, round, submission, DISAGREE)


def test_nobody_but_the_program_detaches(db, ada, round):
    close(db, round, since=timedelta(hours=1))
    with pytest.raises(NotAllowed), transaction():
        detach_ballots(as_actor(ada), round)
