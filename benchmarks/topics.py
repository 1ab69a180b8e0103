"""How good and how heavy the grouping of contributions is, beside well-known recipes.

usage: python benchmarks/topics.py [FILE.csv] [--label label] [--sublabel label2] [--copies N] [--seeds 5]

FILE has the columns id, title, text and the labels people gave. Every method runs in a process of its
own, one thread each, in the same run; time and memory are given as ratios to the plain recipe, for
seconds depend on the machine. --copies makes the file N times longer, each copy with three of ten
words left out, to see how time and memory grow (the scores then mean little).
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BONN = ROOT.parent / "shared" / "data" / "contributions" / "bonn.csv"
METHODS = ("plain", "plain-known-k", "nmf", "ours", "ours-known-k")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}


def load(path: Path, copies: int) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    draw = random.Random(0)
    longer = list(rows)
    for _ in range(copies - 1):
        for row in rows:
            kept = [word for word in row["text"].split() if draw.random() > 0.3]
            longer.append({**row, "text": " ".join(kept)})
    return longer


def plain(texts: list[str], k: int, seed: int):
    """The recipe of the tutorials: TfidfVectorizer and KMeans."""
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    return KMeans(k, n_init=1, random_state=seed).fit_predict(
        TfidfVectorizer().fit_transform(texts)
    )


def nmf(texts: list[str], k: int, seed: int):
    """Topics as non-negative factors; a text belongs to its strongest one."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    matrix = TfidfVectorizer(min_df=2, max_df=0.4).fit_transform(texts)
    return NMF(k, init="nndsvda", random_state=seed, max_iter=300).fit_transform(matrix).argmax(1)


def measure(method: str, arguments: argparse.Namespace, seed: int) -> dict[str, float | None]:
    """One method on one seed, in this process."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    from civicdialog.analysis.topics import cluster_texts

    rows = load(arguments.file, arguments.copies)
    texts = [f"{row['title']}. {row['text']}" for row in rows]
    truth = [row[arguments.label] for row in rows]
    known = len(set(truth))
    before, began = peak(), time.perf_counter()
    finer = None
    if method.startswith("ours"):
        topics = cluster_texts(
            [row["title"] for row in rows],
            [row["text"] for row in rows],
            k=known if method.endswith("known-k") else None,
            seed=seed,
        )
        labels, finer = list(topics.labels), list(topics.sublabels)
    elif method == "nmf":
        labels = nmf(texts, known, seed).tolist()
    else:
        # CONSUL and DIPAS begin with three groups; telling the number is the kinder comparison.
        labels = plain(texts, known if method.endswith("known-k") else 3, seed).tolist()
    seconds = time.perf_counter() - began
    sub = [row.get(arguments.sublabel, "") for row in rows]
    return {
        "ari": adjusted_rand_score(truth, labels),
        "ami": adjusted_mutual_info_score(truth, labels),
        "sub_ami": adjusted_mutual_info_score(sub, finer or labels) if any(sub) else None,
        "k": len(set(labels)),
        "leaves": len(set(finer or labels)),
        "largest": max(map(labels.count, set(labels))) / len(labels),
        "largest_leaf": max(map((finer or labels).count, set(finer or labels))) / len(labels),
        "seconds": seconds,
        "megabytes": peak(),
        "megabytes_before": before,
    }


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_its_own_process(method: str, seed: int, arguments: list[str]) -> dict[str, float | None]:
    done = subprocess.run(
        [sys.executable, __file__, *arguments, "--only", method, "--seed", str(seed)],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def mean(results: list[dict[str, float | None]], name: str) -> float | None:
    values = [result[name] for result in results]
    return None if None in values else sum(values) / len(values)


def compare(arguments: argparse.Namespace, own: list[str]) -> None:
    count = len(load(arguments.file, arguments.copies))
    print(f"{arguments.file.name}: {count} contributions, mean of {arguments.seeds} seeds")
    print(
        f"{'method':15}{'ARI':>7}{'AMI':>7}{'subAMI':>8}{'k':>5}{'leaves':>8}"
        f"{'largest':>9}{'leaf':>7}{'time':>8}{'memory':>8}"
    )
    base: dict[str, float] = {}
    for method in METHODS:
        results = [in_its_own_process(method, seed, own) for seed in range(arguments.seeds)]
        figures = {name: mean(results, name) for name in results[0]}
        base = base or figures
        sub = "-" if figures["sub_ami"] is None else f"{figures['sub_ami']:.3f}"
        print(
            f"{method:15}{figures['ari']:7.3f}{figures['ami']:7.3f}{sub:>8}{figures['k']:5.0f}"
            f"{figures['leaves']:8.0f}{figures['largest']:9.2f}{figures['largest_leaf']:7.2f}"
            f"{figures['seconds'] / base['seconds']:7.1f}x"
            f"{figures['megabytes'] / base['megabytes']:7.2f}x"
            f"   ({figures['seconds']:.1f} s, {figures['megabytes']:.0f} MB,"
            f" {figures['megabytes_before']:.0f} MB of them before it began)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, default=BONN)
    parser.add_argument("--label", default="label")
    parser.add_argument("--sublabel", default="label2")
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.file.exists():
        parser.exit(2, f"{arguments.file} is missing\n")
    if arguments.only:
        print(json.dumps(measure(arguments.only, arguments, arguments.seed)))
    else:
        compare(arguments, sys.argv[1:])


if __name__ == "__main__":
    main()
