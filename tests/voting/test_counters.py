"""Counters that differ from the votes are found and named."""

import pytest
from sqlalchemy import update

from civicdialog.core.db import transaction
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission
from civicdialog.voting.counters import recount, wrong_counters


@pytest.mark.parametrize("name", ["agree_count", "disagree_count", "pass_count"])
def test_a_wrong_counter_of_a_submission_is_found(db, make, name):
    round = make.round("voting")
    submission = make.submission(round)
    db.session.execute(update(Submission).values({name: 3}))
    db.session.commit()
    told = [str(wrong) for wrong in wrong_counters()]
    assert told == [f"Submission {submission.id}: {name} is 3, counted 0."]


@pytest.mark.parametrize("name", ["vote_count", "submission_count"])
def test_a_wrong_counter_of_a_round_is_found(db, make, name):
    round = make.round("voting", slug="ki", **{name: 5})
    assert round.slug == "ki"
    assert [str(wrong) for wrong in wrong_counters()] == [f"Round ki: {name} is 5, counted 0."]


def test_counting_anew_mends_the_votes(db, make):
    round = make.round("voting", vote_count=7)
    make.submission(round, agree_count=4)
    with transaction():
        recount(round.id)
    assert wrong_counters() == []


def test_counting_anew_leaves_other_rounds_alone(db, make):
    first, second = make.round("voting"), make.round("voting", vote_count=7)
    with transaction():
        recount(first.id)
    db.session.expire_all()
    assert db.session.get(Round, second.id).vote_count == 7
