"""Pages of a round's submissions: by key, never by offset, and without objects of the ORM."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from typing import Any

from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from civicdialog.core.db import UtcDateTime, db
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries
from civicdialog.submissions.models import Submission
from civicdialog.submissions.order import (
    NOTHING_TO_MAKE_UP,
    CorrectedOrder,
    LittleSeen,
    fair_order,
)
from civicdialog.submissions.queries import ListFilter, Order
from civicdialog.submissions.ranking import close_to, ranked
from civicdialog.submissions.rows import Row, numbered, rows_of
from civicdialog.submissions.search import Search, read_search

__all__ = ["ListFilter", "ListPage", "Order", "Row", "day_of", "page_of"]

PAGE_SIZE = 25
# Withdrawn contributions leave gaps: a page looks a little further than its own length …
_SPARE = 15
# … and, where it finds next to nothing, once more much further.
_WIDE = 1_000
# Where a filter asks for something common, it stands among so many positions.
_NEAR = 300
_LARGEST_KEY = 2**53
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SOME = 1


@dataclass(frozen=True)
class ListPage:
    """Some rows, and the key of the page after; empty on the last one."""

    rows: list[Row]
    next_key: str
    seed: int
    sought: Search | None = None
    """What the rows were found by."""
    is_close: bool = False
    """Nothing held all that was looked for; these hold some of it, or similar words."""
    is_cut: bool = False
    """There are more hits than were sorted."""


_BY_COUNT: dict[Order, tuple[InstrumentedAttribute[Any], Callable[[Row], int], bool]] = {
    Order.NEEDS_VOTES: (Submission.voice_count, lambda row: row.vote_count, False),
    Order.DISCUSSED: (Submission.argument_count, lambda row: row.argument_count, True),
    Order.AGREED: (Submission.approval, lambda row: row.approval, True),
}
"""Orders by a number that stands in an index, the same of a row, and whether it falls."""


def page_of(
    viewer: Actor,
    round: Round,
    wanted: ListFilter,
    seed: int,
    after: str = "",
    *,
    size: int = PAGE_SIZE,
    seen: LittleSeen = NOTHING_TO_MAKE_UP,
) -> ListPage:
    """A page of the published submissions of a round; a wrong key begins at the top.

    The fair order reads the numbers of a window of positions; with a filter it looks for the
    fitting numbers first. One or two statements; three for what is rare in a large round, five for
    a search that finds nothing. `seen` is what the fair order makes up for (`day_of` its key).
    """
    if wanted.order is Order.FAIR and not wanted.narrows:
        return ListPage(*_fair_window(round, seed, seen, after, size), seed)
    if wanted.search:
        wanted = replace(wanted, sought=read_search(wanted.search))
        if wanted.order is Order.BEST:
            return _best(viewer, round, wanted, seed, after, size)
    found = queries.listed(viewer, round.id, wanted)
    if wanted.order is Order.NEWEST:
        rows, key = _newest(found, wanted, _read_key(after, 2), size)
    elif wanted.order in _BY_COUNT:
        rows, key = _by_count(found, wanted, _read_key(after, 2), size)
    else:
        rows, key = _fair_among(round, wanted, found, seed, seen, after, size)
    if wanted.search and not rows and not after:
        return _best(viewer, round, wanted, seed, after, size, is_close=True)
    return ListPage(rows, key, seed, wanted.sought)


def day_of(after: str) -> int | None:
    """The day of the order a page of the fair order goes on with; None on a first page."""
    key = _read_key(after, 3)
    return key[2] if key else None


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


def _newest(
    found: Select[Any], wanted: ListFilter, key: tuple[int, ...] | None, size: int
) -> tuple[list[Row], str]:
    if key is not None:
        moment = literal(_EPOCH + key[0] * _MICROSECOND, UtcDateTime)
        found = found.where(
            tuple_(Submission.published_at, Submission.id) < tuple_(moment, literal(key[1]))
        )
    order = Submission.published_at.desc(), Submission.id.desc()
    rows, last = _cut(
        rows_of(found.order_by(*order).limit(size + 1), whole=bool(wanted.search)), size
    )
    if last is None:
        return rows, ""
    return rows, f"{(last.published_at - _EPOCH) // _MICROSECOND}-{last.id}"


def _by_count(
    found: Select[Any], wanted: ListFilter, key: tuple[int, ...] | None, size: int
) -> tuple[list[Row], str]:
    column, count_of, is_falling = _BY_COUNT[wanted.order]
    place = tuple_(column, Submission.id)
    if key is not None:
        last_place = tuple_(literal(key[0]), literal(key[1]))
        found = found.where(place < last_place if is_falling else place > last_place)
    order = [each.desc() if is_falling else each for each in (column, Submission.id)]
    rows, last = _cut(
        rows_of(found.order_by(*order).limit(size + 1), whole=bool(wanted.search)), size
    )
    return rows, "" if last is None else f"{count_of(last)}-{last.id}"


def _fair_start(after: str, count: int) -> tuple[int, int]:
    """The place a page begins at, and how many numbers there were at the first page.

    The key holds both: what is published while somebody reads changes nothing for them.
    """
    start, first_count, _ = _read_key(after, 3) or (0, count, 0)
    return start, min(count, first_count)


def _fair_window(
    round: Round, seed: int, seen: LittleSeen, after: str, size: int
) -> tuple[list[Row], str]:
    """A page of a list without a filter: next to every number is there."""
    start, count = _fair_start(after, round.last_number)
    order = fair_order(count, seed, seen)
    if start >= order.places_count:
        return [], ""
    spare = _SPARE if round.submission_count < round.last_number else 1
    rows: list[Row] = []
    following = order.places_count
    for length in (size + spare, _WIDE):
        numbers, following = order.window(start, length)
        rows = numbered(round.id, numbers)
        if len(rows) > size:
            following = order.place_of(rows[size].number)
            break
        if following >= order.places_count or len(rows) >= size // 2:
            break
    return rows[:size], _fair_key(following, count, seen) if following < order.places_count else ""


def _fair_key(place: int, count: int, seen: LittleSeen) -> str:
    return f"{place}-{count}-{seen.day}"


def _fair_among(
    round: Round,
    wanted: ListFilter,
    found: Select[Any],
    seed: int,
    seen: LittleSeen,
    after: str,
    size: int,
) -> tuple[list[Row], str]:
    """A page of a filtered list: the fitting numbers, sorted by where they stand.

    In a large round, what is common is looked for among the next positions first.
    """
    start, count = _fair_start(after, round.last_number)
    order = fair_order(count, seed, seen)
    if count > _WIDE and not wanted.search and wanted.among is None:
        near, _ = order.window(start, _NEAR)
        rows = numbered(round.id, near, *queries.fitting(wanted))
        if len(rows) > size:
            return rows[:size], _fair_key(order.place_of(rows[size].number), count, seen)
    numbers = found.with_only_columns(Submission.number).where(Submission.number <= count)
    places = _places(order, numbers, start, size)
    shown = [number for _, number in places[:size]]
    rows = numbered(round.id, shown, whole=bool(wanted.search)) if shown else []
    return rows, _fair_key(places[size][0], count, seen) if len(places) > size else ""


def _places(
    order: CorrectedOrder, numbers: Select[Any], start: int, size: int
) -> list[tuple[int, int]]:
    """The first places of these numbers from `start` on, one more than fit on the page."""
    places = ((order.place_of(number), number) for number in db.session.scalars(numbers))
    return nsmallest(size + 1, (each for each in places if each[0] >= start))


# ---- what fits a search best --------------------------------------------------------------------


def _best(
    viewer: Actor,
    round: Round,
    wanted: ListFilter,
    seed: int,
    after: str,
    size: int,
    *,
    is_close: bool = False,
) -> ListPage:
    """A page of what fits best; equals stand in the visitor's own order.

    Where nothing holds all that was looked for, what holds some of it or similar words is shown.
    """
    key = _read_key(after, 4)
    count = min(key[2], round.last_number) if key else round.last_number
    search = wanted.sought or read_search(wanted.search)
    asked = viewer, round, wanted, search, count, seed
    is_close = is_close or (key is not None and key[3] == _SOME)
    ranking = close_to(*asked) if is_close else ranked(*asked)
    if not ranking.hits and not is_close and key is None and not search.is_empty:
        is_close, ranking = True, close_to(*asked)
    hits = ranking.hits
    if key is not None:
        hits = [hit for hit in hits if hit[:2] > (-key[0], key[1])]
    numbers = [number for _, _, number in hits[:size]]
    rows = numbered(round.id, numbers, whole=True) if numbers else []
    following = ""
    if len(hits) > size:
        fit, place, _ = hits[size - 1]
        following = f"{-fit}-{place}-{count}-{_SOME if is_close else 0}"
    return ListPage(rows, following, seed, ranking.search, is_close and bool(rows), ranking.is_cut)
