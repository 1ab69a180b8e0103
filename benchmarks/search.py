"""How fast and how good the search is, beside reading every text with LIKE.

usage: python benchmarks/search.py [FILE.csv] [--rows 10000 100000] [--repeat 5] [--postgres]

FILE has the columns id, title, text; without it bonn.csv is looked for in $CIVICDIALOG_REAL_DATA.

Time: so many contributions, each of sentences drawn from the file, in a scratch database. Each search
is answered as the list does (25 rows, the best first) and as the list did before (every word LIKE
'%…%' over all texts, in the order of the visitor); both in turn, medians.
Quality: every title of the file is searched; the place of its own contribution gives the mean
reciprocal rank (1: always first; other contributions may have the same title). Then parts of
compounds: of the contributions that hold a compound with the word, how many are found; and titles
with two letters swapped in one of their words.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Not this file's folder: one beside it is called like a module of the standard library.
sys.path[0] = str(ROOT)

import argparse  # noqa: E402
import csv  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
import statistics  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402

BONN = (
    Path(os.environ.get("CIVICDIALOG_REAL_DATA", ROOT.parent / "shared" / "data"))
    / "contributions"
    / "bonn.csv"
)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
WORDS_OF_A_TEXT = 60
SEARCHES = {
    "one common word": "Radweg",
    "a part of compounds": "Schutz",
    "a rare word": "Fahrradstraßenschild",
    "two words": "Ampel Kreuzung",
    "a phrase": '"Poller und Schilder"',
    "two letters": "KI",
    "a typing error": "Krezuung",
    "nothing like it": "Xylophon",
}
COMPOUNDS = {
    "Weg": r"\w+weg|weg\w{4,}",
    "Straße": r"\w+stra(ß|ss)en?|stra(ß|ss)en\w{4,}",
    "Ampel": r"\w+ampeln?|ampel\w{3,}",
    "Spur": r"\w{3,}spur(en)?|spur\w{4,}",
    "Parkplatz": r"\w+parkpl(a|ä)tze?",
    "Brücke": r"\w+brücken?|brücken\w{3,}",
    "Verkehr": r"\w+verkehrs?|verkehrs\w{3,}",
    "Schild": r"\w+schild(er)?|schilder\w{3,}",
}


def read(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return [(row["title"], row["text"]) for row in csv.DictReader(opened)]


def enlarged(texts: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    draw = random.Random(1)
    sentences = [part for _, text in texts for part in SENTENCE.split(text) if part]
    made = []
    for _ in range(count):
        words: list[str] = []
        while len(words) < WORDS_OF_A_TEXT:
            words += draw.choice(sentences).split()
        made.append((draw.choice(texts)[0], " ".join(words[:WORDS_OF_A_TEXT])))
    return made


def settings_for(url: str, folder: Path):
    from civicdialog.config import load_settings

    return load_settings(
        {
            "CIVICDIALOG_DATABASE_URL": url,
            "CIVICDIALOG_INSTANCE_PATH": str(folder),
            "CIVICDIALOG_SECRET_KEY": "a secret for measurements only, long enough",
        }
    )


def fill(texts: list[tuple[str, str]]):
    """A round with these contributions; gives it and the seconds it took."""
    from sqlalchemy import text

    from civicdialog.core.db import db, transaction
    from civicdialog.core.permissions import Actor
    from civicdialog.rounds.models import Round
    from civicdialog.submissions.actions import ImportedSubmission, import_submissions

    round = Round(slug=f"r{len(texts)}", title="R", question="?", introduction="", is_public=True)
    with transaction():
        db.session.add(round)
    begin = time.perf_counter()
    with transaction():
        import_submissions(
            Actor.system(),
            round,
            (
                ImportedSubmission(str(n), title[:160] or "-", body[:5000])
                for n, (title, body) in enumerate(texts)
            ),
        )
    seconds = time.perf_counter() - begin
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    db.session.refresh(round)
    return round, seconds


def before(round, words: str) -> list[int]:
    """The list as it was: every text is read, hits stand in the visitor's order."""
    from sqlalchemy import select

    from civicdialog.analysis.language import fold_terms
    from civicdialog.core.db import db
    from civicdialog.submissions.models import Status, Submission
    from civicdialog.submissions.order import fair_order
    from civicdialog.submissions.rows import numbered

    terms = dict.fromkeys(term for term in fold_terms(words).split() if len(term) > 1)
    found = select(Submission.number).where(
        Submission.round_id == round.id,
        Submission.status == Status.PUBLISHED,
        *(Submission.search_terms.contains(term, autoescape=True) for term in terms),
    )
    order = fair_order(round.last_number, 7)
    places = sorted((order.place_of(number), number) for number in db.session.scalars(found))
    return [row.number for row in numbered(round.id, [number for _, number in places[:25]])]


def after(round, words: str):
    from civicdialog.core.permissions import VISITOR
    from civicdialog.submissions.listing import page_of
    from civicdialog.submissions.queries import ListFilter, Order

    return page_of(VISITOR, round, ListFilter(search=words, order=Order.BEST), 7)


