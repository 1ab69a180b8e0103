"""Deeds of moderators on changes of published texts, each with a decision that stays."""

from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.deciding import Reasons, decide, state_reasons, tell_author
from civicdialog.moderation.models import ModerationDecision, Outcome
from civicdialog.submissions import revisions
from civicdialog.submissions.models import RevisionState, Submission, SubmissionRevision
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation


def publish_revision(
    actor: Actor, submission: Submission, revision: SubmissionRevision
) -> ModerationDecision:
    """Replace the public text by the change its author handed in; the earlier one stays readable.

    :raise RuleBroken: if the change waits no longer, or the contribution is public no more
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_look(submission, revision)
    revisions.put_on_the_page(submission, revision)
    db.session.flush()
    decision = decide(actor, revision, Outcome.PUBLISHED)
    add_link(actor, submission, revision, Relation.CHANGED, reason=revision.reason)
    tell_author(
        submission,
        "revision-published",
        url=f"/submissions/{submission.public_id}",
        title=submission.title,
    )
    record(actor, Event.REVISION_PUBLISHED, submission, number=revision.number)
    return decision


def reject_revision(
    actor: Actor, submission: Submission, revision: SubmissionRevision, reasons: Reasons
) -> ModerationDecision:
    """Leave the public text as it is, and tell the author why.

    :raise RuleBroken: if the change waits no longer, or nothing is explained
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_look(submission, revision)
    reasons = reasons.checked()
    revisions.refuse(revision)
    db.session.flush()
    decision = decide(actor, revision, Outcome.REJECTED, reasons=reasons)
    add_link(actor, submission, revision, Relation.CHANGE_REJECTED, reason=reasons.explanation)
    state_reasons(revision, decision, submission.title)
    record(actor, Event.REVISION_REJECTED, submission, number=revision.number)
    return decision


def restore_revision(
    actor: Actor,
    submission: Submission,
    revision: SubmissionRevision,
    note: str = "",
    *,
    reverses: ModerationDecision,
) -> ModerationDecision:
    """Publish a change that was refused, if no later text has taken its place.

    :raise RuleBroken: if one has, or the contribution is public no more
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    newest = revisions.latest(submission.id)
    if revision.state is not RevisionState.REJECTED or newest is not revision:
        raise RuleBroken(mark("A later text has taken its place."))
    if not submission.is_public:
        raise RuleBroken(mark("This contribution is not public."))
    revisions.put_on_the_page(submission, revision)
    db.session.flush()
    decision = decide(actor, revision, Outcome.RESTORED, note=note.strip(), reverses=reverses)
    add_link(actor, submission, revision, Relation.CHANGED, reason=revision.reason)
    tell_author(
        revision,
        "decision-undone",
        url=f"/submissions/{submission.public_id}",
        title=submission.title,
        note=decision.explanation,
    )
    record(actor, Event.REVISION_PUBLISHED, submission, number=revision.number)
    return decision


def _refuse_second_look(submission: Submission, revision: SubmissionRevision) -> None:
    if revision.state is not RevisionState.WAITING or not submission.is_public:
        raise RuleBroken(mark("This change no longer waits: it was decided on, or replaced."))
