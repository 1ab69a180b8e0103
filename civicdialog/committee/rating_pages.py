"""Composes what the pages and the file of ratings show."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from flask import url_for
from flask_babel import gettext

from civicdialog.analysis.agreement import Ratings, alpha, spread
from civicdialog.committee import rating_queries as queries
from civicdialog.committee.download import safe
from civicdialog.committee.rating_models import (
    HIGHEST,
    LOWEST,
    Axis,
    RatingCriterion,
    RatingItem,
    RatingSheet,
)
from civicdialog.committee.rating_picture import Circle, Placed, circles
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor

SMALLEST_FOR_ALPHA = 3


@dataclass(frozen=True)
class Strip:
    """What members said about one criterion: how many gave each figure, from 1 to 5."""

    name: str
    meaning: str
    low: str
    high: str
    counts: tuple[int, ...]
    middle: float | None
    spread: int
    by_name: Sequence[tuple[str, int | None]]


@dataclass(frozen=True)
class Judged:
    """One opened contribution, its means by axis and its largest difference."""

    item: RatingItem
    benefit: float | None
    risk: float | None
    effort: float | None
    spread: int


@dataclass(frozen=True)
class Agreement:
    name: str
    alpha: float | None
    reading: str
    items: int
    is_closed: bool


@dataclass(frozen=True)
class Overview:
    judged: Sequence[Judged]
    """Those with the largest differences first."""
    picture: Sequence[tuple[Circle, RatingItem]]
    agreements: Sequence[Agreement]


def strips(
    criteria: Sequence[RatingCriterion], sheets: Sequence[RatingSheet], item: RatingItem
) -> list[Strip]:
    """The opened figures of one contribution, the largest differences first."""
    given: dict[int, dict[int, int]] = defaultdict(dict)
    for each in queries.figures([item]):
        given[each.criterion_id][each.sheet_id] = each.value
    raters = [each for each in sheets if not each.is_biased]
    found = []
    for criterion in criteria:
        values = given.get(criterion.id, {})
        if criterion.closed_at is not None and not values:
            continue
        numbers = list(values.values())
        found.append(
            Strip(
                name=criterion.name,
                meaning=criterion.meaning,
                low=criterion.low,
                high=criterion.high,
                counts=tuple(numbers.count(n) for n in range(LOWEST, HIGHEST + 1)),
                middle=float(median(numbers)) if numbers else None,
                spread=spread(numbers),
                by_name=[(name_of(each), values.get(each.id)) for each in raters],
            )
        )
    return sorted(found, key=lambda each: -each.spread)


def name_of(sheet: RatingSheet) -> str:
    return sheet.member.public_name if sheet.member else str(gettext("a former member"))


def overview(actor: Actor, round_id: int, criteria: Sequence[RatingCriterion]) -> Overview:
    """Every opened rating of a round by all its criteria, summed up."""
    opened = queries.opened(actor, round_id)
    by_item: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for each in queries.figures(opened):
        by_item[each.item_id][each.criterion_id].append(each.value)
    judged = [_judged(item, by_item[item.id], criteria) for item in opened]
    judged.sort(key=lambda each: (-each.spread, each.item.id))
    return Overview(judged, _picture(judged), _agreements(criteria, list(by_item.values())))


def _judged(
    item: RatingItem, figures: Mapping[int, Sequence[int]], criteria: Sequence[RatingCriterion]
) -> Judged:
    def mean(axis: Axis) -> float | None:
        feeding = [fmean(figures[c.id]) for c in criteria if c.axis is axis and figures.get(c.id)]
        return fmean(feeding) if feeding else None

    return Judged(
        item,
        mean(Axis.BENEFIT),
        mean(Axis.RISK),
        mean(Axis.EFFORT),
        max((spread(values) for values in figures.values()), default=0),
    )


def _picture(judged: Sequence[Judged]) -> list[tuple[Circle, RatingItem]]:
    shown = sorted(
        (each for each in judged if each.benefit is not None and each.risk is not None),
        key=lambda each: each.item.id,
    )
    placed = [
        Placed(each.item.submission.number or 0, each.benefit, each.risk, each.effort)
        for each in shown
        if each.benefit is not None and each.risk is not None
    ]
    return list(zip(circles(placed), (each.item for each in shown), strict=True))


def _agreements(
    criteria: Sequence[RatingCriterion], items: Sequence[Mapping[int, Ratings]]
) -> list[Agreement]:
    found = []
    for criterion in criteria:
        rated = [values for each in items if len(values := each.get(criterion.id, ())) > 1]
        figure = alpha(rated) if len(rated) >= SMALLEST_FOR_ALPHA else None
        if rated or criterion.closed_at is None:
            found.append(
                Agreement(
                    criterion.name,
                    figure,
                    gettext(_reading(figure, len(rated))),
                    len(rated),
                    criterion.closed_at is not None,
                )
            )
    return found


TOO_FEW = mark("Too few: at least three contributions must be rated by two members.")
ALL_THE_SAME = mark("All figures are the same; nothing tells agreement from chance.")
READINGS = (
    (0.8, mark("The members judge alike.")),
    (0.667, mark("The members judge roughly alike.")),
    (0.0, mark("The members judge differently. Talk about what the criterion means.")),
    (float("-inf"), mark("The members agree no more often than chance would have it.")),
)
"""From which figure on what holds; .8 and .667 are Krippendorff's own limits."""


def _reading(figure: float | None, items: int) -> str:
    if items < SMALLEST_FOR_ALPHA:
        return TOO_FEW
    if figure is None:
        return ALL_THE_SAME
    return next(words for least, words in READINGS if figure >= least)


COLUMNS = ("number", "id", "title", "criterion", "member", "value", "opened_at", "url")


def as_csv(actor: Actor, round_id: int, base_url: str) -> str:
    """Every opened figure; UTF-8 with a byte order mark, cells are no formulas.

    Members go by numbers, which mean somebody else in each contribution.
    """
    names = {each.id: each.name for each in queries.criteria(round_id, closed_too=True)}
    opened = {each.id: each for each in queries.opened(actor, round_id)}
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    seats_of: dict[int, dict[int, int]] = defaultdict(dict)
    for each in queries.figures(list(opened.values())):
        item = opened[each.item_id]
        seats = seats_of[item.id]
        seat = seats.setdefault(each.sheet_id, len(seats) + 1)
        writer.writerow(
            [
                item.submission.number,
                item.submission.public_id,
                safe(item.submission.title),
                safe(names[each.criterion_id]),
                seat,
                each.value,
                item.opened_at.date().isoformat() if item.opened_at else "",
                f"{base_url}{url_for('ratings.show', public_id=item.submission.public_id)}",
            ]
        )
    return file.getvalue()
