"""The same contributions give the same bytes: in any order, with any threads, on any processor.

Every result is computed in a process of its own, since libraries choose their code when they load.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from civicdialog.analysis.sentence_vectors import available

ROOT = Path(__file__).parents[2]
CHILD = """
import json, sys
from threadpoolctl import threadpool_info
from civicdialog.analysis.hashes import canonical_json
from civicdialog.analysis.runs import topics_as_dict
from civicdialog.analysis.topics import cluster_texts
rows, views = json.load(sys.stdin)
names, titles, texts = zip(*rows)
found = {}
for view in views:
    topics = cluster_texts(titles, texts, words_only=view == "words")
    found[view] = canonical_json(topics_as_dict(topics, names)).decode("ascii")
kernels = sorted({pool.get("architecture", "") for pool in threadpool_info()})
print(json.dumps([kernels, found]))
"""
PLAIN = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT)}
ALIASES = {"Prescott": "Katmai"}
"""The older name under which the library reports the same code."""
VIEWS = ["words", *(["words and sentences"] if available() else [])]


@cache
def contributions() -> tuple[tuple[str, str, str], ...]:
    """About 400 short German texts: every part of every invented proposal of the sample round."""
    found = []
    for path in sorted((ROOT / "civicdialog" / "demo" / "content").glob("*.toml")):
        for proposal in tomllib.loads(path.read_text(encoding="utf-8"))["proposals"]:
            parts = [proposal[name] for name in ("problem", "solution", "worries")]
            found += [(proposal["title"], part) for part in parts if part]
    return tuple((f"{row:04}", title, text) for row, (title, text) in enumerate(found))


@cache
def computed(order: int = 0, **surroundings: str) -> tuple[list[str], dict[str, str]]:
    """The kernels used and, per view, the result as JSON, from a process of its own."""
    rows = list(contributions())
    if order:
        random.Random(order).shuffle(rows)
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps([rows, VIEWS]),
        env={**PLAIN, **surroundings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode == -signal.SIGILL:
        pytest.skip(f"this processor cannot run {surroundings}")
    assert done.returncode == 0, done.stderr
    kernels, found = json.loads(done.stdout)
    return kernels, found


def assert_same(result: str, expected: str) -> None:
    """The same bytes; otherwise how many contributions stand elsewhere."""
    if result != expected:
        pairs = zip(
            json.loads(expected)["contributions"], json.loads(result)["contributions"], strict=True
        )
        found = [(before["cluster"], after["cluster"]) for before, after in pairs]
        moved = sum(before != after for before, after in found)
        pytest.fail(f"other bytes; {moved} of {len(found)} contributions have another topic")


@pytest.mark.skipif(not available(), reason="THE SENTENCE ENCODER IS NOT INSTALLED")
def test_sentences_are_compared_here_too():
    assert json.loads(computed()[1]["words and sentences"])["method"] == "words+sentences"


@pytest.mark.parametrize("view", VIEWS)
def test_the_order_of_the_rows_does_not_matter(view):
    assert_same(computed(order=1)[1][view], computed()[1][view])


@pytest.mark.parametrize("threads", ["1", "5"])
@pytest.mark.parametrize("view", VIEWS)
def test_the_number_of_threads_does_not_matter(view, threads):
    chosen = {f"{name}_NUM_THREADS": threads for name in ("OPENBLAS", "OMP", "MKL")}
    assert_same(computed(**chosen)[1][view], computed()[1][view])


# One generation of processors each; the library for matrices has code of its own for all of them.
@pytest.mark.parametrize("kernel", ["Prescott", "Sandybridge", "Haswell", "SkylakeX"])
@pytest.mark.parametrize("view", VIEWS)
def test_the_processor_does_not_matter_to_matrices(view, kernel):
    kernels, found = computed(OPENBLAS_CORETYPE=kernel)
    if not {kernel, ALIASES.get(kernel)} & set(kernels):
        pytest.skip(f"the library for matrices here knows no {kernel}, but {kernels}")
    assert_same(found[view], computed()[1][view])


@pytest.mark.parametrize("view", VIEWS)
def test_the_processor_does_not_matter_to_sums(view):
    from numpy._core import _multiarray_umath as numpy_core

    present = numpy_core.__cpu_features__
    faster = [name for name in numpy_core.__cpu_dispatch__ if present.get(name)]
    if not faster:
        pytest.skip("numpy has no faster code for this processor")
    found = computed(NPY_DISABLE_CPU_FEATURES=" ".join(faster))[1]
    assert_same(found[view], computed()[1][view])
