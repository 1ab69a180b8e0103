"""What components show: finished values, so that templates never compute."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import sqrt
from typing import Literal

PhaseState = Literal["past", "current", "future"]
ThreadKind = Literal["done", "current", "dead_end", "open"]
JobState = Literal["waiting", "running", "done", "failed"]
Opinion = Literal["", "agree", "pass", "disagree"]


# ---- small things -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Crumb:
    """One step of the breadcrumb; the current page has no address."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """One view of the same things, with a number if that helps to choose."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Fact:
    """A line of a description list."""

    label: str
    value: object
    url: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell that is more than plain text."""

    text: object
    url: str = ""
    muted: bool = False


@dataclass(frozen=True)
class FilterChoice:
    value: str
    label: str
    count: int | None = None
    selected: bool = False


@dataclass(frozen=True)
class FilterSelect:
    name: str
    label: str
    choices: Sequence[FilterChoice]


@dataclass(frozen=True)
class Filters:
    """A search field and some selects; `reset_url` is there when something is chosen."""

    action: str
    search_label: str = ""
    search_value: str = ""
    search_name: str = "q"
    selects: Sequence[FilterSelect] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    reset_url: str = ""
    result_text: str = ""


@dataclass(frozen=True)
class JobProgress:
    """Where a background job stands."""

    label: str
    state: JobState
    percent: int | None = None
    message: str = ""
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True)
class VoteView:
    """The three answers to one contribution, and the one this person gave."""

    url: str
    current: Opinion = ""
    can_vote: bool = True
    why_not: str = ""
    why_not_url: str = ""
    why_not_url_label: str = ""
    next: str = ""
    title: str = ""
    """Title of the contribution, for people who hear the buttons out of their place."""


# ---- phase timeline ---------------------------------------------------------------------------


@dataclass(frozen=True)
class PhaseStep:
    """A station of a round. Only the current one shows `hint`, `remaining` and the action."""

    label: str
    state: PhaseState
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hint: str = ""
    remaining: str = ""
    action_label: str = ""
    action_url: str = ""


# ---- proposal card ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposalCard:
    """A contribution in a list. The number of voices says how many spoke, not how they spoke."""

    title: str
    url: str
    summary: str
    kind: str
    status: str = "published"
    topic: str = ""
    topic_url: str = ""
    department: str = ""
    voices_count: int = 0
    arguments_count: int = 0
    number: int | None = None
    my_opinion: Opinion = ""
    is_mine: bool = False


# ---- opinion bar ------------------------------------------------------------------------------

Z_95 = 1.959964
"""Quantile of the normal distribution for an interval of 95 %."""


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share; stays inside 0…1 and is honest for small n.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), Wilson 1927.
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, Z_95 * Z_95
    middle = share + z2 / (2 * n)
    half = Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return max(0.0, low), min(1.0, high)


def whole_percents(counts: Sequence[int]) -> list[int]:
    """Shares in whole percent that add up to 100 (largest remainders get the missing ones)."""
    total = sum(counts)
    if total == 0:
        return [0] * len(counts)
    exact = [100 * count / total for count in counts]
    found = [int(x) for x in exact]
    by_remainder = sorted(range(len(counts)), key=lambda i: found[i] - exact[i])
    for i in by_remainder[: 100 - sum(found)]:
        found[i] += 1
    return found


def _percent(x: float) -> str:
    return f"{x:.2f}%"


@dataclass(frozen=True)
class OpinionShare:
    """One answer: how many, which share, between which shares it probably lies, and where to draw."""

    key: str
    count: int
    percent: int
    low_percent: int
    high_percent: int
    x: str
    width: str
    whisker_start: str
    whisker_end: str


@dataclass(frozen=True)
class OpinionBar:
    """Agree, pass, disagree as one bar with its uncertainty."""

    n: int
    agree: OpinionShare
    neutral: OpinionShare
    disagree: OpinionShare
    label: str = ""
    threshold: int = 0

    @property
    def is_shown(self) -> bool:
        return self.n > 0 and self.n >= self.threshold

    @property
    def shares(self) -> tuple[OpinionShare, ...]:
        return (self.agree, self.neutral, self.disagree)

    @classmethod
    def from_counts(
        cls, agree: int, pass_: int, disagree: int, *, label: str = "", threshold: int = 0
    ) -> "OpinionBar":
        """Below `threshold` voices nothing but their number is shown."""
        counts = (agree, pass_, disagree)
        n, percents = sum(counts), whole_percents(counts)
        shares, x = [], 0.0
        for key, count, percent in zip(
            ("agree", "pass", "disagree"), counts, percents, strict=True
        ):
            width = 100 * count / n if n else 0.0
            low, high = (100 * bound for bound in wilson_interval(count, n))
            # Disagreement stands at the right end, so its interval is measured from there.
            start, end = (100 - high, 100 - low) if key == "disagree" else (low, high)
            shares.append(
                OpinionShare(key, count, percent, round(low), round(high),
                             _percent(x), _percent(width), _percent(start), _percent(end))
            )  # fmt: skip
            x += width
        return cls(n, shares[0], shares[1], shares[2], label=label, threshold=threshold)


# ---- topic tile -------------------------------------------------------------------------------


@dataclass(frozen=True)
class TopicTile:
    """A topic at a glance: what it is called, how much it holds, one sentence somebody wrote."""

    label: str
    url: str
    words: Sequence[str]
    submissions_count: int
    voices_count: int | None = None
    quote: str = ""
    quote_url: str = ""
    quote_source: str = ""
    width_percent: float = 100.0
    """Length of the size bar; the biggest topic has 100."""

    @classmethod
    def scaled(cls, tiles: Iterable["TopicTile"]) -> list["TopicTile"]:
        """The same tiles with size bars that can be compared."""
        found = list(tiles)
        biggest = max((tile.submissions_count for tile in found), default=0) or 1
        return [
            replace(tile, width_percent=round(100 * tile.submissions_count / biggest, 1))
            for tile in found
        ]


# ---- opinion map ------------------------------------------------------------------------------

MAP_WIDTH, MAP_HEIGHT, MAP_MARGIN = 720, 440, 34
LETTERS = "ABCDE"


@dataclass(frozen=True)
class MapGroup:
    """People who answered alike; the drawing is filled in by `OpinionMapView.from_points`."""

    label: str
    description: str = ""
    statements: Sequence[str] = ()
    size: int = 0
    percent: int = 0
    letter: str = ""
    number: int = 0
    dots: str = ""
    hull: str = ""
    x: float = 0.0
    y: float = 0.0


def _dot(number: int, x: float, y: float) -> str:
    """One person as a piece of a path: circle and square are line caps, the others are drawn."""
    if number == 3:
        return f"M{x:.0f} {y - 6:.0f}l6 10h-12z"
    if number == 4:
        return f"M{x:.0f} {y - 6:.0f}l6 6-6 6-6-6z"
    if number == 5:
        return f"M{x - 6:.0f} {y - 2:.0f}h4v-4h4v4h4v4h-4v4h-4v-4h-4z"
    return f"M{x:.0f} {y:.0f}h0"


def _hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the smallest convex outline (Andrew's monotone chain)."""

    def half(ordered: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for p in ordered:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    unique = sorted(set(points))
    return unique if len(unique) < 3 else half(unique) + half(reversed(unique))


def _turn(o: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


Point = tuple[float, float, int | None]


@dataclass(frozen=True)
class OpinionMapView:
    """People close together answered alike. The table below the picture says the same in words."""

    title: str
    groups: Sequence[MapGroup]
    people_count: int
    others: str = ""
    """Path of the people in no group."""
    others_count: int = 0
    others_percent: int = 0
    how_url: str = ""
    width: int = MAP_WIDTH
    height: int = MAP_HEIGHT

    @classmethod
    def from_points(
        cls, points: Sequence[Point], groups: Sequence[MapGroup], *,
        title: str, how_url: str = "", min_group: int = 5,
    ) -> "OpinionMapView":  # fmt: skip
        """Place the people; a group smaller than `min_group` is drawn as people in no group."""
        placed = _placed(points)
        sizes = [sum(1 for *_, g in placed if g == i) for i in range(len(groups))]
        shown = [i for i, size in enumerate(sizes) if size >= min_group][: len(LETTERS)]
        drawn = [
            _drawn(groups[i], number, [(x, y) for x, y, g in placed if g == i], len(placed))
            for number, i in enumerate(shown, start=1)
        ]
        others = [(x, y) for x, y, g in placed if g not in shown]
        return cls(
            title, drawn, len(placed), "".join(_dot(1, x, y) for x, y in others), len(others),
            round(100 * len(others) / len(placed)) if placed else 0, how_url,
        )  # fmt: skip


def _placed(points: Sequence[Point]) -> list[Point]:
    """Scale to the drawing area; both axes alike, so that distances keep their meaning."""
    if not points:
        return []
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    spread_x, spread_y = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    scale = min((MAP_WIDTH - 2 * MAP_MARGIN) / spread_x, (MAP_HEIGHT - 2 * MAP_MARGIN) / spread_y)
    left = (MAP_WIDTH - scale * spread_x) / 2
    top = (MAP_HEIGHT - scale * spread_y) / 2
    return [
        (left + scale * (x - min(xs)), top + scale * (max(ys) - y), group) for x, y, group in points
    ]


def _drawn(
    group: MapGroup, number: int, points: Sequence[tuple[float, float]], total: int
) -> MapGroup:
    """The group with its dots, its outline and the place of its letter."""
    corners = _hull([(round(x), round(y)) for x, y in points])
    outline = "L".join(f"{x:.0f} {y:.0f}" for x, y in corners)
    return replace(
        group,
        size=len(points),
        percent=round(100 * len(points) / total),
        number=number,
        letter=LETTERS[number - 1],
        dots="".join(_dot(number, x, y) for x, y in points),
        hull=f"M{outline}Z",
        x=round(sum(x for x, _ in points) / len(points)),
        y=round(sum(y for _, y in points) / len(points)),
    )


# ---- thread line ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ThreadStep:
    """What happened to a contribution at one moment, or what has not happened yet."""

    label: str
    kind: ThreadKind
    at: datetime | None = None
    reason: str = ""
    url: str = ""
    url_label: str = ""
    actor: str = ""
