"""Which statement to ask about next: our routing beside Polis' and two plain rules.

usage: python benchmarks/routing.py [FOLDER] [--seeds 3] [--processes 2]

FOLDER holds exports of Polis conversations (a folder each with participants-votes.csv and
comments.csv). People come one after another and cast as many votes as in reality; three of ten
statements are there from the beginning, the others arrive until 85 % of all votes are cast. Drawn:
everybody's answers to everything are drawn from the model fitted to the real votes. Replayed: only
statements somebody really voted on can be asked, 40 % of them are. Every policy gets the same people,
answers and arrivals, and its figures are refreshed after every 10 people.

Polis' priority is written down here as its server and its mathematics calculate it (snapshot
08e03eb of October 2024: conversation.clj, pca.clj, server.ts): the square of importance times a
bonus for few votes, statements drawn in proportion to it. Exit status 1: a goal was missed.
"""

import argparse
import csv
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from civicdialog.analysis import ideal_points
from civicdialog.analysis.opinions import study
from civicdialog.analysis.routing import Candidate, Standing, next_submission, standing_of
from civicdialog.analysis.vote_table import VoteTable

VOTES = Path(__file__).resolve().parents[2] / "shared" / "data" / "votes"
FIRST, LAST_ARRIVAL = 0.3, 0.85
LATE = 0.3
REPLAYED = 0.4
MOST_PEOPLE = 400
REFRESH = 10
SWEEPS = 8
ENOUGH_TRUTH = 20


def load(folder: Path) -> VoteTable:
    """The votes of a conversation, statements that moderators rejected left out."""
    with (folder / "comments.csv").open(newline="") as opened:
        rejected = {row["comment-id"] for row in csv.DictReader(opened) if row["moderated"] == "-1"}
    with (folder / "participants-votes.csv").open(newline="") as opened:
        rows = list(csv.reader(opened))
    first = rows[0].index("n-disagree") + 1
    kept = [c for c in range(first, len(rows[0])) if rows[0][c] not in rejected]
    kept = [c for c in kept if any(row[c] for row in rows[1:])]
    cells = [
        (person, place, int(float(row[column])))
        for person, row in enumerate(rows[1:])
        for place, column in enumerate(kept)
        if row[column]
    ]
    return VoteTable.of(*np.array(cells).T, len(rows) - 1, len(kept))


@dataclass(frozen=True)
class World:
    """Answers (people, statements), which can be asked for, how many each gives, and arrivals."""

    answers: np.ndarray
    open: np.ndarray
    quota: np.ndarray
    arrival: np.ndarray
    """(statements,): after which part of all votes it can be asked."""

    @property
    def shares(self) -> np.ndarray:
        """The truth: share of agreement among all answers, NaN where there are too few."""
        known = self.open.sum(axis=0)
        agree = ((self.answers == 1) & self.open).sum(axis=0)
        return np.where(known >= ENOUGH_TRUTH, agree / np.maximum(known, 1), np.nan)

    @property
    def table(self) -> VoteTable:
        """All votes there could be."""
        people, things = np.nonzero(self.open)
        return VoteTable.of(people, things, self.answers[people, things], *self.answers.shape)


def drawn(table: VoteTable, draw: np.random.Generator) -> World:
    """Everybody's answers to everything, by the model."""
    model = ideal_points.fit(table)
    votes = table.votes_of_participants
    people = draw.permutation(np.flatnonzero(votes >= 7))[:MOST_PEOPLE]
    roots = np.linalg.cholesky(model.covariances[people])
    own = np.column_stack([model.points, model.ease])[people]
    own = own + np.einsum("nij,nj->ni", roots, draw.standard_normal(own.shape))
    odds = model.easiness + own[:, 2:] + own[:, :2] @ model.weights.T
    _, _, passed = table.counts()
    skipped = (passed + 0.5) / (sum(table.counts()) + 2)
    answers = np.where(draw.random(odds.shape) < 1 / (1 + np.exp(-odds)), 1, -1)
    answers = np.where(draw.random(odds.shape) < skipped, 0, answers).astype(np.int8)
    quota = np.clip(draw.permutation(votes[people]), 3, int(table.submission_count * 0.8))
    return World(answers, np.ones(answers.shape, bool), quota, arrivals(answers.shape[1], draw))


def replayed(table: VoteTable, draw: np.random.Generator) -> World:
    """The real answers of people with 10 or more."""
    answers = np.zeros((table.participant_count, table.submission_count), np.int8)
    there = np.zeros(answers.shape, bool)
    answers[table.participant, table.submission] = table.opinion
    there[table.participant, table.submission] = True
    people = draw.permutation(np.flatnonzero(table.votes_of_participants >= 10))
    answers, there = answers[people], there[people]
    quota = np.maximum(3, (there.sum(axis=1) * REPLAYED).astype(int))
    return World(answers, there, quota, arrivals(answers.shape[1], draw))


