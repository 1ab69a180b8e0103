"""Composes what everybody sees of the votes: the state of opinion of a round, and its map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import format_decimal

from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.core.view_models import Filters, OpinionBar, Tab
from civicdialog.insights.models import OpinionRun
from civicdialog.insights.opinion_result import SHELVES, Figure, Shelf, Statement, Told
from civicdialog.rounds.models import Round
from civicdialog.web.opinion_access import Reason, result_for, voting_room
from civicdialog.web.opinion_choice import (
    IN_OVERVIEW,
    ON_A_PAGE,
    Chosen,
    chosen_from,
    filters_for,
    ids_that_fit,
    in_order,
    shown_of,
    titles_of,
)
from civicdialog.web.opinion_words import on_groups, sentence_on
from civicdialog.web.queries import topics_of
from civicdialog.web.templating import day_in_words, time_in_words
from civicdialog.web.words import gettext, ngettext

FLOOR = 5

HEADINGS: Mapping[Shelf, str] = {
    "common": mark("Common ground"),
    "divides": mark("What divides"),
    "mixed": mark("Neither clear nor divided"),
    "few": mark("Needs more voices"),
}
MEANINGS: Mapping[Shelf, str] = {
    "common": mark("On these, all groups are on the same side. That is more than chance."),
    "divides": mark("On these, groups think differently, and that is more than chance."),
    "mixed": mark("Here the voices show no clear picture yet."),
    "few": mark("Fewer than ten people have answered. It is too early for a result."),
}
MEANINGS_WITHOUT_GROUPS: Mapping[Shelf, str] = {
    **MEANINGS,
    "common": mark("On these, most people are on the same side. That is more than chance."),
    "divides": mark("On these, nearly as many are in favour as against."),
}


# ---- the page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class StatementView:
    """A proposal with what people think of it."""

    title: str
    url: str
    sentence: str
    important: int
    bars: tuple[OpinionBar, ...]
    voices: int


@dataclass(frozen=True)
class ShelfView:
    """Some statements of which the same can be said."""

    key: Shelf
    heading: str
    meaning: str
    items: list[StatementView]
    count: int
    all_url: str


@dataclass(frozen=True)
class Intro:
    """Whom and what the page sums up."""

    people: int
    voices: int
    proposals: int
    guests: str
    summed_up: str
    groups: str


@dataclass(frozen=True)
class OpinionsPage:
    """Everything the page shows; with a reason it shows nothing else."""

    reason: Reason | None = None
    intro: Intro | None = None
    has_map: bool = False
    filters: Filters | None = None
    is_filtered: bool = False
    tabs: tuple[Tab, ...] = ()
    shelves: tuple[ShelfView, ...] = ()
    nothing_found: bool = False
    all_url: str = ""
    previous_url: str = ""
    next_url: str = ""
    note: str = ""
    vote_url: str = ""


def opinions_page(
    actor: Actor, round: Round, args: Mapping[str, str], now: datetime
) -> OpinionsPage:
    """The state of opinion of a round as somebody wants to see it."""
    found = result_for(actor, round, now)
    if isinstance(found, Reason):
        return OpinionsPage(reason=found)
    told, run = found
    topics = topics_of(round.id)
    chosen = chosen_from(round.slug, args, topics)
    fitting = ids_that_fit(actor, round, chosen, topics)
    wanted = {
        shelf: [
            s for s in in_order(told, shelf, chosen.order) if fitting is None or s.id in fitting
        ]
        for shelf in SHELVES
    }
    shown = shown_of(wanted, chosen)
    titles = titles_of(round, [each.id for some in shown.values() for each in some])
    sizes = {shelf: len(found) for shelf, found in wanted.items()}
    shelves = [
        _shelf_view(shelf, found, titles, told, chosen, sizes[shelf])
        for shelf, found in shown.items()
        if found
    ]
    total = sizes[chosen.shelf] if chosen.shelf else 0
    last = chosen.page * ON_A_PAGE
    return OpinionsPage(
        intro=_intro(told, run),
        has_map=bool(told.cells),
        filters=filters_for(chosen, topics),
        is_filtered=bool(chosen.narrows or chosen.order),
        tabs=_tabs(chosen, sizes),
        shelves=tuple(shelves),
        nothing_found=not shelves,
        all_url=url_for("web.opinions", slug=round.slug),
        previous_url=chosen.url(chosen.shelf, chosen.page - 1) if chosen.page > 1 else "",
        next_url=chosen.url(chosen.shelf, chosen.page + 1) if last < total else "",
        note=_note(chosen, total, last),
        vote_url=voting_room(round) if round.accepts_votes(now) else "",
    )


# ---- parts of the page --------------------------------------------------------------------------


def _shelf_view(
    shelf: Shelf, found: Sequence[Statement], titles: Mapping[str, str], told: Told,
    chosen: Chosen, size: int,
) -> ShelfView:  # fmt: skip
    most = ON_A_PAGE if chosen.shelf else IN_OVERVIEW[shelf]
    items = [_view(each, titles[each.id], told) for each in found if each.id in titles][:most]
    meanings = MEANINGS if told.groups else MEANINGS_WITHOUT_GROUPS
    return ShelfView(
        key=shelf,
        heading=gettext(HEADINGS[shelf]),
        meaning=gettext(meanings[shelf]),
        items=items,
        count=size,
        all_url=chosen.url(shelf) if not chosen.shelf and size > len(items) else "",
    )


def _view(each: Statement, title: str, told: Told) -> StatementView:
    is_drawn = each.shelf != "few" and each.everybody is not None
    return StatementView(
        title=title,
        url=url_for("web.proposal", public_id=each.id),
        sentence=sentence_on(each, told) if is_drawn else "",
        important=each.important or 0,
        bars=_bars(each, told) if is_drawn else (),
        voices=each.votes,
    )


def _bars(each: Statement, told: Told) -> tuple[OpinionBar, ...]:
    groups = zip(told.groups, each.groups, strict=True)
    return (
        bar_of(each.everybody, gettext("Everybody"), is_main=True),
        *(bar_of(figure, gettext("Group %(letter)s", letter=g.letter)) for g, figure in groups),
    )


def bar_of(figure: Figure | None, label: str, *, is_main: bool = False) -> OpinionBar:
    """A bar; not drawn where too few people answered."""
    counts = (figure.agree, figure.passes, figure.disagree) if figure else (0, 0, 0)
    return OpinionBar.from_counts(*counts, label=label, threshold=FLOOR, is_main=is_main)


def _intro(told: Told, run: OpinionRun) -> Intro:
    guests = ""
    if told.guests:
        guests = ngettext(
            "%(n)s of them took part as a guest, without an account.",
            "%(n)s of them took part as guests, without an account.",
            told.guests,
            n=format_decimal(told.guests),
        )
    return Intro(
        people=told.people,
        voices=told.votes,
        proposals=told.submissions,
        guests=guests,
        summed_up=gettext(
            "Summed up on %(date)s at %(time)s.",
            date=day_in_words(run.ran_at),
            time=time_in_words(run.ran_at),
        ),
        groups=on_groups(told),
    )


def _tabs(chosen: Chosen, sizes: Mapping[Shelf, int]) -> tuple[Tab, ...]:
    return (
        Tab(gettext("Overview"), chosen.url(None), chosen.shelf is None),
        *(
            Tab(gettext(HEADINGS[shelf]), chosen.url(shelf), chosen.shelf == shelf, sizes[shelf])
            for shelf in SHELVES
        ),
    )


def _note(chosen: Chosen, total: int, last: int) -> str:
    if not chosen.shelf or total <= ON_A_PAGE:
        return ""
    return gettext(
        "%(first)s to %(last)s of %(total)s",
        first=format_decimal(last - ON_A_PAGE + 1),
        last=format_decimal(min(last, total)),
        total=format_decimal(total),
    )
