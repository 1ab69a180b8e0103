"""How an argument comes onto the page and leaves it. Who may decide that is asked by the callers."""

from sqlalchemy import update

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.discussion.models import Argument
from civicdialog.notifications.outbox import tell
from civicdialog.submissions.models import Submission


def put_on_page(argument: Argument) -> None:
    """Show it to everybody; whom it answers hears of it the first time."""
    argument.is_public, argument.is_refused, argument.is_hidden = True, False, False
    _count(argument, 1)
    if argument.edited_at is None:
        _tell_whom_it_answers(argument)


def refuse(argument: Argument) -> None:
    """It is not shown."""
    argument.is_refused = True


def hide(argument: Argument) -> None:
    """Take it off the page; a note stays in its place."""
    take_off(argument)
    argument.is_hidden = True


def take_off(argument: Argument) -> None:
    """Nobody reads it any more."""
    if argument.is_public:
        argument.is_public = False
        _count(argument, -1)


def _count(argument: Argument, change: int) -> None:
    table = Submission.__table__
    statement = update(table).where(table.c.id == argument.submission_id)  # type: ignore[arg-type]
    db.session.execute(statement.values(argument_count=table.c.argument_count + change))


def _tell_whom_it_answers(argument: Argument) -> None:
    submission = db.session.get_one(Submission, argument.submission_id)
    url = f"/arguments/{argument.public_id}"
    told = {argument.author_id}
    if argument.parent_id is not None:
        parent = db.session.get_one(Argument, argument.parent_id)
        kind = "official-answer" if argument.is_official else "answer-added"
        _tell(parent.author_id, told, kind, url, submission.title)
    _tell(submission.author_id, told, "argument-added", url, submission.title)


def _tell(person_id: int | None, told: set[int | None], kind: str, url: str, title: str) -> None:
    if person_id is None or person_id in told:
        return
    told.add(person_id)
    person = db.session.get(Person, person_id)
    if person is not None:
        tell(person, kind, url=url, title=title)
