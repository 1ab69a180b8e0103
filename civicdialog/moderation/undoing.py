"""Undoing a decision: what it took away comes back, and the undoing is a decision of its own."""

from typing import Any

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.discussion.models import Argument
from civicdialog.moderation import actions
from civicdialog.moderation.argument_actions import restore_argument
from civicdialog.moderation.attachment_actions import restore_attachment
from civicdialog.moderation.blocking import unblock
from civicdialog.moderation.deciding import Subject
from civicdialog.moderation.models import ModerationDecision, Outcome, SubjectKind
from civicdialog.moderation.naming import give_name_back
from civicdialog.moderation.revision_actions import restore_revision
from civicdialog.submissions.models import Attachment, Submission, SubmissionRevision

MODELS: dict[SubjectKind, type[Any]] = {
    SubjectKind.SUBMISSION: Submission,
    SubjectKind.REVISION: SubmissionRevision,
    SubjectKind.ARGUMENT: Argument,
    SubjectKind.ATTACHMENT: Attachment,
    SubjectKind.PERSON: Person,
}


def subject_of(decision: ModerationDecision) -> Subject | None:
    """What the decision is about; nothing if that has been deleted since."""
    found: Subject | None = db.session.get(MODELS[decision.subject_kind], decision.subject_id)
    return found


def undo(actor: Actor, decision: ModerationDecision, note: str) -> ModerationDecision:
    """Take a restriction back.

    :raise RuleBroken: if there is nothing left to take back
    """
    subject = subject_of(decision)
    if isinstance(subject, Argument):
        return restore_argument(actor, subject, note, reverses=decision)
    if isinstance(subject, Person) and decision.outcome is Outcome.HIDDEN:
        return give_name_back(actor, subject, note, reverses=decision)
    if isinstance(subject, Person):
        return unblock(actor, subject, note, reverses=decision)
    if isinstance(subject, Submission):
        return _undo_on_submission(actor, subject, decision, note)
    if decision.submission_id is not None:
        submission = db.session.get_one(Submission, decision.submission_id)
        if isinstance(subject, Attachment):
            return restore_attachment(actor, submission, subject, note, reverses=decision)
        if isinstance(subject, SubmissionRevision):
            return restore_revision(actor, submission, subject, note, reverses=decision)
    raise RuleBroken(mark("This no longer exists."))


def _undo_on_submission(
    actor: Actor, submission: Submission, decision: ModerationDecision, note: str
) -> ModerationDecision:
    if decision.outcome is Outcome.REDACTED:
        return actions.put_back(actor, submission, note, reverses=decision)
    if decision.outcome is Outcome.CHANGE_ASKED:
        return actions.wait_no_longer(actor, submission, note, reverses=decision)
    return actions.restore(actor, submission, note, reverses=decision)
