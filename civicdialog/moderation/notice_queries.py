"""Reading notices, several about one thing together; the viewer moderates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor
from civicdialog.discussion import queries as discussion
from civicdialog.discussion.models import Argument
from civicdialog.moderation.models import Notice, NoticeState, SubjectKind
from civicdialog.moderation.notice_actions import Reportable
from civicdialog.submissions import attachments
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Attachment, Submission

MODELS: dict[SubjectKind, type[Submission | Argument | Attachment]] = {
    SubjectKind.SUBMISSION: Submission,
    SubjectKind.ARGUMENT: Argument,
    SubjectKind.ATTACHMENT: Attachment,
}


@dataclass(frozen=True)
class Reported:
    """Something that was reported, however often."""

    kind: SubjectKind
    subject_id: int
    title: str
    count: int
    due_at: datetime


def waiting(limit: int, start: int = 0) -> list[Reported]:
    """What waits for an answer, the one due first on top."""
    due = func.min(Notice.due_at, type_=Notice.due_at.type)
    wanted = (
        select(Notice.subject_kind, Notice.subject_id, Submission.title, func.count(), due)
        .join(Submission, Submission.id == Notice.submission_id)
        .where(Notice.state == NoticeState.OPEN)
        .group_by(Notice.subject_kind, Notice.subject_id, Submission.title)
        .order_by(due, Notice.subject_kind, Notice.subject_id)
        .offset(start)
        .limit(limit)
    )
    return [Reported(*row) for row in db.session.execute(wanted)]


def waiting_count() -> int:
    """How many things wait for an answer."""
    each = (
        select(Notice.subject_kind, Notice.subject_id)
        .where(Notice.state == NoticeState.OPEN)
        .distinct()
        .subquery()
    )
    return int(db.session.scalar(select(func.count()).select_from(each)) or 0)


def about(kind: SubjectKind, subject_id: int) -> Sequence[Notice]:
    """All notices about one thing, the newest first."""
    wanted = select(Notice).where(Notice.subject_kind == kind, Notice.subject_id == subject_id)
    return db.session.scalars(wanted.order_by(Notice.id.desc())).all()


def reported(kind: str, subject_id: int, *, for_decision: bool = False) -> Reportable:
    """What was reported; held until the decision is written, if one follows.

    :raise NotFound: if there is none
    """
    if kind not in set(SubjectKind) or SubjectKind(kind) not in MODELS:
        raise NotFound(kind)
    model: type[Any] = MODELS[SubjectKind(kind)]
    wanted = select(model).where(model.id == subject_id)
    if for_decision:
        wanted = wanted.with_for_update()
    found: Reportable | None = db.session.scalar(wanted)
    if found is None:
        raise NotFound(str(subject_id))
    return found


def public_one(viewer: Actor, kind: str, public_id: str) -> tuple[Reportable, Submission]:
    """Something public that can be reported, with its contribution.

    :raise NotFound: if the viewer cannot see it
    """
    if kind == "submission":
        submission = submissions.by_public_id(viewer, public_id)
        if submission.is_public:
            return submission, submission
    elif kind == "argument":
        argument, submission = discussion.one(viewer, public_id)
        if argument.is_public:
            return argument, submission
    elif kind == "attachment":
        file, submission = attachments.content(viewer, public_id, preview=True)
        if submission.is_public and not file.is_hidden:
            return file, submission
    raise NotFound(public_id)


def contribution_of(subject: Reportable) -> Submission:
    """The contribution something belongs to, with its round."""
    number = subject.id if isinstance(subject, Submission) else subject.submission_id
    return db.session.scalars(
        select(Submission).where(Submission.id == number).options(joinedload(Submission.round))
    ).one()
