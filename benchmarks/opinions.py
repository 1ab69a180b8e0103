"""How good, how steady and how heavy opinion groups are, beside red-dwarf (the maths of Polis).

usage: python benchmarks/opinions.py [FOLDER] [--baseline PYTHON] [--repeats 3] [--large]

FOLDER holds exports of Polis conversations (a folder each with participants-votes.csv and
comments.csv). PYTHON is an interpreter in whose environment red-dwarf 0.4.0 is installed; without
one the columns of the baseline stay empty, and that is said. Every measurement runs in a process of
its own with one thread. --large adds 10 million drawn votes (ours alone).

Columns: loss and share right of held-out votes (10 %, calibrated alike for both on 5 % more), loss
of held-out votes foretold by the shares of the groups, agreement of groups with those of 80 % of the
votes (adjusted Rand index) and how often their number differs, number of groups where votes were
dealt out anew inside every statement, seconds and peak memory of one whole analysis.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
VOTES = ROOT.parent / "shared" / "data" / "votes"
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
ENOUGH = 7
GROUP_PRIOR = 4.0
DRAWN = {"1 million drawn": (1_000_000, 20_000, 1_000), "10 million drawn": (10**7, 200_000, 2_000)}
TITLES = {
    "loss": "loss", "right": "right", "group_loss": "group loss", "steady": "steady",
    "flips": "flips", "k": "groups", "smallest": "smallest", "noise": "noise", "seconds": "s",
    "megabytes": "MB",
}  # fmt: skip


@dataclass(frozen=True)
class Votes:
    i: np.ndarray
    j: np.ndarray
    v: np.ndarray
    people: int
    statements: int

    def only(self, chosen: np.ndarray) -> "Votes":
        return Votes(self.i[chosen], self.j[chosen], self.v[chosen], self.people, self.statements)


@dataclass(frozen=True)
class Found:
    labels: np.ndarray
    predict: Callable[[np.ndarray, np.ndarray], np.ndarray]


def load(folder: Path) -> Votes:
    with (folder / "comments.csv").open(newline="") as file:
        refused = {row["comment-id"] for row in csv.DictReader(file) if row["moderated"] == "-1"}
    with (folder / "participants-votes.csv").open(newline="") as file:
        rows = csv.reader(file)
        head = next(rows)
        first = head.index("n-disagree") + 1
        cells = [
            (person, statement, int(float(text)))
            for person, row in enumerate(rows)
            for statement, text in enumerate(row[first:])
            if text and head[first + statement] not in refused
        ]
    i, j, v = (np.array(column) for column in zip(*cells, strict=True))
    _, j = np.unique(j, return_inverse=True)
    return Votes(
        i.astype(np.int32), j.astype(np.int32), v.astype(np.int8), i.max() + 1, j.max() + 1
    )


def drawn(count: int, people: int, statements: int) -> Votes:
    """Three camps, people of very different diligence, statements of different fame."""
    draw = np.random.default_rng(0)
    diligence, fame = draw.lognormal(0, 1, people), draw.gamma(2, 1, statements)
    size = count * 11 // 10
    i = draw.choice(people, size, p=diligence / diligence.sum())
    j = draw.choice(statements, size, p=fame / fame.sum())
    pair = draw.permutation(np.unique(i.astype(np.int64) * statements + j))[:count]
    pair.sort()
    i, j = (pair // statements).astype(np.int32), (pair % statements).astype(np.int32)
    camp = draw.choice(3, people, p=(0.5, 0.3, 0.2))
    centres = np.array([[1.0, 0], [-1, 0.8], [-0.3, -1.3]]) * 1.2
    places = centres[camp] + 0.5 * draw.standard_normal((people, 2))
    weights = draw.standard_normal((statements, 2))
    odds = draw.standard_normal(statements)[j] * 0.8 + 0.5
    odds += np.einsum("nd,nd->n", places[i], weights[j])
    said = np.where(draw.random(len(i)) < 1 / (1 + np.exp(-odds)), 1, -1)
    said[draw.random(len(i)) < 0.15] = 0
    return Votes(i, j, said.astype(np.int8), people, statements)


def ours(votes: Votes) -> Found:
    from civicdialog.analysis.opinions import analyze

    found = analyze(votes.i, votes.j, votes.v, votes.people, votes.statements)
    return Found(found["labels"], found["predict"])


def baseline(votes: Votes) -> Found:
    from reddwarf.implementations.polis import run_pipeline

    rows = [
        {"participant_id": int(a), "statement_id": int(b), "vote": int(c), "modified": 0}
        for a, b, c in zip(votes.i, votes.j, votes.v, strict=True)
    ]
    result = run_pipeline(votes=rows, random_state=42)
    people = result.participants_df
    grouped = people.loc[people.to_cluster, "cluster_id"].astype(int)
    labels = np.full(votes.people, -1)
    labels[grouped.index.values] = grouped.values
    places = np.zeros((votes.people, 2))
    known = result.participant_projections
    places[list(known)] = np.array(list(known.values()))
    often = np.maximum(np.bincount(votes.i, minlength=votes.people), 1)
    places /= np.sqrt(votes.statements / often)[:, None]
    mean, axes = np.zeros(votes.statements), np.zeros((votes.statements, 2))
    told = result.statements_df
    mean[told.index], axes[told.index] = told["mean"].values, told[["pc1", "pc2"]].values

    def predict(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        odds = 3 * (mean[j] + np.einsum("nd,nd->n", places[i], axes[j]))
        return 1 / (1 + np.exp(-np.clip(odds, -9, 9)))

    return Found(labels, predict)


METHODS = {"ours": ours, "red-dwarf": baseline}


def quality(method: Callable[[Votes], Found], votes: Votes, repeats: int) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import adjusted_rand_score

    whole = method(votes).labels
    counted = (np.bincount(votes.i, minlength=votes.people) >= ENOUGH) & (whole >= 0)
    sizes = np.bincount(whole[counted])
    k = int(np.count_nonzero(sizes))
    kept: dict[str, list[float]] = {}

    def note(**values: float) -> None:
        for name, value in values.items():
            kept.setdefault(name, []).append(float(value))

    for repeat in range(repeats):
        draw = np.random.default_rng(100 + repeat)
        lot = draw.random(len(votes.v))
        asked, tuned = lot < 0.1, (lot >= 0.1) & (lot < 0.15)
        rest = votes.only(~(asked | tuned))
        found = method(rest)
        of_person = np.bincount(rest.i, minlength=votes.people)
        of_statement = np.bincount(rest.j, minlength=votes.statements)
        fair = (of_person[votes.i] >= 3) & (of_statement[votes.j] >= 3) & (votes.v != 0)
        agreed = votes.v > 0

        def odds(chosen: np.ndarray, found: Found = found) -> np.ndarray:
            chance = np.clip(found.predict(votes.i[chosen], votes.j[chosen]), 1e-5, 1 - 1e-5)
            return np.log(chance / (1 - chance))[:, None]

        line = LogisticRegression(C=100.0).fit(odds(tuned & fair), agreed[tuned & fair])
        chance = np.clip(line.predict_proba(odds(asked & fair))[:, 1], 1e-6, 1 - 1e-6)
        right = agreed[asked & fair]
        note(
            loss=-np.log(np.where(right, chance, 1 - chance)).mean(),
            right=np.mean((chance > 0.5) == right),
            group_loss=_group_loss(found.labels, rest, votes.only(asked), of_person),
        )
        part = method(votes.only(draw.random(len(votes.v)) < 0.8)).labels
        both = counted & (part >= 0)
        note(
            steady=adjusted_rand_score(whole[both], part[both]),
            flips=len(set(part[both])) != k,
            noise=_noise(method, votes, draw),
        )
    means = {name: float(np.mean(values)) for name, values in kept.items()}
    return {**means, "k": k, "smallest": int(sizes[sizes > 0].min())}


def _group_loss(labels: np.ndarray, known: Votes, asked: Votes, often: np.ndarray) -> float:
    """Loss of votes foretold by their group's smoothed share; whoever is in no group has the first."""
    k = max(int(labels.max()) + 1, 1)
    group = np.where(often >= ENOUGH, np.maximum(labels, 0), -1)
    agree, answers = np.zeros((k, known.statements)), np.zeros((k, known.statements))
    inside = (group[known.i] >= 0) & (known.v != 0)
    places = group[known.i[inside]], known.j[inside]
    np.add.at(agree, places, known.v[inside] > 0)
    np.add.at(answers, places, 1)
    said = known.v != 0
    all_agree = np.bincount(known.j[said], known.v[said] > 0, known.statements)
    all_said = np.bincount(known.j[said], minlength=known.statements)
    share = (agree + GROUP_PRIOR * (all_agree + 1) / (all_said + 2)) / (answers + GROUP_PRIOR)
    fair = (group[asked.i] >= 0) & (asked.v != 0)
    chance = np.clip(share[group[asked.i[fair]], asked.j[fair]], 1e-4, 1 - 1e-4)
    return float(-np.log(np.where(asked.v[fair] > 0, chance, 1 - chance)).mean())


