"""Deeds of moderators on files and pictures, each with a decision that stays."""

from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.deciding import Reasons, decide, state_reasons, tell_author
from civicdialog.moderation.models import ModerationDecision, Outcome
from civicdialog.submissions.models import Attachment, Submission


def hide_attachment(
    actor: Actor, submission: Submission, attachment: Attachment, reasons: Reasons
) -> ModerationDecision:
    """Show a file or picture to nobody any more; the contribution stays as it is.

    :raise RuleBroken: if it is hidden already, or nothing is explained
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    reasons = reasons.checked()
    if attachment.is_hidden:
        raise RuleBroken(mark("This has already been decided on."))
    attachment.is_hidden = True
    decision = decide(actor, attachment, Outcome.HIDDEN, reasons=reasons)
    state_reasons(attachment, decision, submission.title)
    record(actor, Event.ATTACHMENT_HIDDEN, attachment, ground=reasons.ground.value)
    return decision


def restore_attachment(
    actor: Actor,
    submission: Submission,
    attachment: Attachment,
    note: str = "",
    *,
    reverses: ModerationDecision | None = None,
) -> ModerationDecision:
    """Show a file or picture again.

    :raise RuleBroken: if it is not hidden
    """
    require(actor, Permission.SUBMISSION_MODERATE, submission)
    if not attachment.is_hidden:
        raise RuleBroken(mark("This has already been decided on."))
    attachment.is_hidden = False
    db.session.flush()
    decision = decide(actor, attachment, Outcome.RESTORED, note=note.strip(), reverses=reverses)
    tell_author(
        attachment,
        "decision-undone",
        url=f"/submissions/{submission.public_id}",
        title=submission.title,
        note=decision.explanation,
    )
    record(actor, Event.ATTACHMENT_RESTORED, attachment)
    return decision
