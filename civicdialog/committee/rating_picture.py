"""Opened ratings as a picture: benefit upwards, risk to the right, effort as the size of a circle."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from civicdialog.committee.rating_models import HIGHEST, LOWEST

SIDE = 400.0
MARGIN = 28.0
SMALLEST, LARGEST = 11.0, 19.0
GAP = 1.5
STEPS_OF_A_TURN = 12


@dataclass(frozen=True)
class Placed:
    """Where a contribution stands: means from 1 to 5; without effort the circle is small."""

    number: int
    benefit: float
    risk: float
    effort: float | None


@dataclass(frozen=True)
class Circle:
    number: int
    x: float
    y: float
    radius: float


def circles(placed: Sequence[Placed]) -> list[Circle]:
    """Circles that do not cover each other, each as close to its place as those before it allow."""
    drawn: list[Circle] = []
    for each in placed:
        radius = SMALLEST + (LARGEST - SMALLEST) * _share(each.effort or LOWEST)
        x = MARGIN + _share(each.risk) * (SIDE - 2 * MARGIN)
        y = SIDE - MARGIN - _share(each.benefit) * (SIDE - 2 * MARGIN)
        drawn.append(_free(each.number, x, y, radius, drawn))
    return drawn


def _share(value: float) -> float:
    return (value - LOWEST) / (HIGHEST - LOWEST)


def _free(number: int, x: float, y: float, radius: float, drawn: Sequence[Circle]) -> Circle:
    """The first place on a spiral around (x, y) that is free; inside the picture."""
    step = 0
    while True:
        far = 2.0 * step / STEPS_OF_A_TURN
        angle = 2 * pi * step / STEPS_OF_A_TURN
        at_x, at_y = x + far * cos(angle), y + far * sin(angle)
        is_inside = radius <= at_x <= SIDE - radius and radius <= at_y <= SIDE - radius
        # Where the picture is full, circles may cover each other.
        if far > SIDE or (is_inside and not _covers(at_x, at_y, radius, drawn)):
            return Circle(number, round(min(max(at_x, radius), SIDE - radius), 1),
                          round(min(max(at_y, radius), SIDE - radius), 1), radius)  # fmt: skip
        step += 1


def _covers(x: float, y: float, radius: float, drawn: Sequence[Circle]) -> bool:
    return any(hypot(x - o.x, y - o.y) < radius + o.radius + GAP for o in drawn)
