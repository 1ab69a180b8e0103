"""Handing in, taking back, and bringing in from elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import fingerprint
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.outbox import tell
from civicdialog.rounds.counting import add_submissions
from civicdialog.rounds.models import Round
from civicdialog.submissions.bulk import ImportedSubmission, ImportReport, import_rows
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.submissions.texts import cleaned, cleaned_line, search_terms
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

__all__ = [
    "ImportReport",
    "ImportedSubmission",
    "SubmissionDraft",
    "create_submission",
    "import_submissions",
    "withdraw_submission",
]

LONGEST_TITLE = 160
LONGEST_TEXT = 2_000
LONGEST_TOGETHER = 5_000
LONGEST_REASON = 500


@dataclass(frozen=True)
class SubmissionDraft:
    """What somebody wants to hand in."""

    title: str
    problem: str
    solution: str
    beneficiaries: str = ""
    worries: str = ""
    kind: Kind = Kind.USE_CASE
    department: str = ""

    def cleaned(self) -> "SubmissionDraft":
        return SubmissionDraft(
            cleaned_line(self.title),
            cleaned(self.problem),
            cleaned(self.solution),
            cleaned(self.beneficiaries),
            cleaned(self.worries),
            self.kind,
            self.department,
        )


def create_submission(
    actor: Actor, round: Round, draft: SubmissionDraft, *, form_token: str | None = None
) -> Submission:
    """Hand something in; a moderator reads it before others do. Needs the round's phases.

    Sending the same form twice gives the same submission.
    """
    require(actor, Permission.SUBMISSION_CREATE)
    token = fingerprint(f"{actor.id}:{form_token}")[:60] if form_token else None
    sent_before = _with_token(token)
    if sent_before is not None:
        return sent_before
    if not round.accepts_submissions(clock.now()):
        raise RuleBroken(mark("This round does not take proposals at the moment."))
    draft = draft.cleaned()
    _check(draft)
    submission = Submission(
        round_id=round.id,
        author_id=actor.id,
        title=draft.title,
        problem=draft.problem,
        solution=draft.solution,
        beneficiaries=draft.beneficiaries,
        worries=draft.worries,
        kind=draft.kind,
        department=draft.department,
        form_token=token,
    )
    submission.search_terms = search_terms(submission.title, submission.body)
    try:
        with db.session.begin_nested():
            db.session.add(submission)
    except IntegrityError:
        sent_meanwhile = _with_token(token)
        if sent_meanwhile is None:
            raise
        return sent_meanwhile
    add_link(actor, submission, round, Relation.HANDED_IN)
    record(actor, Event.SUBMISSION_CREATED, submission)
    author = db.session.get_one(Person, actor.id)
    tell(author, "submission-received", url="/my/contributions", title=submission.title)
    return submission


def _with_token(token: str | None) -> Submission | None:
    if token is None:
        return None
    return db.session.scalar(select(Submission).where(Submission.form_token == token))


def _check(draft: SubmissionDraft) -> None:
    """The rules for texts; the form says the same a little earlier."""
    for field in ("title", "problem", "solution"):
        if not getattr(draft, field):
            raise RuleBroken(mark("Please fill in this field."), field=field)
    texts = ("problem", "solution", "beneficiaries", "worries")
    if len(draft.title) > LONGEST_TITLE:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="title", most=LONGEST_TITLE
        )
    for field in texts:
        if len(getattr(draft, field)) > LONGEST_TEXT:
            raise RuleBroken(
                mark("Please use at most %(most)s characters."), field=field, most=LONGEST_TEXT
            )
    if sum(len(getattr(draft, field)) for field in texts) > LONGEST_TOGETHER:
        raise RuleBroken(
            mark("Together the texts may have at most %(most)s characters. Please shorten one."),
            most=LONGEST_TOGETHER,
        )


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
