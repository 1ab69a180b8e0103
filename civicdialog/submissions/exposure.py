"""How often contributions are shown in lists: sums without visitors, and the order of the day.

A page that is read writes nothing. Each process counts in memory and adds its sums to the table
once a minute, in a thread of its own; a process that dies loses a minute at most.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from itertools import islice
from threading import Lock, Timer
from time import monotonic

import structlog
from flask import Flask, current_app
from sqlalchemy import Select, and_, bindparam, case, exists, func, select
from sqlalchemy.exc import SQLAlchemyError

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import db, insert_into, transaction
from civicdialog.core.jobs import Doorbell
from civicdialog.rounds.models import Phase, Round
from civicdialog.submissions.evenness import evenness, little_seen
from civicdialog.submissions.models import ExposureDaily, OrderOfDay, Status, Submission
from civicdialog.submissions.order import NOTHING_TO_MAKE_UP, LittleSeen

MAKE_ORDERS = "make-orders-of-day"
SECONDS_BETWEEN_FLUSHES = 60
ROWS_AT_ONCE = 500
_ORDERS_KEPT = 64

log = structlog.get_logger("exposure")


def today() -> date:
    """The day in the city."""
    return clock.now().astimezone(city().zone).date()


class Exposure:
    """What this process has shown since it last wrote it down, and the orders it knows."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = Lock()
        self._sums: Counter[int] = Counter()
        self._timer: Timer | None = None
        self._newest: dict[int, tuple[float, LittleSeen]] = {}
        self._by_day: dict[tuple[int, int], LittleSeen] = {}

    def note(self, submission_ids: Iterable[int]) -> None:
        """Count that these were shown once more."""
        with self._lock:
            self._sums.update(submission_ids)
            if self._sums and self._timer is None and not self._app.testing:
                self._timer = Timer(SECONDS_BETWEEN_FLUSHES, self._flush_in_time)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Add what was counted to the sums of the day, some rows at a time."""
        with self._lock:
            sums, self._sums, self._timer = self._sums, Counter(), None
        day = today()
        rows = [
            {"submission_id": number, "day": day, "views": views}
            for number, views in sorted(sums.items())
        ]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            with transaction():
                _add(rows[start : start + ROWS_AT_ONCE])

    def _flush_in_time(self) -> None:
        with self._app.app_context():
            try:
                self.flush()
            except SQLAlchemyError as error:
                log.warning("views were not written down", why=str(error))

    def order_for(self, round_id: int, day: int | None) -> LittleSeen:
        """What the order of a round makes up for: the newest there is, or that of a given day."""
        if day == NOTHING_TO_MAKE_UP.day:
            return NOTHING_TO_MAKE_UP
        if day is not None:
            known = self._by_day.get((round_id, day))
            return known or self._load(round_id, day)
        checked_at, newest = self._newest.get(round_id, (0.0, NOTHING_TO_MAKE_UP))
        if not checked_at or monotonic() - checked_at > SECONDS_BETWEEN_FLUSHES:
            newest = self._load(round_id, None)
            self._newest[round_id] = monotonic(), newest
        return newest

    def _load(self, round_id: int, day: int | None) -> LittleSeen:
        wanted = _ORDER_OF_ROUND
        if day is not None:
            wanted = wanted.where(OrderOfDay.day == _day_of(day))
        row = db.session.execute(wanted, {"round_id": round_id, "now": today()}).first()
        if row is None:
            return NOTHING_TO_MAKE_UP
        found = LittleSeen(row.day.toordinal(), tuple(row.little_seen), row.last_number, row.places)
        # Two processes must not hold two objects of one day in the cache of orders for long.
        kept = self._by_day.setdefault((round_id, found.day), found)
        for old in list(islice(self._by_day, max(0, len(self._by_day) - _ORDERS_KEPT))):
            self._by_day.pop(old, None)
        return kept

    def forget(self) -> None:
        """Begin anew, as a new process does."""
        with self._lock:
            self._sums.clear()
            self._newest.clear()
            self._by_day.clear()


_ORDER_OF_ROUND = (
    select(OrderOfDay.day, OrderOfDay.little_seen, OrderOfDay.last_number, OrderOfDay.places)
    .where(OrderOfDay.round_id == bindparam("round_id"), OrderOfDay.day <= bindparam("now"))
    .order_by(OrderOfDay.day.desc())
    .limit(1)
)


def _day_of(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def _add(rows: list[dict[str, object]]) -> None:
    """Add to the sums; what was deleted meanwhile is left out."""
    ids = [row["submission_id"] for row in rows]
    there = set(db.session.scalars(select(Submission.id).where(Submission.id.in_(ids))))
    rows = [row for row in rows if row["submission_id"] in there]
    if not rows:
        return
    statement = insert_into(ExposureDaily)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["submission_id", "day"],
            set_={"views": ExposureDaily.views + statement.excluded.views},
        ),
        rows,
    )


def exposure() -> Exposure:
    """The counter of this process."""
    found: Exposure = current_app.extensions["exposure"]
    return found


# ---- the order of the day -----------------------------------------------------------------------


def make_orders() -> None:
    """Write the order of the day for every round that has none yet and is not over."""
    day = today()
    for round_id in db.session.scalars(_rounds_without(day)).all():
        with transaction():
            _make_order(round_id, day)


def _rounds_without(day: date) -> Select[int]:
    made = exists().where(OrderOfDay.round_id == Round.id, OrderOfDay.day == day)
    goes_on = exists().where(Phase.round_id == Round.id, Phase.ends_at > clock.now())
    return select(Round.id).where(Round.submission_count > 0, ~made, goes_on)


def _make_order(round_id: int, day: date) -> None:
    yesterday = day - timedelta(days=1)
    views = func.coalesce(func.sum(ExposureDaily.views), 0)
    of_yesterday = func.coalesce(
        func.sum(case((ExposureDaily.day == yesterday, ExposureDaily.views), else_=0)), 0
    )
    before_today = and_(ExposureDaily.submission_id == Submission.id, ExposureDaily.day < day)
    rows = db.session.execute(
        select(Submission.number, views, of_yesterday)
        .outerjoin(ExposureDaily, before_today)
        .where(Submission.round_id == round_id, Submission.status == Status.PUBLISHED)
        .group_by(Submission.id, Submission.number)
    ).all()
    seen = {int(number): int(count) for number, count, _ in rows}
    numbers, places = little_seen(seen, sum(int(count) for _, _, count in rows))
    last_number = db.session.scalar(select(Round.last_number).where(Round.id == round_id))
    db.session.execute(
        insert_into(OrderOfDay)
        .values(
            round_id=round_id,
            day=day,
            little_seen=list(numbers),
            last_number=last_number,
            places=places,
            figures=asdict(evenness(list(seen.values()))),
            made_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def newest_orders(round_ids: Iterable[int]) -> list[OrderOfDay]:
    """The newest order of each of these rounds."""
    newest = (
        select(OrderOfDay.round_id, func.max(OrderOfDay.day).label("day"))
        .where(OrderOfDay.round_id.in_(list(round_ids)))
        .group_by(OrderOfDay.round_id)
        .subquery()
    )
    same = and_(OrderOfDay.round_id == newest.c.round_id, OrderOfDay.day == newest.c.day)
    return list(db.session.scalars(select(OrderOfDay).join(newest, same)))


def register(app: Flask) -> None:
    """Give the application its counter, and the doorbell its duty."""
    app.extensions["exposure"] = Exposure(app)
    bell: Doorbell = app.extensions["doorbell"]
    bell.add(MAKE_ORDERS, make_orders)
