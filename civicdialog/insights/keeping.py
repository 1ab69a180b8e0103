"""Writing runs: topics, members and the links of the thread, a few statements for any number."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import aliased

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.insights.models import (
    LONGEST_LABEL,
    Cluster,
    ClusterMember,
    ClusterRun,
    SimilarKind,
    SubmissionVector,
)
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace.models import Relation, TraceLink

BATCH = 2_000
"""So many ids fit into one statement of either database."""


@dataclass(frozen=True)
class FoundTopics:
    """What the analysis hands over: `result` as `analysis.runs.topics_as_dict` writes it.

    Contributions are named by their public ids.
    """

    result: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    input_hash: str
    result_hash: str
    seconds: float
    ids: Mapping[str, int]
    """Database id of every contribution."""
    previous_id: int | None
    """The run it was compared with."""
    keys: Mapping[int, int]
    """Key of the earlier topic that a position continues; without one the topic is new."""
    moved: Sequence[tuple[int, int, int]]
    """(database id, key before, position now) of contributions that are elsewhere now."""
    machine: Mapping[str, int] = field(default_factory=dict)
    """Position the texts alone would give to contributions that people placed."""
    machine_labels: Mapping[int, str] = field(default_factory=dict)
    """What the words alone would call a topic, by its position."""


@dataclass(frozen=True)
class Place:
    """Where a contribution belongs that was published after the run."""

    submission_id: int
    position: int
    second_position: int | None
    probability: float
    fits: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Two contributions that say the same or nearly the same; the later one comes first."""

    submission_id: int
    other_id: int
    kind: SimilarKind
    score: float


