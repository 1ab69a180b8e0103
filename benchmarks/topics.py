"""How good, how steady and how heavy the grouping of contributions is, beside well-known recipes.

usage: python benchmarks/topics.py [FILE.csv] [--seeds 3] [--large] [--only methods|steering|scaling]

FILE has the columns id, title, text and the topics people gave: label and, finer, label2. Everything
is measured in the same run, each task in a process of its own with one thread. Time and memory are
also given as ratios to the tutorial recipe, for seconds depend on the machine. Sentence vectors are
computed once and stored, as in the program, and their time is given apart. --large adds a million
texts (needs about 6 GB of disk and half an hour).
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
BONN = ROOT.parent / "shared" / "data" / "contributions" / "bonn.csv"
SURROUNDINGS = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")},
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "ignore",
}
NAMED, READ, ASKED_AT_ONCE = 14, 5, 10
MOVES = (0, 30, 100)
PAIRS = 2
DROPPED = 0.3
NOISE = 0.015


@dataclass(frozen=True)
class Contributions:
    """Texts, what people said they are about, and stored sentence vectors."""

    titles: list[str]
    texts: list[str]
    truth: np.ndarray
    finer: np.ndarray
    vectors: np.ndarray | None

    def joined(self) -> list[str]:
        return [f"{title}. {text}" for title, text in zip(self.titles, self.texts, strict=True)]

    def part(self, rows: np.ndarray) -> "Contributions":
        return Contributions(
            [self.titles[row] for row in rows],
            [self.texts[row] for row in rows],
            self.truth[rows],
            self.finer[rows],
            None if self.vectors is None else self.vectors[rows],
        )


def load(file: str, vectors: str | None) -> Contributions:
    """The contributions, read row by row so that a million of them stay small."""
    columns: dict[str, list[str]] = {"title": [], "text": [], "label": [], "label2": []}
    with Path(file).open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            for name, cells in columns.items():
                cells.append(sys.intern(row.get(name) or ""))
    return Contributions(
        columns["title"],
        columns["text"],
        np.array(columns["label"], dtype=object),
        np.array(columns["label2"], dtype=object),
        np.load(vectors, mmap_mode="r") if vectors else None,
    )


# --- The methods: contributions, number of topics, seed -> topics and, where there are any, parts.


def tutorial(data: Contributions, k: int, seed: int) -> tuple[list, list]:
    """The recipe of the tutorials: TfidfVectorizer and KMeans."""
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    weights = TfidfVectorizer().fit_transform(data.joined())
    labels = KMeans(k, n_init=1, random_state=seed).fit_predict(weights).tolist()
    return labels, labels


def factors(data: Contributions, k: int, seed: int) -> tuple[list, list]:
    """Non-negative factors of word stems, which suit it better; a text goes to its strongest one."""
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    from civicdialog.analysis.language import content_stems

    vectorizer = TfidfVectorizer(analyzer=content_stems, min_df=2, max_df=0.4, sublinear_tf=True)
    weights = vectorizer.fit_transform(data.joined())
    strength = NMF(k, init="nndsvda", random_state=seed, max_iter=500).fit_transform(weights)
    labels = strength.argmax(axis=1).tolist()
    return labels, labels


def meanings(data: Contributions, k: int, seed: int) -> tuple[list, list]:
    """KMeans on sentence vectors, as in the public comparisons of such vectors."""
    from sklearn.cluster import KMeans

    labels = KMeans(k, n_init=10, random_state=seed).fit_predict(data.vectors).tolist()
    return labels, labels


def ours(
    data: Contributions, k: int | None, seed: int, words_only: bool = False
) -> tuple[list, list]:
    from civicdialog.analysis.topics import cluster_texts

    topics = cluster_texts(
        data.titles,
        data.texts,
        k=k,
        seed=seed,
        embeddings=None if words_only else data.vectors,
        words_only=words_only or data.vectors is None,
    )
    return list(topics.labels), list(topics.sublabels)


def ours_by_words(data: Contributions, k: int | None, seed: int) -> tuple[list, list]:
    return ours(data, k, seed, words_only=True)


@dataclass(frozen=True)
class Method:
    """A way to group, and whether it is told the number of topics people found."""

    name: str
    group: Callable[[Contributions, int | None, int], tuple[list, list]]
    told: bool = False
    needs_vectors: bool = False


METHODS = (
    Method("tf-idf + KMeans (tutorial), told k", tutorial, told=True),
    Method("NMF on word stems, told k", factors, told=True),
    Method("sentence vectors + KMeans, told k", meanings, told=True, needs_vectors=True),
    Method("ours, words only, automatic", ours_by_words),
    Method("ours, automatic", ours, needs_vectors=True),
    Method("ours, told k", ours, told=True, needs_vectors=True),
)


# --- The tasks; each runs in a process of its own and gives a dictionary of numbers.


def peak() -> float:
    """The most memory this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def encode(file: str, target: str) -> dict[str, float]:
    """Computes and stores the sentence vectors."""
    from civicdialog.analysis import sentence_vectors

    data = load(file, None)
    began = time.perf_counter()
    np.save(target, sentence_vectors.encode(data.titles, data.texts))
    return {"seconds": time.perf_counter() - began, "megabytes": peak()}


