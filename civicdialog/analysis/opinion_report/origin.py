"""How a result was computed, and how anybody can compute it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from civicdialog.analysis.opinion_report.voice import Voice
from civicdialog.analysis.report.wording import safe


@dataclass(frozen=True)
class Origin:
    """What went in and what came out."""

    command: str
    """The call that gives the same result, with the names of the files."""
    check: str
    """The call that checks the file which the first call writes."""
    input_sha256: str
    result_sha256: str
    seed: int
    versions: Mapping[str, Any]


def method_section(say: Voice) -> Iterator[str]:
    """The steps of the method."""
    yield f'<section id="method"><h2>{say("How it was calculated")}</h2><ol>'
    for step in (
        "Every vote counts as it was cast. What somebody did not vote on is never guessed.",
        (
            "People who answer alike are put into opinion groups. The number of groups is the one that "
            "stays the same when votes are left out by chance; one group is a possible answer."
        ),
        (
            "That groups differ on a contribution is said only if half of the votes formed the groups and "
            "the other half shows the difference, both ways round, with a limit on false alarms "
            "(Benjamini and Hochberg, 5 %)."
        ),
        "Intervals are 95 % intervals by Wilson: they are wide where few people voted.",
        "Sums of fewer than five people are hidden, and so is what would tell them by subtraction.",
    ):
        yield f"<li>{say(step)}</li>"
    yield "</ol></section>"


def origin_section(origin: Origin, say: Voice) -> Iterator[str]:
    """The command, and the checksums to compare."""
    programs = ", ".join(f"{name} {each}" for name, each in origin.versions.items())
    yield f'<section id="origin"><h2>{say("Calculate it again")}</h2>'
    yield f"<p>{say('The same votes, settings and versions give the same result, in whatever order the votes stand. With the same files this call is enough:')}</p>"
    yield f"<pre><code>{safe(origin.command)}</code></pre>"
    yield f"<p>{say('It also writes a file with all ballots without names. Whoever has that file can check it:')}</p>"
    yield f"<pre><code>{safe(origin.check)}</code></pre><dl>"
    for name, value in (
        ("Votes (SHA-256)", origin.input_sha256),
        ("Result (SHA-256)", origin.result_sha256),
        ("Seed", origin.seed),
        ("Programs", programs),
    ):
        yield f"<dt>{say(name)}</dt><dd><code>{safe(value)}</code></dd>"
    yield "</dl></section>"
