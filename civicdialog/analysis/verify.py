"""Calculating a run again from its file, and saying whether it comes out the same."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from civicdialog.analysis import sentence_vectors
from civicdialog.analysis.growth import difference, match
from civicdialog.analysis.run_file import (
    FORMAT,
    OPINIONS_FORMAT,
    OPINIONS_VERSION,
    VERSION,
    WITH_SENTENCES,
)
from civicdialog.analysis.runs import input_hash, library_versions, result_hash, topics_as_dict
from civicdialog.analysis.topics import Progress, Theme, Topics, cluster_texts
from civicdialog.analysis.verdict import SHOWN, Unreadable, Verdict, read_values
from civicdialog.analysis.verify_opinions import verify_opinions
from civicdialog.analysis.wishes import followed, with_stability, without_parts


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
    def read(cls, path: Path, values: Mapping[str, Any]) -> "_Run":
        """The run in the values of a file; raises Unreadable."""
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
            floods_once=chosen.get("floods_once", False),
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
    values = read_values(path, {FORMAT: VERSION, OPINIONS_FORMAT: OPINIONS_VERSION})
    if values["format"] == OPINIONS_FORMAT:
        return verify_opinions(path, values, progress)
    run = _Run.read(path, values)
    if run.method == WITH_SENTENCES and run.vectors is None and not sentence_vectors.available():
        raise Unreadable(f"{path}: the file has no vectors, and the extra 'semantic' is missing")
    try:
        result = topics_as_dict(run.grouped_again(progress), run.ids)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{path}: the run cannot be calculated ({error!r})") from error
    same = (
        f"{len(run.ids)} contributions, {len(result['topics'])} topics, "
        f"result {run.result_sha256[:SHOWN]}"
    )
    differences = [*_other_input(run), *_other_result(run, result)]
    return Verdict.of(same, differences, run.versions, library_versions())


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