def measure(file: str, vectors: str | None, method: int, seed: int) -> dict[str, float]:
    """One method with one seed: agreement with people, shape, time and memory."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    chosen = METHODS[method]
    data = load(file, vectors if chosen.needs_vectors else None)
    k = len(set(data.truth)) if chosen.told else None
    load_libraries(chosen, data)
    began = time.perf_counter()
    labels, parts = chosen.group(data, k, seed)
    seconds, megabytes = time.perf_counter() - began, peak()
    return {
        "ami": adjusted_mutual_info_score(data.truth, labels),
        "ari": adjusted_rand_score(data.truth, labels),
        "sub_ami": adjusted_mutual_info_score(data.finer, parts),
        "sub_ari": adjusted_rand_score(data.finer, parts),
        "k": len(set(labels)),
        "parts": len(set(parts)),
        "largest": largest(labels),
        "largest_part": largest(parts),
        "steady": steadiness(chosen, data, len(set(labels)), seed),
        "seconds": seconds,
        "megabytes": megabytes,
    }


def load_libraries(method: Method, data: Contributions) -> None:
    """A first call on few texts, so that loading code is not counted."""
    method.group(data.part(np.arange(min(100, len(data.texts)))), 2, 0)


def largest(labels: list) -> float:
    """The share of the largest group."""
    return max(Counter(labels).values()) / len(labels)


def steadiness(method: Method, data: Contributions, k: int, seed: int) -> float:
    """Mean ARI of the groupings of two samples of 80 % on the texts that are in both."""
    from sklearn.metrics import adjusted_rand_score

    draw = np.random.RandomState(seed)
    count, scores = len(data.texts), []
    for _ in range(PAIRS):
        found = np.full((2, count), -1)
        for side in found:
            rows = np.sort(draw.choice(count, int(0.8 * count), replace=False))
            labels, _ = method.group(data.part(rows), k, seed)
            side[rows] = np.unique(labels, return_inverse=True)[1]
        both = (found >= 0).all(axis=0)
        scores.append(adjusted_rand_score(found[0, both], found[1, both]))
    return float(np.mean(scores))


def steering(file: str, vectors: str | None, seed: int) -> dict[str, float]:
    """A committee names 14 topics after reading 5 texts of each, then answers what it is asked.

    Scored are only the texts nobody moved. People's own topics play the committee.
    """
    from civicdialog.analysis.topics import ask_about, cluster_texts, steer

    data = load(file, vectors)
    topics = cluster_texts(
        data.titles,
        data.texts,
        k=NAMED,
        seed=seed,
        embeddings=data.vectors,
        words_only=vectors is None,
    )
    found = {**scores(data, topics.labels, set(), "unnamed")}
    read = {topic.theme: data.truth[list(topic.central[:READ])] for topic in topics.topics}
    names = {theme: Counter(seen.tolist()).most_common(1)[0][0] for theme, seen in read.items()}
    moved: dict[int, str] = {}
    for moves in MOVES:
        steered = steer(topics, names=names, decisions=moved)
        while len(moved) < moves:
            most = min(ASKED_AT_ONCE, moves - len(moved))
            moved |= {row: str(data.truth[row]) for row in ask_about(steered, most)}
            steered = steer(topics, names=names, decisions=moved)
        found |= scores(data, steered.labels, set(moved), f"after {moves}")
    return found


def naming(file: str, vectors: str | None, k: int | None) -> dict[str, float]:
    """How well the first three words of a topic tell which contributions are in it (mean F1)."""
    from sklearn.metrics import f1_score

    from civicdialog.analysis.language import content_stems
    from civicdialog.analysis.topics import cluster_texts

    data = load(file, vectors)
    topics = cluster_texts(
        data.titles, data.texts, k=k, embeddings=data.vectors, words_only=vectors is None
    )
    stems = [set(content_stems(text)) for text in data.joined()]
    found = []
    for topic in topics.topics:
        words = set(content_stems(" ".join(topic.terms[:3])))
        inside = [label == topic.theme for label in topics.labels]
        found.append(f1_score(inside, [bool(words & own) for own in stems]))
    return {"f1": float(np.mean(found))}


def scores(data: Contributions, labels: tuple, left_out: set[int], name: str) -> dict[str, float]:
    """Agreement with people on the texts that are not left out."""
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    rows = [row for row in range(len(labels)) if row not in left_out]
    truth, own = data.truth[rows], [str(labels[row]) for row in rows]
    return {
        f"{name} ami": adjusted_mutual_info_score(truth, own),
        f"{name} ari": adjusted_rand_score(truth, own),
    }


def grow(file: str, vectors: str | None, count: int, target: str) -> dict[str, float]:
    """Writes `count` texts drawn from the file with three of ten words left out, and vectors."""
    data, draw = load(file, vectors), random.Random(count)
    rows = [draw.randrange(len(data.texts)) for _ in range(count)]
    with Path(f"{target}.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["title", "text", "label"])
        for row in rows:
            kept = [word for word in data.texts[row].split() if draw.random() > DROPPED]
            writer.writerow([data.titles[row], " ".join(kept), data.truth[row]])
    if data.vectors is not None:
        shape = (count, data.vectors.shape[1])
        stored = np.lib.format.open_memmap(f"{target}.npy", "w+", np.float32, shape)
        noise = np.random.RandomState(count)
        for start in range(0, count, 10_000):
            block = data.vectors[rows[start : start + 10_000]]
            stored[start : start + len(block)] = block + NOISE * noise.randn(*block.shape)
    return {}


def scaling(file: str, vectors: str | None, method: int) -> dict[str, float]:
    """Time and memory of one method on many texts, and whether it still finds anything."""
    from sklearn.metrics import adjusted_mutual_info_score

    chosen = METHODS[method]
    data = load(file, vectors if chosen.needs_vectors else None)
    load_libraries(chosen, data)
    before, began = peak(), time.perf_counter()
    labels, parts = chosen.group(data, len(set(data.truth)) if chosen.told else None, 0)
    return {
        "seconds": time.perf_counter() - began,
        "megabytes": peak(),
        "before": before,
        "ami": adjusted_mutual_info_score(data.truth, labels),
        "largest_part": largest(parts),
    }


TASKS = {task.__name__: task for task in (encode, measure, naming, steering, grow, scaling)}


def alone(task: Callable, **arguments: object) -> dict[str, float]:
    """Runs a task in a process of its own with one thread."""
    done = subprocess.run(
        [sys.executable, __file__, "--task", json.dumps([task.__name__, arguments])],
        env={**os.environ, **SURROUNDINGS},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{task.__name__} {arguments} failed with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def mean(results: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in results])) for name in results[0]}


# --- The tables.


def print_methods(file: str, vectors: str | None, seeds: int) -> None:
    print(f"\nAgreement with people, mean of {seeds} seeds; ratios to the first line")
    print(
        f"{'':36}{'topics':>14}{'parts':>14}{'':>9}{'largest':>14}\n"
        f"{'method':36}{'AMI':>7}{'ARI':>7}{'AMI':>7}{'ARI':>7}{'k':>4}{'parts':>6}"
        f"{'topic':>7}{'part':>6}{'steady':>8}{'time':>7}{'memory':>8}"
    )
    base: dict[str, float] = {}
    for place, method in usable(vectors):
        found = mean(
            [alone(measure, file=file, vectors=vectors, method=place, seed=s) for s in range(seeds)]
        )
        base = base or found
        print(
            f"{method.name:36}{found['ami']:7.3f}{found['ari']:7.3f}{found['sub_ami']:7.3f}"
            f"{found['sub_ari']:7.3f}{found['k']:4.0f}{found['parts']:6.0f}{found['largest']:7.0%}"
            f"{found['largest_part']:6.0%}{found['steady']:8.2f}{cost(found, base)}",
            flush=True,
        )


def print_naming(file: str, vectors: str | None) -> None:
    """Whether labels say what is in a topic."""
    for k, name in ((None, "automatic"), (8, "told k")):
        found = alone(naming, file=file, vectors=vectors, k=k)
        print(f"first three words of a topic find its contributions, {name}: F1 {found['f1']:.3f}")


def usable(vectors: str | None) -> Iterator[tuple[int, Method]]:
    """The methods that can run here, with their places in the list."""
    for place, method in enumerate(METHODS):
        if vectors or not method.needs_vectors:
            yield place, method


def cost(found: dict[str, float], base: dict[str, float]) -> str:
    """Time and memory as ratios, and as they are."""
    return (
        f"{found['seconds'] / base['seconds']:6.1f}x{found['megabytes'] / base['megabytes']:7.2f}x"
        f"   ({found['seconds']:.1f} s, {found['megabytes']:.0f} MB)"
    )


def print_steering(file: str, vectors: str | None, seeds: int) -> None:
    found = mean([alone(steering, file=file, vectors=vectors, seed=s) for s in range(seeds)])
    print(f"\nA committee of people's own topics, on texts nobody moved, mean of {seeds} seeds")
    print(f"{'':36}{'AMI':>7}{'ARI':>7}")
    lines = {"unnamed": f"{NAMED} topics without names"} | {
        f"after {moves}": f"{NAMED} names" + (f" + {moves} moves" if moves else "")
        for moves in MOVES
    }
    for name, line in lines.items():
        print(f"{line:36}{found[f'{name} ami']:7.3f}{found[f'{name} ari']:7.3f}", flush=True)


def print_scaling(file: str, vectors: str | None, counts: list[int], folder: str) -> None:
    print("\nMany texts, drawn from the file with three of ten words left out; vectors stored")
    print(f"{'method':36}{'texts':>10}{'AMI':>7}{'part':>6}{'time':>7}{'memory':>8}")
    first: dict[str, float] = {}
    for count in counts:
        target = f"{folder}/{count}"
        alone(grow, file=file, vectors=vectors, count=count, target=target)
        stored = f"{target}.npy" if vectors else None
        base: dict[str, float] = {}
        for place, method in usable(vectors):
            if method.group in {factors, meanings} or (method.told and method.group is ours):
                continue
            found = alone(scaling, file=f"{target}.csv", vectors=stored, method=place)
            base = base or found
            grown = found["seconds"] / first.setdefault(method.name, found["seconds"])
            print(
                f"{method.name:36}{count:10,}{found['ami']:7.3f}{found['largest_part']:6.0%}"
                f"{cost(found, base)}, {grown:.1f}x the time of {counts[0]:,} texts,"
                f" {found['before']:.0f} MB before it began",
                flush=True,
            )
        for path in Path(folder).glob(f"{count}.*"):
            path.unlink()


def stored_vectors(file: str, folder: str) -> str | None:
    """The file of sentence vectors, or None, said loudly, when there is no encoder."""
    from civicdialog.analysis import sentence_vectors

    if not sentence_vectors.available():
        print("THE SENTENCE ENCODER IS MISSING (extra 'semantic'): words only", flush=True)
        return None
    target = f"{folder}/vectors.npy"
    found = alone(encode, file=file, target=target)
    print(f"sentence vectors: {found['seconds']:.1f} s once, {found['megabytes']:.0f} MB")
    return target


def compare(arguments: argparse.Namespace) -> None:
    file = str(arguments.file)
    print(f"{arguments.file.name}: {len(load(file, None).texts)} contributions", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        vectors = stored_vectors(file, folder)
        if arguments.only in {None, "methods"}:
            print_methods(file, vectors, arguments.seeds)
            print_naming(file, vectors)
        if arguments.only in {None, "steering"}:
            print_steering(file, vectors, arguments.seeds)
        if arguments.only in {None, "scaling"}:
            counts = [10_000, 100_000, *([1_000_000] if arguments.large else [])]
            print_scaling(file, vectors, counts, folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, default=BONN)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only", choices=["methods", "steering", "scaling"])
    parser.add_argument("--task", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        name, values = json.loads(arguments.task)
        print(json.dumps(TASKS[name](**values)))
    elif not arguments.file.exists():
        parser.exit(2, f"THE CONTRIBUTIONS ARE MISSING: {arguments.file}\n")
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