def median_ms(deed: Callable[[], object], other: Callable[[], object], repeat: int):
    """Both in turn, so that a busy machine slows both."""
    ours, theirs = [], []
    for number in range(repeat + 1):
        for times, each in ((ours, deed), (theirs, other)):
            begin = time.perf_counter()
            each()
            if number:
                times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(ours), statistics.median(theirs)


def measure_time(round, repeat: int) -> None:
    from civicdialog.core.db import db

    print(f"{'search':24} {'ms':>8} {'LIKE, ms':>9} {'ratio':>6}  first page")
    ratios = []
    for name, words in SEARCHES.items():
        ours, theirs = median_ms(lambda: after(round, words), lambda: before(round, words), repeat)  # noqa: B023
        found = after(round, words)
        kind = "close" if found.is_close else f"{len(found.rows)} hits"
        ratios.append(theirs / ours)
        print(f"{name:24} {ours:8.1f} {theirs:9.1f} {theirs / ours:6.1f}  {kind}")
        db.session.rollback()
    print(f"{'geometric mean':24} {'':18} {statistics.geometric_mean(ratios):6.1f}")


def measure_quality(round, texts: list[tuple[str, str]]) -> None:
    from civicdialog.analysis.language import tokens
    from civicdialog.core.db import db

    draw = random.Random(2)
    same: dict[str, set[int]] = {}
    for number, (title, _) in enumerate(texts, start=1):
        same.setdefault(" ".join(tokens(title)), set()).add(number)

    def rank(found: list[int], title: str) -> float:
        own = same[" ".join(tokens(title))]
        return next((1 / at for at, n in enumerate(found, start=1) if n in own), 0.0)

    asked = [title for title, _ in texts if tokens(title)]
    now, then, swapped = [], [], []
    for title in asked:
        now.append(rank([row.number for row in after(round, title).rows], title))
        then.append(rank(before(round, title), title))
        words = title.split()
        longest = max(range(len(words)), key=lambda at: len(words[at]))
        if len(words[longest]) > 5:
            at = draw.randrange(1, len(words[longest]) - 2)
            word = words[longest]
            words[longest] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            found = [row.number for row in after(round, " ".join(words)).rows]
            swapped.append(rank(found, title))
    db.session.rollback()
    print(f"\n{len(asked)} titles as searches: mean reciprocal rank {statistics.mean(now):.3f}; "
          f"LIKE in the visitor's order {statistics.mean(then):.3f}")  # fmt: skip
    print(f"{len(swapped)} titles with two letters swapped: {statistics.mean(swapped):.3f}")
    print(f"{'part of compounds':18} {'contributions':>13} {'found':>6}")
    for word, pattern in COMPOUNDS.items():
        whole = re.compile(rf"\b({pattern})\b", re.IGNORECASE)
        meant = {n for n, text in enumerate(texts, start=1) if whole.search(" ".join(text))}
        found = hits_of(round, word)
        share = len(meant & found) / len(meant) if meant else 1.0
        print(f"{word:18} {len(meant):13} {share:6.1%}")


def hits_of(round, word: str) -> set[int]:
    from civicdialog.core.db import db
    from civicdialog.core.permissions import VISITOR
    from civicdialog.submissions import queries
    from civicdialog.submissions.models import Submission

    listed = queries.listed(VISITOR, round.id, queries.ListFilter(search=word))
    return set(db.session.scalars(listed.with_only_columns(Submission.number)))


def measure(url: str, folder: Path, options: argparse.Namespace) -> None:
    from flask_migrate import upgrade

    from civicdialog import create_app

    texts = read(options.file)
    app = create_app(settings_for(url, folder))
    logging.disable(logging.INFO)
    with app.app_context():
        upgrade()
        round, seconds = fill(texts)
        print(f"{len(texts)} contributions imported in {seconds:.2f} s")
        measure_quality(round, texts)
        for rows in options.rows:
            round, seconds = fill(enlarged(texts, rows))
            print(f"\n{rows} contributions (imported in {seconds:.1f} s)")
            measure_time(round, options.repeat)


def main() -> None:
    reader = argparse.ArgumentParser(description="The search, measured")
    reader.add_argument("file", nargs="?", type=Path, default=BONN)
    reader.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    reader.add_argument("--repeat", type=int, default=5)
    reader.add_argument("--postgres", action="store_true", help="a scratch PostgreSQL server")
    options = reader.parse_args()
    if not options.file.exists():
        sys.exit(f"NO REAL DATA at {options.file}: nothing was measured")
    folder = Path(tempfile.mkdtemp(prefix="civicdialog-search-"))
    try:
        if not options.postgres:
            measure(f"sqlite:///{folder / 'search.db'}", folder, options)
            return
        from tests.postgres import Postgres

        with Postgres(folder) as server:
            measure(server.new_database(), folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
