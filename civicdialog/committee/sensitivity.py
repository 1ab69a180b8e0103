"""How much the agreement hangs on whom one counts: active people, unflagged ballots, accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from civicdialog.committee.reading import whole_percent
from civicdialog.insights.opinion_result import Figure, Statement

FEW_POINTS = 5
"""Differences below so many percentage points are not worth a warning."""
PARTS = ("active", "unflagged", "accounts")


@dataclass(frozen=True)
class PartView:
    """How far agreement among a part of the people lies from everybody's."""

    points: str
    is_large: bool


@dataclass(frozen=True)
class Difference:
    """Percentage points between a part of the people and everybody."""

    points: int
    label: str
    part: str


@dataclass(frozen=True)
class SensitivityRow:
    label: str
    everybody: int
    parts: tuple[PartView | None, ...]


@dataclass(frozen=True)
class Sensitivity:
    """The same figures for parts of the people, and what to make of them."""

    names: tuple[str, ...]
    """Of the parts, one a column."""
    rows: tuple[SensitivityRow, ...]
    verdict: str


def part_names() -> dict[str, str]:
    """The parts in the order of the columns."""
    return {
        "active": gettext("At least 7 answers"),
        "unflagged": gettext("Without flagged ballots"),
        "accounts": gettext("Without guests"),
    }


def sensitivity(lines: Sequence[tuple[str, Sequence[Statement]]]) -> Sensitivity:
    """Each line adds up some contributions. Only those are compared that both sides show."""
    rows: list[SensitivityRow] = []
    found: list[Difference] = []
    names = part_names()
    for label, statements in lines:
        whole = _together([(each.everybody, each.everybody) for each in statements])
        if whole is None:
            continue
        parts: list[PartView | None] = []
        for part in PARTS:
            pair = _together([(each.everybody, getattr(each, part)) for each in statements])
            if pair is None:
                parts.append(None)
                continue
            points = round(100 * (pair[1] - pair[0]))
            parts.append(PartView(_signed(points), abs(points) >= FEW_POINTS))
            found.append(Difference(points, label, names[part]))
        rows.append(SensitivityRow(label, whole_percent(whole[0]), tuple(parts)))
    widest = max(found, key=lambda each: abs(each.points), default=Difference(0, "", ""))
    return Sensitivity(tuple(names.values()), tuple(rows), _verdict(widest))


def _together(
    pairs: Sequence[tuple[Figure | None, Figure | None]],
) -> tuple[float, float] | None:
    """Agreement on both sides over the contributions that both show."""
    both = [(one, other) for one, other in pairs if one and other]
    sums = [
        (sum(figure.agree for figure in side), sum(f.agree + f.disagree for f in side))
        for side in (tuple(one for one, _ in both), tuple(other for _, other in both))
    ]
    if any(n == 0 for _, n in sums):
        return None
    (a, n), (b, m) = sums
    return a / n, b / m


def _verdict(widest: Difference) -> str:
    points = abs(widest.points)
    if not points:
        return str(gettext("Nothing changes, whomever one counts."))
    values = {"label": widest.label, "part": widest.part}
    if widest.points > 0:
        change = ngettext(
            "On “%(label)s”, agreement is %(num)d percentage point higher in the column “%(part)s”.",
            "On “%(label)s”, agreement is %(num)d percentage points higher in the column “%(part)s”.",
            points,
            **values,
        )
    else:
        change = ngettext(
            "On “%(label)s”, agreement is %(num)d percentage point lower in the column “%(part)s”.",
            "On “%(label)s”, agreement is %(num)d percentage points lower in the column “%(part)s”.",
            points,
            **values,
        )
    if points >= FEW_POINTS:
        return str(change)
    return (
        str(gettext("The figures hold, whomever one counts. The largest difference:"))
        + f" {change}"
    )


def _signed(points: int) -> str:
    return f"+{points}" if points > 0 else f"−{-points}" if points < 0 else "±0"
