"""The map of the topics: bubbles by size, related topics close together; nothing is drawn over."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot, pi, sqrt

FILLED = (0.42, 0.36, 0.3, 0.25, 0.2)
"""Share of the picture that bubbles may cover; less where they find no room otherwise."""
ROUNDS_OF_PUSHING = 100
GAP = 5.0
MARGIN = 3.0
LINE_HEIGHT = 1.15
LETTER_WIDTH = 0.58
"""Of the font size, for a letter of middling width."""
MOST_WORDS = 3


@dataclass(frozen=True)
class Spot:
    """A topic to be drawn: its words, how large, and where, if the run says so."""

    number: int
    words: tuple[str, ...]
    size: int
    x: float | None
    y: float | None


@dataclass(frozen=True)
class Line:
    """A line of text inside a bubble."""

    text: str
    y: float


@dataclass(frozen=True)
class Bubble:
    """A topic on the map; `number` is also its number in the table."""

    number: int
    x: float
    y: float
    radius: float
    number_y: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Format:
    """A picture's measures; there is one for desks and one for phones."""

    name: str
    width: int
    height: int
    least_radius: float
    font: float


WIDE = Format("wide", 720, 460, 19, 15)
NARROW = Format("narrow", 288, 380, 15, 14)


@dataclass(frozen=True)
class Picture:
    """One drawing of the map."""

    format: Format
    bubbles: tuple[Bubble, ...]


@lru_cache(maxsize=64)
def pictures(spots: tuple[Spot, ...]) -> tuple[Picture, ...]:
    """The map for desks and for phones. A run never changes, so neither do its pictures."""
    return tuple(Picture(format, _bubbles(spots, format)) for format in (WIDE, NARROW))


def _bubbles(spots: Sequence[Spot], format: Format) -> tuple[Bubble, ...]:
    for filled in FILLED:
        radii = _radii([spot.size for spot in spots], format, filled)
        places = _places(spots, radii, format)
        if _push_apart(places, radii, format):
            break
    return tuple(
        _bubble(spot, x, y, radius, format.font)
        for spot, (x, y), radius in zip(spots, places, radii, strict=True)
    )


def _radii(sizes: Sequence[int], format: Format, filled: float) -> list[float]:
    """Areas in proportion to the sizes, but none too small to be hit."""
    total = sum(sizes) or 1
    unit = sqrt(filled * format.width * format.height / pi / total)
    most = min(format.width, format.height) / 3.4
    return [min(most, max(format.least_radius, unit * sqrt(size))) for size in sizes]


def _places(spots: Sequence[Spot], radii: Sequence[float], format: Format) -> list[list[float]]:
    """Where the run puts the topics, stretched over the picture; in rows if it does not say."""
    known = [(spot.x, spot.y) for spot in spots if spot.x is not None and spot.y is not None]
    if len(known) < len(spots) or len(set(known)) < len(spots):
        return _rows(radii, format)
    # The longer axis goes along the longer side of the picture.
    axes = [[x for x, _ in known], [y for _, y in known]]
    axes.sort(key=lambda values: min(values) - max(values))
    horizontal, vertical = axes if format.width >= format.height else reversed(axes)
    across = _stretched(horizontal, radii, format.width)
    down = _stretched(vertical, radii, format.height)
    return [[x, y] for x, y in zip(across, down, strict=True)]


def _stretched(values: Sequence[float], radii: Sequence[float], length: int) -> list[float]:
    low, spread = min(values), (max(values) - min(values)) or 1.0
    edge = max(radii)
    return [edge + (value - low) / spread * (length - 2 * edge) for value in values]


def _rows(radii: Sequence[float], format: Format) -> list[list[float]]:
    """Side by side in the given order, a new row where the last one is full."""
    places: list[list[float]] = []
    left, top, tallest = MARGIN, MARGIN, 0.0
    for radius in radii:
        if left + 2 * radius > format.width - MARGIN:
            left, top, tallest = MARGIN, top + tallest + GAP, 0.0
        places.append([left + radius, top + radius])
        left, tallest = left + 2 * radius + GAP, max(tallest, 2 * radius)
    return places


def _push_apart(places: list[list[float]], radii: Sequence[float], format: Format) -> bool:
    """Move overlapping bubbles away from each other, bit by bit; whether all found room."""
    for _ in range(ROUNDS_OF_PUSHING):
        for place, radius in zip(places, radii, strict=True):
            edge = radius + MARGIN
            place[0] = min(max(place[0], edge), format.width - edge)
            place[1] = min(max(place[1], edge), format.height - edge)
        moved = False
        for i, here in enumerate(places):
            for j in range(i):
                moved |= _separate(here, places[j], radii[i] + radii[j] + GAP, i + j)
        if not moved:
            return True
    return False


def _separate(one: list[float], other: list[float], wanted: float, turn: int) -> bool:
    """Push two bubbles apart if they are closer than wanted."""
    dx, dy = one[0] - other[0], one[1] - other[1]
    distance = hypot(dx, dy)
    if distance >= wanted - 0.01:
        return False
    # A little to the side as well: bubbles in a straight line would never leave it.
    dx, dy = (dx + 1.0, dy + 0.5) if turn % 2 else (dx - 0.5, dy + 1.0)
    push = (wanted - distance) / 2 / hypot(dx, dy)
    one[0], one[1] = one[0] + dx * push, one[1] + dy * push
    other[0], other[1] = other[0] - dx * push, other[1] - dy * push
    return True


def _bubble(spot: Spot, x: float, y: float, radius: float, font: float) -> Bubble:
    """The number, and below it as many of the words as find room."""
    words = _words_that_fit(spot.words, radius, font)
    step = font * LINE_HEIGHT
    top = y - len(words) * step / 2
    lines = (Line(word, round(top + n * step, 1)) for n, word in enumerate(words, start=1))
    return Bubble(
        spot.number, round(x, 1), round(y, 1), round(radius, 1), round(top, 1), tuple(lines)
    )


def _words_that_fit(words: Sequence[str], radius: float, font: float) -> list[str]:
    """The first words that fit below each other into a circle together with a number."""
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        half = (count + 1) / 2 * font * LINE_HEIGHT
        if half >= radius:
            continue
        width = 2 * sqrt(radius * radius - half * half) - 4
        if all(len(word) * font * LETTER_WIDTH <= width for word in words[:count]):
            return list(words[:count])
    return []