def arrivals(count: int, draw: np.random.Generator) -> np.ndarray:
    early = np.arange(count) < FIRST * count
    return draw.permutation(np.where(early, 0.0, draw.random(count) * LAST_ARRIVAL))


# --- The policies: each is told of votes, refreshed from time to time, and chooses.


class Policy:
    """Chooses at random."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.draw = np.random.default_rng(seed)
        self.votes = np.zeros(count, int)

    def begin(self) -> None:
        """Somebody new has come."""

    def refresh(self, table: VoteTable) -> None:
        """The figures are calculated anew."""

    def choose(self, candidates: np.ndarray) -> int:
        return int(self.draw.choice(candidates))

    def tell(self, statement: int, answer: int) -> None:
        self.votes[statement] += 1


class FewestVotes(Policy):
    def choose(self, candidates: np.ndarray) -> int:
        votes = self.votes[candidates]
        return int(self.draw.choice(candidates[votes == votes.min()]))


class Polis(Policy):
    """importance = (1 - pass) (extremity + 1) agree; priority = (importance (1 + 8 · 2^(-S/5)))²."""

    def __init__(self, count: int, seed: int) -> None:
        super().__init__(count, seed)
        self.priority = np.ones(count)

    def choose(self, candidates: np.ndarray) -> int:
        weights = np.cumsum(self.priority[candidates])
        return int(candidates[np.searchsorted(weights, self.draw.random() * weights[-1])])

    def refresh(self, table: VoteTable) -> None:
        answers = np.full((table.participant_count, table.submission_count), np.nan)
        answers[table.participant, table.submission] = table.opinion
        answers = answers[table.votes_of_participants > 0]
        known = ~np.isnan(answers)
        mean = np.nansum(answers, axis=0) / np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, answers, mean) - mean
        axes = np.linalg.svd(filled, full_matrices=False)[2][:2]
        extremity = np.sqrt(self.count) * np.linalg.norm((1 - mean) * axes, axis=0)
        enough = table.votes_of_participants >= min(7, self.count)
        agree, disagree, passed = table.only(enough[table.participant]).counts()
        votes = agree + disagree + passed
        share, skipped = (agree + 1) / (votes + 2), (passed + 1) / (votes + 2)
        importance = (1 - skipped) * (extremity + 1) * share
        self.priority = (importance * (1 + 8 * 2.0 ** (-votes / 5))) ** 2
        self.priority[self.votes == 0] = 1  # unknown to the mathematics


class Ours(Policy):
    """`routing.next_submission` and `routing.standing_of`, as the voting room calls them."""

    def __init__(self, count: int, seed: int) -> None:
        super().__init__(count, seed)
        self.random = random.Random(seed)
        self.known = [(0.0, (0.0, 0.0))] * count
        self.begin()

    def begin(self) -> None:
        self.answers: list[tuple[int, float, tuple[float, float]]] = []
        self.standing: Standing = standing_of([])

    def refresh(self, table: VoteTable) -> None:
        model = ideal_points.fit(table, sweeps=SWEEPS)
        rows = zip(model.easiness.tolist(), model.weights.tolist(), strict=True)
        self.known = [(easiness, (first, second)) for easiness, (first, second) in rows]

    def choose(self, candidates: np.ndarray) -> int:
        listed = [Candidate(int(self.votes[c]), *self.known[c]) for c in candidates.tolist()]
        choice = next_submission(listed, self.standing, random=self.random)
        return int(candidates[choice.index])

    def tell(self, statement: int, answer: int) -> None:
        super().tell(statement, answer)
        self.answers.append((answer, *self.known[statement]))
        self.standing = standing_of(self.answers)


POLICIES: dict[str, type[Policy]] = {
    "random": Policy,
    "Polis priority": Polis,
    "fewest votes": FewestVotes,
    "ours": Ours,
}


def simulate(world: World, policy: Policy, draw: np.random.Generator) -> VoteTable:
    """All votes that are cast when the policy chooses."""
    people, count = world.answers.shape
    total, cast = int(world.quota.sum()), 0
    found: list[tuple[int, int, int]] = []
    for number, person in enumerate(draw.permutation(people).tolist()):
        if number and number % REFRESH == 0:
            policy.refresh(VoteTable.of(*np.array(found).T, people, count))
        policy.begin()
        unseen = world.open[person].copy()
        for _ in range(int(world.quota[person])):
            candidates = np.flatnonzero(unseen & (world.arrival <= cast / total))
            if not len(candidates):
                break
            statement = policy.choose(candidates)
            answer = int(world.answers[person, statement])
            policy.tell(statement, answer)
            unseen[statement] = False
            found.append((person, statement, answer))
            cast += 1
    return VoteTable.of(*np.array(found).T, people, count)


def judge(world: World, table: VoteTable) -> dict[str, float]:
    """How near the shares are to the truth, and how votes are spread."""
    agree, disagree, passed = table.counts()
    votes = agree + disagree + passed
    error = ((agree + 1) / (votes + 2) - world.shares) ** 2
    late = world.arrival > np.quantile(world.arrival, 1 - LATE)
    heard = table.votes_of_participants >= 5
    truth, found = (study(each, k=2).labels[heard] for each in (world.table, table))
    return {
        "RMSE": float(np.sqrt(np.nanmean(error))),
        "RMSE late": float(np.sqrt(np.nanmean(error[late]))),
        "worst": float(np.sqrt(np.nanmax(error))),
        "late/early": float(votes[late].mean() / votes[~late].mean()),
        "fewest": float(votes.min()),
        "under 10": float(np.mean(votes < 10)),
        "groups": float(adjusted_rand_score(truth, found)),
    }


def measure(task: tuple[str, str, int]) -> dict[str, dict[str, float]]:
    """All policies in one world."""
    folder, kind, seed = task
    draw = np.random.default_rng(seed)
    make: Callable = drawn if kind == "drawn" else replayed
    world = make(load(Path(folder)), draw)
    found = {}
    with threadpool_limits(1):
        for name, policy in POLICIES.items():
            order = np.random.default_rng(1000 + seed)
            table = simulate(world, policy(world.answers.shape[1], seed), order)
            found[name] = judge(world, table)
    return found


# --- Speed of one choice, as the voting room makes it.


def milliseconds(work: Callable[[], object], times: int = 200) -> float:
    """The median of many calls."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)


