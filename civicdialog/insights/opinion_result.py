"""The result of an opinion run with names and types, read once and kept: runs never change."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any, Literal

from civicdialog.core.i18n import mark
from civicdialog.insights.models import OpinionRun
from civicdialog.insights.queries import result_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RUNS_KEPT = 8
AGREES_FROM, LEANS_FROM = 0.6, 0.55

Shelf = Literal["common", "divides", "mixed", "few"]
SHELVES: tuple[Shelf, ...] = ("common", "divides", "mixed", "few")


WHY_NO_GROUPS: Mapping[str, str] = {
    "too_few_people": mark(
        "There are no opinion groups yet: too few people have answered enough proposals."
    ),
    "too_few_votes": mark("There are no opinion groups yet: there are too few voices."),
    "no_stable_groups": mark(
        "There are no opinion groups: people differ, but not in camps. If a fifth of the voices is "
        "left out, other groups come about, so we show none."
    ),
}


class Side(StrEnum):
    """What some people think of a statement, no more certain than their number allows."""

    AGREE = "agree"
    RATHER_AGREE = "rather_agree"
    SPLIT = "split"
    RATHER_DISAGREE = "rather_disagree"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Figure:
    """How some people voted; the share counts those who agree among those who took a side."""

    agree: int
    disagree: int
    passes: int
    share: float | None
    low: float | None
    high: float | None

    @property
    def voices(self) -> int:
        return self.agree + self.disagree + self.passes

    @property
    def side(self) -> Side | None:
        """None where everybody passed. With many undecided people a side is only leaned to."""
        if self.share is None or self.low is None or self.high is None:
            return None
        if self.share >= LEANS_FROM:
            is_sure = self.share >= AGREES_FROM and self.low > 0.5
            is_sure = is_sure and 2 * self.agree > self.voices
            return Side.AGREE if is_sure else Side.RATHER_AGREE
        if self.share <= 1 - LEANS_FROM:
            is_sure = self.share <= 1 - AGREES_FROM and self.high < 0.5
            is_sure = is_sure and 2 * self.disagree > self.voices
            return Side.DISAGREE if is_sure else Side.RATHER_DISAGREE
        return Side.SPLIT

    @property
    def width(self) -> float:
        """Of the interval; 1 where nothing is known."""
        return 1.0 if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, slots=True)
class Statement:
    """A submission as people voted on it. None stands for figures of too few people."""

    id: str
    """The submission's public id."""
    shelf: Shelf
    everybody: Figure | None
    active: Figure | None
    """People with at least seven votes."""
    unflagged: Figure | None
    """Without ballots that look copied or thoughtless."""
    accounts: Figure | None
    """Without guests."""
    groups: tuple[Figure | None, ...]
    bridging: float | None
    controversy: float
    gap: float | None
    important: int | None
    x: float
    y: float
    easiness: float
    weights: tuple[float, float]
    """Of the model; zero where it knows too little."""
    shares: tuple[float, ...]
    """The model's share of agreement in each group; empty where one is hidden."""

    @property
    def votes(self) -> int:
        return self.everybody.voices if self.everybody else 0

    @property
    def uncertainty(self) -> float:
        return self.everybody.width if self.everybody else 1.0


@dataclass(frozen=True, slots=True)
class TopicShare:
    """How far some people agree with the submissions of a topic."""

    share: float
    low: float
    high: float
    votes: int
    people: int


@dataclass(frozen=True, slots=True)
class TopicOpinion:
    """A topic of the topics run that opinions were summed by."""

    key: int
    everybody: TopicShare | None
    groups: tuple[TopicShare | None, ...]
    statements: int
    gap: float | None
    bridging: float | None

    @property
    def uncertainty(self) -> float:
        """The width of the widest interval that is shown; 1 if none is."""
        return max((c.high - c.low for c in (self.everybody, *self.groups) if c), default=1.0)


