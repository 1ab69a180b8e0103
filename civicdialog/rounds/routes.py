"""Pages of the room `rounds`: editors prepare rounds here."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.rounds import actions, queries
from civicdialog.rounds.forms import PHASE_NAMES, RoundForm
from civicdialog.rounds.models import PhaseKind, Round

room = Room("rounds", __name__)

ON_A_PAGE = 25


@room.route("/manage/rounds", needs=Permission.ROUND_EDIT)
def manage() -> Any:
    after = request.args.get("after", type=int)
    wanted = queries.all_for(current_actor())
    if after:
        wanted = wanted.where(Round.id < after)
    rows = list(db.session.scalars(wanted.limit(ON_A_PAGE + 1)))
    shown, now = rows[:ON_A_PAGE], clock.now()
    return page(
        "rounds/manage.html",
        rows=[(round, _stand(round)) for round in shown],
        now=now,
        first_url=url_for("rounds.manage") if after else "",
        next_url=url_for("rounds.manage", after=shown[-1].id) if len(rows) > ON_A_PAGE else "",
    )


@room.route("/manage/rounds/new", methods=["GET", "POST"], needs=Permission.ROUND_EDIT)
def new() -> Any:
    form = RoundForm()
    if form.validate_on_submit():
        try:
            round = actions.create_round(current_actor(), form.draft())
        except RuleBroken as error:
            _show_broken_rule(form, error)
        else:
            return _saved(round)
    return _form_page(form, None)


@room.route("/manage/rounds/<slug>/edit", methods=["GET", "POST"], needs=Permission.ROUND_EDIT)
def edit(slug: str) -> Any:
    find = queries.by_slug if request.method == "GET" else queries.for_change
    round = find(current_actor(), slug)
    form = RoundForm()
    if request.method == "GET":
        form.show(round)
        return _form_page(form, round)
    if form.version.data != str(round.version):
        # Sent once more, the form counts as made in knowledge of the newer state.
        form.version.data = str(round.version)
        form.version.raw_data = None
        return _form_page(form, round, 409, overtaken=True)
    if form.validate_on_submit():
        try:
            actions.change_round(current_actor(), round, form.draft())
        except RuleBroken as error:
            _show_broken_rule(form, error)
        else:
            return _saved(round)
    return _form_page(form, round)


def _saved(round: Round) -> ResponseReturnValue:
    flash(gettext("Saved. This is how the round stands now."), "success")
    return redirect(url_for("rounds.edit", slug=round.slug) + "#preview", 303)


def _form_page(
    form: RoundForm, round: Round | None, status: int = 200, *, overtaken: bool = False
) -> Any:
    wrong = 422 if form.errors else status
    return page(
        "rounds/edit.html",
        wrong,
        form=form,
        edited=round,
        overtaken=overtaken,
        zone=city().time_zone,
        address=url_for("web.round_page", slug="-").removesuffix("-"),
        timeline=_timeline(round) if round is not None else [],
        preview=(form.introduction.data or "") if request.method == "POST" or round else "",
    )


def _show_broken_rule(form: RoundForm, error: RuleBroken) -> None:
    """At its field; a rule about a phase also says which one."""
    kind = (error.field or "").rpartition("_")[0]
    if kind in set(PhaseKind) and error.field in form:
        problem = gettext(error.message)
        name = PHASE_NAMES[PhaseKind(kind)]
        words = gettext("%(phase)s: %(problem)s", phase=name, problem=problem)
        field = form[error.field]
        field.errors = [*field.errors, words]
    else:
        broken_rule_on(form, error)


def _timeline(round: Round) -> list[dict[str, Any]]:
    """The phases as the timeline shows them, without deeds."""
    now, current = clock.now(), round.phase_at(clock.now())
    return [
        {
            "label": PHASE_NAMES[phase.kind],
            "state": "current"
            if phase is current
            else "past"
            if phase.ends_at <= now
            else "future",
            "starts_at": phase.starts_at,
            "ends_at": phase.ends_at,
            "hint": "",
            "remaining": "",
            "action_label": "",
            "action_url": "",
        }
        for phase in round.phases
    ]


def _stand(round: Round) -> str:
    """Where a round is, in one word or two."""
    now = clock.now()
    if not round.phases:
        return str(gettext("No dates yet"))
    phase = round.phase_at(now)
    if phase is not None:
        return str(PHASE_NAMES[phase.kind])
    if now < round.phases[0].starts_at:
        days = (round.phases[0].starts_at - now).days
        return str(ngettext("Begins in %(num)d day", "Begins in %(num)d days", max(days, 1)))
    if now >= round.phases[-1].ends_at:
        return str(gettext("Ended"))
    return str(gettext("Between two phases"))
