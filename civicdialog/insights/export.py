"""A run as a file that anybody can calculate again: `civicdialog verify-run`."""

from collections.abc import Sequence
from typing import Any

from civicdialog.analysis.run_file import WITH_SENTENCES, run_file
from civicdialog.insights import queries
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.submissions.models import Submission

Row = tuple[ClusterMember, Cluster, Submission]


def run_export(run: ClusterRun) -> dict[str, Any]:
    """The file of a run as values for JSON; needs its topics. Only what is public now is in it."""
    rows = queries.public_members(run.id)
    names = {submission.id: submission.public_id for _, _, submission in rows}
    rows.sort(key=lambda row: row[2].public_id)
    settings = run.settings
    model = settings.get("model", "")
    return run_file(
        contributions=[
            {"id": each.public_id, "title": each.title, "text": each.body} for _, _, each in rows
        ],
        vectors=_vectors(run, model, [each.id for _, _, each in rows]),
        model=model,
        method=run.method,
        parameters={
            "k": settings.get("topics_wanted"),
            "seed": run.seed,
            "levels": 2,
            "words_only": run.method != WITH_SENTENCES,
            "ignore": settings.get("ignored_words", []),
            "names": {},
            "decisions": {},
        },
        versions=run.versions,
        input_sha256=run.input_hash,
        result_sha256=run.result_hash,
        result={
            "seed": run.seed,
            "count": run.submission_count,
            "largest_share": run.largest_share,
            "quality": {"modularity": run.modularity, "stability": run.stability},
            "ask_about": [names[number] for number in run.ask_about if number in names],
            "topics": [_topic(cluster, names) for cluster in run.clusters],
            "contributions": [_contribution(row) for row in rows],
        },
    )


def _vectors(run: ClusterRun, model: str, ids: Sequence[int]) -> bytes | None:
    """The vectors in this order; None where one is missing or was made by another model since."""
    if run.method != WITH_SENTENCES:
        return None
    found = queries.vectors_unrestricted(run.round_id, model)
    return b"".join(found[number] for number in ids) if found.keys() >= set(ids) else None


def _topic(cluster: Cluster, names: dict[int, str]) -> dict[str, Any]:
    return {
        "cluster": cluster.position,
        "key": cluster.key,
        "label": cluster.label,
        "terms": cluster.terms,
        "size": cluster.size,
        "leftover": cluster.leftover,
        "central": [names[number] for number in cluster.central if number in names],
        "summary": [
            {"text": sentence["text"], "source": names[sentence["submission_id"]]}
            for sentence in cluster.summary
            if sentence["submission_id"] in names
        ],
        "subtopics": cluster.subtopics,
    }


def _contribution(row: Row) -> dict[str, Any]:
    member, cluster, submission = row
    return {
        "id": submission.public_id,
        "cluster": cluster.position,
        "probability": member.probability,
        "second": member.second_position,
        "fits": member.fits,
        "reasons": member.reasons,
    }
