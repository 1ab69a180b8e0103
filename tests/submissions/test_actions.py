"""Handing in and taking back."""

import pytest
from sqlalchemy import func, select

from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import VISITOR, Actor, Role
from civicdialog.notifications.models import Letter, Notification
from civicdialog.rounds.models import Round
from civicdialog.submissions.actions import (
    SubmissionDraft,
    create_submission,
    withdraw_submission,
)
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.voting.counters import wrong_counters


def as_actor(person):
    return Actor(person.id, frozenset({Role.PARTICIPANT, *(r.role for r in person.roles)}))


def draft(**values):
    texts = {"title": "Öffnungszeiten", "problem": "Lange Wege.", "solution": "Ein Chat."}
    return SubmissionDraft(**texts | values)


@pytest.fixture
def actor(ada):
    return as_actor(ada)


@pytest.fixture
def hand_in(db, actor):
    def create(round, token=None, **values):
        with transaction():
            return create_submission(actor, round, draft(**values), form_token=token)

    return create


def test_what_was_handed_in_waits_for_a_moderator(make, hand_in):
    submission = hand_in(make.round("collecting"), kind=Kind.PRINCIPLE, department="verkehr")
    assert submission.status is Status.PENDING
    assert submission.number is None
    assert (submission.kind, submission.department) == (Kind.PRINCIPLE, "verkehr")


def test_the_minutes_the_thread_and_the_author_hear_of_it(make, hand_in, db, ada):
    round = make.round("collecting")
    submission = hand_in(round)
    entry = db.session.scalars(select(AuditEntry)).one()
    link = db.session.scalars(select(TraceLink)).one()
    assert (entry.event, entry.subject) == (
        Event.SUBMISSION_CREATED,
        f"submission:{submission.id}",
    )
    assert (link.relation, link.from_id, link.to_kind, link.to_id) == (
        Relation.HANDED_IN, submission.id, "round", round.id,
    )  # fmt: skip
    assert db.session.scalars(select(Notification.kind)).all() == ["submission-received"]
    assert db.session.scalars(select(Letter.to_email)).all() == [ada.email]


def test_the_same_form_makes_one_submission(make, hand_in, db):
    round = make.round("collecting")
    first, second = hand_in(round, "t1"), hand_in(round, "t1")
    assert first.id == second.id
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 1


def test_the_same_token_of_another_person_is_another_form(make, hand_in, db):
    round = make.round("collecting")
    first = hand_in(round, "t1")
    with transaction():
        bob = as_actor(make.person("Bob"))
        second = create_submission(bob, round, draft(), form_token="t1")
    assert first.id != second.id


def test_a_form_sent_again_after_the_end_is_still_the_same_submission(make, hand_in, db):
    round = make.round("collecting")
    first = hand_in(round, "t1")
    with transaction():
        later = db.session.merge(round)
        for phase in later.phases:
            phase.permits = ""
    assert hand_in(later, "t1").id == first.id


@pytest.mark.parametrize("stage", ["coming", "information", "voting", "evaluating", "closed"])
def test_nobody_hands_in_outside_the_collecting_phase(make, hand_in, stage):
    with pytest.raises(RuleBroken, match="does not take proposals"):
        hand_in(make.round(stage))


def test_a_visitor_hands_nothing_in(make, db):
    with pytest.raises(NotAllowed), transaction():
        create_submission(VISITOR, make.round("collecting"), draft())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        # what must be there
        ({"title": " "}, "title"),
        ({"problem": "\x00"}, "problem"),
        ({"solution": ""}, "solution"),
        # how long it may be
        ({"title": "x" * 161}, "title"),
        ({"problem": "x" * 2_001}, "problem"),
        ({"worries": "x" * 2_001}, "worries"),
        # and all together
        ({"problem": "x" * 2_000, "solution": "x" * 2_000, "worries": "x" * 1_001}, None),
    ],
)
def test_texts_have_limits(make, hand_in, values, field):
    with pytest.raises(RuleBroken) as caught:
        hand_in(make.round("collecting"), **values)
    assert caught.value.field == field


def test_the_longest_texts_fit(make, hand_in):
    values = {"problem": "x" * 2_000, "solution": "x" * 2_000, "worries": "x" * 1_000}
    submission = hand_in(make.round("collecting"), title="x" * 160, **values)
    assert len(submission.problem) == 2_000


def test_taking_back_removes_it_from_the_count(make, db, ada, actor):
    round = make.round("collecting")
    submission = make.submission(round, ada)
    with transaction():
        withdraw_submission(actor, submission, "Doppelt")
    assert submission.status is Status.WITHDRAWN
    assert db.session.scalar(select(Round.submission_count)) == 0
    link = db.session.scalars(select(TraceLink)).one()
    assert (link.relation, link.reason) == (Relation.WITHDRAWN, "Doppelt")
    assert wrong_counters() == []


def test_what_waits_can_be_taken_back_without_a_reason(make, db, ada, actor):
    submission = make.submission(make.round("collecting"), ada, status=Status.PENDING)
    with transaction():
        withdraw_submission(actor, submission)
    assert submission.status is Status.WITHDRAWN
    assert wrong_counters() == []


def test_nobody_takes_back_what_somebody_else_wrote(make, db, mo, ada):
    submission = make.submission(make.round("collecting"), ada)
    with pytest.raises(NotAllowed), transaction():
        withdraw_submission(as_actor(mo), submission)


@pytest.mark.parametrize("status", [Status.REJECTED, Status.HIDDEN, Status.WITHDRAWN])
def test_what_has_been_decided_stays(make, db, ada, actor, status):
    submission = make.submission(make.round("collecting"), ada, status=status)
    with pytest.raises(RuleBroken), transaction():
        withdraw_submission(actor, submission)
