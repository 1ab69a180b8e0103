"""Pages of the dates when legal duties begin."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.committee import screening_actions as actions
from civicdialog.committee import screening_queries as queries
from civicdialog.committee import screening_results as results
from civicdialog.committee.screening_forms import DutyDateForm
from civicdialog.committee.screening_questions import current_questionnaire
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb

room = Room("duty_dates", __name__)


@room.route("/manage/duty-dates", needs=Permission.APPLICATIONS_READ)
def listed() -> Any:
    """When the duties of the law begin, with source and day of knowledge."""
    questionnaire, known = current_questionnaire(), queries.duty_dates()
    return page(
        "committee/screening-dates.html",
        rows=[
            results.start_view(questionnaire, each, known) for each in questionnaire.starts.values()
        ],
        sources=[
            (results.cited(questionnaire, short), results.said(whole))
            for short, whole in questionnaire.sources.items()
        ],
        version=questionnaire.version,
        may_edit=may(current_actor(), Permission.DUTY_DATES_EDIT),
        crumbs=_crumbs(),
    )


def _crumbs(last: str = "") -> list[Crumb]:
    listed = Crumb(gettext("When duties begin"), url_for("duty_dates.listed") if last else "")
    first = Crumb(gettext("Committee"), url_for("committee.index"))
    return [first, listed, *([Crumb(last)] if last else [])]


@room.route("/manage/duty-dates/<key>", methods=["GET", "POST"], needs=Permission.DUTY_DATES_EDIT)
def edit(key: str) -> Any:
    """Set one date; what was known before stays noted."""
    questionnaire = current_questionnaire()
    start = questionnaire.starts.get(key)
    if start is None:
        raise NotFound(key)
    own = queries.duty_dates().get(key)
    source = results.cited(questionnaire, start.source)
    known = {"applies_on": start.applies_on, "as_of": start.as_of, "source": source}
    form = DutyDateForm(obj=own, data=known)
    if request.method == "POST" and form.validate():
        try:
            actions.set_duty_date(current_actor(), key, **form.values())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("duty_dates.listed"), 303)
    title = results.said(start.title)
    return page(
        "committee/screening-date.html",
        422 if form.errors else 200,
        form=form,
        key=key,
        title=title,
        default=results.start_view(questionnaire, start, {}),
        crumbs=_crumbs(title),
    )
