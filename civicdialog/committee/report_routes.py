"""Pages of reports: have one made, see them all, download them."""

from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from civicdialog.committee import report_actions as actions
from civicdialog.committee import report_pages as pages
from civicdialog.committee import report_queries as queries
from civicdialog.committee.report_actions import WRITE_REPORT
from civicdialog.committee.report_forms import ReportForm
from civicdialog.committee.report_making import content_of
from civicdialog.committee.reporting.formats import FORMATS
from civicdialog.core.audit import name_of
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import latest_job
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.insights import queries as insights
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round

room = Room("reports", __name__)

PAGE_SIZE = 25


@room.route("/committee/rounds/<slug>/reports", needs=Permission.TOPICS_READ)
def listed(slug: str) -> Any:
    """All versions, and the form for a new one."""
    return _page(rounds.by_slug(current_actor(), slug), ReportForm(formdata=None))


@room.route("/committee/rounds/<slug>/reports", methods=["POST"], needs=Permission.REPORT_WRITE)
def request_new(slug: str) -> Any:
    """Have a new report made, in the background."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    form = ReportForm()
    form.offer(insights.run_with_topics(round.id), str(get_locale()))
    if form.validate():
        try:
            actions.request_report(actor, round, form.wanted())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(url_for("reports.listed", slug=slug), 303)
    return _page(round, form)


def _page(round: Round, form: ReportForm) -> Any:
    before = request.args.get("before", type=int)
    wanted = queries.reports(round.id, before).limit(PAGE_SIZE + 1)
    found = list(db.session.scalars(wanted))
    shown, here = found[:PAGE_SIZE], url_for("reports.listed", slug=round.slug)
    form.offer(insights.run_with_topics(round.id), str(get_locale()))
    newest = shown[0] if shown and not before else None
    more = len(found) > len(shown)
    return page(
        "committee/reports.html",
        422 if form.errors else 200,
        round=round,
        form=form,
        rows=pages.rows(round, shown),
        job=pages.job_view(latest_job(WRITE_REPORT, name_of(round)), newest),
        may_write=may(current_actor(), Permission.REPORT_WRITE),
        first_url=here if before else "",
        next_url=url_for("reports.listed", slug=round.slug, before=shown[-1].number)
        if more
        else "",
        crumbs=[
            Crumb(gettext("Committee"), url_for("committee.index")),
            Crumb(round.title, url_for("committee.topics", slug=round.slug)),
            Crumb(gettext("Reports")),
        ],
    )


@room.route("/committee/rounds/<slug>/reports/<int:number>/<key>", needs=Permission.TOPICS_READ)
def download(slug: str, number: int, key: str) -> ResponseReturnValue:
    """A file of one version, exactly as it was made."""
    round = rounds.by_slug(current_actor(), slug)
    report = queries.report(round.id, number)
    file = next((each for each in report.files if each["format"] == key), None)
    if file is None:
        raise NotFound(key)
    content = content_of(file)
    if content is None:
        raise RuleBroken(
            mark(
                "This file is no longer as it was made, so we do not hand it out. Please have the "
                "report made again."
            )
        )
    name = f"{slug}-report-{number}.{key}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=FORMATS[key].media_type, headers=headers)
