"""Leaving: what becomes of everything a person has written and done here.

The identity goes at once. Texts stay without a name, or go as well; then their place stays, with a
note that their author has removed them. Votes are cut from the person and count as before.
"""

from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, delete, select, update

from civicdialog.accounts.actions import erase_person
from civicdialog.accounts.models import Person
from civicdialog.committee.models import Application, ProfileVersion
from civicdialog.core.city import city
from civicdialog.core.db import Base, db
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import Job
from civicdialog.core.permissions import Actor
from civicdialog.core.speaking import speaking
from civicdialog.discussion.models import Argument, ArgumentRevision, HelpfulMark
from civicdialog.insights.models import SimilarPair, SubmissionVector
from civicdialog.moderation.models import Redaction
from civicdialog.moderation.redacting import forget_name
from civicdialog.notifications.models import ContactMessage
from civicdialog.rounds.counting import add_submissions
from civicdialog.submissions.models import Attachment, Status, Submission, SubmissionRevision
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation
from civicdialog.voting.models import Participation
from civicdialog.web.words import gettext

REMOVED = mark("Removed by its author")
EMPTIED = (
    "problem", "solution", "beneficiaries", "worries", "data_used", "without_ai", "benefit",
    "search_terms",
)  # fmt: skip


class Texts(StrEnum):
    """What shall become of what somebody has written."""

    KEEP = "keep"
    REMOVE = "remove"


def leave(actor: Actor, person: Person, texts: Texts) -> None:
    """Delete the account of the person who acts, and do with their texts as they wish."""
    if texts is Texts.REMOVE:
        _remove_submissions(actor, person)
        _remove_arguments(person)
    _take_the_name_away(person)
    _take_marks_back(person)
    _cut_votes(person)
    _change(ContactMessage, ContactMessage.email == person.email, email="")
    _change(Job, Job.requested_by_id == person.id, requested_by_id=None)
    erase_person(actor, texts=texts)


def _remove_submissions(actor: Actor, person: Person) -> None:
    """Take contributions back and empty their text; the thread stays, with a dead end."""
    with speaking(city().languages[0]):
        note = gettext(REMOVED)
    mine = list(db.session.scalars(select(Submission).where(Submission.author_id == person.id)))
    for submission in mine:
        was_public = submission.is_public
        submission.title = note
        submission.decider = None
        for name in EMPTIED:
            setattr(submission, name, "")
        if submission.can_be_withdrawn:
            submission.move_to(Status.WITHDRAWN)
            add_link(actor, submission, submission, Relation.WITHDRAWN, reason=note)
        db.session.flush()
        if was_public:
            add_submissions(submission.round_id, -1)
    ids = [submission.id for submission in mine]
    for revision in db.session.scalars(
        select(SubmissionRevision).where(SubmissionRevision.submission_id.in_(ids))
    ):
        revision.fields = dict.fromkeys(revision.fields, "")
        revision.reason = ""
    _change(Redaction, Redaction.submission_id.in_(ids), fields={})
    for version in db.session.scalars(
        select(ProfileVersion)
        .join(Application, Application.id == ProfileVersion.application_id)
        .where(Application.submission_id.in_(ids))
    ):
        # What the office added is the city's; what the person said goes.
        version.fields = {**version.fields, **dict.fromkeys(version.said, "")}
    db.session.flush()
    for model, link in (
        (Attachment, Attachment.submission_id),
        (SubmissionVector, SubmissionVector.submission_id),
        (SimilarPair, SimilarPair.submission_id),
        (SimilarPair, SimilarPair.other_id),
    ):
        _delete(model, link.in_(ids))


def _remove_arguments(person: Person) -> None:
    """Empty arguments; answers to them stay readable."""
    mine = select(Argument).where(Argument.author_id == person.id)
    submissions = cast("Table", Submission.__table__)
    for argument in db.session.scalars(mine).all():
        if argument.is_public:
            db.session.execute(
                update(submissions)
                .where(submissions.c.id == argument.submission_id)
                .values(argument_count=submissions.c.argument_count - 1)
            )
        argument.text, argument.is_public, argument.is_withdrawn = "", False, True
        db.session.flush()
        _delete(ArgumentRevision, ArgumentRevision.argument_id == argument.id)


def _take_the_name_away(person: Person) -> None:
    """Contributions handed in on paper and claimed later carry a name of their own."""
    mine = select(Submission.id).where(Submission.author_id == person.id)
    for kept in db.session.scalars(select(Redaction).where(Redaction.submission_id.in_(mine))):
        forget_name(kept)
    _change(Submission, Submission.author_id == person.id, author_id=None, author_name="")
    _change(Argument, Argument.author_id == person.id, author_id=None, author_name="")


def _take_marks_back(person: Person) -> None:
    """What a person found helpful is counted by them only as long as they are here."""
    marked = select(HelpfulMark.argument_id).where(HelpfulMark.person_id == person.id)
    _change(Argument, Argument.id.in_(marked), helpful_count=Argument.helpful_count - 1)


def _cut_votes(person: Person) -> None:
    """The ballots count on, and nobody can change them any more."""
    mine = Participation.person_id == person.id
    _change(Participation, mine, person_id=None, guest_key=None)


def _change(model: type[Base], condition: Any, **values: Any) -> None:
    statement = update(model).where(condition).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _delete(model: type[Base], condition: Any) -> None:
    statement = delete(model).where(condition)
    db.session.execute(statement.execution_options(synchronize_session=False))
