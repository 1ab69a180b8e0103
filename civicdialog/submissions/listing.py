"""Pages of a round's submissions: by key, never by offset, and without objects of the ORM."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, select, tuple_

from civicdialog.accounts.models import Person
from civicdialog.core.db import UtcDateTime, db
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.submissions.order import FairOrder, fair_order, positions
from civicdialog.submissions.queries import ListFilter, Order

__all__ = ["ListFilter", "ListPage", "Order", "Row", "page_of"]

PAGE_SIZE = 25
EXCERPT_LENGTH = 600
# Withdrawn contributions leave gaps: a page looks a little further than its own length …
_SPARE = 15
# … and, where it finds next to nothing, once more much further.
_WIDE = 1_000
# Where a filter asks for something common, it stands among so many positions.
_NEAR = 300
_LARGEST_KEY = 2**53
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_VOTES = Submission.agree_count + Submission.disagree_count + Submission.pass_count


class Row(NamedTuple):
    """What a list shows of one submission."""

    id: int
    public_id: str
    number: int
    title: str
    excerpt: str
    """The beginning of what was written; presenting shortens it at a word."""
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


@dataclass(frozen=True)
class ListPage:
    """Some rows, and the key of the page after; empty on the last one."""

    rows: list[Row]
    next_key: str
    seed: int


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


def _shown(found: Select[Any]) -> Select[Any]:
    statement = found.with_only_columns(*_COLUMNS, maintain_column_froms=True)
    return statement.outerjoin(Person, Person.id == Submission.author_id)


# The list without a filter. What is listed is public, so it is the same for every viewer; it is
# asked most of all, therefore composed once.
_WINDOW = _shown(
    select(Submission).where(
        Submission.round_id == bindparam("round_id"),
        # Said this way round, because the planners would walk the index of the newest instead of
        # looking the numbers up.
        Submission.status.not_in([status for status in Status if status is not Status.PUBLISHED]),
        Submission.number.in_(bindparam("numbers", expanding=True)),
    )
)


def page_of(
    viewer: Actor,
    round: Round,
    wanted: ListFilter,
    seed: int,
    after: str = "",
    *,
    size: int = PAGE_SIZE,
) -> ListPage:
    """A page of the published submissions of a round; a wrong key begins at the top.

    The fair order reads the numbers of a window of positions; with a filter it looks for the
    fitting numbers first. One or two statements; three for what is rare in a large round.
    """
    if wanted.order is Order.FAIR and not wanted.narrows:
        return ListPage(*_fair_window(round, seed, after, size), seed)
    found = queries.listed(viewer, round.id, wanted)
    if wanted.order is Order.NEWEST:
        rows, key = _newest(found, _read_key(after, 2), size)
    elif wanted.order is Order.NEEDS_VOTES:
        rows, key = _needing_votes(found, _read_key(after, 2), size)
    else:
        rows, key = _fair_among(round, wanted, found, seed, after, size)
    return ListPage(rows, key, seed)


def _rows(found: Select[Any]) -> list[Row]:
    return [Row._make(row) for row in db.session.execute(_shown(found))]


def _read_key(text: str, parts: int) -> tuple[int, ...] | None:
    pieces = text.split("-")
    if len(pieces) != parts or not all(p.isascii() and p.isdecimal() for p in pieces):
        return None
    if max(map(len, pieces)) > len(str(_LARGEST_KEY)):
        return None
    numbers = tuple(map(int, pieces))
    return None if max(numbers) > _LARGEST_KEY else numbers


def _cut(rows: list[Row], size: int) -> tuple[list[Row], Row | None]:
    """The rows of the page, and the last one if there are more behind it."""
    shown = rows[:size]
    return shown, shown[-1] if len(rows) > size else None


def _newest(found: Select[Any], key: tuple[int, ...] | None, size: int) -> tuple[list[Row], str]:
    if key is not None:
        moment = literal(_EPOCH + key[0] * _MICROSECOND, UtcDateTime)
        found = found.where(
            tuple_(Submission.published_at, Submission.id) < tuple_(moment, literal(key[1]))
        )
    order = Submission.published_at.desc(), Submission.id.desc()
    rows, last = _cut(_rows(found.order_by(*order).limit(size + 1)), size)
    if last is None:
        return rows, ""
    return rows, f"{(last.published_at - _EPOCH) // _MICROSECOND}-{last.id}"


def _needing_votes(
    found: Select[Any], key: tuple[int, ...] | None, size: int
) -> tuple[list[Row], str]:
    if key is not None:
        found = found.where(
            tuple_(_VOTES, Submission.id) > tuple_(literal(key[0]), literal(key[1]))
        )
    rows, last = _cut(_rows(found.order_by(_VOTES, Submission.id).limit(size + 1)), size)
    return rows, "" if last is None else f"{last.vote_count}-{last.id}"


def _fair_start(after: str, count: int) -> tuple[int, int]:
    """The position a page begins at, and how many numbers there were at the first page.

    The key holds both: what is published while somebody reads changes nothing for them.
    """
    start, first_count = _read_key(after, 2) or (0, count)
    return start, min(count, first_count)


def _fair_window(round: Round, seed: int, after: str, size: int) -> tuple[list[Row], str]:
    """A page of a list without a filter: next to every number is there."""
    start, count = _fair_start(after, round.last_number)
    if start >= count:
        return [], ""
    spare = _SPARE if round.submission_count < round.last_number else 1
    rows: list[Row] = []
    following: int | None = None
    for length in (size + spare, _WIDE):
        rows = _numbered(round.id, positions(count, seed, start, length))
        following = start + length if start + length < count else None
        if len(rows) > size:
            following = fair_order(count, seed).position_of(rows[size].number)
            break
        if following is None or len(rows) >= size // 2:
            break
    return rows[:size], f"{following}-{count}" if following is not None else ""


def _fair_among(
    round: Round, wanted: ListFilter, found: Select[Any], seed: int, after: str, size: int
) -> tuple[list[Row], str]:
    """A page of a filtered list: the fitting numbers, sorted by where they stand.

    In a large round, what is common is looked for among the next positions first.
    """
    start, count = _fair_start(after, round.last_number)
    order = fair_order(count, seed)
    if count > _WIDE and not wanted.search and wanted.among is None:
        near = positions(count, seed, start, _NEAR)
        rows = _numbered(round.id, near, *queries.fitting(wanted))
        if len(rows) > size:
            return rows[:size], f"{order.position_of(rows[size].number)}-{count}"
    numbers = found.with_only_columns(Submission.number).where(Submission.number <= count)
    places = _places(order, numbers, start, size)
    if not places:
        return [], ""
    shown = [order.number_at(each) for each in places[:size]]
    return _numbered(round.id, shown), f"{places[size]}-{count}" if len(places) > size else ""


def _places(order: FairOrder, numbers: Select[Any], start: int, size: int) -> list[int]:
    """The first positions of these numbers from `start` on, one more than fit on the page."""
    places = (order.position_of(number) for number in db.session.scalars(numbers))
    return nsmallest(size + 1, (place for place in places if place >= start))


def _numbered(round_id: int, numbers: list[int], *conditions: ColumnElement[bool]) -> list[Row]:
    """The published submissions of a round with these numbers, in their order."""
    statement = _WINDOW.where(*conditions) if conditions else _WINDOW
    found = db.session.execute(statement, {"round_id": round_id, "numbers": numbers})
    return _in_order(map(Row._make, found), numbers)


def _in_order(rows: Iterable[Row], numbers: list[int]) -> list[Row]:
    """The rows in the order of their numbers; gaps close."""
    by_number = {row.number: row for row in rows}
    return [by_number[number] for number in numbers if number in by_number]
