"""Asking for topics, and keeping what the analysis found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from civicdialog.core.audit import Event, name_of, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import Job, cancel_job, open_job, request_job
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.rounds.models import Round

RUN_TOPICS = "run-topics"


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
    if round.submission_count == 0:
        raise RuleBroken(mark("There are no published contributions to group yet."))
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
    _keep_members(run, result)
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


def _keep_members(run: ClusterRun, result: Mapping[str, Any]) -> None:
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
