"""Deeds of moderators on contributions, each with a decision that stays."""

from collections.abc import Sequence

from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation import redacting
from civicdialog.moderation.deciding import (
    Reasons,
    decide,
    state_reasons,
    tell_author,
)
from civicdialog.moderation.models import ModerationDecision, Outcome, Redaction
from civicdialog.moderation.queries import is_read
from civicdialog.rounds.models import Round
from civicdialog.submissions import publishing
from civicdialog.submissions.models import Status, Submission

__all__ = ["Reasons"]


def publish(actor: Actor, submission: Submission) -> ModerationDecision:
    """Make a waiting contribution public.

    :raise RuleBroken: if it waits no longer
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_decision(submission)
    publishing.put_on_page(submission)
    decision = decide(actor, submission, Outcome.PUBLISHED)
    tell_author(submission, "submission-published", url=_page(submission), title=submission.title)
    record(actor, Event.SUBMISSION_PUBLISHED, submission, number=submission.number)
    return decision


def redact(
    actor: Actor, submission: Submission, passages: Sequence[str], reasons: Reasons
) -> ModerationDecision:
    """Take passages out of a text that waits or is public; one that waits is published then.

    What stood there is kept for the author and the moderation.

    :raise RuleBroken: if there is nothing to decide, or a passage does not stand in the text
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    reasons = reasons.checked()
    if submission.status not in {Status.PENDING, Status.PUBLISHED}:
        raise RuleBroken(mark("This contribution has already been decided on."))
    taken_out = redacting.take_out(submission, passages)
    if submission.status is Status.PENDING:
        publishing.put_on_page(submission)
    decision = decide(actor, submission, Outcome.REDACTED, reasons=reasons)
    db.session.add(
        Redaction(decision_id=decision.id, submission_id=submission.id, fields=taken_out)
    )
    state_reasons(submission, decision, submission.title)
    record(actor, Event.SUBMISSION_REDACTED, submission, fields=sorted(taken_out["texts"]))
    return decision


def reject(actor: Actor, submission: Submission, reasons: Reasons) -> ModerationDecision:
    """Do not publish a waiting contribution, and tell its author why.

    :raise RuleBroken: if it waits no longer, or nothing is explained
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_decision(submission)
    reasons = reasons.checked()
    submission.move_to(Status.REJECTED)
    submission.awaits_author = False
    decision = decide(actor, submission, Outcome.REJECTED, reasons=reasons)
    state_reasons(submission, decision, submission.title)
    record(actor, Event.SUBMISSION_REJECTED, submission, ground=reasons.ground.value)
    return decision


def ask_for_change(actor: Actor, submission: Submission, reasons: Reasons) -> ModerationDecision:
    """Ask the author to change a waiting contribution; it waits again once that is done.

    :raise RuleBroken: if it waits no longer, or nothing is explained
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_decision(submission)
    reasons = reasons.checked()
    submission.awaits_author = True
    decision = decide(actor, submission, Outcome.CHANGE_ASKED, reasons=reasons)
    state_reasons(submission, decision, submission.title)
    record(actor, Event.SUBMISSION_CHANGE_ASKED, submission, ground=reasons.ground.value)
    return decision


def hide(actor: Actor, submission: Submission, reasons: Reasons) -> ModerationDecision:
    """Take a public contribution off the page; a note with ground and date stays in its place.

    :raise RuleBroken: if it is not public, or nothing is explained
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    reasons = reasons.checked()
    publishing.hide(submission)
    decision = decide(actor, submission, Outcome.HIDDEN, reasons=reasons)
    state_reasons(submission, decision, submission.title)
    record(actor, Event.SUBMISSION_HIDDEN, submission, ground=reasons.ground.value)
    return decision


def leave_it(actor: Actor, submission: Submission) -> ModerationDecision:
    """Note that somebody has read what was published at once, and that it stays.

    :raise RuleBroken: if it is not public, or somebody has read it already
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    if not submission.is_public or is_read(submission.id):
        raise RuleBroken(mark("This contribution has already been decided on."))
    decision = decide(actor, submission, Outcome.KEPT)
    record(actor, Event.DECISION_KEPT, submission)
    return decision


def restore(
    actor: Actor,
    submission: Submission,
    note: str = "",
    *,
    reverses: ModerationDecision | None = None,
) -> ModerationDecision:
    """Put a hidden or rejected contribution onto the page, with the number and votes it had.

    :raise RuleBroken: if it is neither
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    if submission.status not in {Status.HIDDEN, Status.REJECTED}:
        raise RuleBroken(mark("This contribution has already been decided on."))
    publishing.put_on_page(submission)
    record(actor, Event.SUBMISSION_RESTORED, submission)
    return _restored(actor, submission, note, reverses)


def put_back(
    actor: Actor,
    submission: Submission,
    note: str = "",
    *,
    reverses: ModerationDecision,
) -> ModerationDecision:
    """Put back the passages a decision has taken out, where nobody has changed the text since.

    :raise RuleBroken: if that decision took nothing out, or nothing is left to put back
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    redacting.put_back(submission, reverses)
    db.session.flush()
    record(actor, Event.SUBMISSION_RESTORED, submission)
    return _restored(actor, submission, note, reverses)


def wait_no_longer(
    actor: Actor,
    submission: Submission,
    note: str = "",
    *,
    reverses: ModerationDecision,
) -> ModerationDecision:
    """The author need not change anything; the contribution waits for a decision again.

    :raise RuleBroken: if nobody waits for the author
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    if not submission.awaits_author:
        raise RuleBroken(mark("Nobody waits for the author any more."))
    submission.awaits_author = False
    db.session.flush()
    record(actor, Event.SUBMISSION_RESTORED, submission)
    return _restored(actor, submission, note, reverses)


def move(actor: Actor, submission: Submission, target: Round, note: str = "") -> ModerationDecision:
    """Put a waiting contribution into another round, where it waits.

    What is public stays where people have voted on it; it may be copied.

    :raise RuleBroken: if it waits no longer, or is there already
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    _refuse_second_decision(submission)
    if target.id == submission.round_id:
        raise RuleBroken(mark("It is in this round already."), field="round")
    decision = decide(actor, submission, Outcome.MOVED, note=note.strip() or target.title)
    submission.round_id = target.id
    db.session.flush()
    tell_author(
        submission,
        "submission-moved",
        url=_page(submission),
        title=submission.title,
        round_title=target.title,
    )
    record(actor, Event.SUBMISSION_MOVED, submission, to=target.id)
    return decision


def _refuse_second_decision(submission: Submission) -> None:
    if submission.status is not Status.PENDING:
        raise RuleBroken(mark("This contribution has already been decided on."))


def _restored(
    actor: Actor, submission: Submission, note: str, reverses: ModerationDecision | None
) -> ModerationDecision:
    decision = decide(actor, submission, Outcome.RESTORED, note=note.strip(), reverses=reverses)
    tell_author(
        submission,
        "decision-undone",
        url=_page(submission),
        title=submission.title,
        note=decision.explanation,
    )
    return decision


def _page(submission: Submission) -> str:
    return f"/submissions/{submission.public_id}"
