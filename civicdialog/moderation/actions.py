"""Deeds of moderators: publish, or reject with reasons."""

from dataclasses import dataclass

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome
from civicdialog.notifications.outbox import tell
from civicdialog.rounds import counting
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation


@dataclass(frozen=True)
class Reasons:
    """Why something is not published: the dialogue rule, and what the author shall know."""

    ground: Ground
    explanation: str


def publish(actor: Actor, submission: Submission) -> ModerationDecision:
    """Make a waiting contribution public.

    :raise RuleBroken: if it waits no longer
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_decision(submission)
    submission.move_to(Status.PUBLISHED)
    submission.number = counting.next_number(submission.round_id)
    submission.published_at = clock.now()
    counting.add_submissions(submission.round_id, 1)
    decision = _decide(actor, submission, Outcome.PUBLISHED)
    add_link(actor, submission, decision, Relation.PUBLISHED)
    _tell_author(submission, "submission-published", title=submission.title)
    record(actor, Event.SUBMISSION_PUBLISHED, submission, number=submission.number)
    return decision


def reject(actor: Actor, submission: Submission, reasons: Reasons) -> ModerationDecision:
    """Do not publish a waiting contribution, and tell its author why.

    :raise RuleBroken: if it waits no longer, or nothing is explained
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_decision(submission)
    explanation = reasons.explanation.strip()
    if not explanation:
        raise RuleBroken(mark("Please explain the decision to the author."), field="explanation")
    submission.move_to(Status.REJECTED)
    decision = _decide(
        actor, submission, Outcome.REJECTED, ground=reasons.ground, explanation=explanation
    )
    add_link(actor, submission, decision, Relation.REJECTED, reason=explanation)
    _tell_author(
        submission,
        "submission-rejected",
        title=submission.title,
        ground=reasons.ground.value,
        explanation=explanation,
    )
    record(actor, Event.SUBMISSION_REJECTED, submission, ground=reasons.ground.value)
    return decision


def _refuse_second_decision(submission: Submission) -> None:
    if submission.status is not Status.PENDING:
        raise RuleBroken(mark("This contribution has already been decided on."))


def _decide(
    actor: Actor,
    submission: Submission,
    outcome: Outcome,
    *,
    ground: Ground | None = None,
    explanation: str = "",
) -> ModerationDecision:
    decision = ModerationDecision(
        submission_id=submission.id,
        moderator_id=actor.id,
        outcome=outcome,
        ground=ground,
        explanation=explanation,
    )
    db.session.add(decision)
    # Now, so that of two moderators at once the second one notices, and the link has an id.
    db.session.flush()
    return decision


def _tell_author(submission: Submission, kind: str, **facts: str) -> None:
    author = db.session.get(Person, submission.author_id) if submission.author_id else None
    if author is not None:
        tell(author, kind, url=f"/submissions/{submission.public_id}", **facts)