def hold(round_id: int) -> None:
    """Let others wait who decide on the topics of the same round."""
    db.session.execute(
        select(Round.id).where(Round.id == round_id).with_for_update(key_share=True)
    ).all()


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Some at a time, in order."""
    listed = sorted(ids)
    return (listed[begin : begin + BATCH] for begin in range(0, len(listed), BATCH))


def new_run(actor: Actor, round: Round, found: FoundTopics) -> ClusterRun:
    """The run with its topics; members follow once it has an id."""
    result, keys = found.result, _keys(round.id, found)
    return ClusterRun(
        round_id=round.id,
        requested_by_id=actor.id,
        seed=result["seed"],
        settings=dict(found.settings),
        versions=dict(found.versions),
        input_hash=found.input_hash,
        result_hash=found.result_hash,
        submission_count=result["count"],
        seconds=found.seconds,
        method=result["method"],
        largest_share=result["largest_share"],
        modularity=result["quality"]["modularity"],
        stability=result["quality"]["stability"],
        ask_about=[found.ids[name] for name in result["ask_about"]],
        previous_id=found.previous_id,
        moved=[
            {"submission_id": number, "from_key": before, "to_key": keys[now]}
            for number, before, now in found.moved
        ],
        clusters=[
            _cluster(position, keys[position], topic, found)
            for position, topic in enumerate(result["topics"])
        ],
    )


def _keys(round_id: int, found: FoundTopics) -> list[int]:
    """A topic that goes on keeps its key; a new one gets a number no topic of the round had."""
    used = select(func.max(Cluster.key)).join(ClusterRun).where(ClusterRun.round_id == round_id)
    last, keys = db.session.scalar(used) or 0, []
    for position in range(len(found.result["topics"])):
        if position not in found.keys:
            last += 1
        keys.append(found.keys.get(position, last))
    return keys


def _cluster(position: int, key: int, topic: Mapping[str, Any], found: FoundTopics) -> Cluster:
    ids = found.ids
    return Cluster(
        position=position,
        key=key,
        label=topic["label"][:LONGEST_LABEL],
        terms=list(topic["terms"]),
        size=topic["size"],
        central=[ids[name] for name in topic["central"]],
        summary=[
            {"text": sentence["text"], "submission_id": ids[sentence["source"]]}
            for sentence in topic["summary"]
        ],
        subtopics=[
            {"label": part["label"], "terms": list(part["terms"]), "size": part["size"]}
            for part in topic["subtopics"]
        ],
        leftover=topic["leftover"],
        x=topic["x"],
        y=topic["y"],
        machine_label=found.machine_labels.get(position, "")[:LONGEST_LABEL],
    )


def keep_members(run: ClusterRun, found: FoundTopics) -> None:
    """The place of every contribution of the result."""
    result = found.result
    position_of = {topic["cluster"]: n for n, topic in enumerate(result["topics"])}
    cluster_ids = {cluster.position: cluster.id for cluster in run.clusters}
    parts = {
        (topic["cluster"], part["subcluster"]): number
        for topic in result["topics"]
        for number, part in enumerate(topic["subtopics"], start=1)
    }
    rows = [
        {
            "cluster_id": cluster_ids[position_of[row["cluster"]]],
            "submission_id": found.ids[row["id"]],
            "probability": row["probability"],
            "second_position": position_of.get(row["second"]),
            "sub_position": parts.get((row["cluster"], row["subcluster"]), 0),
            "fits": row["fits"],
            "reasons": list(row["reasons"]),
            "machine_position": found.machine.get(row["id"]),
        }
        for row in result["contributions"]
    ]
    if rows:
        db.session.execute(insert(ClusterMember), rows)


def keep_places(run_id: int, places: Sequence[Place]) -> None:
    """Put contributions into topics of a run that is there already."""
    cluster_ids = {
        position: number
        for number, position in db.session.execute(
            select(Cluster.id, Cluster.position).where(Cluster.run_id == run_id)
        )
    }
    db.session.execute(
        insert(ClusterMember),
        [
            {
                "cluster_id": cluster_ids[place.position],
                "submission_id": place.submission_id,
                "probability": place.probability,
                "second_position": place.second_position,
                "fits": place.fits,
                "reasons": list(place.reasons),
                "placed_later": True,
            }
            for place in places
        ],
    )
    counted = (
        select(func.count())
        .where(ClusterMember.cluster_id == Cluster.id, ClusterMember.placed_later)
        .scalar_subquery()
    )
    _quietly(update(Cluster).where(Cluster.run_id == run_id).values(later_count=counted))


def link_to_topics(actor: Actor, run: ClusterRun, only: Collection[int] | None = None) -> None:
    """Say of each published contribution which topic it went into; `only` names some by id."""
    batch: list[int] | None
    for batch in [None] if only is None else batches(only):
        _add_links(actor, run.id, batch)
    _supersede_links(run)


def _add_links(actor: Actor, run_id: int, batch: list[int] | None) -> None:
    placed = (
        select(
            literal(Submission.__tablename__),
            ClusterMember.submission_id,
            literal(Cluster.__tablename__),
            ClusterMember.cluster_id,
            literal(Relation.GROUPED_UNDER, TraceLink.relation.type),
            literal(""),
            literal(actor.id, TraceLink.actor_id.type),
            literal(clock.now(), TraceLink.at.type),
        )
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .where(Cluster.run_id == run_id, Submission.status == Status.PUBLISHED)
        .order_by(ClusterMember.submission_id)
    )
    if batch is not None:
        placed = placed.where(ClusterMember.submission_id.in_(batch))
    names = "from_kind", "from_id", "to_kind", "to_id", "relation", "reason", "actor_id", "at"
    db.session.execute(insert(TraceLink).from_select(names, placed, include_defaults=False))


def _supersede_links(run: ClusterRun) -> None:
    """A link to a topic of an earlier run gives way to the one of the same contribution now."""
    newer = aliased(TraceLink)
    origin, target = Submission.__tablename__, Cluster.__tablename__
    now = select(Cluster.id).where(Cluster.run_id == run.id)
    before = (
        select(Cluster.id)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .where(ClusterRun.round_id == run.round_id, ClusterRun.id != run.id)
    )
    follower = (
        select(func.max(newer.id))
        .where(
            newer.from_kind == origin,
            newer.from_id == TraceLink.from_id,
            newer.to_kind == target,
            newer.to_id.in_(now),
        )
        .scalar_subquery()
    )
    _quietly(
        update(TraceLink)
        .where(
            TraceLink.relation == Relation.GROUPED_UNDER,
            TraceLink.superseded_by_id.is_(None),
            TraceLink.to_kind == target,
            TraceLink.to_id.in_(before),
        )
        .values(superseded_by_id=follower)
    )


def have_read_again(run: ClusterRun) -> None:
    """What was published while the run was made is news again, so that it gets a place."""
    members = select(ClusterMember.submission_id).join(Cluster).where(Cluster.run_id == run.id)
    outside = select(Submission.id).where(
        Submission.round_id == run.round_id,
        Submission.status == Status.PUBLISHED,
        Submission.id.not_in(members),
    )
    _quietly(
        update(SubmissionVector)
        .where(SubmissionVector.submission_id.in_(outside))
        .values(seen_version=0)
    )


def _quietly(statement: Any) -> None:
    """Change rows without looking for them among what is loaded."""
    db.session.execute(statement.execution_options(synchronize_session=False))