def _noise(method: Callable[[Votes], Found], votes: Votes, draw: np.random.Generator) -> int:
    """How many groups there are among votes that were dealt out anew inside every statement."""
    dealt = votes.v.copy()
    dealt[np.argsort(votes.j, kind="stable")] = votes.v[
        np.lexsort((draw.random(len(votes.v)), votes.j))
    ]
    labels = method(Votes(votes.i, votes.j, dealt, votes.people, votes.statements)).labels
    often = np.bincount(votes.i, minlength=votes.people) >= ENOUGH
    return len(set(labels[often & (labels >= 0)]))


def cost(method: Callable[[Votes], Found], votes: Votes) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    labels = method(votes).labels
    seconds = time.perf_counter() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        "seconds": seconds,
        "megabytes": peak,
        "k": len(set(labels[labels >= 0])),
        "whole_megabytes": before / 1024 + peak,
    }


def task(name: str, method: str, folder: str, repeats: int) -> dict[str, float]:
    """What a child process measures."""
    warnings.filterwarnings("ignore")
    votes = drawn(*DRAWN[folder]) if folder in DRAWN else load(Path(folder))
    if name == "quality":
        return quality(METHODS[method], votes, repeats)
    METHODS[method](drawn(2_000, 100, 40))  # libraries are loaded before the clock starts
    return cost(METHODS[method], votes)


