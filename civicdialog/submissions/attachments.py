"""Pictures and documents of a contribution: seen by whoever sees it, added while it waits.

They lie beside it in the database: what is deleted is gone with the same commit, a backup holds
everything, and no file is left behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import undefer

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, forget_for_good
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import ALPHABET
from civicdialog.core.permissions import Actor, Permission, may, require
from civicdialog.submissions import queries
from civicdialog.submissions.attachment_files import CheckedFile
from civicdialog.submissions.models import Attachment, Status, Submission
from civicdialog.submissions.texts import cleaned_line

LONGEST_ALTERNATIVE = 300
_LETTERS = frozenset(ALPHABET)


@dataclass(frozen=True)
class Limits:
    """How many files a contribution may have, and how large they may be, in bytes."""

    most: int
    file: int
    total: int


def of(submission: Submission) -> Sequence[Attachment]:
    """Its files, the first one first; the viewer was checked at the contribution."""
    wanted = select(Attachment).where(Attachment.submission_id == submission.id)
    return db.session.scalars(wanted.order_by(Attachment.id)).all()


def add(
    actor: Actor, submission: Submission, file: CheckedFile, alternative_text: str, limits: Limits
) -> Attachment:
    """Put a file beside the own contribution, before anybody else reads it.

    Sending the same file twice changes its description and adds nothing.

    :raise RuleBroken: if it waits no longer, has too many files, or the file is not described
    """
    require(actor, Permission.SUBMISSION_EDIT, submission)
    _still_waiting(submission)
    text = cleaned_line(alternative_text)
    if not text:
        raise RuleBroken(mark("Please say in a sentence what it shows."), field="alternative_text")
    if len(text) > LONGEST_ALTERNATIVE:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."),
            field="alternative_text",
            most=LONGEST_ALTERNATIVE,
        )
    digest = sha256(file.data).hexdigest()
    others = of(submission)
    same = next((each for each in others if each.digest == digest), None)
    if same is not None:
        same.alternative_text = text
        return same
    if len(others) >= limits.most:
        raise RuleBroken(
            mark("A contribution may have at most %(most)s files."), field="file", most=limits.most
        )
    if sum(each.size for each in others) + len(file.data) > limits.total:
        raise RuleBroken(
            mark("All files together may have at most %(most)s MB. Please choose a smaller one."),
            field="file",
            most=limits.total // 1_000_000,
        )
    attachment = Attachment(
        submission_id=submission.id,
        file_name=file.name,
        media_type=file.media_type,
        alternative_text=text,
        size=len(file.data),
        width=file.width,
        height=file.height,
        digest=digest,
        data=file.data,
        preview=file.preview,
    )
    db.session.add(attachment)
    db.session.flush()
    record(
        actor, Event.ATTACHMENT_ADDED, submission, media_type=file.media_type, size=len(file.data)
    )
    return attachment


def remove(actor: Actor, submission: Submission, public_id: str) -> None:
    """Delete a file of the own contribution; what is gone already is no mistake."""
    require(actor, Permission.SUBMISSION_EDIT, submission)
    found = next((each for each in of(submission) if each.public_id == public_id), None)
    if found is not None:
        db.session.delete(found)
        db.session.flush()
        forget_for_good()
        record(actor, Event.ATTACHMENT_REMOVED, submission)


def content(actor: Actor, public_id: str, *, preview: bool) -> tuple[Attachment, Submission]:
    """A file with what is in it, or with its preview, and its contribution.

    :raise NotFound: if there is none, or the viewer does not see the contribution
    """
    if not set(public_id) <= _LETTERS:
        raise NotFound(public_id)
    found = db.session.execute(
        select(Attachment, Submission.public_id)
        .join(Submission, Submission.id == Attachment.submission_id)
        .where(Attachment.public_id == public_id)
        .options(undefer(Attachment.preview if preview else Attachment.data))
    ).one_or_none()
    if found is None:
        raise NotFound(public_id)
    file, submission = found[0], queries.by_public_id(actor, found[1])
    if file.is_hidden and not sees_hidden(actor, submission):
        raise NotFound(public_id)
    return file, submission


def sees_hidden(actor: Actor, submission: Submission) -> bool:
    """Whether somebody sees files the moderation has hidden: its author, and the moderation."""
    of_ones_own = may(actor, Permission.SUBMISSION_EDIT, submission)
    return of_ones_own or may(actor, Permission.MODERATION_READ)


def forget_all(submission: Submission) -> None:
    """Delete all files of a contribution."""
    _forget(select(Attachment.id).where(Attachment.submission_id == submission.id))


def are_refused(days: int) -> bool:
    """Whether contributions refused so many days ago still have files."""
    return bool(db.session.scalar(select(exists(_refused(days)))))


def forget_refused(days: int) -> None:
    """Delete them."""
    _forget(_refused(days))


def fingerprint(files: Sequence[Attachment]) -> str:
    """Changes when a file comes, goes, or is described otherwise."""
    said = "\n".join(f"{each.public_id} {each.alternative_text}" for each in files)
    return sha256(said.encode()).hexdigest()[:16] if files else ""


def _still_waiting(submission: Submission) -> None:
    if submission.status is not Status.PENDING:
        raise RuleBroken(mark("Files can be added as long as a contribution waits to be read."))


def _refused(days: int) -> Select[int]:
    return (
        select(Attachment.id)
        .join(Submission, Submission.id == Attachment.submission_id)
        .where(
            Submission.status == Status.REJECTED,
            Attachment.created_at < clock.now() - timedelta(days=days),
        )
    )


def _forget(ids: Select[int]) -> None:
    statement = delete(Attachment).where(Attachment.id.in_(ids))
    db.session.execute(statement.execution_options(synchronize_session=False))
    forget_for_good()
