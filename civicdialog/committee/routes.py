"""The committee's pages: topics of a round, their contributions, versions, settings, downloads."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.analysis.run_file import as_bytes
from civicdialog.committee import (
    correction_pages,
    opinion_card,
    opinion_queries,
    quality,
    queries,
    reading,
    reading_actions,
    report_pages,
    versions,
)
from civicdialog.committee import reading_pages as pages
from civicdialog.committee import reading_tasks as tasks
from civicdialog.committee.download import run_as_csv
from civicdialog.committee.forms import KeepForm, SettingsForm
from civicdialog.committee.meeting_queries import coming as coming_meetings
from civicdialog.committee.opinion_pages import opinions_as_csv, opinions_view, statements_view
from civicdialog.committee.reading_queries import standings
from civicdialog.committee.report_queries import reports
from civicdialog.config import Settings
from civicdialog.core import clock
from civicdialog.core.audit import name_of
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.jobs import latest_job
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.insights import actions
from civicdialog.insights import queries as insights
from civicdialog.insights.actions import FEWEST, RUN_TOPICS
from civicdialog.insights.export import opinion_export, run_export
from civicdialog.insights.models import Cluster, ClusterRun, OpinionRun, RunStatus
from civicdialog.insights.opinion_refresh import RUN_OPINIONS
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round

room = Room("committee", __name__)

VERSIONS_SHOWN = 50
Run = TypeVar("Run", ClusterRun, OpinionRun)


@room.route("/committee", needs=Permission.TOPICS_READ)
def index() -> Any:
    """Every round with the state of its topics."""
    actor = current_actor()
    listed = list(db.session.scalars(rounds.all_for(actor).limit(100)))
    ids = [each.id for each in listed]
    runs, waiting = insights.current_runs(ids), queries.rounds_to_decide_on(ids)
    rows = [(each, runs.get(each.id), each.id in waiting) for each in listed]
    coming = coming_meetings(actor) if may(actor, Permission.MEETINGS_READ) else []
    held = [each for each in coming if each.cancelled_at is None]
    return page("committee/index.html", rows=rows, next_meeting=held[0] if held else None)


# ---- reading ------------------------------------------------------------------------------------


@room.route("/committee/rounds/<slug>/topics", needs=Permission.TOPICS_READ)
def topics(slug: str) -> Any:
    """The overview of a round: its topics, what waits for me, what is new."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    run = _chosen_run(round)
    is_current = run is None or run.status is RunStatus.CURRENT
    glance = tasks.glance(actor, round)
    view = pages.overview(round, run, standings(run), request.args) if run else None
    return page(
        "committee/topics.html",
        round=round,
        run=run,
        view=view,
        glance=glance,
        now=clock.now(),
        measures=quality.measures(run) if run else [],
        job=reading.job_view(latest_job(RUN_TOPICS, name_of(round)), glance.newest_run_at),
        became="" if run is None or is_current else versions.status_in_words(run.status),
        reports=report_pages.rows(round, db.session.scalars(reports(round.id).limit(3)).all()),
        has_enough=round.submission_count >= FEWEST,
        is_provisional=run is not None and run.submission_count < reading.PROVISIONAL_BELOW,
        may_run=may(actor, Permission.TOPICS_RUN),
        may_decide=may(actor, Permission.TOPICS_DECIDE),
        may_sign=may(actor, Permission.SUMMARY_SIGN),
        crumbs=_crumbs(round),
    )


@room.route("/committee/rounds/<slug>/read", methods=["POST"], needs=Permission.TOPICS_READ)
def note_read(slug: str) -> ResponseReturnValue:
    """Only what comes from now on is new."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    reading_actions.note_read(actor, round, until=_moment(request.form.get("until", "")))
    flash(gettext("Noted. From now on you see what came after."), "success")
    return redirect(url_for("committee.topics", slug=slug), 303)


def _moment(typed: str) -> datetime:
    """When the page was drawn that somebody has read."""
    try:
        return datetime.fromisoformat(typed).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotFound(typed) from None


@room.route("/committee/rounds/<slug>/topics/sheet", needs=Permission.TOPICS_READ)
def sheet(slug: str) -> Any:
    """All topics one after the other, to be read and printed."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_run(round))
    here = gettext("All topics on one sheet")
    return page(
        "committee/sheet.html",
        round=round,
        run=run,
        topics=reading.read_topics(round, run, standings(run), run.clusters),
        crumbs=_crumbs(round, here),
    )


