"""Calculating an opinion run again from its file, and saying whether it comes out the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from civicdialog.analysis.hashes import sha256_of
from civicdialog.analysis.opinion_input import OpinionInput
from civicdialog.analysis.opinion_run import Progress, result_hash, sum_up
from civicdialog.analysis.runs import library_versions
from civicdialog.analysis.verdict import SHOWN, Unreadable, Verdict


@dataclass(frozen=True)
class _Run:
    """What a file says of an opinion run."""

    given: OpinionInput
    state: Mapping[str, Any] | None
    seed: int
    versions: Mapping[str, Any]
    input_sha256: str
    previous_sha256: str
    result_sha256: str
    result: Mapping[str, Any]

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "_Run":
        """Raises KeyError, TypeError, ValueError or AttributeError when something is wrong."""
        return cls(
            given=OpinionInput.from_values(values["input"]),
            state=values["previous"],
            seed=int(values["seed"]),
            versions=dict(values["versions"]),
            input_sha256=str(values["input_sha256"]),
            previous_sha256=str(values["previous_sha256"]),
            result_sha256=str(values["result_sha256"]),
            result=dict(values["result"]),
        )


def verify_opinions(
    path: Path, values: Mapping[str, Any], progress: Progress | None = None
) -> Verdict:
    """Calculates the run again and compares what went in and what comes out; raises Unreadable."""
    try:
        run = _Run.of(values)
        result = sum_up(run.given, seed=run.seed, state=run.state, progress=progress)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Unreadable(f"{path}: something is missing or wrong ({error!r})") from error
    same = (
        f"{result['participants']} participants, {result['votes']} votes,"
        f" {len(result['groups'])} opinion groups, result {run.result_sha256[:SHOWN]}"
    )
    differences = [*_other_input(run), *_other_result(run, result)]
    return Verdict.of(same, differences, run.versions, library_versions())


def _other_input(run: _Run) -> list[str]:
    """What is wrong with what went in."""
    found = []
    if run.given.sha256 != run.input_sha256:
        found.append("the ballots in the file are not those that were counted")
    if (sha256_of(run.state) if run.state else "") != run.previous_sha256:
        found.append("the run that this one continues is not the one in the file")
    return found


def _other_result(run: _Run, result: Mapping[str, Any]) -> list[str]:
    """What came out otherwise."""
    found = []
    if result_hash(run.result) != run.result_sha256:
        found.append("the result in the file has been changed")
    if result_hash(result) != run.result_sha256:
        then, now = (
            {each["id"]: each for each in one.get("statements", ())} for one in (run.result, result)
        )
        changed = sum(then.get(name) != each for name, each in now.items())
        found.append(
            f"{changed} of {len(now)} contributions have other figures,"
            f" {len(result['groups'])} opinion groups instead of {len(run.result['groups'])}"
            if changed
            else "the contributions have the same figures, but the rest is described otherwise"
        )
    return found
