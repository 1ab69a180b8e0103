"""Writing what people changed into a run; what the run itself said is kept beside it."""

from collections import Counter
from typing import Any

from sqlalchemy import SQLColumnExpression, func, select, update

from civicdialog.core.db import db
from civicdialog.insights import corrections_queries as queries
from civicdialog.insights.corrections import Corrected
from civicdialog.insights.corrections_queries import MemberPlace
from civicdialog.insights.keeping import batches
from civicdialog.insights.models import LONGEST_LABEL, Cluster, ClusterMember, ClusterRun

MOST_TERMS = 6
MOST_CENTRAL, MOST_SENTENCES = 5, 4


def bring_in(run: ClusterRun, labels: dict[int, str] | None = None) -> None:
    """Let a run look as the corrections of its round say; calling it again changes nothing.

    labels: what a topic is called that this run does not have, by its key.
    """
    if not queries.newest_id(run.round_id):
        return
    corrected = queries.corrected(run.round_id)
    topics = {topic.key: topic for topic in queries.all_topics(run.id)}
    key_at = {topic.position: key for key, topic in topics.items()}
    members = queries.places_unrestricted(run.id)
    place = {
        each.submission_id: corrected.place_of(each.submission_id, key_at[each.by_machine])
        for each in members
    }
    for key in sorted(set(place.values()) - topics.keys()):
        name = corrected.names.get(key) or (labels or {}).get(key) or str(key)
        topics[key] = _added(run, key, name, len(topics))
    db.session.flush()
    _move(members, place, topics)
    _tell_anew(run, corrected, topics, place)
    db.session.flush()
    db.session.expire(run, ["clusters"])


def _added(run: ClusterRun, key: int, name: str, position: int) -> Cluster:
    topic = Cluster(
        run_id=run.id, position=position, key=key, label=name[:LONGEST_LABEL], terms=[], size=0,
        central=[], summary=[], subtopics=[], result={},
    )  # fmt: skip
    db.session.add(topic)
    return topic


def _move(members: list[MemberPlace], place: dict[int, int], topics: dict[int, Cluster]) -> None:
    """Change the topic of those that lie elsewhere now, way by way."""
    ways: dict[tuple[int, int, int], list[int]] = {}
    for each in members:
        target = topics[place[each.submission_id]]
        if target.id != each.cluster_id:
            said = each.position if each.result_position is None else each.result_position
            ways.setdefault((each.cluster_id, target.id, said), []).append(each.submission_id)
    for (origin, target_id, said), ids in ways.items():
        for batch in batches(ids):
            db.session.execute(
                update(ClusterMember)
                .where(ClusterMember.cluster_id == origin, ClusterMember.submission_id.in_(batch))
                .values(cluster_id=target_id, result_position=said, sub_position=0)
                .execution_options(synchronize_session=False)
            )


def _tell_anew(
    run: ClusterRun, corrected: Corrected, topics: dict[int, Cluster], place: dict[int, int]
) -> None:
    """Names, sizes, typical contributions and summaries of what people touched."""
    sizes = _counts(run, ~ClusterMember.placed_later)
    later = _counts(run, ClusterMember.placed_later)
    said = {key: _said(topic) for key, topic in topics.items()}
    for key, topic in topics.items():
        own = [said[key], *(said[other] for other in sorted(topics) if other != key)]
        central = [n for each in own for n in each["central"] if place.get(n) == key]
        sentences = [s for each in own for s in each["summary"]
                     if place.get(s["submission_id"]) == key]  # fmt: skip
        members = [number for number, where in place.items() if where == key]
        now = {
            "label": corrected.names.get(key, topic.machine_label or said[key]["label"]),
            "size": sizes.get(topic.id, 0),
            "central": (central or members)[: max(MOST_CENTRAL, len(said[key]["central"]))],
            "summary": sentences[:MOST_SENTENCES],
            "terms": said[key]["terms"] or _words_of(members),
        }
        if topic.result is None and _differs(topic, now):
            topic.result = said[key]
        if topic.result is not None:
            for name, value in now.items():
                setattr(topic, name, value)
        topic.later_count = later.get(topic.id, 0)
        topic.retired = topic.size + topic.later_count == 0


def _said(topic: Cluster) -> dict[str, Any]:
    """What the run said of a topic; of one that people added, nothing."""
    if topic.result is None:
        return {
            name: getattr(topic, name) for name in ("label", "size", "central", "summary", "terms")
        }
    return {
        "label": topic.label, "size": 0, "central": [], "summary": [], "terms": [], **topic.result
    }  # fmt: skip


def _differs(topic: Cluster, now: dict[str, Any]) -> bool:
    """Whether people changed the name or who belongs to it."""
    return (
        topic.size != now["size"]
        or topic.label != now["label"]
        or not (set(topic.central) <= set(now["central"]))
    )


def _counts(run: ClusterRun, condition: SQLColumnExpression[bool]) -> dict[int, int]:
    rows = db.session.execute(
        select(ClusterMember.cluster_id, func.count())
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run.id, condition)
        .group_by(ClusterMember.cluster_id)
    )
    return dict(rows.all())


def _words_of(ids: list[int]) -> list[str]:
    """The telling words most of these contributions share."""
    counts: Counter[str] = Counter()
    for batch in batches(ids):
        wanted = select(ClusterMember.reasons).where(ClusterMember.submission_id.in_(batch))
        for reasons in db.session.scalars(wanted):
            counts.update(reasons)
    return [word for word, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))][
        :MOST_TERMS
    ]
