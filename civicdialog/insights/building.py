"""Grouping the contributions of a round: read, compute without any transaction, keep.

The numerical libraries are loaded when they are needed: whoever makes pages knows this module.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from civicdialog.core.db import db, transaction
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.insights import queries
from civicdialog.insights.actions import FEWEST, keep_topics
from civicdialog.insights.keeping import FoundTopics
from civicdialog.insights.models import ClusterRun
from civicdialog.rounds.models import Round
from civicdialog.submissions.queries import published_unrestricted

if TYPE_CHECKING:
    from civicdialog.insights.vectors import Text

Progress = Callable[[float, str], None]

READING = mark("Reading the contributions")
CHECKING = mark("Checking the stability")
KEEPING = mark("Keeping the result")
# The steps the analysis names, marked here because it knows no catalogues.
_STEPS = (
    mark("Reading the sentences"),
    mark("Reading the words"),
    mark("Finding groups"),
    mark("Describing the topics"),
)
_READ, _ENCODED, _GROUPED, _KEPT = 0.02, 0.25, 0.75, 0.96
MOST_CHECKED = 20_000
"""With more contributions, grouping samples would take too long to say anything new."""


def build_topics(
    actor: Actor, round: Round, *, seed: int = 0, progress: Progress | None = None
) -> ClusterRun:
    """Group the published contributions of a round and keep the result as a new run."""
    from civicdialog.analysis.runs import input_hash, library_versions, result_hash, topics_as_dict
    from civicdialog.analysis.sentence_vectors import MODEL
    from civicdialog.analysis.topics import cluster_texts
    from civicdialog.analysis.wishes import with_stability
    from civicdialog.insights.teaching import Taught
    from civicdialog.insights.vectors import Text, vectors_of

    report = progress or (lambda share, step: None)
    round_id, wanted, ignored = round.id, round.topics_wanted, list(round.ignored_words)
    report(_READ, READING)
    texts = sorted(
        (
            Text(row.id, row.public_id, row.title, row.body)
            for row in db.session.scalars(published_unrestricted(round_id))
        ),
        key=lambda text: text.name,
    )
    db.session.rollback()
    began = time.perf_counter()
    vectors = vectors_of(texts, part_of(report, _READ, _ENCODED))
    topics = cluster_texts(
        [text.title for text in texts],
        [text.body for text in texts],
        k=wanted,
        seed=seed,
        embeddings=vectors,
        ignore=ignored,
        words_only=vectors is None,
        floods_once=True,
        progress=part_of(report, _ENCODED, _GROUPED),
    )
    if FEWEST <= len(texts) <= MOST_CHECKED:
        report(_GROUPED, CHECKING)
        topics = with_stability(topics)
    taught = Taught.of(round_id, topics, texts)
    result = topics_as_dict(taught.topics, [text.name for text in texts])
    seconds = float(f"{time.perf_counter() - began:.2f}")
    report(_KEPT, KEEPING)
    topics_found = FoundTopics(
        result=result,
        settings={
            "topics_wanted": wanted,
            "ignored_words": ignored,
            "words_only": vectors is None,
            "floods_once": True,
            "model": "" if vectors is None else MODEL,
            **taught.settings,
        },
        versions=library_versions(),
        input_hash=input_hash((text.name, text.title, text.body) for text in texts),
        result_hash=result_hash(result),
        seconds=seconds,
        ids={text.name: text.id for text in texts},
        machine=taught.machine(result),
        machine_labels=taught.machine_labels(result),
        **_compared(round_id, texts, result, taught.keys),
    )
    with transaction():
        return keep_topics(actor, db.session.get_one(Round, round_id), topics_found)


def part_of(report: Progress, begin: float, end: float) -> Progress:
    """Progress of a piece of the work, told as progress of the whole."""
    return lambda share, step: report(begin + share * (end - begin), step)


def _compared(
    round_id: int,
    texts: Sequence["Text"],
    result: Mapping[str, Any],
    known: Mapping[str, int] | None,
) -> dict[str, Any]:
    """Which topics go on from the current run, and which contributions are elsewhere now."""
    from civicdialog.analysis.growth import difference, match

    current = queries.current_run(round_id)
    before = queries.groups_unrestricted(current.id) if current else {}
    db.session.rollback()
    ids = {text.name: text.id for text in texts}
    position = {topic["cluster"]: n for n, topic in enumerate(result["topics"])}
    then = {str(number): key for number, key in before.items()}
    now = {str(ids[row["id"]]): position[row["cluster"]] for row in result["contributions"]}
    keys = match(then, now)
    if known is not None:
        keys = {
            place: known[str(theme)] for theme, place in position.items() if str(theme) in known
        }
    moved = difference(then, now, keys).moved
    return {
        "previous_id": current.id if current else None,
        "keys": keys,
        "moved": [(int(number), old, new) for number, old, new in moved],
    }
