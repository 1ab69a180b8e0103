"""Public pages: what the moderation did, in numbers and decision by decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from flask_babel import format_decimal, gettext, lazy_gettext, ngettext
from sqlalchemy import Row

from civicdialog.core import clock
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, page
from civicdialog.core.view_models import Crumb, FilterChoice, Filters, FilterSelect
from civicdialog.moderation import transparency
from civicdialog.moderation.models import AppealState, Ground, NoticeState, SubjectKind
from civicdialog.moderation.transparency import Scope
from civicdialog.moderation.transparency_file import figures_as_csv, log_as_csv

room = Room("transparency", __name__)

ON_A_PAGE = 50
WIDTH = 160
KINDS = {
    SubjectKind.SUBMISSION: lazy_gettext("Contribution"),
    SubjectKind.REVISION: lazy_gettext("Change of a text"),
    SubjectKind.ARGUMENT: lazy_gettext("Argument, question or remark"),
    SubjectKind.ATTACHMENT: lazy_gettext("Picture or file"),
}
OPEN = {
    "submission": lazy_gettext("Contributions that wait"),
    "argument": lazy_gettext("Arguments, questions and remarks that wait"),
    "change": lazy_gettext("Changes of texts that wait"),
    "appeal": lazy_gettext("Objections that wait"),
    "notice": lazy_gettext("Reports that wait"),
}
MOST_ROWS = 200_000
"""No log is longer in one file; a year of it can be chosen."""


@dataclass(frozen=True)
class Bar:
    """A ground, how often it was given, and how long its bar is."""

    ground: Ground
    count: int
    share: float
    length: int


@room.route("/transparency/moderation", needs=Permission.PUBLIC)
def show() -> Any:
    scope, rounds = _scope()
    told = transparency.figures(scope)
    return page(
        "moderation/transparency.html",
        told=told,
        bars=_bars(told.by_ground),
        median=_duration(told.median_hours),
        most=_duration(told.most_hours),
        fewest=transparency.FEWEST,
        granted=told.appeals.get(AppealState.GRANTED, 0),
        acted_on=told.notices.get(NoticeState.ACTED_ON, 0),
        kept=told.notices.get(NoticeState.KEPT, 0),
        open=[(OPEN[what], count) for what, count in told.open.items()],
        **_frame(scope, rounds, "transparency.show"),
        crumbs=[
            Crumb(gettext("How it works"), url_for("web.how_it_works")),
            Crumb(gettext("What the moderation did")),
        ],
    )


@room.route("/transparency/moderation/decisions", needs=Permission.PUBLIC)
def decisions() -> Any:
    scope, rounds = _scope()
    before = request.args.get("before", type=int)
    rows = list(transparency.log(scope, before, ON_A_PAGE + 1))
    shown, asked = rows[:ON_A_PAGE], _asked(scope, rounds)
    more = shown[-1].id if len(rows) > ON_A_PAGE else None
    return page(
        "moderation/transparency-log.html",
        rows=shown,
        kinds=KINDS,
        first_url=url_for("transparency.decisions", **asked) if before else "",
        next_url=url_for("transparency.decisions", **asked, before=more) if more else "",
        **_frame(scope, rounds, "transparency.decisions"),
        crumbs=[
            Crumb(gettext("What the moderation did"), url_for("transparency.show", **asked)),
            Crumb(gettext("Every single decision")),
        ],
    )


@room.route("/transparency/moderation/figures.csv", needs=Permission.PUBLIC)
def figures_file() -> Response:
    scope, _ = _scope()
    return _file(figures_as_csv(transparency.figures(scope)), "moderation.csv")


@room.route("/transparency/moderation/decisions.csv", needs=Permission.PUBLIC)
def decisions_file() -> Response:
    scope, _ = _scope()
    return _file(log_as_csv(transparency.log(scope, limit=MOST_ROWS)), "moderation-decisions.csv")


Told = Sequence[Row[int, str, str, bool, datetime]]


def _scope() -> tuple[Scope, Told]:
    """What the address asks for.

    :raise NotFound: if there is no such public round, or the year is none
    """
    rounds = transparency.told_rounds()
    slug, year = request.args.get("round", ""), request.args.get("year", "")
    chosen = next((each.id for each in rounds if each.slug == slug), None)
    if slug and chosen is None:
        raise NotFound(slug)
    if year and int(year if year.isascii() and year.isdecimal() else 0) not in _years(rounds):
        raise NotFound(year)
    return Scope(chosen, int(year) if year else None), rounds


def _years(rounds: Told) -> range:
    """From the first round on until now."""
    now = transparency.year_of(clock.now())
    begin = min((transparency.year_of(each.created_at) for each in rounds), default=now)
    return range(min(begin, now), now + 1)


def _asked(scope: Scope, rounds: Told) -> dict[str, Any]:
    slug = next((each.slug for each in rounds if each.id == scope.round_id), None)
    return {"round": slug, "year": scope.year}


def _frame(scope: Scope, rounds: Told, endpoint: str) -> dict[str, Any]:
    asked = _asked(scope, rounds)
    chosen = next((each for each in rounds if each.id == scope.round_id), None)
    years = [
        FilterChoice("", gettext("All years"), selected=scope.year is None),
        *(FilterChoice(str(y), str(y), selected=y == scope.year) for y in reversed(_years(rounds))),
    ]
    titles = [
        FilterChoice("", gettext("All rounds"), selected=chosen is None),
        *(FilterChoice(r.slug, r.title, selected=r is chosen) for r in rounds),
    ]
    return {
        "asked": asked,
        "sample_notice": chosen.is_sample if chosen else any(r.is_sample for r in rounds),
        "filters_view": Filters(
            url_for(endpoint),
            selects=(
                FilterSelect("round", gettext("Round"), titles),
                FilterSelect("year", gettext("Year"), years),
            ),
            reset_url=url_for(endpoint) if any(asked.values()) else "",
        ),
    }


def _bars(counts: Mapping[Ground, int]) -> list[Bar]:
    """The most frequent first."""
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    total, highest = sum(counts.values()), max(counts.values(), default=1)
    return [
        Bar(ground, count, count / total, -(-WIDTH * count // highest)) for ground, count in ordered
    ]


def _duration(hours: int | None) -> str:
    """In hours up to two days, in days from then on."""
    if hours is None:
        return ""
    if hours < 1:
        return str(gettext("less than an hour"))
    if hours < 48:
        return str(ngettext("%(num)s hour", "%(num)s hours", hours))
    days = format_decimal(hours / 24, "0.#")
    return str(gettext("%(days)s days", days=days))


def _file(content: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="text/csv", headers=headers)
