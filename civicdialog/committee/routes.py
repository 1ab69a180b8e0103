"""The committee's pages: rounds, topics of a run, contributions of a topic, runs, download."""

from typing import Any

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.committee import queries
from civicdialog.committee.download import run_as_csv
from civicdialog.committee.reading import (
    PROVISIONAL_BELOW,
    job_view,
    member_rows,
    topic_views,
)
from civicdialog.config import Settings
from civicdialog.core.audit import name_of
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.jobs import latest_job
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.insights import actions
from civicdialog.insights import queries as insights
from civicdialog.insights.actions import FEWEST, RUN_TOPICS
from civicdialog.insights.models import Cluster, ClusterRun
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round

room = Room("committee", __name__)

RUNS_SHOWN = 50


@room.route("/committee", needs=Permission.TOPICS_READ)
def index() -> Any:
    """Every round with the state of its newest run."""
    listed = list(db.session.scalars(rounds.all_for(current_actor()).limit(100)))
    runs = insights.latest_runs([each.id for each in listed])
    return page("committee/index.html", rows=[(each, runs.get(each.id)) for each in listed])


@room.route("/committee/rounds/<slug>/topics", needs=Permission.TOPICS_READ)
def topics(slug: str) -> Any:
    """The reading page: what people wrote, by topic."""
    round = rounds.by_slug(current_actor(), slug)
    run = _chosen_run(round)
    newest = insights.latest_run(round.id) if request.args.get("run") else run
    job = job_view(latest_job(RUN_TOPICS, name_of(round)), newest)
    return page(
        "committee/topics.html",
        round=round,
        run=run,
        topics=topic_views(round, run) if run else [],
        job=job,
        newest_url=url_for("committee.topics", slug=slug) if newest is not run else "",
        has_enough=round.submission_count >= FEWEST,
        is_provisional=run is not None and run.submission_count < PROVISIONAL_BELOW,
        new_count=max(0, round.submission_count - run.submission_count) if run else 0,
        may_run=may(current_actor(), Permission.TOPICS_RUN),
        crumbs=_crumbs(round),
    )


@room.route("/committee/rounds/<slug>/topics/<int:position>", needs=Permission.TOPICS_READ)
def topic(slug: str, position: int) -> Any:
    """All contributions of one topic, the surest first."""
    round = rounds.by_slug(current_actor(), slug)
    run = _chosen_run(round)
    chosen = _topic_at(run, position)
    rows = db.session.execute(queries.in_topic(chosen.id, _key(request.args.get("after")))).all()
    shown = rows[: queries.PAGE_SIZE]
    last = shown[-1][0] if len(rows) > queries.PAGE_SIZE else None
    labels = {each.position: each.label for each in run.clusters} if run else {}
    here: dict[str, Any] = {"slug": slug, "position": position, "run": run.id if run else None}
    return page(
        "committee/topic.html",
        round=round,
        run=run,
        topic=chosen,
        rows=member_rows([(member, submission) for member, submission in shown], labels),
        first_url=url_for("committee.topic", **here) if request.args.get("after") else "",
        next_url=url_for(
            "committee.topic", **here, after=f"{last.probability!r}_{last.submission_id}"
        )
        if last
        else "",
        crumbs=[*_crumbs(round, linked=True), Crumb(chosen.label)],
    )


@room.route("/committee/rounds/<slug>/topics.csv", needs=Permission.TOPICS_READ)
def download(slug: str) -> ResponseReturnValue:
    """A run as a table for a spreadsheet."""
    round = rounds.by_slug(current_actor(), slug)
    run = _chosen_run(round)
    if run is None:
        raise NotFound(slug)
    settings: Settings = current_app.extensions["settings"]
    text = run_as_csv(queries.rows_for_download(run.id), settings.base_url)
    name = f"{slug}-topics-{run.id}.csv"
    return Response(
        text,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@room.route("/committee/rounds/<slug>/runs", needs=Permission.TOPICS_READ)
def runs(slug: str) -> Any:
    """All runs of a round; each stays as it was."""
    round = rounds.by_slug(current_actor(), slug)
    found = list(db.session.scalars(insights.runs(round.id).limit(RUNS_SHOWN)))
    crumbs = [*_crumbs(round, linked=True), Crumb(gettext("All runs"))]
    return page("committee/runs.html", round=round, runs=found, crumbs=crumbs)


@room.route("/committee/rounds/<slug>/topics/run", methods=["POST"], needs=Permission.TOPICS_RUN)
def run_again(slug: str) -> ResponseReturnValue:
    """Have the round grouped again, in the background."""
    actor = current_actor()
    actions.request_topics(actor, rounds.by_slug(actor, slug))
    return redirect(url_for("committee.topics", slug=slug), 303)


@room.route("/committee/rounds/<slug>/topics/cancel", methods=["POST"], needs=Permission.TOPICS_RUN)
def cancel(slug: str) -> ResponseReturnValue:
    """Stop the grouping under way."""
    actor = current_actor()
    actions.cancel_topics(actor, rounds.by_slug(actor, slug))
    flash(gettext("The grouping has been stopped. The last result stays."), "success")
    return redirect(url_for("committee.topics", slug=slug), 303)


def _chosen_run(round: Round) -> ClusterRun | None:
    number = request.args.get("run", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    if number and not is_number:
        raise NotFound(number)
    return insights.run_with_topics(round.id, int(number) if number else None)


def _topic_at(run: ClusterRun | None, position: int) -> Cluster:
    if run is None or position >= len(run.clusters):
        raise NotFound(position)
    return run.clusters[position]


def _key(text: str | None) -> tuple[float, int] | None:
    """`0.75_12` → (0.75, 12); anything else begins at the top."""
    share, _, number = (text or "").partition("_")
    try:
        return float(share), int(number[:15])
    except ValueError:
        return None


def _crumbs(round: Round, *, linked: bool = False) -> list[Crumb]:
    url = url_for("committee.topics", slug=round.slug) if linked else ""
    return [
        Crumb(gettext("Committee"), url_for("committee.index")),
        Crumb(gettext("Topics of “%(round)s”", round=round.title), url),
    ]
