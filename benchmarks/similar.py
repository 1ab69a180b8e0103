"""How good and how fast the hints at similar contributions are, beside TF-IDF and the cosine.

usage: python benchmarks/similar.py [FILE.csv] [--rows 10000] [--repeat 30] [--postgres]

FILE has the columns title, text, label, label2; without it bonn.csv is looked for in
$CIVICDIALOG_REAL_DATA.

Quality: each contribution is asked for as if it were being written, itself left out. Precision@3 is
the share of the three places that hold a contribution with the same label (the fine one of 31, and
the coarse one of 8); an empty place is none of either, so beside it stand how many places were
filled and the precision of those. The hints show nothing that is little alike and leave such places
empty; TF-IDF always fills them.
Time: so many contributions, each of sentences drawn from the file, in a scratch database. A guest
has begun a text of 60 words; the fragment with its hints and the first page of the list of proposals
are asked for in turn, without a network, medians; and what the first hint after a start costs, when
the index is built.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Not this file's folder: one beside it is called like a module of the standard library.
sys.path[0] = str(ROOT)

import argparse  # noqa: E402
import csv  # noqa: E402
import logging  # noqa: E402
import shutil  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402

from benchmarks.search import BONN, enlarged, fill, median_ms, settings_for  # noqa: E402

GOAL_MS = 150


def by_hints(texts: Sequence[tuple[str, str]], **limit: float) -> list[list[int]]:
    """The places the hints would show for each text, itself left out."""
    from civicdialog.submissions.hints import MOST_SHOWN, StemIndex
    from civicdialog.submissions.texts import search_terms

    terms = [search_terms(title, text) for title, text in texts]
    index = StemIndex()
    for row, each in enumerate(terms):
        index.add(row, each)
    index.settle()
    return [
        [other for other in index.best(each, MOST_SHOWN + 1, **limit) if other != row][:MOST_SHOWN]
        for row, each in enumerate(terms)
    ]


def by_cosine(texts: Sequence[tuple[str, str]], *, stems: bool) -> list[list[int]]:
    """The same with scikit-learn, over words or over our stems."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    from civicdialog.submissions.hints import MOST_SHOWN
    from civicdialog.submissions.texts import search_terms

    if stems:
        rows = [search_terms(title, text) for title, text in texts]
        vectors = TfidfVectorizer(sublinear_tf=True, token_pattern=r"[^\s/]+").fit_transform(rows)
    else:
        rows = [f"{title}\n{text}" for title, text in texts]
        vectors = TfidfVectorizer(sublinear_tf=True).fit_transform(rows)
    near = (vectors @ vectors.T).toarray()
    np.fill_diagonal(near, -1)
    return [list(row) for row in np.argsort(-near, axis=1, kind="stable")[:, :MOST_SHOWN]]


def by_chance(texts: Sequence[tuple[str, str]]) -> list[list[int]]:
    import random

    draw = random.Random(0)
    return [draw.sample(range(len(texts)), 3) for _ in texts]


def measure_quality(rows: list[dict[str, str]]) -> None:
    texts = [(row["title"], row["text"]) for row in rows]
    ways: dict[str, Callable[[], list[list[int]]]] = {
        "hints": lambda: by_hints(texts),
        "hints without their limit": lambda: by_hints(texts, least=0.0),
        "TF-IDF cosine, words": lambda: by_cosine(texts, stems=False),
        "TF-IDF cosine, our stems": lambda: by_cosine(texts, stems=True),
        "chance": lambda: by_chance(texts),
    }
    print(f"{len(rows)} contributions, each asked for; three places")
    print(f"{'':26} {'precision@3':>17} {'of filled places':>17} {'filled':>7}")
    print(f"{'':26} {'fine':>8} {'coarse':>8} {'fine':>8} {'coarse':>8}")
    for name, way in ways.items():
        found = way()
        filled = sum(map(len, found))
        figures = []
        for places in (3 * len(rows), filled):
            for label in ("label2", "label"):
                hits = sum(
                    rows[other][label] == row[label]
                    for row, others in zip(rows, found, strict=True)
                    for other in others
                )
                figures.append(f"{hits / places:8.3f}")
        print(f"{name:26} {' '.join(figures)} {filled / (3 * len(rows)):7.1%}")


def measure_time(app, texts: list[tuple[str, str]], options: argparse.Namespace) -> None:
    round, _ = fill(enlarged(texts, options.rows))
    let_guests_write(round)
    client = app.test_client()
    draws = enlarged(texts, options.rows + options.repeat + 2)[options.rows :]
    asked = iter([begun(client, round.slug, *draw) for draw in draws])

    def hint() -> float:
        begin = time.perf_counter()
        assert client.get(next(asked)).status_code == 200
        return 1000 * (time.perf_counter() - begin)

    def listed() -> None:
        assert client.get(f"/rounds/{round.slug}/proposals").status_code == 200

    first = hint()
    times: list[float] = []
    ours, theirs = median_ms(lambda: times.append(hint()), listed, options.repeat)
    print(f"\n{options.rows} contributions: hints {ours:.1f} ms, list page {theirs:.1f} ms, "
          f"ratio {ours / theirs:.2f}")  # fmt: skip
    print(f"slowest of {len(times)}: {max(times):.1f} ms (goal {GOAL_MS} ms); "
          f"the first after a start, which builds the index: {first:.0f} ms")  # fmt: skip


def let_guests_write(round) -> None:
    from datetime import timedelta

    from civicdialog.core import clock
    from civicdialog.core.db import db, transaction
    from civicdialog.rounds.models import Deed, Phase, PhaseKind

    day = timedelta(days=1)
    with transaction():
        round.guests_may_submit = True
        db.session.add(
            Phase(
                round_id=round.id,
                kind=PhaseKind.COLLECTING,
                starts_at=clock.now() - day,
                ends_at=clock.now() + day,
                permits=f"{Deed.SUBMIT} {Deed.VOTE}",
            )
        )


def begun(client, slug: str, title: str, text: str) -> str:
    """Type a text as a guest; gives the address of its hints."""
    from civicdialog.core.ids import new_public_id

    typed = {"go": "save", "draft": new_public_id(), "title": title, "problem": text}
    answer = client.post(
        f"/rounds/{slug}/propose", data=typed, headers={"Accept": "application/json"}
    )
    return str(answer.json["similar"])


def measure(url: str, folder: Path, options: argparse.Namespace) -> None:
    import structlog
    from flask_migrate import upgrade

    from civicdialog import create_app

    with options.file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    measure_quality(rows)
    app = create_app(settings_for(url, folder), WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with app.app_context():
        upgrade()
        measure_time(app, [(row["title"], row["text"]) for row in rows], options)


def main() -> None:
    reader = argparse.ArgumentParser(description="Hints at similar contributions, measured")
    reader.add_argument("file", nargs="?", type=Path, default=BONN)
    reader.add_argument("--rows", type=int, default=10_000)
    reader.add_argument("--repeat", type=int, default=30)
    reader.add_argument("--postgres", action="store_true", help="a scratch PostgreSQL server")
    options = reader.parse_args()
    if not options.file.exists():
        sys.exit(f"NO REAL DATA at {options.file}: nothing was measured")
    folder = Path(tempfile.mkdtemp(prefix="civicdialog-similar-"))
    try:
        if not options.postgres:
            measure(f"sqlite:///{folder / 'similar.db'}", folder, options)
            return
        from tests.postgres import Postgres

        with Postgres(folder) as server:
            measure(server.new_database(), folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
