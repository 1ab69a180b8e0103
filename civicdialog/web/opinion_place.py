"""The opinion map of a round, and where the reader stands on it: worked out and forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import hypot

from flask import url_for
from sqlalchemy import or_, select

from civicdialog.analysis.routing import group_chances, standing_of
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.core.view_models import (
    Cell,
    MapCell,
    MapDirection,
    MapGroup,
    OpinionMapView,
)
from civicdialog.insights import opinion_result as results
from civicdialog.insights.opinion_result import OpinionGroup, Statement, Told
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting import queries as voting
from civicdialog.web.opinion_access import Reason, result_for
from civicdialog.web.opinion_words import letters_in_words, on_groups
from civicdialog.web.words import gettext, ngettext

FEWEST_OWN = 5
"""With fewer answers of one's own nothing is said about where one stands."""
SURE_FROM = 0.8
MOST_DIRECTIONS = 4
APART = 0.75
"""Directions differ at least so much (cosine)."""

Answers = Mapping[str, int]
"""The reader's own opinions by public id."""


@dataclass(frozen=True)
class OwnPlace:
    """Where the reader stands; only they see it, and nothing keeps it."""

    sentence: str
    point: tuple[float, float] | None = None


@dataclass(frozen=True)
class MapPage:
    """Everything the page of the map shows; with a reason it shows nothing else."""

    reason: Reason | None = None
    map: OpinionMapView | None = None
    groups: str = ""
    closeness: str = ""
    own: OwnPlace | None = None


def map_page(actor: Actor, round: Round, now: datetime) -> MapPage:
    """The map of the newest run, with the reader on it if they have answered enough."""
    found = result_for(actor, round, now)
    if isinstance(found, Reason):
        return MapPage(reason=found)
    told, _ = found
    answers = voting.own_answers(actor, round)
    directions = _directions(told)
    wanted = {name for group in told.groups for name, _ in group.telling}
    names, titles = _names_and_titles(answers, wanted | {each.id for each in directions})
    own = own_place(
        told, {names[key]: said.opinion for key, said in answers.items() if key in names}
    )
    view = OpinionMapView.from_cells(
        [MapCell(c.x, c.y, c.count, _main_group(c)) for c in told.cells],
        [_group(each, titles) for each in told.groups],
        title=gettext("Who answered alike"),
        radius=told.radius,
        others_count=told.in_no_group or 0,
        directions=_drawn([each for each in directions if each.id in titles], titles),
        me=own.point if own else None,
        how_url=url_for("web.how_opinions", _anchor="map"),
    )
    return MapPage(map=view, groups=on_groups(told), closeness=_closeness(told), own=own)


def own_place(told: Told, answers: Answers) -> OwnPlace | None:
    """Where somebody with these answers stands; None for somebody without any."""
    known = [(opinion, told.statements[name]) for name, opinion in answers.items()
             if name in told.statements]  # fmt: skip
    if not known:
        return None
    if len(known) < FEWEST_OWN:
        missing = FEWEST_OWN - len(known)
        return OwnPlace(
            ngettext(
                "You see where you stand after you have answered %(num)d more proposal.",
                "You see where you stand after you have answered %(num)d more proposals.",
                missing,
            )
        )
    mean = standing_of([(opinion, each.easiness, each.weights) for opinion, each in known]).mean
    scale = told.scale
    return OwnPlace(_nearest_group(told, known), (mean[0] * scale[0], mean[1] * scale[1]))


def _nearest_group(told: Told, known: Sequence[tuple[int, Statement]]) -> str:
    """The group whose answers are most like these, if that is sure enough."""
    if not told.groups:
        return gettext("There are no groups that you could be compared with.")
    answers = [(opinion, each.shares) for opinion, each in known if each.shares]
    chances = group_chances(answers, [group.share for group in told.groups])
    chance, group = max(zip(chances, told.groups, strict=True), key=lambda pair: pair[0])
    if not answers or chance < SURE_FROM:
        return gettext("Your answers lie between the groups: none is clearly the nearest.")
    return gettext(
        "Your answers are most like those of group %(letter)s (%(n)s%% sure).",
        letter=group.letter,
        n=min(99, int(100 * chance)),
    )


def _names_and_titles(
    ids: Collection[int], public_ids: Collection[str]
) -> tuple[dict[int, str], dict[str, str]]:
    """Public ids by id, and titles by public id, of what is published; one statement."""
    rows = db.session.execute(
        select(Submission.id, Submission.public_id, Submission.title).where(
            or_(Submission.id.in_(list(ids)), Submission.public_id.in_(list(public_ids))),
            Submission.status == Status.PUBLISHED,
        )
    ).all()
    return {row[0]: row[1] for row in rows}, {row[1]: row[2] for row in rows}


# ---- parts of the map ---------------------------------------------------------------------------


def _main_group(cell: results.Cell) -> int | None:
    """The group most people of a cell belong to; None where most are in none that can be told."""
    counts = [count or 0 for count in cell.groups]
    most = max(counts, default=0)
    return counts.index(most) if most and most >= cell.count - sum(counts) else None


def _group(group: OpinionGroup, titles: Mapping[str, str]) -> MapGroup:
    def cells(agrees: bool) -> list[Cell]:
        return [
            Cell(titles[name], url_for("web.proposal", public_id=name))
            for name, direction in group.telling
            if direction is agrees and name in titles
        ]

    return MapGroup(
        group.letter, group.size, group.x, group.y, agrees=cells(True), disagrees=cells(False)
    )


def _directions(told: Told) -> list[Statement]:
    """The statements that spread people most, each towards another side."""
    found: list[Statement] = []
    by_reach = sorted(told.statements.values(), key=lambda s: (-hypot(s.x, s.y), s.id))
    for each in by_reach:
        reach = hypot(each.x, each.y)
        if reach < 0.3 or len(found) == MOST_DIRECTIONS:
            break
        if all((each.x * o.x + each.y * o.y) / (reach * hypot(o.x, o.y)) < APART for o in found):
            found.append(each)
    return found


def _drawn(directions: Sequence[Statement], titles: Mapping[str, str]) -> list[MapDirection]:
    return [
        MapDirection(n, titles[each.id], url_for("web.proposal", public_id=each.id), each.x, each.y)
        for n, each in enumerate(directions, start=1)
    ]


def _closeness(told: Told) -> str:
    """Which groups are nearest to each other, where there are more than two."""
    if len(told.groups) < 3:
        return ""
    pairs = [
        (hypot(a.x - b.x, a.y - b.y), sorted((a.letter, b.letter)))
        for i, a in enumerate(told.groups)
        for b in told.groups[:i]
    ]
    return gettext(
        "Closest to each other are groups %(near)s, farthest apart groups %(far)s.",
        near=letters_in_words(min(pairs)[1]),
        far=letters_in_words(max(pairs)[1]),
    )
