"""Taking something on, handing it over, giving it back. Anybody else may decide all the same."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import ALPHABET
from civicdialog.core.permissions import Actor, Permission, may, require
from civicdialog.discussion.models import Argument
from civicdialog.moderation.deciding import author_of
from civicdialog.moderation.models import Assignment, SubjectKind
from civicdialog.submissions.models import Submission, SubmissionRevision

Assignable = Submission | SubmissionRevision | Argument
MODELS: dict[SubjectKind, type[Assignable]] = {
    SubjectKind.SUBMISSION: Submission,
    SubjectKind.REVISION: SubmissionRevision,
    SubjectKind.ARGUMENT: Argument,
}
LARGEST_ID = 2**31 - 1


def subject(kind: str, subject_id: int) -> Assignable:
    """What somebody wants to take on.

    :raise NotFound: if there is none
    """
    model: Any = MODELS.get(SubjectKind(kind)) if kind in set(SubjectKind) else None
    is_possible = model is not None and subject_id <= LARGEST_ID
    found: Assignable | None = db.session.get(model, subject_id) if is_possible else None
    if found is None:
        raise NotFound(f"{kind} {subject_id}")
    return found


def assign(actor: Actor, subject: Assignable, public_id: str) -> Person:
    """Put it into the hands of a moderator, oneself or somebody else; gives who it is.

    :raise NotFound: if there is no such person
    :raise RuleBroken: if that person could not decide on it
    """
    require(actor, Permission.ASSIGNMENT_CHANGE, subject)
    if not set(public_id) <= frozenset(ALPHABET):
        raise NotFound(public_id)
    wanted = select(Person).where(Person.public_id == public_id)
    person = db.session.scalar(wanted.options(selectinload(Person.roles)))
    if person is None:
        raise NotFound(public_id)
    if not may(person.as_actor(), Permission.ASSIGNMENT_CHANGE):
        raise RuleBroken(mark("This person does not moderate."))
    if author_of(subject) == person.id:
        raise RuleBroken(mark("Nobody decides on what they have written themselves."))
    now = clock.now()
    values = {"moderator_id": person.id, "since": now}
    db.session.execute(
        insert_into(Assignment)
        .values(subject_kind=_kind(subject), subject_id=subject.id, **values)
        .on_conflict_do_update(index_elements=["subject_kind", "subject_id"], set_=values)
    )
    record(actor, Event.ASSIGNMENT_CHANGED, subject, moderator=person.id)
    return person


def release(actor: Actor, subject: Assignable) -> None:
    """Take it out of everybody's hands."""
    require(actor, Permission.ASSIGNMENT_CHANGE, subject)
    held = delete(Assignment).where(
        Assignment.subject_kind == _kind(subject), Assignment.subject_id == subject.id
    )
    db.session.execute(held)
    record(actor, Event.ASSIGNMENT_CHANGED, subject, moderator=None)


def _kind(subject: Assignable) -> SubjectKind:
    return SubjectKind(subject.__tablename__)
