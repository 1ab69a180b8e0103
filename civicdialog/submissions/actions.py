"""Handing in, changing, taking back, and bringing in from elsewhere."""

from collections.abc import Iterable

from civicdialog.accounts.blocks import refuse_while_blocked
from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.outbox import tell
from civicdialog.rounds.counting import add_submissions
from civicdialog.rounds.models import Round
from civicdialog.submissions import attachments, revisions
from civicdialog.submissions.bulk import ImportedSubmission, ImportReport, import_rows
from civicdialog.submissions.fields import values_of
from civicdialog.submissions.handing_in import (
    LONGEST_REASON,
    Origin,
    SubmissionDraft,
    check,
    hand_in,
    sent_with,
    write,
)
from civicdialog.submissions.models import Status, Submission, SubmissionRevision
from civicdialog.submissions.personal_data import find
from civicdialog.submissions.publishing import put_on_page
from civicdialog.submissions.receipts import receipt_of
from civicdialog.submissions.texts import cleaned
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

__all__ = [
    "ImportReport",
    "ImportedSubmission",
    "Origin",
    "SubmissionDraft",
    "claim_submission",
    "correct_submission",
    "create_submission",
    "import_submissions",
    "record_submission",
    "revise_submission",
    "withdraw_submission",
]


def create_submission(
    actor: Actor, round: Round, draft: SubmissionDraft, *, form_token: str | None = None
) -> Submission:
    """Hand something in; a moderator reads it before others do. Needs the round's phases.

    Sending the same form twice gives the same submission. Without an account there is a receipt.
    """
    require(actor, Permission.SUBMISSION_CREATE, round)
    sent_before = sent_with(actor, form_token)
    if sent_before is not None:
        return sent_before
    refuse_while_blocked(actor)
    if not round.accepts_submissions(clock.now()):
        raise RuleBroken(mark("This round does not take proposals at the moment."))
    draft = draft.cleaned()
    check(draft, needed=("title", "problem", "solution"))
    submission, is_new = hand_in(actor, round, draft, form_token, Origin())
    if is_new:
        if not (round.submissions_wait or _has_personal_data(submission)):
            put_on_page(submission)
        record(actor, Event.SUBMISSION_CREATED, submission)
        author = db.session.get(Person, actor.id) if actor.id is not None else None
        if author is not None and not submission.is_public:
            tell(author, "submission-received", url="/my/contributions", title=submission.title)
    return submission


def _has_personal_data(submission: Submission) -> bool:
    """Whether a program marks something: then a person reads it first, whatever the round says."""
    return any(find(text) for text in (submission.title, submission.body))


def record_submission(
    actor: Actor,
    round: Round,
    draft: SubmissionDraft,
    origin: Origin,
    *,
    form_token: str | None = None,
) -> Submission:
    """Enter what somebody brought on paper, by telephone or at an event; it gets a receipt.

    What came in time may be entered later. The moderation reads it like everything else.
    """
    require(actor, Permission.SUBMISSION_RECORD, round)
    sent_before = sent_with(actor, form_token)
    if sent_before is not None:
        return sent_before
    draft = draft.cleaned()
    check(draft, needed=("title", "problem"))
    submission, is_new = hand_in(actor, round, draft, form_token, origin)
    if is_new:
        record(actor, Event.SUBMISSION_CREATED, submission, channel=origin.channel.value)
    return submission


def correct_submission(actor: Actor, submission: Submission, draft: SubmissionDraft) -> None:
    """Change the own contribution before anybody else reads it.

    :raise RuleBroken: if it waits no longer
    """
    require(actor, Permission.SUBMISSION_EDIT, submission)
    if submission.status is not Status.PENDING:
        raise RuleBroken(mark("This contribution has already been decided on."))
    draft = draft.cleaned()
    check(draft, needed=("title", "problem"))
    write(submission, draft)
    submission.awaits_author = False
    db.session.flush()
    record(actor, Event.SUBMISSION_CORRECTED, submission)


def revise_submission(
    actor: Actor, submission: Submission, draft: SubmissionDraft, reason: str
) -> SubmissionRevision:
    """Hand in a new text for the own published contribution; a moderator reads it first.

    Until then the old text stays on the page. A change that still waits is replaced.

    :raise RuleBroken: if it is not public, nothing differs, or no reason is given
    """
    require(actor, Permission.SUBMISSION_EDIT, submission)
    refuse_while_blocked(actor)
    if not submission.is_public:
        raise RuleBroken(mark("This contribution is not public."))
    draft, reason = draft.cleaned(), cleaned(reason)
    check(draft, needed=("title", "problem"))
    if not reason:
        raise RuleBroken(mark("Please say why you change it."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST_REASON
        )
    fields = values_of(draft)
    if fields == values_of(submission):
        raise RuleBroken(mark("You have not changed anything."))
    revision = revisions.hand_in(submission, fields, reason)
    record(actor, Event.REVISION_CREATED, submission, number=revision.number)
    return revision


def claim_submission(actor: Actor, submission: Submission) -> None:
    """Take a contribution whose receipt one holds into the own account."""
    require(actor, Permission.RECEIPT_CLAIM, submission)
    receipt = receipt_of(submission.id)
    if receipt is None:
        raise RuleBroken(mark("There is no receipt for this contribution."))
    submission.author_id = actor.id
    receipt.claimed_by_id = actor.id
    db.session.flush()
    record(actor, Event.RECEIPT_CLAIMED, submission)


def withdraw_submission(actor: Actor, submission: Submission, reason: str = "") -> None:
    """Take the own contribution back; it disappears from the lists, its thread stays."""
    require(actor, Permission.SUBMISSION_WITHDRAW, submission)
    reason = cleaned(reason)
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST_REASON
        )
    was_public = submission.is_public
    submission.move_to(Status.WITHDRAWN)
    attachments.forget_all(submission)
    db.session.flush()
    if was_public:
        add_submissions(submission.round_id, -1)
    add_link(actor, submission, submission, Relation.WITHDRAWN, reason=reason)
    record(actor, Event.SUBMISSION_WITHDRAWN, submission)


def import_submissions(
    actor: Actor, round: Round, rows: Iterable[ImportedSubmission]
) -> ImportReport:
    """Bring in contributions collected elsewhere, published at once; many at a time.

    Running it again adds what is new and changes what reads differently.
    """
    require(actor, Permission.SUBMISSION_IMPORT)
    report = import_rows(actor, round, rows)
    record(actor, Event.SUBMISSIONS_IMPORTED, round, added=report.added, changed=report.changed)
    return report
