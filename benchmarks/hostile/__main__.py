"""Every hostile text through every form, address and header, and through every page that shows it.

usage: python -m benchmarks.hostile CORPUS.jsonl [--sample N] [--only WORD] [--processes 2]

Forms and addresses are found on the application's own pages, as a visitor and as everybody who can
sign in; a new one is in it by itself. Each form gets every text in one of its text fields with the
rest filled in rightly, every tenth in the other fields, and the recipes for long texts whole and cut
to what the field takes. Then the texts lie in everything people can write, and every page, file and
report is read. Printed: requests, answers by status, the slowest answers in seconds of processor
time, and whatever is wrong. Exit status 1: something is, or an answer took a second.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Iterator
from functools import partial
from multiprocessing import Process, Queue
from pathlib import Path

from benchmarks.hostile.sending import HEADERS, Bench, Outcome, endpoints_of
from benchmarks.hostile.texts import Corpus, load

SLOW = 1.0
TURNS = 3
"""How often everything is filled with other texts."""


def tasks(bench: Bench, only: str) -> Iterator[tuple[str, partial[Outcome]]]:
    """Everything there is to send, by name and always in the same order."""
    found = [(sink.name, partial(bench.fill_in, sink)) for sink in bench.sinks]
    found += [(f"address {name}", partial(bench.ask, name)) for name in endpoints_of(bench.app)]
    found += [(f"header {name}", partial(bench.head, name)) for name in HEADERS]
    found += [(f"shown {turn}", partial(_show, bench, turn)) for turn in range(TURNS)]
    yield from ((name, task) for name, task in found if only in name)


def _show(bench: Bench, turn: int) -> Outcome:
    columns = {each for sink in bench.sinks for each in bench.columns(sink)}
    outcome = bench.show(columns, turn)
    outcome.name += f", {len(columns)} columns"
    return outcome


def work(
    corpus: Corpus, only: str, number: int, count: int, results: Queue[Outcome | None]
) -> None:
    """One process does every `count`-th task with an application of its own."""
    try:
        bench = Bench(corpus)
        for n, (_, task) in enumerate(tasks(bench, only)):
            if n % count == number:
                results.put(task())
    except Exception:
        results.put(Outcome("a process", faults=[traceback.format_exc()]))
        raise
    finally:
        results.put(None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sample", type=int, help="about so many texts instead of all")
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    corpus = load(wanted.corpus, wanted.sample)
    print(f"{corpus.count} texts as {len(corpus.texts)} for texts, {len(corpus.rows)} for values; "
          f"{len(corpus.pathological)} recipes")  # fmt: skip
    results: Queue[Outcome | None] = Queue()
    for number in range(wanted.processes):
        given = (corpus, wanted.only, number, wanted.processes, results)
        Process(target=work, args=given, daemon=True).start()
    total, running = Outcome("all"), wanted.processes
    slow: list[tuple[float, str, str]] = []
    while running:
        outcome = results.get()
        if outcome is None:
            running -= 1
            continue
        total.add(outcome)
        slow.append((outcome.slowest[0], outcome.name, outcome.slowest[1]))
        answers = " ".join(f"{status}×{n}" for status, n in sorted(outcome.statuses.items()))
        print(f"{outcome.name}: {answers}, slowest {outcome.slowest[0]:.2f} s", flush=True)
        for each in outcome.faults[:5]:
            print(f"   {each}", flush=True)
    print(f"\n{len(slow)} places, {total.requests} requests")
    print(" ".join(f"{status}×{n}" for status, n in sorted(total.statuses.items())))
    print(f"{len(total.faults)} faults; the slowest:")
    for seconds, name, text in sorted(slow, reverse=True)[:5]:
        print(f"  {seconds:.2f} s {name} {text!r}")
    return int(bool(total.faults) or total.slowest[0] >= SLOW)


if __name__ == "__main__":
    sys.exit(main())
