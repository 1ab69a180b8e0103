"""The rules of moderation."""

import pytest
from sqlalchemy import select

from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.moderation import actions
from civicdialog.moderation.actions import Reasons
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome
from civicdialog.notifications.models import Letter, Notification
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status
from civicdialog.trace.models import Relation, TraceLink

REASONS = Reasons(Ground.OFF_TOPIC, "It is about parking, not about programs.")


@pytest.fixture
def waiting(make, ada):
    return make.submission(make.round(), ada, status=Status.PENDING, title="A bus that answers")


@pytest.fixture
def moderator(mo):
    return mo.as_actor()


def test_a_published_contribution_gets_its_number_and_its_moment(moderator, waiting, make):
    make.submission(waiting.round_id and _round_of(waiting))
    actions.publish(moderator, waiting)
    assert waiting.status is Status.PUBLISHED
    assert waiting.number == 2
    assert waiting.published_at is not None


def _round_of(submission):
    from civicdialog.core.db import db

    return db.session.get(Round, submission.round_id)


def test_publishing_counts_the_contribution(moderator, waiting, db):
    actions.publish(moderator, waiting)
    db.session.commit()
    counted = db.session.scalar(select(Round.submission_count))
    assert counted == 1


def test_rejecting_gives_no_number_and_counts_nothing(moderator, waiting, db):
    actions.reject(moderator, waiting, REASONS)
    assert waiting.status is Status.REJECTED
    assert waiting.number is None
    assert db.session.scalar(select(Round.submission_count)) == 0


def test_a_decision_keeps_who_and_why(moderator, waiting, db, mo):
    actions.reject(moderator, waiting, REASONS)
    decision = db.session.scalars(select(ModerationDecision)).one()
    assert (decision.moderator_id, decision.outcome) == (mo.id, Outcome.REJECTED)
    assert (decision.ground, decision.explanation) == (Ground.OFF_TOPIC, REASONS.explanation)


@pytest.mark.parametrize(
    ("decide", "relation", "reason"),
    [
        (actions.publish, Relation.PUBLISHED, ""),
        (
            lambda who, what: actions.reject(who, what, REASONS),
            Relation.REJECTED,
            REASONS.explanation,
        ),
    ],
)
def test_a_decision_is_part_of_the_thread(moderator, waiting, db, decide, relation, reason):
    decision = decide(moderator, waiting)
    link = db.session.scalars(select(TraceLink)).one()
    assert (link.from_kind, link.from_id) == ("submission", waiting.id)
    assert (link.to_kind, link.to_id) == ("moderation_decision", decision.id)
    assert (link.relation, link.reason) == (relation, reason)


def test_the_author_is_told_that_it_is_published(moderator, waiting, db, ada):
    actions.publish(moderator, waiting)
    note = db.session.scalars(select(Notification)).one()
    assert (note.person_id, note.kind) == (ada.id, "submission-published")
    assert note.facts == {"title": "A bus that answers"}
    assert note.url == f"/submissions/{waiting.public_id}"


def test_the_author_is_told_why_it_is_not_published(moderator, waiting, db):
    actions.reject(moderator, waiting, REASONS)
    letter = db.session.scalars(select(Letter)).one()
    assert letter.kind == "decision-restricts"
    assert letter.facts["ground"] == "off_topic"
    assert letter.facts["explanation"] == REASONS.explanation


def test_a_contribution_without_an_account_can_be_decided_on(moderator, make, db):
    imported = make.submission(make.round(), None, status=Status.PENDING)
    actions.reject(moderator, imported, REASONS)
    assert db.session.scalars(select(Letter)).all() == []


@pytest.mark.parametrize("event", [Event.SUBMISSION_PUBLISHED, Event.SUBMISSION_REJECTED])
def test_decisions_are_in_the_minutes(moderator, waiting, db, event):
    if event is Event.SUBMISSION_PUBLISHED:
        actions.publish(moderator, waiting)
    else:
        actions.reject(moderator, waiting, REASONS)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.event, entry.subject) == (event, f"submission:{waiting.id}")


def test_nobody_moderates_their_own_submission(make, mo):
    own = make.submission(make.round(), mo, status=Status.PENDING)
    with pytest.raises(NotAllowed):
        actions.publish(mo.as_actor(), own)
    with pytest.raises(NotAllowed):
        actions.reject(mo.as_actor(), own, REASONS)


def test_only_moderators_decide(waiting, ada, kim, ed):
    for person in (ada, kim, ed):
        with pytest.raises(NotAllowed):
            actions.publish(person.as_actor(), waiting)


@pytest.mark.parametrize(
    "status", [Status.PUBLISHED, Status.REJECTED, Status.WITHDRAWN, Status.HIDDEN]
)
def test_what_does_not_wait_is_not_decided_on_again(moderator, make, ada, status):
    decided = make.submission(make.round(), ada, status=status)
    with pytest.raises(RuleBroken):
        actions.publish(moderator, decided)
    with pytest.raises(RuleBroken):
        actions.reject(moderator, decided, REASONS)


def test_a_rejection_without_explanation_is_refused(moderator, waiting):
    with pytest.raises(RuleBroken) as refused:
        actions.reject(moderator, waiting, Reasons(Ground.INSULT, "  "))
    assert refused.value.field == "explanation"
    assert waiting.status is Status.PENDING


def test_the_database_itself_wants_reasons_for_a_rejection(waiting, db):
    from sqlalchemy.exc import IntegrityError

    db.session.add(ModerationDecision(submission_id=waiting.id, outcome=Outcome.REJECTED))
    with pytest.raises(IntegrityError):
        db.session.flush()
