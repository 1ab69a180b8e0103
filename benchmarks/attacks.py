"""How far 5 % of accounts in one hand can lift a statement, with our scores and with plain ones.

usage: python benchmarks/attacks.py [FOLDER] [--targets 6] [--processes 2]

FOLDER holds exports of Polis conversations (a folder each with participants-votes.csv and
comments.csv). Targets are statements with 30 votes or more from the 20 to 50 % band of each score's
order, so that there is room to rise. What the accounts do:

    one vote       agree with the target and nothing else
    identical      20 votes drawn by lot, the same for all, and the target
    copycat        everybody copies the ballot of another real person, and agrees with the target
    copycat 5 %    the same, every twentieth copied vote changed by lot
    copycat 10 %   the same, every tenth

Columns: by which part of all statements the target rises (mean over targets), the most it rises,
rank correlation of all other statements, weight the ballots in one hand keep, and which part of
honest ballots loses weight at all. Exit status 1: a goal was missed.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from routing import VOTES, load
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from civicdialog.analysis.ballots import ballot_weights, without_copies
from civicdialog.analysis.opinions import study
from civicdialog.analysis.statistics import bridging, group_counts, smoothed_shares, wilson
from civicdialog.analysis.vote_table import VoteTable

ACCOUNTS = 0.05
WIDELY_SEEN = 30
COPIED_FROM = 10
PATTERN = 20
ATTACKS = {
    "one vote": None,
    "identical": None,
    "copycat": 0.0,
    "copycat 5 %": 0.05,
    "copycat 10 %": 0.1,
}
Votes = tuple[np.ndarray, np.ndarray]


def scores(table: VoteTable) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """All scores (statements,), and the weights of ballots."""
    weights, plain = ballot_weights(table), np.ones(table.participant_count)
    of_all = study(table).probabilities
    probabilities = study(without_copies(table, weights)).probabilities
    agree, disagree, passed = table.counts()
    votes = agree + disagree + passed
    everybody = group_counts(table, np.zeros(table.participant_count, int), 1, weights)
    weighed = everybody.agree[:, 0], (everybody.disagree + everybody.passed)[:, 0]
    return {
        "share": agree / np.maximum(votes, 1),
        "lower end by Wilson": wilson(agree, votes)[0],
        "smoothed share, weighed": smoothed_shares(*weighed).share,
        "bridging, not weighed": bridging(table, of_all, plain),
        "bridging, groups of all": bridging(table, of_all, weights),
        "bridging": bridging(table, probabilities, weights),
    }, weights


def ballot(
    table: VoteTable, attack: str, target: int, pattern: Votes, draw: np.random.Generator
) -> Votes:
    """Statements and opinions of one account."""
    own, opinions = np.zeros(0, int), np.zeros(0, int)
    if attack == "identical":
        own, opinions = pattern
    elif attack != "one vote":
        busy = np.flatnonzero(table.votes_of_participants >= COPIED_FROM)
        source = draw.choice(busy)
        votes = slice(table.indptr[source], table.indptr[source + 1])
        own, opinions = table.submission[votes], table.opinion[votes].copy()
        changed = draw.random(len(own)) < ATTACKS[attack]
        opinions[changed] = draw.choice([-1, 0, 1], changed.sum())
    others = own != target
    return np.append(own[others], target), np.append(opinions[others], 1)


def attacked(
    table: VoteTable, attack: str, target: int, seen: np.ndarray, draw: np.random.Generator
) -> VoteTable:
    """The table with so many more people, all in one hand."""
    others = draw.permutation(np.setdiff1d(seen, [target]))[:PATTERN]
    pattern = others, draw.choice([-1, 1], len(others))
    people, things, said = [table.participant], [table.submission], [table.opinion]
    last = table.participant_count + int(np.ceil(ACCOUNTS * table.participant_count))
    for person in range(table.participant_count, last):
        own, opinions = ballot(table, attack, target, pattern, draw)
        people.append(np.full(len(own), person))
        things.append(own)
        said.append(opinions)
    columns = [np.concatenate(column) for column in (people, things, said)]
    return VoteTable.of(*columns, last, table.submission_count)


def measure(task: tuple[str, int, int]) -> list[tuple[str, str, list[float]]]:
    """All attacks on one target: attack, score, and the figures."""
    folder, number, targets = task
    with threadpool_limits(1):
        table = load(Path(folder))
        before, _ = scores(table)
        seen = np.flatnonzero(sum(table.counts()) >= WIDELY_SEEN)
        order = seen[np.argsort(before["bridging"][seen])]
        band = order[len(order) // 5 : len(order) // 2]
        target = np.random.default_rng(0).permutation(band)[:targets][number]
        found = []
        for attack in ATTACKS:
            draw = np.random.default_rng([number, len(attack)])
            after, weights = scores(attacked(table, attack, target, seen, draw))
            honest = weights[: table.participant_count]
            kept = float(weights[table.participant_count :].mean())
            for name, score in after.items():
                figures = [*risen(before[name][seen], score[seen], seen == target)]
                found.append((attack, name, [*figures, kept, float(np.mean(honest < 1))]))
        return found


def risen(before: np.ndarray, after: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """By how much the target rises, as a part of all, and the rank correlation of the others."""
    place = [float(np.mean(score < score[target])) for score in (before, after)]
    ranks = [rankdata(score[~target]) for score in (before, after)]
    return place[1] - place[0], float(np.corrcoef(*ranks)[0, 1])


def report(found: Sequence[tuple[str, str, list[float]]], count: int) -> list[str]:
    """Prints a table; the goals that were missed."""
    print(f"{ACCOUNTS:.0%} of accounts in one hand, {count} targets")
    missed = []
    for attack in ATTACKS:
        print(f"\n{attack:26}{'rises':>9}{'most':>9}{'others':>9}{'kept':>9}{'honest':>9}")
        for name in dict.fromkeys(name for _, name, _ in found):
            rows = np.array([row for one, score, row in found if (one, score) == (attack, name)])
            rises, others, kept, honest = rows.mean(axis=0)
            most = rows[:, 0].max()
            print(f"  {name:24}{rises:9.3f}{most:9.3f}{others:9.4f}{kept:9.3f}{honest:9.4f}")
            if attack == "identical" and name == "bridging":
                reached = {
                    "rise": rises <= 0.03,
                    "others": others >= 0.99,
                    "honest ballots": honest <= 0.005,
                }
                missed = [goal for goal, is_reached in reached.items() if not is_reached]
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=VOTES)
    parser.add_argument("--targets", type=int, default=6, help="in each conversation")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in arguments.folder.glob("*/participants-votes.csv"))
    if not folders:
        parser.exit(2, f"THE VOTES ARE MISSING: {arguments.folder}\n")
    tasks = [
        (str(folder), number, arguments.targets)
        for folder in folders
        for number in range(arguments.targets)
    ]
    with ProcessPoolExecutor(arguments.processes) as pool:
        found = [figures for part in pool.map(measure, tasks) for figures in part]
    missed = report(found, len(tasks))
    for folder in folders:
        weights = ballot_weights(load(folder))
        print(f"{folder.name}, nobody attacks: {np.sum(weights < 1)} of {len(weights)} lose weight")
    print("\nMISSED with identical ballots: " + ", ".join(missed) if missed else "\nall reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
