"""Calculating a run again from its file, and saying whether it comes out the same."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from civicdialog.analysis import sentence_vectors
from civicdialog.analysis.growth import difference, match
from civicdialog.analysis.run_file import FORMAT, VERSION, WITH_SENTENCES
from civicdialog.analysis.runs import input_hash, library_versions, result_hash, topics_as_dict
from civicdialog.analysis.topics import Progress, Theme, Topics, cluster_texts
from civicdialog.analysis.wishes import followed, with_stability, without_parts

_SHOWN = 12
"""So many characters of a hash tell it from any other one."""


class Unreadable(ValueError):
    """The file is no run, or it cannot be calculated here. Says what to do."""


@dataclass(frozen=True)
class Verdict:
    """Whether a run is the same again, and what differs, in one sentence."""

    is_same: bool
    sentence: str


@dataclass(frozen=True)
class _Run:
    """What a file says of a run; contributions sorted by id."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: NDArray[np.float32] | None
    seed: int
    count: int
    method: str
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    input_sha256: str
    result_sha256: str
    clusters: Mapping[str, Theme]
    is_checked: bool

    @classmethod
    def read(cls, path: Path) -> "_Run":
        """The run in a file; raises Unreadable."""
        try:
            values = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise Unreadable(f"{path}: this is no JSON file ({error})") from error
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise Unreadable(f"{path}: this is no file of a run ({FORMAT})")
        if values.get("version") != VERSION:
            raise Unreadable(f"{path}: version {values.get('version')!r} of the file is unknown")
        try:
            return cls._of(values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(f"{path}: something is missing or wrong ({error!r})") from error

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> "_Run":
        listed = values["input"]["contributions"]
        ids = [str(each["id"]) for each in listed]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        vectors = _vectors(values["input"]["vectors"], len(ids))
        return cls(
            ids=tuple(ids[row] for row in order),
            titles=tuple(str(listed[row]["title"]) for row in order),
            texts=tuple(str(listed[row]["text"]) for row in order),
            vectors=None if vectors is None else vectors[order],
            seed=int(values["seed"]),
            count=int(values["count"]),
            method=str(values["method"]),
            parameters=dict(values["parameters"]),
            versions=dict(values["versions"]),
            input_sha256=str(values["input_sha256"]),
            result_sha256=str(values["result_sha256"]),
            clusters={str(row["id"]): row["cluster"] for row in values["contributions"]},
            is_checked=values["quality"]["stability"] is not None,
        )

    def grouped_again(self, progress: Progress | None) -> Topics:
        """The topics, calculated as the parameters say; raises ValueError for impossible ones."""
        chosen = self.parameters
        topics = cluster_texts(
            self.titles,
            self.texts,
            k=chosen["k"],
            seed=self.seed,
            embeddings=self.vectors,
            ignore=chosen["ignore"],
            words_only=self.method != WITH_SENTENCES,
            progress=progress,
        )
        if self.is_checked:
            topics = with_stability(topics)
        wishes = {name: chosen[name] for name in ("names", "decisions")}
        topics = followed(topics, self.ids, **wishes)
        return topics if chosen["levels"] > 1 else without_parts(topics)


def _vectors(values: Mapping[str, str] | None, count: int) -> NDArray[np.float32] | None:
    """(count, d) vectors; raises ValueError when there are too few bytes."""
    if values is None:
        return None
    found = np.frombuffer(b64decode(values["float32"], validate=True), dtype="<f4")
    return found.reshape(count, -1)


def verify(path: Path, *, progress: Progress | None = None) -> Verdict:
    """Calculates the run in a file again and compares what went in and what comes out.

    Raises Unreadable when the file is no run or the sentence encoder it needs is missing.
    """
    run = _Run.read(path)
    if run.method == WITH_SENTENCES and run.vectors is None and not sentence_vectors.available():
        raise Unreadable(f"{path}: the file has no vectors, and the extra 'semantic' is missing")
    try:
        result = topics_as_dict(run.grouped_again(progress), run.ids)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{path}: the run cannot be calculated ({error!r})") from error
    causes = [*_other_input(run), *_other_result(run, result)]
    versions = _other_versions(run.versions, library_versions())
    if causes:
        return Verdict(False, f"Different: {'; '.join(causes + versions)}.")
    same = (
        f"The same: {len(run.ids)} contributions, {len(result['topics'])} topics, "
        f"result {run.result_sha256[:_SHOWN]}"
    )
    return Verdict(True, f"{'; '.join([same, *versions])}.")


def _other_input(run: _Run) -> list[str]:
    """What is wrong with what went in."""
    if input_hash(zip(run.ids, run.titles, run.texts, strict=True)) == run.input_sha256:
        return []
    missing = run.count - len(run.ids)
    if missing > 0:
        return [f"{missing} of {run.count} contributions that were grouped are not in the file"]
    return ["the contributions in the file are not as they were grouped"]


def _other_result(run: _Run, result: Mapping[str, Any]) -> list[str]:
    """What came out otherwise."""
    if result_hash(result) == run.result_sha256:
        return []
    now = {row["id"]: row["cluster"] for row in result["contributions"]}
    before, after = _numbered(run.clusters), _numbered(now)
    moved = difference(before, after, match(before, after)).moved
    if not moved:
        return ["the topics hold the same contributions, but are described otherwise"]
    return [f"{len(moved)} of {len(run.ids)} contributions lie in another topic"]


def _numbered(themes: Mapping[str, Theme]) -> dict[str, int]:
    """Numbers instead of names."""
    numbers = {theme: n for n, theme in enumerate(sorted(set(themes.values()), key=str))}
    return {each: numbers[theme] for each, theme in themes.items()}


def _other_versions(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Which programs have another version here."""
    names = sorted(then.keys() | now.keys())
    changed = [
        f"{name} {then.get(name, 'missing')} → {now.get(name, 'missing')}"
        for name in names
        if then.get(name) != now.get(name)
    ]
    return [f"calculated with other versions: {', '.join(changed)}"] if changed else []
