"""What components show: finished values, so that templates never compute."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import hypot, sqrt
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
    title_parts: tuple[tuple[str, bool], ...] = ()
    """The title in stretches, and which are hits of a search; empty without hits."""
    summary_parts: tuple[tuple[str, bool], ...] = ()


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
    is_main: bool = False
    """The one that the others are parts of."""

    @property
    def is_shown(self) -> bool:
        return self.n > 0 and self.n >= self.threshold

    @property
    def shares(self) -> tuple[OpinionShare, ...]:
        return (self.agree, self.neutral, self.disagree)

    @classmethod
    def from_counts(
        cls, agree: int, pass_: int, disagree: int, *, label: str = "", threshold: int = 0,
        is_main: bool = False,
    ) -> "OpinionBar":  # fmt: skip
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
        agree_share, neutral, disagree_share = shares
        return cls(n, agree_share, neutral, disagree_share, label, threshold, is_main)


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

MAP_WIDTH, MAP_HEIGHT, MAP_MARGIN = 600, 440, 46
_NEAREST_LETTERS = 46.0
_SMALLEST_SHAPE = 3.5


@dataclass(frozen=True)
class MapCell:
    """Some people who answered nearly alike: where, how many, and the group most belong to."""

    x: float
    y: float
    count: int
    group: int | None = None


@dataclass(frozen=True)
class MapGroup:
    """People who answered alike; the drawing is filled in by `OpinionMapView.from_cells`."""

    letter: str
    size: int
    x: float
    y: float
    percent: int = 0
    agrees: Sequence[Cell] = ()
    disagrees: Sequence[Cell] = ()
    """What it says yes and no to, unlike the others."""
    number: int = 0
    shapes: str = ""

    @property
    def anchor(self) -> str:
        return f"group-{self.letter.lower()}"


@dataclass(frozen=True)
class MapDirection:
    """Towards this side lie people who agree with something."""

    number: int
    text: str
    url: str
    x: float
    y: float


@dataclass(frozen=True)
class OpinionMapView:
    """People close together answered alike. The table below the picture says the same in words."""

    title: str
    groups: Sequence[MapGroup]
    people_count: int
    others: str = ""
    """Path of the cells in which most people are in no group."""
    others_count: int = 0
    others_percent: int = 0
    directions: Sequence[MapDirection] = ()
    me: tuple[float, float] | None = None
    how_url: str = ""
    width: int = MAP_WIDTH
    height: int = MAP_HEIGHT

    @property
    def is_drawn(self) -> bool:
        return self.people_count > 0

    @classmethod
    def from_cells(
        cls, cells: Sequence[MapCell], groups: Sequence[MapGroup], *, title: str,
        radius: float = 1.0, others_count: int = 0, directions: Sequence[MapDirection] = (),
        me: tuple[float, float] | None = None, how_url: str = "",
    ) -> "OpinionMapView":  # fmt: skip
        """Place cells, letters and directions; a shape's area follows the number of people.

        `others_count` people are in no group; 0 also where they are too few to tell.
        """
        place = _Place.of(cells, radius)
        most = max((cell.count for cell in cells), default=1)
        total = sum(cell.count for cell in cells)

        def shapes(group: int | None) -> str:
            return "".join(
                _shape(0 if group is None else group + 1, *place.point(cell.x, cell.y),
                       max(_SMALLEST_SHAPE, place.room * sqrt(cell.count / most)))
                for cell in cells
                if cell.group == group
            )  # fmt: skip

        letters = _apart([place.point(group.x, group.y) for group in groups])
        return cls(
            title=title,
            groups=[
                replace(group, number=n + 1, x=x, y=y, shapes=shapes(n),
                        percent=round(100 * group.size / total) if total else 0)
                for n, (group, (x, y)) in enumerate(zip(groups, letters, strict=True))
            ],
            people_count=total,
            others=shapes(None),
            others_count=others_count,
            others_percent=round(100 * others_count / total) if total else 0,
            directions=[place.direction(each) for each in directions],
            me=None if me is None else place.inside(*me),
            how_url=how_url,
        )  # fmt: skip


@dataclass(frozen=True)
class _Place:
    """From coordinates of a run to those of the drawing; both axes alike."""

    left: float
    top: float
    scale: float
    room: float
    """Largest radius of a shape, so that neighbours do not touch."""

    @classmethod
    def of(cls, cells: Sequence[MapCell], radius: float) -> "_Place":
        xs, ys = [c.x for c in cells] or [0.0], [c.y for c in cells] or [0.0]
        wide, high = max(xs) - min(xs) + 2 * radius, max(ys) - min(ys) + 2 * radius
        scale = min((MAP_WIDTH - 2 * MAP_MARGIN) / wide, (MAP_HEIGHT - 2 * MAP_MARGIN) / high)
        left = MAP_WIDTH / 2 - scale * (max(xs) + min(xs)) / 2
        top = MAP_HEIGHT / 2 + scale * (max(ys) + min(ys)) / 2
        return cls(left, top, scale, min(40.0, 0.84 * radius * scale))

    def point(self, x: float, y: float) -> tuple[float, float]:
        return round(self.left + self.scale * x, 1), round(self.top - self.scale * y, 1)

    def inside(self, x: float, y: float) -> tuple[float, float]:
        """The point, or the nearest one that still lies in the picture."""
        at_x, at_y = self.point(x, y)
        edge = MAP_MARGIN * 0.7
        return min(max(at_x, edge), MAP_WIDTH - edge), min(max(at_y, edge), MAP_HEIGHT - edge)

    def direction(self, each: MapDirection) -> MapDirection:
        """Where the ray from the middle leaves the picture."""
        half_x, half_y = MAP_WIDTH / 2 - MAP_MARGIN / 2, MAP_HEIGHT / 2 - MAP_MARGIN / 2
        reach = min(half_x / (abs(each.x) or 1e-9), half_y / (abs(each.y) or 1e-9))
        x, y = MAP_WIDTH / 2 + reach * each.x, MAP_HEIGHT / 2 - reach * each.y
        return replace(each, x=round(x, 1), y=round(y, 1))


def _shape(number: int, x: float, y: float, r: float) -> str:
    """A piece of a path: each group has a shape of its own, all of the same area for the same r."""
    if number == 2:
        s = 0.886 * r
        return f"M{x - s:.1f} {y - s:.1f}h{2 * s:.1f}v{2 * s:.1f}h-{2 * s:.1f}z"
    if number == 3:
        s = 1.2 * r
        return f"M{x:.1f} {y - s:.1f}l{s:.1f} {1.75 * s:.1f}h-{2 * s:.1f}z"
    if number == 4:
        s = 1.2 * r
        return f"M{x:.1f} {y - s:.1f}l{s:.1f} {s:.1f}-{s:.1f} {s:.1f}-{s:.1f}-{s:.1f}z"
    if number == 5:
        s = 0.4 * r
        return (
            f"M{x - s:.1f} {y - 3 * s:.1f}h{2 * s:.1f}v{2 * s:.1f}h{2 * s:.1f}v{2 * s:.1f}h-{2 * s:.1f}"
            f"v{2 * s:.1f}h-{2 * s:.1f}v-{2 * s:.1f}h-{2 * s:.1f}v-{2 * s:.1f}h{2 * s:.1f}z"
        )
    # An arc over half a circle must not be longer than its chord says.
    r = round(r, 1)
    half = f"a{r} {r} 0 0 0"
    return f"M{x - r:.1f} {y:.1f}{half} {2 * r:.1f} 0{half}-{2 * r:.1f} 0z"


def _apart(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points, moved away from each other where letters would lie over one another."""
    moved = [list(point) for point in points]
    for _ in range(20):
        for i, one in enumerate(moved):
            for other in moved[:i]:
                dx, dy = one[0] - other[0] or 0.1, one[1] - other[1]
                distance = hypot(dx, dy)
                if distance < _NEAREST_LETTERS:
                    push = (_NEAREST_LETTERS - distance) / 2 / distance
                    one[0], one[1] = one[0] + push * dx, one[1] + push * dy
                    other[0], other[1] = other[0] - push * dx, other[1] - push * dy
    return [(round(x, 1), round(y, 1)) for x, y in moved]


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