@dataclass(frozen=True, slots=True)
class OpinionGroup:
    """People who answered alike."""

    letter: str
    size: int
    share: float
    x: float
    y: float
    telling: tuple[tuple[str, bool], ...]
    """Submissions on which it differs from the others, and whether it agrees more."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Some people who lie close together on the map."""

    x: float
    y: float
    count: int
    groups: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What an opinion run says."""

    people: int
    guests: int | None
    votes: int
    submissions: int
    why_no_groups: str
    """A sentence for the catalogues; empty where there are groups."""
    tentative: bool
    unclear: int | None
    in_no_group: int | None
    groups: tuple[OpinionGroup, ...]
    statements: Mapping[str, Statement]
    topics: tuple[TopicOpinion, ...]
    cells: tuple[Cell, ...]
    radius: float

    @property
    def scale(self) -> tuple[float, float]:
        """From points of the model to places on the map: how far each axis divides."""
        n = len(self.statements) or 1
        weights = [each.weights for each in self.statements.values()]
        return sqrt(sum(x * x for x, _ in weights) / n), sqrt(sum(y * y for _, y in weights) / n)


_kept: OrderedDict[tuple[int, str], Told] = OrderedDict()


def told_by(run: OpinionRun) -> Told | None:
    """The result of a run, kept in the process; None where only the card of the run was kept."""
    key = run.id, run.result_hash
    found = _kept.get(key)
    if found is None:
        result = result_of(run)
        if not result:
            return None
        found = _kept[key] = read(result)
        while len(_kept) > RUNS_KEPT:
            _kept.popitem(last=False)
    return found


def read(result: Mapping[str, Any]) -> Told:
    """The JSON of a run as `analysis.opinion_run` writes it."""
    found = result["map"]
    return Told(
        people=result["participants"],
        guests=result["guests"],
        votes=result["votes"],
        submissions=result["submissions"],
        why_no_groups=""
        if result["groups"]
        else WHY_NO_GROUPS[result["why_no_groups"] or "no_stable_groups"],
        tentative=result["tentative"],
        unclear=result["unclear"],
        in_no_group=result["in_no_group"],
        groups=tuple(map(_group, result["groups"])),
        statements={each.id: each for each in map(_statement, result["statements"])},
        topics=tuple(map(_topic, result["topics"])),
        cells=tuple(
            Cell(cell["x"], cell["y"], cell["count"], tuple(cell["groups"]))
            for cell in found["cells"]
        ),
        radius=found["radius"] or 1.0,
    )


def _letter(key: int) -> str:
    """A, B, … Z, AA, AB: a group keeps its key, so new ones go on."""
    more, place = divmod(key - 1, len(LETTERS))
    return (_letter(more) if more else "") + LETTERS[place]


def _group(row: Mapping[str, Any]) -> OpinionGroup:
    return OpinionGroup(
        letter=_letter(row["key"]),
        size=row["size"],
        share=row["share"],
        x=row["x"],
        y=row["y"],
        telling=tuple((t["id"], t["direction"] == "agree") for t in row["telling"]),
    )


def _statement(row: Mapping[str, Any]) -> Statement:
    shares = row["shares"] or ()
    return Statement(
        id=row["id"],
        shelf=row["shelf"],
        everybody=_figure(row["everybody"]),
        active=_figure(row["active"]),
        unflagged=_figure(row["unflagged"]),
        accounts=_figure(row["accounts"]),
        groups=tuple(map(_figure, row["groups"])),
        bridging=row["bridging"],
        controversy=row["controversy"] or 0.0,
        gap=row["gap"],
        important=row["important"],
        x=row["x"] or 0.0,
        y=row["y"] or 0.0,
        easiness=row["easiness"] or 0.0,
        weights=(row["weights"][0], row["weights"][1]) if row["weights"] else (0.0, 0.0),
        shares=() if None in shares else tuple(shares),
    )


def _figure(row: Mapping[str, Any] | None) -> Figure | None:
    if row is None:
        return None
    return Figure(row["agree"], row["disagree"], row["pass"], row["share"], row["low"], row["high"])


def _topic(row: Mapping[str, Any]) -> TopicOpinion:
    return TopicOpinion(
        key=int(row["key"]),
        everybody=_topic_share(row["everybody"]),
        groups=tuple(map(_topic_share, row["groups"])),
        statements=row["statements"],
        gap=row["gap"],
        bridging=row["bridging"],
    )


def _topic_share(row: Mapping[str, Any] | None) -> TopicShare | None:
    if row is None:
        return None
    return TopicShare(row["share"], row["low"], row["high"], row["votes"], row["people"])
