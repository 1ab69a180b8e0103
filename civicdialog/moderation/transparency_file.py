"""The public numbers and the log of the moderation as tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from civicdialog.analysis.files import safe_cell
from civicdialog.moderation.transparency import Entry, Figures

FIGURES = ("figure", "detail", "count")
LOG = ("date", "kind", "outcome", "ground", "automated", "reversed_later", "days")


def figures_as_csv(told: Figures) -> str:
    """One number a row; a number that does not exist stays empty."""
    rows: list[tuple[str, str, object]] = [
        ("contributions_handed_in", "", told.handed_in),
        *(("contributions_today", each.value, n) for each, n in told.contributions.items()),
        ("arguments_handed_in", "", told.arguments),
        ("decisions", "", told.decided),
        *(("decisions_by_outcome", each.value, n) for each, n in told.by_outcome.items()),
        ("restrictions", "", told.restricted),
        *(("restrictions_by_ground", each.value, n) for each, n in told.by_ground.items()),
        ("decisions_with_automated_means", "", told.automated),
        *(("decisions_by_means", means, n) for means, n in told.by_means.items()),
        ("blocks", "", told.blocks),
        ("median_hours_to_decision", "", told.median_hours),
        ("ninth_tenth_hours_to_decision", "", told.most_hours),
        ("appeals", "", told.appealed),
        *(("appeals_by_state", each.value, n) for each, n in told.appeals.items()),
        ("notices", "", told.noticed),
        *(("notices_by_state", each.value, n) for each, n in told.notices.items()),
        *(("open_now", what, n) for what, n in told.open.items()),
    ]
    return _table(FIGURES, rows)


def log_as_csv(entries: Iterable[Entry]) -> str:
    """One decision a row, without any number that leads further."""
    return _table(LOG, _lines(entries))


def _lines(entries: Iterable[Entry]) -> Iterator[tuple[object, ...]]:
    for each in entries:
        yield (
            each.day.isoformat(),
            each.kind.value,
            each.outcome.value,
            each.ground.value if each.ground else "",
            "yes" if each.automated else "no",
            "yes" if each.reversed else "no",
            each.days,
        )


def _table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """UTF-8 with a byte order mark, so that spreadsheets show umlauts; cells are no formulas."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()
