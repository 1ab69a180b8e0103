"""Pages of a round's submissions: by key, never by offset, and without objects of the ORM."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from typing import Any

from sqlalchemy import Select, case, func, literal, tuple_

from civicdialog.accounts.models import Person
from civicdialog.core.db import UtcDateTime, db
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries
from civicdialog.submissions.models import Kind, Submission
from civicdialog.submissions.order import fair_order, positions
from civicdialog.submissions.queries import ListFilter, Order

__all__ = ["ListFilter", "ListPage", "Order", "Row", "page_of"]

PAGE_SIZE = 25
EXCERPT_LENGTH = 600
# Withdrawn contributions leave gaps: a page looks a little further than its own length …
_SPARE = 15
# … and, where it finds next to nothing, once more much further.
_WIDE = 1_000
_LARGEST_KEY = 2**53
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_VOTES = Submission.agree_count + Submission.disagree_count + Submission.pass_count


@dataclass(frozen=True, slots=True)
class Row:
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
    fitting numbers first. At most two statements.
    """
    found = queries.listed(viewer, round.id, wanted)
    if wanted.order is Order.NEWEST:
        rows, key = _newest(found, _read_key(after, 2), size)
    elif wanted.order is Order.NEEDS_VOTES:
        rows, key = _needing_votes(found, _read_key(after, 2), size)
    else:
        rows, key = _fair(found, round.last_number, seed, after, size, narrow=wanted.narrows)
    return ListPage(rows, key, seed)


def _rows(found: Select[Any]) -> list[Row]:
    statement = found.with_only_columns(*_COLUMNS, maintain_column_froms=True)
    statement = statement.outerjoin(Person, Person.id == Submission.author_id)
    return [Row(*row) for row in db.session.execute(statement)]


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


def _fair(
    found: Select[Any], count: int, seed: int, after: str, size: int, *, narrow: bool
) -> tuple[list[Row], str]:
    """Rows from a position on.

    The key also holds how many numbers there were at the first page: what is published while
    somebody reads changes nothing for them.
    """
    start, first_count = _read_key(after, 2) or (0, count)
    count = min(count, first_count)
    if start >= count:
        return [], ""
    if narrow:
        rows, following = _fair_among(found, count, seed, start, size)
    else:
        rows, following = _fair_window(found, count, seed, start, size)
    return rows, f"{following}-{count}" if following is not None else ""


def _fair_window(
    found: Select[Any], count: int, seed: int, start: int, size: int
) -> tuple[list[Row], int | None]:
    """A page of a list without a filter: next to every number is there."""
    for length in (size + _SPARE, _WIDE):
        numbers = positions(count, seed, start, length)
        rows = _in_order(found, numbers)[: size + 1]
        if len(rows) > size or start + length >= count:
            break
        if len(rows) >= size // 2:
            return rows, start + length
    if len(rows) > size:
        return rows[:size], fair_order(count, seed).position_of(rows[size].number)
    return rows, start + length if start + length < count else None


def _fair_among(
    found: Select[Any], count: int, seed: int, start: int, size: int
) -> tuple[list[Row], int | None]:
    """A page of a filtered list: the fitting numbers, sorted by where they stand."""
    place = fair_order(count, seed).position_of
    fitting = db.session.scalars(
        found.with_only_columns(Submission.number).where(Submission.number <= count)
    )
    places = _smallest((place(number) for number in fitting if number), start, size + 1)
    if not places:
        return [], None
    number_at = fair_order(count, seed).number_at
    rows = _in_order(found, [number_at(each) for each in places[:size]])
    return rows, places[size] if len(places) > size else None


def _smallest(places: Iterable[int], start: int, size: int) -> list[int]:
    return nsmallest(size, (place for place in places if place >= start))


def _in_order(found: Select[Any], numbers: list[int]) -> list[Row]:
    """The rows with these numbers, in their order; gaps close."""
    by_number = {row.number: row for row in _rows(found.where(Submission.number.in_(numbers)))}
    return [by_number[number] for number in numbers if number in by_number]
