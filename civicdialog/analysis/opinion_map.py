"""People on the opinion map as hexagonal cells, so that no point is a person."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from civicdialog.analysis.opinion_floor import FLOOR, rounded, shown_groups

Floats = NDArray[np.float64]
_FEWEST_ACROSS, _MOST_ACROSS = 4, 18
_PLACES = 6
_PEOPLE_PER_CELL = 12
"""So many people lie in a cell on average, where there is room."""


def cells_of(coordinates: Floats, labels: NDArray[np.int64], k: int) -> dict[str, Any]:
    """`{"cells": [{"x", "y", "count", "groups"}], "radius"}` of people at coordinates (n, 2).

    Hexagons with flat sides left and right; one with fewer than 5 people goes, with its people, to
    the nearest other one. "groups" counts the people of each group in a cell; numbers of 1 to 4,
    and those that would tell one of these, are None.
    """
    if len(coordinates) < FLOOR:
        return {"cells": [], "radius": None}
    coordinates = np.round(coordinates, _PLACES)  # The last digits differ between machines.
    radius = _radius(coordinates)
    where, cell_of = np.unique(_hexagons(coordinates, radius), axis=0, return_inverse=True)
    counts = np.bincount(cell_of.ravel(), minlength=len(where))
    target = _merged(_centres(where, radius), counts)
    home = target[cell_of.ravel()]
    members = np.zeros((len(where), max(k, 1)), np.int64)
    inside = labels >= 0
    np.add.at(members, (home[inside], labels[inside]), 1)
    totals = np.bincount(home, minlength=len(where))
    kept = np.flatnonzero(totals)
    shown = shown_groups(members[kept], totals[kept] - members[kept].sum(axis=1))
    return {
        "cells": [
            {
                "x": rounded(x),
                "y": rounded(y),
                "count": int(totals[cell]),
                "groups": _groups(members[cell], shown[row])[:k],
            }
            for row, (cell, (x, y)) in enumerate(
                zip(kept, _centres(where, radius)[kept], strict=True)
            )
        ],
        "radius": rounded(radius),
    }


def _groups(members: NDArray[np.int64], shown: NDArray[np.bool_]) -> list[int | None]:
    """The numbers that can be told. That one is 0 is told only where nothing is hidden."""
    is_open = bool(shown[members > 0].all())
    return [
        int(count) if seen or is_open else None for count, seen in zip(members, shown, strict=True)
    ]


def _radius(coordinates: Floats) -> float:
    """From the middle of a cell to its corner: the more people, the finer the map."""
    across = np.clip(np.sqrt(len(coordinates) / _PEOPLE_PER_CELL) * 2, _FEWEST_ACROSS, _MOST_ACROSS)
    extent = float(np.ptp(coordinates, axis=0).max())
    return max(round(extent / float(across) / float(np.sqrt(3)), 3), 0.001)


def _hexagons(coordinates: Floats, radius: float) -> NDArray[np.int64]:
    """The axial coordinates (n, 2) of the hexagon in which each point lies, by cube rounding."""
    x, y = (coordinates / radius).T
    cube = np.stack([x * np.sqrt(3) / 3 - y / 3, y * 2 / 3], axis=1)
    cube = np.column_stack([cube, -cube.sum(axis=1)])
    whole = np.rint(cube)
    worst = np.abs(whole - cube).argmax(axis=1)
    rows = np.arange(len(whole))
    whole[rows, worst] -= whole.sum(axis=1)
    found: NDArray[np.int64] = whole[:, :2].astype(np.int64)
    return found


def _centres(hexagons: NDArray[np.int64], radius: float) -> Floats:
    """The middles of hexagons."""
    column, row = hexagons.T
    return radius * np.stack([np.sqrt(3) * (column + row / 2), 1.5 * row], axis=1)


def _merged(centres: Floats, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each cell the one in which its people are counted, the smallest cells first."""
    target, size = np.arange(len(counts)), counts.copy()
    while True:
        small = np.flatnonzero((size > 0) & (size < FLOOR))
        others = np.flatnonzero(size > 0)
        if not len(small) or len(others) < 2:
            return target
        cell = small[size[small].argmin()]
        others = others[others != cell]
        distance = np.round(np.hypot(*(centres[others] - centres[cell]).T), 6)
        nearest = others[np.lexsort((others, -size[others], distance))[0]]
        target[target == cell] = nearest
        size[nearest] += size[cell]
        size[cell] = 0
