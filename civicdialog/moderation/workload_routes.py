"""The page that tells the office how much waits and whether the moderation keeps up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import format_decimal, format_timedelta, get_locale, gettext, ngettext

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, current_actor, page
from civicdialog.moderation import appeal_queries, notice_queries
from civicdialog.moderation.queue_page import KINDS
from civicdialog.moderation.target import overdue_before
from civicdialog.moderation.workload import DAYS, Day, Workload, workload

room = Room("workload", __name__)

WIDTH, HEIGHT = 560, 120
BAR = 14


@dataclass(frozen=True)
class Bar:
    """The two bars of one day, in the units of the picture."""

    day: Day
    words: str
    x: int
    handed_in: int
    decided: int


@room.route("/moderation/workload", needs=Permission.WORKLOAD_READ)
def show() -> Any:
    now = clock.now()
    told = workload(current_actor(), now, cutoff=overdue_before(now))
    median = told.median_hours
    return page(
        "moderation/workload.html",
        told=told,
        kinds=[
            (
                gettext(KINDS[kind]),
                sum(each.count for each in found),
                sum(each.overdue for each in found),
                format_timedelta(now - min(each.oldest_at for each in found)),
            )
            for kind, found in told.by_kind.items()
        ],
        reported=notice_queries.waiting_count(),
        objections=appeal_queries.waiting_count(),
        oldest=format_timedelta(now - told.oldest_at) if told.oldest_at else "",
        median=format_timedelta(timedelta(hours=median)) if median is not None else "",
        forecast=_forecast(told),
        bars=_bars(told.days),
        highest=max((max(each.handed_in, each.decided) for each in told.days), default=0),
        width=WIDTH,
        height=HEIGHT,
        bar=BAR,
        days=DAYS,
        target=city().decision_days,
    )


def _bars(days: Sequence[Day]) -> list[Bar]:
    highest = max((max(each.handed_in, each.decided) for each in days), default=0) or 1
    step = WIDTH // len(days)
    return [
        Bar(
            each,
            format_date(each.day, "full", locale=str(get_locale())),
            n * step,
            -(-HEIGHT * each.handed_in // highest),
            -(-HEIGHT * each.decided // highest),
        )
        for n, each in enumerate(days)
    ]


def _forecast(told: Workload) -> str:
    if not told.count:
        return str(gettext("Nothing waits."))
    if not told.decided:
        return str(gettext("Nothing was decided in this time, so there is no forecast."))
    left = told.days_until_empty
    if left is not None:
        return str(
            ngettext(
                "At this pace the queue is empty in %(num)s day.",
                "At this pace the queue is empty in %(num)s days.",
                left,
            )
        )
    if told.change_a_day == 0:
        return str(gettext("At this pace the queue stays as long as it is."))
    growth = format_decimal(round(told.change_a_day, 1))
    return str(gettext("At this pace the queue grows by %(number)s a day.", number=growth))
