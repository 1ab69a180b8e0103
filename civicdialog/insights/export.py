"""A run as a file that anybody can calculate again: `civicdialog verify-run`."""

from collections.abc import Sequence
from typing import Any

from civicdialog.analysis.opinion_state import state_of
from civicdialog.analysis.run_file import WITH_SENTENCES, opinion_run_file, run_file
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.insights import corrections_queries, queries
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, OpinionRun
from civicdialog.insights.opinion_reading import read_votes
from civicdialog.rounds.models import Round
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
            "floods_once": settings.get("floods_once", False),
            "ignore": settings.get("ignored_words", []),
            "names": settings.get("names", {}),
            "decisions": settings.get("decisions", {}),
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
            "topics": [
                _topic(cluster, names)
                for cluster in corrections_queries.all_topics(run.id)
                if cluster.result != {}
            ],
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
    """A topic as the run said it, whatever people changed since."""
    said = cluster.result or {}
    return {
        "cluster": cluster.position,
        "key": cluster.key,
        "label": said.get("label", cluster.label),
        "terms": cluster.terms,
        "size": said.get("size", cluster.size),
        "leftover": cluster.leftover,
        "central": [n for each in said.get("central", cluster.central) if (n := names.get(each))],
        "summary": [
            {"text": sentence["text"], "source": names[sentence["submission_id"]]}
            for sentence in said.get("summary", cluster.summary)
            if sentence["submission_id"] in names
        ],
        "subtopics": cluster.subtopics,
    }


def _contribution(row: Row) -> dict[str, Any]:
    member, cluster, submission = row
    return {
        "id": submission.public_id,
        "cluster": cluster.position if member.result_position is None else member.result_position,
        "probability": member.probability,
        "second": member.second_position,
        "fits": member.fits,
        "reasons": member.reasons,
    }


def opinion_export(run: OpinionRun) -> dict[str, Any]:
    """The file of an opinion run as values for JSON: every ballot, and nobody's name or key.

    :raise RuleBroken: while ballots hang on people, or if other votes were counted then
    """
    round = db.session.get_one(Round, run.round_id)
    if round.ballots_detached_at is None:
        raise RuleBroken(
            mark(
                "This file holds every ballot. It exists once the voting is over and nothing "
                "connects ballots with people any more."
            )
        )
    given, state = read_votes(run.round_id).given, _state_before(run)
    if given.sha256 != run.input_hash or not queries.result_of(run):
        raise RuleBroken(
            mark(
                "Votes, contributions or topics have changed since. Only the newest run can be checked."
            )
        )
    return opinion_run_file(
        given=given.as_values(),
        previous=state,
        seed=run.seed,
        versions=run.versions,
        input_sha256=run.input_hash,
        previous_sha256=run.settings["previous_sha256"],
        result_sha256=run.result_hash,
        result=queries.result_of(run),
    )


def _state_before(run: OpinionRun) -> dict[str, Any] | None:
    """What the run took over from the one before; None if it was a first one, or that is gone."""
    number = run.settings["previous_id"]
    before = None if number is None else db.session.get(OpinionRun, number)
    result = queries.result_of(before) if before else {}
    return state_of(result) if result else None
