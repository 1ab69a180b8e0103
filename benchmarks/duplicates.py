"""How many edited copies of real contributions are found, and how many other texts are taken for one.

usage: python benchmarks/duplicates.py [FILE.csv] [--originals 200] [--large 10000]

FILE has the columns title and text; without it bonn.csv is looked for in $CIVICDIALOG_REAL_DATA.
Each of the originals is edited in eight ways, as people do when they send something again. A copy
counts as found when what is most similar to it is its original, as falsely found when it is another
contribution. Then time and memory for as many texts of 60 words, made of sentences of the file.
"""

import argparse
import csv
import os
import random
import re
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from civicdialog.analysis.duplicates import folded, identical, similar_pairs  # noqa: E402

BONN = (
    Path(os.environ.get("CIVICDIALOG_REAL_DATA", ROOT.parent / "shared" / "data"))
    / "contributions"
    / "bonn.csv"
)
FEWEST_WORDS = 8
ADDED = (
    "Bitte prüfen Sie das zeitnah. Vielen Dank im Namen aller Anwohner und mit freundlichen Grüßen!"
)
UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
WHOLE_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def with_typing_errors(text: str, draw: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 40)):
        at = draw.randrange(len(letters) - 1)
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def shuffled(text: str, draw: random.Random) -> str:
    sentences = WHOLE_SENTENCE.split(text)
    draw.shuffle(sentences)
    return " ".join(sentences)


def first_half(text: str, draw: random.Random) -> str:
    words = text.split()
    return " ".join(words[: len(words) // 2])


EDITS = {
    "as it was, other title": lambda text, draw: text,
    "lower case, no punctuation": lambda text, draw: re.sub(r"[.,;!?]", "", text).lower(),
    "2.5 % of the letters swapped": with_typing_errors,
    "10 % of the words left out": lambda text, draw: " ".join(
        word for word in text.split() if draw.random() > 0.1
    ),
    "two sentences added": lambda text, draw: f"{text} {ADDED}",
    "first half only": first_half,
    "sentences in another order": shuffled,
    "ae, oe, ue, ss": lambda text, draw: text.translate(UMLAUTS),
}


def best_matches(texts: list[str], copies: list[str]) -> list[str | None]:
    """The folded text most similar to each copy; None when nothing is similar enough."""
    everything = [*texts, *copies]
    asking = range(len(texts), len(everything))
    known = {folded(text) for text in texts}
    found: dict[int, tuple[float, str]] = {}
    for pair in similar_pairs(everything, among=asking):
        strength = max(pair.cosine, pair.containment)
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one in asking and other not in asking:
                found[one] = max(found.get(one, (0.0, "")), (strength, folded(texts[other])))
    return [
        folded(everything[row])
        if folded(everything[row]) in known
        else found.get(row, (0.0, None))[1]
        for row in asking
    ]


def measure_edits(texts: list[str], count: int) -> None:
    draw = random.Random(0)
    originals = draw.sample(range(len(texts)), min(count, len(texts)))
    truth = [folded(texts[row]) for row in originals]
    hits, misses = [], []
    print(f"{len(originals)} of {len(texts)} contributions, edited      found  falsely found")
    for name, edit in EDITS.items():
        matches = best_matches(texts, [edit(texts[row], draw) for row in originals])
        pairs = list(zip(matches, truth, strict=True))
        hits.append(sum(match == own for match, own in pairs) / len(pairs))
        misses.append(sum(match not in (None, own) for match, own in pairs) / len(pairs))
        print(f"  {name:40s} {hits[-1]:8.3f} {misses[-1]:8.3f}")
    print(f"  {'all':40s} {sum(hits) / len(hits):8.3f} {sum(misses) / len(misses):8.3f}")
    print(
        f"in the file itself: {len(identical(texts))} groups of equal texts,"
        f" {len(similar_pairs(texts))} similar pairs"
    )


def measure_size(texts: list[str], count: int) -> None:
    draw = random.Random(1)
    sentences = [part for text in texts for part in WHOLE_SENTENCE.split(text)]
    made = []
    for _ in range(count):
        words: list[str] = []
        while len(words) < 60:
            words += draw.choice(sentences).split()
        made.append(" ".join(words[:60]))
    begin = time.perf_counter()
    pairs = similar_pairs(made)
    seconds = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count} texts of 60 words: {seconds:.1f} s, {memory:.0f} MB, {len(pairs)} similar pairs"
    )


def main() -> None:
    reader = argparse.ArgumentParser(description="Near-duplicates, measured")
    reader.add_argument("file", nargs="?", type=Path, default=BONN)
    reader.add_argument("--originals", type=int, default=200)
    reader.add_argument("--large", type=int, default=10_000)
    options = reader.parse_args()
    if not options.file.exists():
        sys.exit(f"NO REAL DATA at {options.file}: nothing was measured")
    with options.file.open(encoding="utf-8", newline="") as opened:
        texts = [row["text"] for row in csv.DictReader(opened)]
    texts = [text for text in texts if len(text.split()) >= FEWEST_WORDS]
    measure_edits(texts, options.originals)
    measure_size(texts, options.large)


if __name__ == "__main__":
    main()
