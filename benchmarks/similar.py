"""How good and how fast the hints at similar contributions are, beside TF-IDF and the cosine.

usage: python benchmarks/similar.py [FILE.csv] [--rows 10000] [--repeat 30] [--postgres]

FILE has the columns title, text, label, label2; without it bonn.csv is looked for in
$CIVICDIALOG_REAL_DATA.

Quality: each contribution is asked for as if it were being written, itself left out. Precision@3 is
the share of the three places that hold a contribution with the same label (the fine one of 31, and
the coarse one of 8); an empty place is none of either, so beside it stand how many places were
filled and the precision of those. The hints show nothing that is little alike and leave such places
empty; TF-IDF always fills them. Asked twice: by title and first sentence, as while typing, and by
the whole. Also how many real contributions are marked for personal data.
Time: so many contributions, each of sentences drawn from the file, in a scratch database. A guest
has begun a text of 60 words; the fragment with its hints and the first page of the list of proposals
are asked for in turn, without a network, medians; and what the first hint after a start costs, when
the index is built. Ends with 1 if a goal was missed (median of the hints, marks).
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

from benchmarks.search import BONN, SENTENCE, enlarged, fill, median_ms, settings_for  # noqa: E402

GOAL_MS = 150
MOST_ALARMS = 0.02


def first_sentence(text: str) -> str:
    return SENTENCE.split(text.strip())[0]


def by_hints(
    texts: Sequence[tuple[str, str]], *, typing: bool = False, **limit: float
) -> list[list[int]]:
    """The places the hints would show for each text, itself left out."""
    from civicdialog.submissions.hints import MOST_SHOWN, StemIndex
    from civicdialog.submissions.texts import search_terms

    terms = [search_terms(title, text) for title, text in texts]
    index = StemIndex()
    for row, each in enumerate(terms):
        index.add(row, each)
    index.settle()
    asked = [search_terms(title, first_sentence(text)) for title, text in texts]
    return [
        [other for other in index.best(each, MOST_SHOWN + 1, **limit) if other != row][:MOST_SHOWN]
        for row, each in enumerate(asked if typing else terms)
    ]


def by_cosine(
    texts: Sequence[tuple[str, str]], *, stems: bool, typing: bool = False
) -> list[list[int]]:
    """The same with scikit-learn, over words or over our stems."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    from civicdialog.submissions.hints import MOST_SHOWN
    from civicdialog.submissions.texts import search_terms

    def rows_of(texts: Sequence[tuple[str, str]]) -> list[str]:
        return [search_terms(*each) if stems else "\n".join(each) for each in texts]

    pattern = r"[^\s/]+" if stems else r"(?u)\b\w\w+\b"
    reader = TfidfVectorizer(sublinear_tf=True, token_pattern=pattern)
    vectors = asked = reader.fit_transform(rows_of(texts))
    if typing:
        asked = reader.transform(rows_of([(title, first_sentence(text)) for title, text in texts]))
    near = (asked @ vectors.T).toarray()
    np.fill_diagonal(near, -1)
    return [list(row) for row in np.argsort(-near, axis=1, kind="stable")[:, :MOST_SHOWN]]


def by_chance(texts: Sequence[tuple[str, str]]) -> list[list[int]]:
    import random

    draw = random.Random(0)
    return [draw.sample(range(len(texts)), 3) for _ in texts]


def measure_quality(rows: list[dict[str, str]]) -> None:
    texts = [(row["title"], row["text"]) for row in rows]
    ways: dict[str, Callable[[bool], list[list[int]]]] = {
        "hints": lambda typing: by_hints(texts, typing=typing),
        "hints without their limit": lambda typing: by_hints(texts, typing=typing, least=0.0),
        "TF-IDF cosine, words": lambda typing: by_cosine(texts, stems=False, typing=typing),
        "TF-IDF cosine, our stems": lambda typing: by_cosine(texts, stems=True, typing=typing),
        "chance": lambda typing: by_chance(texts),
    }
    for heading, typing in (("title and first sentence", True), ("title and whole text", False)):
        print(f"\n{len(rows)} contributions, asked for by {heading}; three places")
        print(f"{'':26} {'precision@3':>26} {'of filled places':>26} {'filled':>7} {'nothing':>8}")
        print(f"{'':26} {2 * (3 * '{:>8} ').format(*2 * ('fine', 'coarse', 'either'))}")
        for name, way in ways.items():
            print(f"{name:26}{figures_of(rows, way(typing))}")


def figures_of(rows: list[dict[str, str]], found: list[list[int]]) -> str:
    pairs = [(rows[at], rows[other]) for at, others in enumerate(found) for other in others]
    fine = [one["label2"] == two["label2"] for one, two in pairs]
    coarse = [one["label"] == two["label"] for one, two in pairs]
    either = [a or b for a, b in zip(fine, coarse, strict=True)]
    places = 3 * len(rows)
    figures = [
        f"{sum(hits) / count:8.3f}"
        for count in (places, max(1, len(pairs)))
        for hits in (fine, coarse, either)
    ]
    nothing = sum(not others for others in found) / len(rows)
    return f" {' '.join(figures)} {len(pairs) / places:7.1%} {nothing:8.1%}"


def measure_false_alarms(rows: list[dict[str, str]]) -> bool:
    from civicdialog.submissions.personal_data import find

    marked = sum(bool(find(f"{row['title']}\n{row['text']}")) for row in rows)
    print(f"\npersonal data marked in {marked} of {len(rows)}: {marked / len(rows):.2%} "
          f"(goal at most {MOST_ALARMS:.0%})")  # fmt: skip
    return marked <= MOST_ALARMS * len(rows)


def measure_time(app, texts: list[tuple[str, str]], options: argparse.Namespace) -> bool:
    """Whether the goal was met."""
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
    return ours <= GOAL_MS


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


def measure(url: str, folder: Path, options: argparse.Namespace) -> bool:
    """Whether every goal was met."""
    import structlog
    from flask_migrate import upgrade

    from civicdialog import create_app

    with options.file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    measure_quality(rows)
    is_quiet = measure_false_alarms(rows)
    app = create_app(settings_for(url, folder), WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with app.app_context():
        upgrade()
        is_fast = measure_time(app, [(row["title"], row["text"]) for row in rows], options)
    return is_quiet and is_fast


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
            is_good = measure(f"sqlite:///{folder / 'similar.db'}", folder, options)
        else:
            from tests.postgres import Postgres

            with Postgres(folder) as server:
                is_good = measure(server.new_database(), folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
