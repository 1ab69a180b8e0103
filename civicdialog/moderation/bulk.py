"""One decision on several things: each is decided on its own, and what is left out is named."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.discussion.models import Argument
from civicdialog.moderation import actions, argument_actions, revision_actions
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import SubjectKind
from civicdialog.moderation.queries import is_read
from civicdialog.moderation.queue_sources import state_of, texts_of
from civicdialog.submissions.models import (
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)


@dataclass
class Done:
    """What became of the chosen things, by the titles of their contributions."""

    count: int = 0
    own: list[str] = field(default_factory=list)
    """Left to somebody else."""
    too_late: list[str] = field(default_factory=list)
    """Somebody was faster, or the author has changed it or taken it back."""


def decide_on_all(actor: Actor, keys: Sequence[str], reasons: Reasons | None) -> Done:
    """Publish everything chosen, or with `reasons` none of it; `keys` are those of the queue."""
    done = Done()
    for kind, number, state in sorted(_read(key) for key in set(keys)):
        submission, subject = _held(kind, number)
        if submission is None or subject is None:
            continue
        has_changed = state != state_of(texts_of(kind, [number]).get(number, ()))
        needed = Permission.SUBMISSION_MODERATE
        judged: Submission | Argument = submission
        if isinstance(subject, Argument):
            needed, judged = Permission.ARGUMENT_MODERATE, subject
        if not may(actor, needed, judged):
            done.own.append(submission.title)
        elif has_changed or not _decide(actor, submission, subject, reasons):
            done.too_late.append(submission.title)
        else:
            done.count += 1
    return done


def _read(key: str) -> tuple[SubjectKind, int, str]:
    kind, _, rest = key.partition("-")
    number, _, state = rest.partition("-")
    if kind not in set(SubjectKind) or not number.isdecimal() or len(number) > 9:
        return SubjectKind.SUBMISSION, 0, ""
    return SubjectKind(kind), int(number), state


def _held(
    kind: SubjectKind, number: int
) -> tuple[Submission | None, Submission | SubmissionRevision | Argument | None]:
    """The contribution and what is decided on, held until the decision is written."""
    if kind is SubjectKind.SUBMISSION:
        submission = _locked_submission(number)
        return submission, submission
    if kind is SubjectKind.REVISION:
        revision = db.session.get(SubmissionRevision, number)
        if revision is None:
            return None, None
        submission = _locked_submission(revision.submission_id)
        db.session.refresh(revision, with_for_update=True)
        return submission, revision
    if kind is SubjectKind.ARGUMENT:
        argument = db.session.scalar(
            select(Argument).where(Argument.id == number).with_for_update(of=Argument)
        )
        if argument is not None:
            return db.session.get(Submission, argument.submission_id), argument
    return None, None


def _locked_submission(number: int) -> Submission | None:
    wanted = select(Submission).where(Submission.id == number)
    return db.session.scalar(wanted.with_for_update(of=Submission))


def _decide(
    actor: Actor,
    submission: Submission,
    subject: Submission | SubmissionRevision | Argument,
    reasons: Reasons | None,
) -> bool:
    """Whether there was something to decide; every action checks before it changes anything."""
    try:
        if isinstance(subject, Submission):
            return _decide_on_contribution(actor, subject, reasons)
        if isinstance(subject, Argument):
            if not subject.waits:
                return False
            if reasons:
                argument_actions.remove_argument(actor, subject, reasons)
            else:
                argument_actions.publish_argument(actor, subject)
            return True
        if subject.state is not RevisionState.WAITING or not submission.is_public:
            return False
        if reasons:
            revision_actions.reject_revision(actor, submission, subject, reasons)
        else:
            revision_actions.publish_revision(actor, submission, subject)
    except RuleBroken:
        return False
    return True


def _decide_on_contribution(actor: Actor, submission: Submission, reasons: Reasons | None) -> bool:
    """What waits is published or not; what was published at once stays or goes."""
    if submission.status is Status.PENDING and not submission.awaits_author:
        if reasons:
            actions.reject(actor, submission, reasons)
        else:
            actions.publish(actor, submission)
        return True
    if submission.is_public:
        if reasons:
            # Only what nobody has read stands in the queue; the rest was decided on meanwhile.
            if is_read(submission.id):
                return False
            actions.hide(actor, submission, reasons)
        else:
            actions.leave_it(actor, submission)
        return True
    return False
