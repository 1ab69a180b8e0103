"""What waits for the moderation, of every kind, in rows of one shape: a kind is one line below."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    String,
    case,
    cast,
    exists,
    literal,
    select,
    union_all,
)

from civicdialog.core.db import db
from civicdialog.core.ids import fingerprint
from civicdialog.discussion.models import Argument
from civicdialog.moderation.models import ModerationDecision, SubjectKind
from civicdialog.rounds.models import Round
from civicdialog.submissions.fields import TEXTS
from civicdialog.submissions.models import (
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)


class Situation(StrEnum):
    """Whom something waits for."""

    NEW = "new"
    """For the moderation."""
    UNREAD = "unread"
    """For the moderation, too: it was published at once, and nobody has read it yet."""
    AUTHOR = "author"
    """For its author, who was asked to change it."""


Texts = dict[int, list[tuple[str, str]]]
"""By number: headings, which are empty here, and texts."""


@dataclass(frozen=True)
class Source:
    """One kind of thing that waits."""

    kind: SubjectKind
    rows: Callable[[], Select[Any]]
    texts: Callable[[Collection[int]], Texts]


def everything_that_waits() -> CompoundSelect[Any]:
    """All rows of all sources."""
    return union_all(*(source.rows() for source in SOURCES))


def texts_of(kind: SubjectKind, ids: Collection[int]) -> Texts:
    """What is written in these, for programs that point something out."""
    return TEXTS_OF[kind](ids)


def state_of(texts: Iterable[tuple[str, str]]) -> str:
    """A fingerprint of texts, to notice that somebody has changed them."""
    return fingerprint("\0".join(text for _, text in texts))[:12]


def _row(kind: SubjectKind, **columns: Any) -> Select[Any]:
    names = ("subject_id", "submission_id", "public_id", "situation", "variant", "words", "since",
             "author_id", "author_name")  # fmt: skip
    first = literal(kind.value, String).label("kind")
    return select(first, *(columns[name].label(name) for name in names))


def _contributions(situation: Any) -> Select[Any]:
    return _row(
        SubjectKind.SUBMISSION,
        subject_id=Submission.id,
        submission_id=Submission.id,
        public_id=Submission.public_id,
        situation=situation,
        variant=cast(Submission.kind, String),
        words=Submission.title,
        since=Submission.created_at,
        author_id=Submission.author_id,
        author_name=Submission.author_name,
    )


def _contributions_that_wait() -> Select[Any]:
    situation = case((Submission.awaits_author, Situation.AUTHOR.value), else_=Situation.NEW.value)
    return _contributions(situation).where(Submission.status == Status.PENDING)


def _contributions_nobody_read() -> Select[Any]:
    decided = exists().where(
        ModerationDecision.subject_kind == SubjectKind.SUBMISSION,
        ModerationDecision.subject_id == Submission.id,
    )
    return _contributions(literal(Situation.UNREAD.value, String)).where(
        Submission.status == Status.PUBLISHED,
        Submission.source_id.is_(None),
        Submission.round_id.in_(select(Round.id).where(~Round.submissions_wait)),
        ~decided,
    )


def _changes() -> Select[Any]:
    rows = _row(
        SubjectKind.REVISION,
        subject_id=SubmissionRevision.id,
        submission_id=Submission.id,
        public_id=Submission.public_id,
        situation=literal(Situation.NEW.value, String),
        variant=cast(Submission.kind, String),
        words=Submission.title,
        since=SubmissionRevision.created_at,
        author_id=Submission.author_id,
        author_name=Submission.author_name,
    )
    return rows.join(Submission, Submission.id == SubmissionRevision.submission_id).where(
        SubmissionRevision.state == RevisionState.WAITING, Submission.status == Status.PUBLISHED
    )


def _arguments() -> Select[Any]:
    rows = _row(
        SubjectKind.ARGUMENT,
        subject_id=Argument.id,
        submission_id=Argument.submission_id,
        public_id=Argument.public_id,
        situation=literal(Situation.NEW.value, String),
        variant=cast(Argument.stance, String),
        words=Argument.text,
        since=Argument.created_at,
        author_id=Argument.author_id,
        author_name=Argument.author_name,
    )
    return rows.where(
        ~Argument.is_public, ~Argument.is_withdrawn, ~Argument.is_hidden, ~Argument.is_refused
    )


def _texts_of_contributions(ids: Collection[int]) -> Texts:
    columns = (Submission.title, *(getattr(Submission, name) for name in TEXTS))
    rows = db.session.execute(select(Submission.id, *columns).where(Submission.id.in_(ids)))
    return {number: [("", text) for text in texts if text] for number, *texts in rows}


def _texts_of_changes(ids: Collection[int]) -> Texts:
    wanted = select(SubmissionRevision.id, SubmissionRevision.fields)
    rows = db.session.execute(wanted.where(SubmissionRevision.id.in_(ids)))
    return {
        number: [("", str(fields[name])) for name in ("title", *TEXTS) if fields.get(name)]
        for number, fields in rows
    }


def _texts_of_arguments(ids: Collection[int]) -> Texts:
    rows = db.session.execute(select(Argument.id, Argument.text).where(Argument.id.in_(ids)))
    return {number: [("", text)] for number, text in rows}


SOURCES = (
    Source(SubjectKind.SUBMISSION, _contributions_that_wait, _texts_of_contributions),
    Source(SubjectKind.SUBMISSION, _contributions_nobody_read, _texts_of_contributions),
    Source(SubjectKind.REVISION, _changes, _texts_of_changes),
    Source(SubjectKind.ARGUMENT, _arguments, _texts_of_arguments),
)
TEXTS_OF: Mapping[SubjectKind, Callable[[Collection[int]], Texts]] = {
    source.kind: source.texts for source in SOURCES
}