def print_speed() -> dict[str, float]:
    draw = random.Random(0)
    statements = [(draw.gauss(0, 1), (draw.gauss(0, 0.5), draw.gauss(0, 0.5))) for _ in range(300)]
    candidates = [Candidate(draw.randrange(200), *each) for each in statements]
    answers = [(draw.choice((1, -1, 0)), *each) for each in statements[:60]]
    standing = standing_of(answers)
    speed = {
        "choice of 300": milliseconds(lambda: next_submission(candidates, standing, random=draw)),
        "standing by 60": milliseconds(lambda: standing_of(answers)),
    }
    print(
        f"one choice among 300 candidates {speed['choice of 300']:.2f} ms,"
        f" one standing by 60 answers {speed['standing by 60']:.2f} ms"
    )
    return speed


def mean(found: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


def report(kind: str, worlds: Sequence[dict[str, dict[str, float]]]) -> dict[str, float]:
    """Prints a table; the ratios of ours to Polis."""
    rows = {name: mean([world[name] for world in worlds]) for name in POLICIES}
    print(f"\n{kind}, mean of {len(worlds)} simulations")
    print(f"{'':16}" + "".join(f"{name:>11}" for name in rows["ours"]))
    for name, row in rows.items():
        print(f"{name:16}" + "".join(f"{value:11.3f}" for value in row.values()))
    ratios = {
        name: rows["ours"][name] / rows["Polis priority"][name]
        for name in ("RMSE", "RMSE late", "late/early")
    }
    print("ours / Polis    " + "".join(f"{name}: {value:.3f}   " for name, value in ratios.items()))
    return ratios


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=VOTES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in arguments.folder.glob("*/participants-votes.csv"))
    if not folders:
        parser.exit(2, f"THE VOTES ARE MISSING: {arguments.folder}\n")
    speed = print_speed()
    tasks = [
        (str(folder), kind, seed)
        for kind in ("drawn", "replayed")
        for folder in folders
        for seed in range(arguments.seeds)
    ]
    with ProcessPoolExecutor(arguments.processes) as pool:
        found = list(zip(tasks, pool.map(measure, tasks), strict=True))
    for folder in folders:
        for kind in ("drawn", "replayed"):
            part = [each for task, each in found if task[:2] == (str(folder), kind)]
            report(f"{folder.name} {kind}", part)
    ratios = {
        kind: report(f"ALL {kind}", [each for task, each in found if task[1] == kind])
        for kind in ("drawn", "replayed")
    }
    missed = [
        f"{kind} {name}"
        for kind, ratio in ratios.items()
        for name, reached in (
            ("RMSE", ratio["RMSE"] <= 0.9),
            ("RMSE late", ratio["RMSE late"] <= 0.9),
            ("late/early", ratio["late/early"] >= 1.8),
        )
        if not reached
    ]
    missed += [
        name for name, limit in (("choice of 300", 2), ("standing by 60", 1)) if speed[name] > limit
    ]
    print("\nMISSED: " + ", ".join(missed) if missed else "\nall goals reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
