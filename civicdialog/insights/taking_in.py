"""Taking in what is new: its vector, what resembles it, and its place in the current topics.

The numerical libraries are loaded when they are needed: whoever makes pages knows this module.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from civicdialog.core.audit import name_of
from civicdialog.core.db import db, transaction
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import open_job
from civicdialog.core.permissions import Actor
from civicdialog.insights import actions, queries
from civicdialog.insights.actions import FEWEST, RUN_TOPICS
from civicdialog.insights.building import READING, Progress, part_of
from civicdialog.insights.keeping import Alike
from civicdialog.insights.models import ClusterRun, SimilarKind
from civicdialog.insights.placing import CurrentTopics
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status

if TYPE_CHECKING:
    from civicdialog.insights.vectors import Text

COMPARING = mark("Comparing the contributions")
PLACING = mark("Placing the new contributions")
GROWTH = 1.2
"""With so many times the contributions of the newest run, new topics are worth a look."""
_READ, _ENCODED, _COMPARED = 0.02, 0.5, 0.75


def take_in(round_id: int, report: Progress) -> None:
    """Compare and place what is new in a round, and have it grouped anew once it has grown.

    :raise RuleBroken: if another run was adopted meanwhile; then nothing was kept
    """
    from civicdialog.insights.vectors import Text, have_read, vectors_of

    report(_READ, READING)
    rows = db.session.execute(queries.compared_unrestricted(round_id)).all()
    texts = [Text(row.id, row.public_id, row.title, row.body) for row, _ in rows]
    news = {row.id: row.version for row, seen in rows if seen != row.version}
    published = {row.id for row, _ in rows if row.status is Status.PUBLISHED}
    topics = CurrentTopics.of(round_id)
    # Nothing is held while the machine reads.
    db.session.rollback()
    if not news:
        return
    vectors = vectors_of(texts, part_of(report, _READ, _ENCODED))
    report(_ENCODED, COMPARING)
    alike = alike_among(texts, news.keys())
    report(_COMPARED, PLACING)
    places = topics.places_of(published & news.keys(), texts, vectors) if topics else []
    with transaction():
        round = db.session.get_one(Round, round_id)
        actions.keep_similar(Actor.system(), round, news.keys(), alike)
        if topics and places:
            run = db.session.get_one(ClusterRun, topics.run_id)
            actions.place_later(Actor.system(), run, places)
        have_read(news)
        if _has_grown(round):
            actions.request_topics(Actor.system(), round)


def alike_among(texts: Sequence["Text"], among: Collection[int]) -> list[Alike]:
    """The pairs of texts that say the same or nearly the same, one of them `among` these ids.

    Of texts that are the same word for word each is paired with the first of them alone.
    """
    from civicdialog.analysis.duplicates import identical, similar_pairs

    ordered = sorted(texts, key=lambda text: text.id)
    bodies = [text.body for text in ordered]
    found, copies = [], set()
    for first, *others in identical(bodies):
        copies.update(others)
        for other in others:
            one, two = ordered[other].id, ordered[first].id
            if one in among or two in among:
                found.append(Alike(one, two, SimilarKind.IDENTICAL, 1.0))
    rest = [text for row, text in enumerate(ordered) if row not in copies]
    rows = [row for row, text in enumerate(rest) if text.id in among]
    pairs = similar_pairs([text.body for text in rest], among=rows)
    return found + [
        Alike(
            rest[max(pair.first, pair.second)].id,
            rest[min(pair.first, pair.second)].id,
            SimilarKind.SIMILAR,
            max(pair.cosine, pair.containment),
        )
        for pair in pairs
    ]


def _has_grown(round: Round) -> bool:
    """Whether a new grouping is due: the newest run has too few contributions, and none waits."""
    newest = queries.latest_run(round.id)
    return (
        newest is not None
        and round.submission_count >= max(FEWEST, GROWTH * newest.submission_count)
        and open_job(RUN_TOPICS, name_of(round)) is None
    )
