"""Adding arguments, and who reads them."""

import pytest
from sqlalchemy import select

from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.permissions import VISITOR, Actor, Role
from civicdialog.discussion import queries
from civicdialog.discussion.actions import ArgumentDraft, add_argument
from civicdialog.discussion.counters import wrong_counters
from civicdialog.discussion.models import Argument, Stance
from civicdialog.submissions.models import Status, Submission


def as_actor(person, *roles):
    return Actor(person.id, frozenset({Role.PARTICIPANT, *roles}))


@pytest.fixture
def round(make):
    return make.round("voting")


@pytest.fixture
def submission(make, round):
    return make.submission(round)


@pytest.fixture
def say(db):
    def add(actor, round, submission, text="Es spart Zeit.", **values):
        with transaction():
            draft = ArgumentDraft(Stance.FOR, text)
            return add_argument(actor, round, submission, draft, **values)

    return add


def counted(db):
    return db.session.scalar(select(Submission.argument_count))


def test_an_argument_waits_and_is_noted(db, ada, round, submission, say):
    argument = say(as_actor(ada), round, submission, " Es\x00 spart\r\nZeit. ")
    assert (argument.text, argument.is_public) == ("Es spart\nZeit.", False)
    assert counted(db) == 0
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.event, entry.subject) == (Event.ARGUMENT_CREATED, f"argument:{argument.id}")


def test_a_public_argument_is_counted(db, ada, round, submission, say):
    say(as_actor(ada), round, submission, is_public=True)
    assert counted(db) == 1
    assert db.session.scalar(select(Submission.version)) == 1


def test_what_waits_is_read_by_its_author_alone(db, make, ada, round, submission, say):
    say(as_actor(ada), round, submission, "Wartet")
    say(as_actor(ada), round, submission, "Steht da", is_public=True)

    def read(viewer):
        ids = [each.id for each in queries.places(viewer, submission.id)]
        return sorted(each.text for each, _ in queries.with_answers(viewer, ids))

    assert read(VISITOR) == read(as_actor(make.person("Bob"))) == ["Steht da"]
    assert read(as_actor(ada)) == ["Steht da", "Wartet"]


@pytest.mark.parametrize("text", ["", " \n ", "\u202e", "x" * 1_501])
def test_texts_have_limits(db, ada, round, submission, say, text):
    with pytest.raises(RuleBroken) as caught:
        say(as_actor(ada), round, submission, text)
    assert caught.value.field == "text"
    assert db.session.scalars(select(Argument)).all() == []


@pytest.mark.parametrize("stage", ["coming", "information", "evaluating", "closed"])
def test_nobody_argues_when_the_round_does_not_permit_it(make, ada, say, stage):
    round = make.round(stage)
    with pytest.raises(RuleBroken):
        say(as_actor(ada), round, make.submission(round))


def test_nobody_argues_about_what_is_not_public(make, ada, round, say):
    with pytest.raises(RuleBroken):
        say(as_actor(ada), round, make.submission(round, status=Status.PENDING))


def test_an_argument_belongs_to_the_round_of_its_submission(make, ada, submission, say):
    with pytest.raises(NotFound):
        say(as_actor(ada), make.round("voting"), submission)


def test_a_visitor_does_not_argue(round, submission, say):
    with pytest.raises(NotAllowed):
        say(VISITOR, round, submission)


def test_a_wrong_counter_is_found(db, make, ada, round, submission, say):
    say(as_actor(ada), round, submission, is_public=True)
    say(as_actor(ada), round, submission)
    assert wrong_counters() == []
    make.submission(round, title="Wrong", argument_count=2)
    assert [told.partition(": ")[2] for told in wrong_counters()] == [
        "argument_count is 2, counted 0."
    ]
