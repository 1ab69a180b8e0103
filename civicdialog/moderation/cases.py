"""A decision as those concerned see it: what it is about, whose that is, and how far one can object."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.discussion.models import Argument
from civicdialog.moderation.deciding import Subject, author_of
from civicdialog.moderation.models import Appeal, Block, HiddenName, ModerationDecision, Redaction
from civicdialog.moderation.undoing import subject_of
from civicdialog.submissions.models import Attachment, Submission, SubmissionRevision

MONTHS_TO_OBJECT = 6


@dataclass(frozen=True)
class Case:
    """A decision with what it is about."""

    decision: ModerationDecision
    subject: Subject | None
    submission: Submission | None
    author_id: int | None
    public_id: str
    """The contribution whose receipt opens the case, too."""
    appeal: Appeal | None
    undone_by: ModerationDecision | None

    @property
    def ends_at(self) -> datetime:
        """From then on nobody can object any more: half a year of the calendar."""
        return six_months_after(self.decision.decided_at)

    def can_be_appealed(self, moment: datetime) -> bool:
        is_open = self.appeal is None and self.undone_by is None
        return self.decision.is_restriction and is_open and moment < self.ends_at


def by_public_id(viewer: Actor, public_id: str) -> Case:
    """The case, for its author, the holder of its receipt, and the moderation.

    :raise NotFound: for all others
    """
    decision = db.session.scalar(
        select(ModerationDecision)
        .where(ModerationDecision.public_id == public_id)
        .options(joinedload(ModerationDecision.moderator))
    )
    if decision is None:
        raise NotFound(public_id)
    case = case_of(decision)
    if not may(viewer, Permission.DECISION_READ, case):
        raise NotFound(public_id)
    return case


def case_of(decision: ModerationDecision) -> Case:
    """What a decision is about, with what became of it."""
    subject = subject_of(decision)
    submission = (
        db.session.scalars(
            select(Submission)
            .where(Submission.id == decision.submission_id)
            .options(joinedload(Submission.round))
        ).one()
        if decision.submission_id is not None
        else None
    )
    # A receipt stands for the contribution alone, not for what others say about it.
    holds_receipt = submission is not None and not isinstance(subject, Argument | Person)
    return Case(
        decision=decision,
        subject=subject,
        submission=submission,
        author_id=author_of(subject) if subject is not None else None,
        public_id=submission.public_id if submission is not None and holds_receipt else "",
        appeal=db.session.scalar(select(Appeal).where(Appeal.decision_id == decision.id)),
        undone_by=db.session.scalar(
            select(ModerationDecision).where(ModerationDecision.reverses_id == decision.id)
        ),
    )


def text_of(case: Case) -> list[tuple[str, str]]:
    """What was decided on, as it was written: the name of a field and its text."""
    subject = case.subject
    if isinstance(subject, Argument):
        return [("", subject.text)]
    if isinstance(subject, SubmissionRevision):
        return [(name, str(text)) for name, text in subject.fields.items() if text]
    if isinstance(subject, Attachment):
        return [("", f"{subject.file_name}: {subject.alternative_text}")]
    if isinstance(subject, Person):
        name = db.session.scalar(
            select(HiddenName.name).where(HiddenName.decision_id == case.decision.id)
        )
        return [("", name)] if name else []
    if isinstance(subject, Submission):
        before = _before_redaction(case.decision)
        names = ("title", "problem", "solution", "beneficiaries", "benefit", "data_used",
                 "without_ai", "worries")  # fmt: skip
        texts = [(name, before.get(name) or str(getattr(subject, name))) for name in names]
        return [(name, text) for name, text in texts if text]
    return []


def block_of_decision(decision: ModerationDecision) -> Block | None:
    return db.session.scalar(select(Block).where(Block.decision_id == decision.id))


def _before_redaction(decision: ModerationDecision) -> dict[str, str]:
    kept = db.session.scalar(select(Redaction).where(Redaction.decision_id == decision.id))
    if kept is None or not kept.fields:
        return {}
    return {name: was for name, (was, _) in kept.fields["texts"].items()}


def six_months_after(moment: datetime) -> datetime:
    """The same day half a year later, or the last one of a shorter month."""
    months = moment.month - 1 + MONTHS_TO_OBJECT
    year, month = moment.year + months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
