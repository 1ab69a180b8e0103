"""Rows of lists: what a card shows of a submission, without objects of the ORM."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, select

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.submissions.models import Kind, Status, Submission

EXCERPT_LENGTH = 600
LONGEST_READ = 6_000


class Row(NamedTuple):
    """What a list shows of one submission."""

    id: int
    public_id: str
    number: int
    title: str
    excerpt: str
    """The beginning of what was written, after a search all of it; presenting shortens it."""
    kind: Kind
    department: str
    author_id: int | None
    author_name: str
    agree_count: int
    disagree_count: int
    pass_count: int
    argument_count: int
    published_at: datetime

    @property
    def vote_count(self) -> int:
        return self.agree_count + self.disagree_count + self.pass_count

    @property
    def approval(self) -> int:
        """As the database keeps it."""
        return (self.agree_count + 5) * 10_000 // (self.vote_count + 10)


_BODY = case(
    (Submission.solution != "", Submission.solution),
    (Submission.problem != "", Submission.problem),
    else_=Submission.worries,
)
_COLUMNS = (
    Submission.id,
    Submission.public_id,
    Submission.number,
    Submission.title,
    func.substr(_BODY, 1, EXCERPT_LENGTH),
    Submission.kind,
    Submission.department,
    Submission.author_id,
    func.coalesce(Person.public_name, Submission.author_name),
    Submission.agree_count,
    Submission.disagree_count,
    Submission.pass_count,
    Submission.argument_count,
    Submission.published_at,
)


# After a search all that was written may hold the hit.
_TEXTS = (Submission.solution, Submission.problem, Submission.beneficiaries, Submission.worries)
_WHOLE = func.substr(
    _TEXTS[0] + literal("\n") + _TEXTS[1] + literal("\n") + _TEXTS[2] + literal("\n") + _TEXTS[3],
    1, LONGEST_READ,
)  # fmt: skip
_COLUMNS_WHOLE = tuple(_WHOLE if at == 4 else each for at, each in enumerate(_COLUMNS))


def _shown(found: Select[Any], *, whole: bool = False) -> Select[Any]:
    columns = _COLUMNS_WHOLE if whole else _COLUMNS
    statement = found.with_only_columns(*columns, maintain_column_froms=True)
    return statement.outerjoin(Person, Person.id == Submission.author_id)


# The list without a filter. What is listed is public, so it is the same for every viewer; it is
# asked most of all, therefore composed once.
_NUMBERED = select(Submission).where(
    Submission.round_id == bindparam("round_id"),
    # Said this way round, because the planners would walk the index of the newest instead of
    # looking the numbers up.
    Submission.status.not_in([status for status in Status if status is not Status.PUBLISHED]),
    Submission.number.in_(bindparam("numbers", expanding=True)),
)
_WINDOW = _shown(_NUMBERED)
_WINDOW_WHOLE = _shown(_NUMBERED, whole=True)


def rows_of(found: Select[Any], *, whole: bool = False) -> list[Row]:
    """The rows of submissions, in the order asked for."""
    return [Row._make(row) for row in db.session.execute(_shown(found, whole=whole))]


def numbered(
    round_id: int, numbers: list[int], *conditions: ColumnElement[bool], whole: bool = False
) -> list[Row]:
    """The published submissions of a round with these numbers, in their order."""
    statement = _WINDOW_WHOLE if whole else _WINDOW
    if conditions:
        statement = statement.where(*conditions)
    found = db.session.execute(statement, {"round_id": round_id, "numbers": numbers})
    return _in_order(map(Row._make, found), numbers)


def _in_order(rows: Iterable[Row], numbers: list[int]) -> list[Row]:
    """The rows in the order of their numbers; gaps close."""
    by_number = {row.number: row for row in rows}
    return [by_number[number] for number in numbers if number in by_number]