@room.route("/committee/rounds/<slug>/topics/compare", needs=Permission.TOPICS_READ)
def compare(slug: str) -> Any:
    """Two topics side by side."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_run(round))
    pair = _pair_of(run)
    return page(
        "committee/compare.html",
        round=round,
        run=run,
        choice=pages.choice(round, run, pair),
        chosen=[topic.key for topic in pair],
        view=pages.comparison(round, run, (pair[0], pair[1]), standings(run))
        if len(pair) == 2
        else None,
        crumbs=_crumbs(round, gettext("Two topics side by side")),
    )


@room.route("/committee/rounds/<slug>/topics/<int:number>", needs=Permission.TOPICS_READ)
def topic(slug: str, number: int) -> Any:
    """One topic: its summary, its contributions, what is said about them."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_run(round))
    chosen = _topic_of(run, number)
    name = reading.topic_name(chosen)
    return page(
        "committee/topic.html",
        round=round,
        run=run,
        name=name,
        is_current=run.status is RunStatus.CURRENT,
        people=_badges(round, run).get(chosen.key),
        view=pages.topic_page(round, run, chosen, standings(run)),
        crumbs=_crumbs(round, name),
    )


@room.route(
    "/committee/rounds/<slug>/topics/<int:number>/contributions", needs=Permission.TOPICS_READ
)
def topic_contributions(slug: str, number: int) -> Any:
    """The contributions of one topic or of one of its parts, the surest first."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_run(round))
    chosen = _topic_of(run, number)
    part = _part_of(chosen)
    rows = db.session.execute(queries.in_topic(chosen.id, _key(), part)).all()
    name = reading.topic_name(chosen)
    here: dict[str, Any] = {"slug": slug, "number": number, "run": run.id, "part": part}
    above = Crumb(name, reading.topic_url(round, run, chosen))
    last = Crumb(gettext("Contributions"))
    return page(
        "committee/topic-contributions.html",
        round=round,
        name=name,
        topic=chosen,
        tabs=reading.part_tabs(round, run, chosen, part),
        rows=_member_rows(run, rows[: queries.PAGE_SIZE]),
        crumbs=[*_crumbs(round, name)[:-1], above, last],
        **_pages("committee.topic_contributions", rows, here),
    )


@room.route("/committee/rounds/<slug>/topics/fitting-nowhere", needs=Permission.TOPICS_READ)
def fitting_nowhere(slug: str) -> Any:
    """Contributions that fit no topic well."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_run(round))
    rows = db.session.execute(queries.fitting_nowhere(run.id, _key())).all()
    return page(
        "committee/fitting-nowhere.html",
        round=round,
        rows=_member_rows(run, rows[: queries.PAGE_SIZE]),
        crumbs=_crumbs(round, gettext("Fits nowhere")),
        **_pages("committee.fitting_nowhere", rows, {"slug": slug, "run": run.id}),
    )


@room.route("/committee/rounds/<slug>/topics/worth-a-look", needs=Permission.TOPICS_READ)
def worth_a_look(slug: str) -> Any:
    """Contributions where a person's judgement would help the program most."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_run(round))
    found = queries.members_among(run.id, run.ask_about)
    return page(
        "committee/worth-a-look.html",
        round=round,
        rows=_member_rows(run, [found[number] for number in run.ask_about if number in found]),
        crumbs=_crumbs(round, gettext("Worth a look")),
    )


# ---- grouping again -----------------------------------------------------------------------------


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


@room.route(
    "/committee/rounds/<slug>/topics/settings",
    methods=["GET", "POST"],
    needs=Permission.TOPICS_DECIDE,
)
def settings(slug: str) -> Any:
    """How many topics there shall be, and which words are left out."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    form = SettingsForm()
    if request.method == "GET":
        form.show(round)
    elif form.validate():
        wanted, ignored = form.topics_wanted.data, form.words()
        try:
            actions.choose_settings(actor, round, topics_wanted=wanted, ignored_words=ignored)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Saved. It holds from the next grouping on."), "success")
            return redirect(url_for("committee.topics", slug=slug), 303)
    crumbs = _crumbs(round, gettext("Settings"))
    status = 422 if form.errors else 200
    return page("committee/settings.html", status, form=form, round=round, crumbs=crumbs)


