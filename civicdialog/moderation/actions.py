"""Deeds of moderators: publish, or reject with reasons; contributions and changes of them."""

from dataclasses import dataclass

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.discussion.models import Argument
from civicdialog.discussion.publishing import hide, put_on_page, refuse
from civicdialog.moderation.models import Ground, ModerationDecision, Outcome
from civicdialog.notifications.outbox import tell
from civicdialog.rounds import counting
from civicdialog.submissions import revisions
from civicdialog.submissions.models import (
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)
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


def publish_revision(actor: Actor, submission: Submission, revision: SubmissionRevision) -> None:
    """Replace the public text by the change its author handed in; the earlier one stays readable.

    :raise RuleBroken: if the change waits no longer, or the contribution is public no more
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_look(submission, revision)
    revisions.put_on_the_page(submission, revision)
    db.session.flush()
    add_link(actor, submission, revision, Relation.CHANGED, reason=revision.reason)
    _tell_author(submission, "revision-published", title=submission.title)
    record(actor, Event.REVISION_PUBLISHED, submission, number=revision.number)


def reject_revision(
    actor: Actor, submission: Submission, revision: SubmissionRevision, explanation: str
) -> None:
    """Leave the public text as it is, and tell the author why.

    :raise RuleBroken: if the change waits no longer, or nothing is explained
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_look(submission, revision)
    explanation = explanation.strip()
    if not explanation:
        raise RuleBroken(mark("Please explain the decision to the author."), field="explanation")
    revisions.refuse(revision)
    db.session.flush()
    add_link(actor, submission, revision, Relation.CHANGE_REJECTED, reason=explanation)
    _tell_author(submission, "revision-rejected", title=submission.title, explanation=explanation)
    record(actor, Event.REVISION_REJECTED, submission, number=revision.number)


def publish_argument(actor: Actor, argument: Argument) -> None:
    """Put an argument that waits onto the page.

    :raise RuleBroken: if it waits no longer
    """
    require(actor, Permission.ARGUMENT_MODERATE, argument)
    if not argument.waits:
        raise RuleBroken(mark("This has already been decided on."))
    put_on_page(argument)
    db.session.flush()
    record(actor, Event.ARGUMENT_PUBLISHED, argument)


def remove_argument(actor: Actor, argument: Argument, reasons: Reasons) -> None:
    """Do not publish an argument, or hide one that is on the page, and tell its author why.

    :raise RuleBroken: if it is neither waiting nor on the page, or nothing is explained
    """
    require(actor, Permission.ARGUMENT_MODERATE, argument)
    explanation = reasons.explanation.strip()
    if not explanation:
        raise RuleBroken(mark("Please explain the decision to the author."), field="explanation")
    if argument.waits:
        refuse(argument)
        event = Event.ARGUMENT_REFUSED
    elif argument.is_public:
        hide(argument)
        event = Event.ARGUMENT_HIDDEN
    else:
        raise RuleBroken(mark("This has already been decided on."))
    db.session.flush()
    add_link(actor, argument, argument, Relation.REJECTED, reason=explanation)
    about = db.session.get_one(Submission, argument.submission_id)
    author = db.session.get(Person, argument.author_id) if argument.author_id else None
    if author is not None:
        tell(
            author,
            "argument-rejected",
            url=f"/arguments/{argument.public_id}",
            title=about.title,
            text=argument.text,
            ground=reasons.ground.value,
            explanation=explanation,
        )
    record(actor, event, argument, ground=reasons.ground.value)


def _refuse_second_look(submission: Submission, revision: SubmissionRevision) -> None:
    if revision.state is not RevisionState.WAITING or not submission.is_public:
        raise RuleBroken(mark("This change no longer waits: it was decided on, or replaced."))


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
