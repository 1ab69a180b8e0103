"""Asking for topics, and keeping what the analysis found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import aliased

from civicdialog.core.audit import Event, name_of, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import Job, cancel_job, open_job, request_job
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission
from civicdialog.trace.models import Relation, TraceLink

RUN_TOPICS = "run-topics"
FEWEST = 10
"""With fewer contributions there is nothing to compare."""


@dataclass(frozen=True)
class FoundTopics:
    """What the analysis hands over: `result` as `analysis.runs.topics_as_dict` writes it.

    Contributions are named by the text of their database id.
    """

    result: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    input_hash: str
    seconds: float


def request_topics(actor: Actor, round: Round, *, seed: int = 0) -> Job:
    """Have the contributions of a round grouped again, in the background.

    :raise RuleBroken: if that is under way already, or there is nothing to group
    """
    require(actor, Permission.TOPICS_RUN)
    if round.submission_count < FEWEST:
        raise RuleBroken(mark("Topics need at least ten published contributions."))
    job = request_job(actor, RUN_TOPICS, name_of(round), seed=seed)
    record(actor, Event.TOPICS_REQUESTED, round)
    return job


def cancel_topics(actor: Actor, round: Round) -> None:
    """Stop the grouping under way; the last good result stays."""
    require(actor, Permission.TOPICS_RUN)
    job = open_job(RUN_TOPICS, name_of(round))
    if job is None:
        raise RuleBroken(mark("Nothing is running any more."))
    cancel_job(job)
    record(actor, Event.TOPICS_CANCELLED, round)


def keep_topics(actor: Actor, round: Round, found: FoundTopics) -> ClusterRun:
    """Store a result as a new run. Earlier runs stay as they are."""
    require(actor, Permission.TOPICS_RUN)
    result = found.result
    run = ClusterRun(
        round_id=round.id,
        requested_by_id=actor.id,
        seed=result["seed"],
        settings=dict(found.settings),
        versions=dict(found.versions),
        input_hash=found.input_hash,
        submission_count=result["count"],
        seconds=found.seconds,
        clusters=[_cluster(position, topic) for position, topic in enumerate(result["topics"])],
    )
    db.session.add(run)
    db.session.flush()
    _keep_members(actor, run, result)
    record(actor, Event.TOPICS_BUILT, run, round=round.slug, topics=len(run.clusters))
    return run


def _cluster(position: int, topic: Mapping[str, Any]) -> Cluster:
    return Cluster(
        position=position,
        label=topic["label"][:200],
        terms=list(topic["terms"]),
        size=topic["size"],
        central=[int(name) for name in topic["central"]],
        summary=[
            {"text": sentence["text"], "submission_id": int(sentence["source"])}
            for sentence in topic["summary"]
        ],
    )


def _keep_members(actor: Actor, run: ClusterRun, result: Mapping[str, Any]) -> None:
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
            "submission_id": int(row["id"]),
            "probability": row["probability"],
            "second_position": position_of.get(row["second"]),
            "sub_position": parts.get((row["cluster"], row["subcluster"]), 0),
        }
        for row in result["contributions"]
    ]
    if rows:
        db.session.execute(insert(ClusterMember), rows)
        _link_to_topics(actor, run, rows)


def _link_to_topics(actor: Actor, run: ClusterRun, members: list[dict[str, Any]]) -> None:
    """Say of each contribution which topic it went into; two statements, whatever the number."""
    origin, target = Submission.__tablename__, Cluster.__tablename__
    db.session.execute(
        insert(TraceLink),
        [
            {
                "from_kind": origin,
                "from_id": member["submission_id"],
                "to_kind": target,
                "to_id": member["cluster_id"],
                "relation": Relation.GROUPED_UNDER,
                "actor_id": actor.id,
            }
            for member in members
        ],
    )
    newer = aliased(TraceLink)
    now = [cluster.id for cluster in run.clusters]
    before = (
        select(Cluster.id)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .where(ClusterRun.round_id == run.round_id, ClusterRun.id != run.id)
    )
    follower = (
        select(newer.id)
        .where(
            newer.from_kind == origin,
            newer.from_id == TraceLink.from_id,
            newer.to_kind == target,
            newer.to_id.in_(now),
        )
        .scalar_subquery()
    )
    db.session.execute(
        update(TraceLink)
        .where(
            TraceLink.relation == Relation.GROUPED_UNDER,
            TraceLink.superseded_by_id.is_(None),
            TraceLink.to_kind == target,
            TraceLink.to_id.in_(before),
        )
        .values(superseded_by_id=follower)
        .execution_options(synchronize_session=False)
    )
