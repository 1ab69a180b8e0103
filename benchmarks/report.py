"""How long a report takes, beside grouping the same contributions.

usage: python benchmarks/report.py [FILE.csv] [--rows 2000] [--repeat 3]

FILE.csv has the columns id,title,text, as `civicdialog import-submissions` reads it. A scratch
installation takes in the contributions and groups them; then every format is made, with the list of
all contributions. Printed: seconds, the part of the time grouping took, bytes. Exit status 1: the
PDF took longer than the grouping.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Not this folder: a neighbour is called like a module of the standard library.
sys.path[0] = str(ROOT)

import argparse  # noqa: E402
import csv  # noqa: E402
import statistics  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from datetime import timedelta  # noqa: E402

from flask_migrate import upgrade  # noqa: E402

from civicdialog import create_app  # noqa: E402
from civicdialog.committee.report_actions import Wanted  # noqa: E402
from civicdialog.committee.report_making import make_report  # noqa: E402
from civicdialog.committee.reporting.formats import FORMATS  # noqa: E402
from civicdialog.config import load_settings  # noqa: E402
from civicdialog.core import clock  # noqa: E402
from civicdialog.core.db import db, transaction  # noqa: E402
from civicdialog.core.permissions import Actor  # noqa: E402
from civicdialog.insights.building import build_topics  # noqa: E402
from civicdialog.rounds.models import Phase, PhaseKind, Round  # noqa: E402
from civicdialog.submissions.import_file import import_submissions_file  # noqa: E402

CONTRIBUTIONS = ROOT.parent / "shared" / "data" / "contributions"


def new_round() -> Round:
    """A round that is being evaluated."""
    begin = clock.now() - timedelta(days=1)
    phase = Phase(kind=PhaseKind.EVALUATING, starts_at=begin, ends_at=begin + timedelta(days=9))
    with transaction():
        round = Round(
            slug="report",
            title="Report",
            question="What shall be done?",
            introduction="Measured.",
            is_public=True,
            phases=[phase],
        )
        db.session.add(round)
    return round


def first_rows(source: Path, count: int, folder: Path) -> Path:
    """The first contributions of a file, id, title and text only."""
    target = folder / "rows.csv"
    with source.open(encoding="utf-8-sig", newline="") as opened:
        rows = [row for _, row in zip(range(count), csv.DictReader(opened), strict=False)]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "title", "text"], extrasaction="ignore")
        writer.writeheader()
        # Where there is a title alone, it is the text.
        writer.writerows({**row, "text": row["text"] or row["title"]} for row in rows)
    return target


def timed(source: Path, rows: int, repeat: int) -> bool:
    """Measure, print, and say whether the goal was reached."""
    everything = Wanted((), "de", None, True)
    system = Actor.system()
    round = new_round()
    with tempfile.TemporaryDirectory() as folder:
        import_submissions_file(round, first_rows(source, rows, Path(folder)), progress=_silent)
    began = time.perf_counter()
    build_topics(system, round, progress=_silent)
    grouping = time.perf_counter() - began
    print(f"{'grouping':10} {grouping:7.2f} s")
    reached = True
    for key in FORMATS:
        seconds, size = [], 0
        for _ in range(repeat):
            began = time.perf_counter()
            wanted = Wanted((key,), everything.language, None, everything.has_list)
            size = make_report(system, round, wanted).files[0]["size"]
            seconds.append(time.perf_counter() - began)
        half = statistics.median(seconds)
        print(f"{key:10} {half:7.2f} s  {half / grouping:6.2f} × grouping  {size:10,} bytes")
        reached &= key != "pdf" or half <= grouping
    return reached


def _silent(share: float, step: str = "") -> None:
    """Progress nobody looks at."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", nargs="?", type=Path, default=CONTRIBUTIONS / "bonn.csv")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"CIVICDIALOG_INSTANCE_PATH": folder, "CIVICDIALOG_SECRET_KEY": "x" * 40}
        app = create_app(load_settings(settings))
        with app.app_context():
            upgrade()
            reached = timed(chosen.source, chosen.rows, chosen.repeat)
            db.session.remove()
            db.engine.dispose()
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
