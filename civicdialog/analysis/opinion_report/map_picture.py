"""The opinion map as SVG that can be read with eyes, ears and keyboard, and as a table."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from civicdialog.analysis.opinion_report.figures import letter
from civicdialog.analysis.opinion_report.voice import Voice

_SIDE = 100.0
_MARGIN = 6.0
_SMALLEST = 0.5
"""The smallest cell in parts of the largest, so that a letter fits in. The fullest fifth of the
cells is drawn as large as there is room."""


def map_section(result: Mapping[str, Any], say: Voice) -> Iterator[str]:
    """The map with its legend and the table that says the same."""
    cells: Sequence[Mapping[str, Any]] = result["map"]["cells"]
    if not cells:
        return
    yield f'<section id="map"><h2>{say("Opinion map")}</h2><figure>'
    yield from _picture(result, cells, say)
    yield f"<figcaption>{say('Who lies close together has answered alike. Every hexagon stands for at least five people, its size for their number, its letter for the group that most of them are in; without a letter no group is in the majority, or it is hidden. The axes have no names: they are what divides answers most.')}</figcaption></figure>"
    yield from _table(cells, result, say)
    yield "</section>"


def _picture(
    result: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], say: Voice
) -> Iterator[str]:
    place = _Place(cells, result["map"]["radius"])
    counts = sorted(cell["count"] for cell in cells)
    full = counts[len(counts) * 4 // 5]
    yield (
        f'<svg class="map" viewBox="0 0 {_SIDE:.0f} {place.height:.1f}" role="img"'
        ' aria-labelledby="map-title map-text">'
        f'<title id="map-title">{say("Opinion map")}</title>'
        f'<desc id="map-text">{say("The table below says the same in words.")}</desc>'
    )
    for cell in cells:
        size = place.radius * min(1.0, max(_SMALLEST, math.sqrt(cell["count"] / full)))
        x, y = place.at(cell)
        group = majority(cell)
        look = "none" if group is None else f"g{group}"
        yield f'<polygon class="{look}" points="{_hexagon(x, y, size * 0.96)}"/>'
        if group is not None:
            yield (
                f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size * 0.8:.2f}">{letter(group)}</text>'
            )
    yield "</svg>"


class _Place:
    """From the coordinates of the map to those of the picture."""

    def __init__(self, cells: Sequence[Mapping[str, Any]], radius: float) -> None:
        left, right = (f(cell["x"] for cell in cells) for f in (min, max))
        low, high = (f(cell["y"] for cell in cells) for f in (min, max))
        width, height = right - left + 2 * radius, high - low + 2 * radius
        self.scale = (_SIDE - 2 * _MARGIN) / max(width, height / 1.2)
        self.radius = radius * self.scale
        self.left = left - radius - (max(width, height / 1.2) - width) / 2
        self.top = high + radius
        self.height = height * self.scale + 2 * _MARGIN

    def at(self, cell: Mapping[str, Any]) -> tuple[float, float]:
        return (
            _MARGIN + (cell["x"] - self.left) * self.scale,
            _MARGIN + (self.top - cell["y"]) * self.scale,
        )


def majority(cell: Mapping[str, Any]) -> int | None:
    """The group that more than half of the people of a cell are in, if that is shown."""
    counts = [count or 0 for count in cell["groups"]]
    most = max(counts, default=0)
    return counts.index(most) if 2 * most > cell["count"] else None


def _hexagon(x: float, y: float, radius: float) -> str:
    """Corners above and below."""
    turns = (math.pi / 6 + math.pi / 3 * corner for corner in range(6))
    return " ".join(
        f"{x + radius * math.cos(turn):.2f},{y + radius * math.sin(turn):.2f}" for turn in turns
    )


def _table(
    cells: Sequence[Mapping[str, Any]], result: Mapping[str, Any], say: Voice
) -> Iterator[str]:
    """All cells from left to right."""
    letters = [letter(each["group"]) for each in result["groups"]]
    yield f"<details><summary>{say('The map as a table')}</summary><table>"
    yield f"<caption>{say('People at each place of the map, from left to right')}</caption><thead><tr>"
    for name in ("to the right", "up", "People"):
        yield f'<th scope="col" class="number">{say(name)}</th>'
    for name in letters:
        yield f'<th scope="col" class="number">{say("Group {letter}", letter=name)}</th>'
    yield "</tr></thead><tbody>"
    for cell in sorted(cells, key=lambda cell: (cell["x"], cell["y"])):
        values = [say.decimal(cell["x"]), say.decimal(cell["y"]), say.number(cell["count"])]
        values += [say("hidden") if n is None else say.number(n) for n in cell["groups"]]
        yield "<tr>" + "".join(f'<td class="number">{value}</td>' for value in values) + "</tr>"
    yield "</tbody></table></details>"
