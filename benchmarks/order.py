"""How evenly the fair order shows contributions, beside other orders, with contributions arriving.

usage: python benchmarks/order.py [--rows 10000] [--days 30] [--visits 2000]

Two experiments with the program's own order, without a database:

1. As many contributions as `--rows`, all there from the beginning. The first page of 20,000
   visitors is counted; the coefficient of variation of these counts is compared with that of drawing
   25 truly by chance.
2. The same number arrives evenly over `--days`. Each day `--visits` visitors open the first page
   and every fifth of them the second; every night the order of the next day is made, as the worker does.
   "Late" are contributions of the last third of days, "early" those of the first; also after as many
   days again without new ones. "views per day" counts each contribution's views by the days it was
   there. Beside ours: the same without correction, newest first, most votes first (every twentieth
   view brings a vote; ties by age).
"""

import argparse
import random
import sys
from pathlib import Path
from statistics import mean, pstdev

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from civicdialog.submissions.evenness import evenness, little_seen  # noqa: E402
from civicdialog.submissions.order import (  # noqa: E402
    NOTHING_TO_MAKE_UP,
    PAGE,
    CorrectedOrder,
    FairOrder,
    LittleSeen,
)

VISITORS = 20_000
SECOND_PAGE = 5
VIEWS_FOR_A_VOTE = 20


def variation(views: list[int]) -> float:
    return pstdev(views) / mean(views)


def compare_with_chance(rows: int) -> None:
    chance = random.Random(1)
    ours, true = [0] * rows, [0] * rows
    for _ in range(VISITORS):
        order = FairOrder(rows, chance.getrandbits(32))
        for place in range(PAGE):
            ours[order.number_at(place) - 1] += 1
        for number in chance.sample(range(rows), PAGE):
            true[number] += 1
    a, b = variation(ours), variation(true)
    verdict = "reached" if a <= 1.1 * b else "not reached"
    print(f"{rows} contributions, first page of {VISITORS} visitors: variation of views {a:.4f}")
    print(f"  drawn truly by chance {b:.4f}; ratio {a / b:.3f}; goal ≤ 1.1: {verdict}")
    corrected = [0] * rows
    seen = NOTHING_TO_MAKE_UP
    for day in range(1, 11):
        today = 0
        for _ in range(VISITORS // 10):
            order = CorrectedOrder(rows, chance.getrandbits(32), seen)
            for number in order.window(0, PAGE)[0]:
                corrected[number - 1] += 1
                today += 1
        numbers, places = little_seen(dict(enumerate(corrected, start=1)), today)
        seen = LittleSeen(day, numbers, rows, places)
    c = variation(corrected)
    print(f"  corrected every day for ten days {c:.4f}; ratio {c / b:.3f}")


class Ours:
    def __init__(self, *, corrects: bool) -> None:
        self.corrects = corrects
        self.seen = NOTHING_TO_MAKE_UP

    def at_night(self, day: int, views: list[int], there: int, shown: int) -> None:
        if self.corrects:
            known = dict(enumerate(views[:there], start=1))
            numbers, places = little_seen(known, shown)
            self.seen = LittleSeen(day + 1, numbers, there, places)

    def pages(self, there: int, seed: int, size: int) -> list[int]:
        return CorrectedOrder(there, seed, self.seen).window(0, size)[0]


class Newest:
    def at_night(self, day: int, views: list[int], there: int, shown: int) -> None:
        pass

    def pages(self, there: int, seed: int, size: int) -> list[int]:
        return list(range(there, max(there - size, 0), -1))


class MostVoted(Newest):
    """Votes follow views; the list is sorted by them anew every night, new ones stand below."""

    def __init__(self) -> None:
        self.sorted: list[int] = []

    def at_night(self, day: int, views: list[int], there: int, shown: int) -> None:
        self.sorted = sorted(
            range(1, there + 1), key=lambda n: (-(views[n - 1] // VIEWS_FOR_A_VOTE), n)
        )

    def pages(self, there: int, seed: int, size: int) -> list[int]:
        missing = range(len(self.sorted) + 1, there + 1)
        return [*self.sorted[:size], *missing[: max(0, size - len(self.sorted))]]


def simulate(name: str, order: Ours | Newest, rows: int, days: int, visits: int) -> None:
    chance = random.Random(2)
    views = [0] * rows
    for day in range(2 * days):
        shown = 0
        for visit in range(visits):
            moment = day + (visit + 1) / visits
            there = min(rows, max(1, int(rows * moment / days)))
            size = 2 * PAGE if visit % SECOND_PAGE == 0 else PAGE
            for number in order.pages(there, chance.getrandbits(32), size):
                views[number - 1] += 1
                shown += 1
        order.at_night(day, views, there, shown)
        if day in {days - 1, 2 * days - 1}:
            report(name if day < days else "", views, rows, day + 1, days)


def report(name: str, views: list[int], rows: int, day: int, days: int) -> None:
    third = rows // 3
    early, late = mean(views[:third]), mean(views[-third:])
    daily = [each / max(day - n * days / rows, 1) for n, each in enumerate(views)]
    even = evenness(views)
    per_day = mean(daily[-third:]) / mean(daily[:third]) if mean(daily[:third]) else float("inf")
    print(
        f"{name:26} {day:4} {late / early if early else float('inf'):11.2f} {per_day:11.2f} "
        f"{even.gini:6.3f} {even.below_minimum:14.1%} {sum(v == 0 for v in views) / rows:11.1%}"
    )


def main() -> None:
    reader = argparse.ArgumentParser(description="Evenness of the fair order, measured")
    reader.add_argument("--rows", type=int, default=10_000)
    reader.add_argument("--days", type=int, default=30)
    reader.add_argument("--visits", type=int, default=2_000)
    options = reader.parse_args()
    compare_with_chance(options.rows)
    print(f"\n{options.rows} contributions arrive over {options.days} days, "
          f"{options.visits} visits a day")  # fmt: skip
    print(
        f"{'order':26} {'day':>4} {'late/early':>11} {'per day':>11} {'Gini':>6} "
        f"{'< ¼ of mean':>14} {'never seen':>11}"
    )
    for name, order in (
        ("by lot, corrected", Ours(corrects=True)),
        ("by lot, not corrected", Ours(corrects=False)),
        ("newest first", Newest()),
        ("most votes first", MostVoted()),
    ):
        simulate(name, order, options.rows, options.days, options.visits)


if __name__ == "__main__":
    main()