def in_child(python: str, name: str, method: str, folder: str, repeats: int) -> dict[str, float]:
    done = subprocess.run(
        [python, __file__, "--task", name, method, folder, str(repeats)],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(f"{method}, {folder}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return {}
    return json.loads(done.stdout.splitlines()[-1])


def show(name: str, method: str, row: dict[str, float]) -> None:
    cells = "".join(f"{row[key]:>11.3f}" if key in row else f"{'–':>11}" for key in TITLES)
    print(f"{name[:30]:<31}{method:<10}{cells}", flush=True)


def main() -> None:
    if "--task" in sys.argv:
        name, method, folder, repeats = sys.argv[2:]
        print(json.dumps(task(name, method, folder, int(repeats))))
        return
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=VOTES)
    parser.add_argument("--baseline", help="an interpreter that has red-dwarf 0.4.0")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    methods = {"ours": sys.executable}
    if options.baseline:
        methods["red-dwarf"] = options.baseline
    else:
        print("NO BASELINE: red-dwarf did not run (--baseline PYTHON)")
    folders = sorted(str(each.parent) for each in options.folder.glob("*/participants-votes.csv"))
    if not folders:
        print(f"NO REAL VOTES at {options.folder}: only drawn ones")
    print(f"{'':<41}" + "".join(f"{title:>11}" for title in TITLES.values()))
    rows: dict[str, list[dict[str, float]]] = {}
    for folder in [*folders, *list(DRAWN)[: 2 if options.large else 1]]:
        for method, python in methods.items():
            if folder.startswith("10 ") and method != "ours":
                continue
            row = in_child(python, "cost", method, folder, 1)
            if folder not in DRAWN:
                row |= in_child(python, "quality", method, folder, options.repeats)
                rows.setdefault(method, []).append(row)
            show(Path(folder).name, method, row)
    means = {
        method: {key: float(np.mean([row[key] for row in found])) for key in TITLES}
        for method, found in rows.items()
        if all(row.keys() >= TITLES.keys() for row in found)
    }
    for method, row in means.items():
        show("mean", method, row)
    if len(means) == 2:
        show("ratio", "", {k: means["ours"][k] / (means["red-dwarf"][k] or 1) for k in TITLES})


if __name__ == "__main__":
    main()