# ---- versions -----------------------------------------------------------------------------------


@room.route("/committee/rounds/<slug>/topics/new-version", needs=Permission.TOPICS_READ)
def new_version(slug: str) -> Any:
    """What the proposed version would change."""
    return _new_version_page(rounds.by_slug(current_actor(), slug), KeepForm(formdata=None))


@room.route(
    "/committee/rounds/<slug>/runs/<int:run_id>/adopt",
    methods=["POST"],
    needs=Permission.TOPICS_DECIDE,
)
def adopt(slug: str, run_id: int) -> ResponseReturnValue:
    """Let the proposed version hold from now on."""
    actor = current_actor()
    actions.adopt_run(actor, _run_of(rounds.by_slug(actor, slug), run_id))
    flash(gettext("The new version holds from now on. The old one stays readable."), "success")
    return redirect(url_for("committee.topics", slug=slug), 303)


@room.route(
    "/committee/rounds/<slug>/runs/<int:run_id>/keep-old",
    methods=["POST"],
    needs=Permission.TOPICS_DECIDE,
)
def keep_old(slug: str, run_id: int) -> Any:
    """Do not adopt the proposed version, and say why."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    run = _run_of(round, run_id)
    form = KeepForm()
    if not form.validate():
        return _new_version_page(round, form)
    actions.reject_run(actor, run, reason=form.reason.data or "")
    flash(gettext("The old version stays. Your reason is kept with the new one."), "success")
    return redirect(url_for("committee.topics", slug=slug), 303)


@room.route("/committee/rounds/<slug>/runs", needs=Permission.TOPICS_READ)
def runs(slug: str) -> Any:
    """All versions of a round's topics; each stays as it was."""
    round = rounds.by_slug(current_actor(), slug)
    found = list(db.session.scalars(queries.versions(round.id).limit(VERSIONS_SHOWN)))
    crumbs = _crumbs(round, gettext("All versions"))
    rows = versions.version_rows(round, found)
    return page("committee/runs.html", round=round, rows=rows, crumbs=crumbs)


# ---- opinions -----------------------------------------------------------------------------------


@room.route("/committee/rounds/<slug>/opinions", needs=Permission.OPINIONS_READ)
def opinions(slug: str) -> Any:
    """Topics × opinion groups, what is most important of them, and how sure it is."""
    round = rounds.by_slug(current_actor(), slug)
    run = _chosen_opinions(round)
    newest = insights.newest_opinions(round.id) if request.args.get("run") else run
    return page(
        "committee/opinions.html",
        round=round,
        run=run,
        view=opinions_view(round, run, request.args) if run else None,
        is_newest=run is None or newest is None or run.id == newest.id,
        job=opinion_card.job_view(latest_job(RUN_OPINIONS, name_of(round)), newest),
        may_run=may(current_actor(), Permission.OPINIONS_RUN),
        crumbs=_opinion_crumbs(round),
    )


