"""What somebody looks for among the statements of a run, and which ones these are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select

from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.core.view_models import FilterChoice, Filters, FilterSelect
from civicdialog.insights.opinion_result import SHELVES, Shelf, Statement, Told
from civicdialog.insights.queries import members_of
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.queries import ListFilter, listed
from civicdialog.web.queries import Topics
from civicdialog.web.words import gettext

ON_A_PAGE = 25
IN_OVERVIEW: Mapping[Shelf, int] = {"common": 5, "divides": 5, "mixed": 3, "few": 3}
SPARE = 5
"""So many more are looked up, for those that have been taken back since the run."""
LONGEST_SEARCH = 200
ORDERS = ("", "bridge", "division", "uncertainty", "votes")


@dataclass(frozen=True)
class Chosen:
    """What somebody looks for; every value has been checked against what there is."""

    slug: str
    shelf: Shelf | None = None
    search: str = ""
    topic: int | None = None
    order: str = ""
    page: int = 1

    @property
    def narrows(self) -> bool:
        return bool(self.search) or self.topic is not None

    def url(self, shelf: Shelf | None, page: int = 1) -> str:
        """The address of a shelf, or of all of them, with the same choice."""
        values: dict[str, Any] = {
            "shelf": shelf,
            "q": self.search or None,
            "topic": self.topic,
            "order": self.order or None,
            "page": page if page > 1 else None,
        }
        return url_for("web.opinions", slug=self.slug, **values)


def chosen_from(slug: str, args: Mapping[str, str], topics: Topics | None) -> Chosen:
    """Read the address; what makes no sense is left out."""
    known = {str(position): position for position, _, _ in topics.listed} if topics else {}
    page, order = args.get("page", ""), args.get("order", "")
    is_number = page.isascii() and page.isdecimal() and len(page) < 6
    return Chosen(
        slug=slug,
        shelf=next((shelf for shelf in SHELVES if shelf == args.get("shelf")), None),
        search=" ".join(args.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH],
        topic=known.get(args.get("topic", "")),
        order=order if order in ORDERS else "",
        page=max(1, int(page)) if is_number else 1,
    )


def in_order(told: Told, shelf: Shelf, order: str) -> list[Statement]:
    """The statements of a shelf; ties in the order of the run."""
    found = [each for each in told.statements.values() if each.shelf == shelf]
    usual = {"common": "bridge", "divides": "division"}.get(shelf, "votes")
    return sorted(found, key=lambda each: _rank(each, order or usual))


def _rank(each: Statement, order: str) -> float:
    if order == "bridge":
        return -(each.bridging or 0.0)
    if order == "division":
        return -(each.gap or each.controversy)
    return -each.uncertainty if order == "uncertainty" else -each.votes


def shown_of(
    wanted: Mapping[Shelf, Sequence[Statement]], chosen: Chosen
) -> dict[Shelf, Sequence[Statement]]:
    """The first ones of each shelf, or a page of one."""
    if chosen.shelf:
        first = (chosen.page - 1) * ON_A_PAGE
        return {chosen.shelf: wanted[chosen.shelf][first : first + ON_A_PAGE]}
    return {shelf: found[: IN_OVERVIEW[shelf] + SPARE] for shelf, found in wanted.items()}


def ids_that_fit(
    actor: Actor, round: Round, chosen: Chosen, topics: Topics | None
) -> Collection[str] | None:
    """Public ids of the contributions that fit a search and belong to a topic; None for all."""
    if not chosen.narrows:
        return None
    members = None
    if topics and chosen.topic is not None:
        members = members_of(topics.run_id, chosen.topic)
    wanted = listed(actor, round.id, ListFilter(search=chosen.search, among=members))
    return set(db.session.scalars(wanted.with_only_columns(Submission.public_id)))


def titles_of(round: Round, ids: Iterable[str]) -> dict[str, str]:
    """Titles by public id; what has been taken back or hidden since is missing."""
    found = db.session.execute(
        select(Submission.public_id, Submission.title).where(
            Submission.round_id == round.id,
            Submission.status == Status.PUBLISHED,
            Submission.public_id.in_(list(ids)),
        )
    )
    return dict(found.all())


def filters_for(chosen: Chosen, topics: Topics | None) -> Filters:
    orders = (
        ("", gettext("As the shelf suggests")),
        ("bridge", gettext("Most common ground first")),
        ("division", gettext("Most divided first")),
        ("uncertainty", gettext("Most uncertain first")),
        ("votes", gettext("Most voices first")),
    )
    selects = [
        FilterSelect(
            "order",
            gettext("Order"),
            [FilterChoice(key, name, selected=key == chosen.order) for key, name in orders],
        )
    ]
    if topics:
        listed = [
            FilterChoice(str(position), name, selected=position == chosen.topic)
            for position, name, _ in topics.listed
        ]
        everything = FilterChoice("", gettext("All"))
        selects.insert(
            0, FilterSelect("topic", gettext("Topic (by machine)"), [everything, *listed])
        )
    return Filters(
        action=url_for("web.opinions", slug=chosen.slug),
        search_label=gettext("Search"),
        search_value=chosen.search,
        selects=selects,
        hidden={"shelf": chosen.shelf} if chosen.shelf else {},
        reset_url=Chosen(chosen.slug).url(chosen.shelf) if chosen.narrows else "",
    )
