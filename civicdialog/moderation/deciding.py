"""How every decision is written: its row, its hop in the thread, and the letter to the author."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.discussion.models import Argument
from civicdialog.moderation.models import (
    Ground,
    ModerationDecision,
    Outcome,
    SubjectKind,
)
from civicdialog.notifications.outbox import tell
from civicdialog.submissions.models import Attachment, Submission, SubmissionRevision
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

Subject = Submission | SubmissionRevision | Argument | Attachment | Person

RELATIONS: dict[Outcome, Relation] = {
    Outcome.PUBLISHED: Relation.PUBLISHED,
    Outcome.REDACTED: Relation.REDACTED,
    Outcome.CHANGE_ASKED: Relation.CHANGE_ASKED,
    Outcome.REJECTED: Relation.REJECTED,
    Outcome.HIDDEN: Relation.HIDDEN,
    Outcome.RESTORED: Relation.RESTORED,
    Outcome.MOVED: Relation.MOVED,
}
"""What becomes of a contribution; the thread tells nothing of the others."""
BEFORE_PUBLICATION = frozenset({Outcome.CHANGE_ASKED, Outcome.REJECTED, Outcome.MOVED})
"""Explained in the thread, which its author alone can read then. Words about what was public stay
between the moderation and its author."""


@dataclass(frozen=True)
class Reasons:
    """Why something is restricted: the dialogue rule, and what the author shall know."""

    ground: Ground
    explanation: str
    means: str = ""
    """The machine's hint the moderator followed, if any."""

    def checked(self) -> "Reasons":
        """The same without blanks around it.

        :raise RuleBroken: if nothing is explained
        """
        explanation = self.explanation.strip()
        if not explanation:
            raise RuleBroken(
                mark("Please explain the decision to the author."), field="explanation"
            )
        return Reasons(self.ground, explanation, self.means)


def decide(
    actor: Actor,
    subject: Subject,
    outcome: Outcome,
    *,
    reasons: Reasons | None = None,
    note: str = "",
    reverses: ModerationDecision | None = None,
) -> ModerationDecision:
    """Write a decision. A restriction has checked reasons; others may have a note.

    It is flushed, so that of two moderators at once the second one notices.
    """
    submission = _submission_of(subject)
    decision = ModerationDecision(
        subject_kind=SubjectKind(subject.__tablename__),
        subject_id=subject.id,
        submission_id=submission.id if submission else None,
        round_id=submission.round_id if submission else None,
        moderator_id=actor.id,
        waited_since=_waited_since(subject),
        outcome=outcome,
        ground=reasons.ground if reasons else None,
        explanation=reasons.explanation if reasons else note,
        automated=bool(reasons and reasons.means),
        means=reasons.means if reasons else "",
        reverses_id=reverses.id if reverses else None,
    )
    db.session.add(decision)
    db.session.flush()
    if isinstance(subject, Submission) and outcome in RELATIONS:
        said = decision.explanation if outcome in BEFORE_PUBLICATION else ""
        add_link(actor, subject, decision, RELATIONS[outcome], reason=said)
    return decision


def tell_author(subject: Subject, kind: str, *, url: str, **facts: Any) -> None:
    """Tell the author, if there is an account; a receipt leads the others to the same page."""
    author_id = author_of(subject)
    author = db.session.get(Person, author_id) if author_id else None
    if author is not None:
        tell(author, kind, url=url, **facts)


def state_reasons(subject: Subject, decision: ModerationDecision, title: str) -> None:
    """Send the statement of reasons for a restriction."""
    tell_author(
        subject,
        "decision-restricts",
        url=f"/decisions/{decision.public_id}",
        title=title,
        what=decision.subject_kind.value,
        outcome=decision.outcome.value,
        ground=decision.ground.value if decision.ground else "",
        explanation=decision.explanation,
        automated=decision.automated,
    )


def author_of(subject: Subject) -> int | None:
    """The account of whoever wrote it."""
    if isinstance(subject, Person):
        return subject.id
    if isinstance(subject, Submission | Argument):
        return subject.author_id
    submission = _submission_of(subject)
    return submission.author_id if submission else None


def _submission_of(subject: Subject) -> Submission | None:
    if isinstance(subject, Person):
        return None
    if isinstance(subject, Submission):
        return subject
    if subject.submission_id is None:
        return None
    return db.session.get_one(Submission, subject.submission_id)


def _waited_since(subject: Subject) -> datetime | None:
    return None if isinstance(subject, Person) else subject.created_at