@room.route("/committee/rounds/<slug>/opinions/contributions", needs=Permission.OPINIONS_READ)
def opinion_statements(slug: str) -> Any:
    """The contributions of a topic, or all of them, with what each group thinks of them."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_opinions(round))
    view = statements_view(round, run, request.args)
    crumbs = _opinion_crumbs(round, view.name)
    return page("committee/opinion-statements.html", round=round, run=run, view=view, crumbs=crumbs)


@room.route("/committee/rounds/<slug>/opinions/runs", needs=Permission.OPINIONS_READ)
def opinion_runs(slug: str) -> Any:
    """Every summing-up of a round; each stays as it was."""
    round = rounds.by_slug(current_actor(), slug)
    found = list(db.session.scalars(insights.opinion_runs(round.id).limit(VERSIONS_SHOWN)))
    rows = opinion_card.run_rows(round, found)
    crumbs = _opinion_crumbs(round, gettext("All summings-up"))
    return page("committee/opinion-runs.html", round=round, rows=rows, crumbs=crumbs)


@room.route(
    "/committee/rounds/<slug>/opinions/run", methods=["POST"], needs=Permission.OPINIONS_RUN
)
def sum_up_again(slug: str) -> ResponseReturnValue:
    """Have the voices of a round summed up again, in the background."""
    actor = current_actor()
    actions.request_opinions(actor, rounds.by_slug(actor, slug))
    return redirect(url_for("committee.opinions", slug=slug), 303)


@room.route("/committee/rounds/<slug>/opinions.json", needs=Permission.OPINIONS_READ)
def opinions_json(slug: str) -> ResponseReturnValue:
    """All figures of a run, as they are kept; none counts fewer than five people."""
    run = _existing(_chosen_opinions(rounds.by_slug(current_actor(), slug)))
    result = dict(insights.result_of(run))
    return _file(as_bytes(result), "application/json", f"{slug}-opinions-{run.id}.json")


@room.route("/committee/rounds/<slug>/opinions.csv", needs=Permission.OPINIONS_READ)
def opinions_csv(slug: str) -> ResponseReturnValue:
    """The figures of all contributions as a table for a spreadsheet."""
    round = rounds.by_slug(current_actor(), slug)
    run = _existing(_chosen_opinions(round))
    settings: Settings = current_app.extensions["settings"]
    text = opinions_as_csv(round, run, settings.base_url)
    return _file(text, "text/csv", f"{slug}-opinions-{run.id}.csv")


@room.route("/committee/rounds/<slug>/opinions/<int:run_id>.json", needs=Permission.OPINIONS_READ)
def opinion_file(slug: str, run_id: int) -> ResponseReturnValue:
    """A run with the anonymous ballots, to calculate it again (`civicdialog verify-run`)."""
    run = _existing(opinion_queries.opinion_run(rounds.by_slug(current_actor(), slug), run_id))
    name = f"{slug}-ballots-{run.id}.json"
    return _file(as_bytes(opinion_export(run)), "application/json", name)


# ---- downloads ----------------------------------------------------------------------------------


@room.route("/committee/rounds/<slug>/topics.csv", needs=Permission.TOPICS_READ)
def download(slug: str) -> ResponseReturnValue:
    """A run as a table for a spreadsheet."""
    run = _existing(_chosen_run(rounds.by_slug(current_actor(), slug)))
    settings: Settings = current_app.extensions["settings"]
    text = run_as_csv(queries.rows_for_download(run.id), settings.base_url)
    return _file(text, "text/csv", f"{slug}-topics-{run.id}.csv")


@room.route("/committee/rounds/<slug>/runs/<int:run_id>.json", needs=Permission.TOPICS_READ)
def run_file(slug: str, run_id: int) -> ResponseReturnValue:
    """A run with all that is needed to calculate it again (`civicdialog verify-run`)."""
    run = _run_of(rounds.by_slug(current_actor(), slug), run_id)
    return _file(as_bytes(run_export(run)), "application/json", f"{slug}-topics-{run.id}.json")


def _file(content: str | bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=mimetype, headers=headers)


# ---- what the address says ----------------------------------------------------------------------


def _chosen_run(round: Round) -> ClusterRun | None:
    """The run named in the address, or the one that holds now."""
    number = request.args.get("run", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    if number and not is_number:
        raise NotFound(number)
    return insights.run_with_topics(round.id, int(number) if number else None)


def _chosen_opinions(round: Round) -> OpinionRun | None:
    """The opinion run named in the address, or the newest one."""
    number = request.args.get("run", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    if number and not is_number:
        raise NotFound(number)
    return opinion_queries.opinion_run(round, int(number) if number else None)


def _run_of(round: Round, run_id: int) -> ClusterRun:
    return _existing(insights.run_with_topics(round.id, run_id))


def _badges(round: Round, run: ClusterRun) -> dict[int, correction_pages.TopicBadge]:
    """How much of each topic people changed; only the version that holds can be changed."""
    may_decide = may(current_actor(), Permission.TOPICS_DECIDE) and run.status is RunStatus.CURRENT
    return correction_pages.badges(round, run, may_decide=may_decide)


def _existing(run: Run | None) -> Run:
    if run is None:
        raise NotFound("run")
    return run


def _topic_of(run: ClusterRun, number: int) -> Cluster:
    found = next((topic for topic in run.clusters if topic.key == number), None)
    if found is None:
        raise NotFound(number)
    return found


def _pair_of(run: ClusterRun) -> list[Cluster]:
    """The two topics named in the address; fewer as long as nobody has chosen two."""
    named = dict.fromkeys(request.args.get(name, type=int) for name in ("one", "other"))
    return [topic for key in named for topic in run.clusters if topic.key == key]


def _part_of(topic: Cluster) -> int | None:
    """The sub-topic chosen in the address; what makes no sense shows the whole topic."""
    part = request.args.get("part", type=int)
    return part if part is not None and 1 <= part <= len(topic.subtopics) else None


def _key() -> queries.Key | None:
    """`0.75_12` → (0.75, 12); anything else begins at the top."""
    share, _, number = request.args.get("after", "").partition("_")
    try:
        return float(share), int(number[:15])
    except ValueError:
        return None


def _way() -> versions.Way | None:
    origin, target = request.args.get("origin", type=int), request.args.get("target", type=int)
    return None if origin is None or target is None else (origin, target)


# ---- parts of pages -----------------------------------------------------------------------------


def _crumbs(round: Round, here: str = "") -> list[Crumb]:
    """The way to the topics of a round, or to a page below them."""
    url = url_for("committee.topics", slug=round.slug) if here else ""
    steps = [
        Crumb(gettext("Committee"), url_for("committee.index")),
        Crumb(gettext("Topics of “%(round)s”", round=round.title), url),
    ]
    return [*steps, Crumb(here)] if here else steps


def _opinion_crumbs(round: Round, here: str = "") -> list[Crumb]:
    """The way to the opinions of a round, or to a page below them."""
    url = url_for("committee.opinions", slug=round.slug) if here else ""
    steps = [
        Crumb(gettext("Committee"), url_for("committee.index")),
        Crumb(gettext("Opinions on “%(round)s”", round=round.title), url),
    ]
    return [*steps, Crumb(here)] if here else steps


def _pages(endpoint: str, rows: Any, here: dict[str, Any]) -> dict[str, Any]:
    """Addresses of the first and the next page, given one row more than is shown."""
    last = rows[queries.PAGE_SIZE - 1][0] if len(rows) > queries.PAGE_SIZE else None
    after = f"{last.probability!r}_{last.submission_id}" if last else ""
    return {
        "first_url": url_for(endpoint, **here) if request.args.get("after") else "",
        "next_url": url_for(endpoint, **here, after=after) if after else "",
    }


def _member_rows(run: ClusterRun, rows: Any) -> list[reading.MemberRow]:
    return [reading.member_row(row[0], row[1], run.clusters, row[2]) for row in rows]


def _new_version_page(round: Round, form: KeepForm) -> Any:
    old, new = queries.current_and_proposed(round.id)
    crumbs = _crumbs(round, gettext("New version"))
    if old is None or new is None:
        return page("committee/no-new-version.html", round=round, crumbs=crumbs)
    after = request.args.get("after", type=int)
    return page(
        "committee/new-version.html",
        422 if form.errors else 200,
        round=round,
        old=old,
        new=new,
        form=form,
        difference=versions.difference(round, old, new),
        page_of_moves=versions.moves(round, old, new, way=_way(), after=after),
        may_decide=may(current_actor(), Permission.TOPICS_DECIDE),
        crumbs=crumbs,
    )
