"""Pages of the moderation for objections: what is due, and one with the decision on it."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.moderation import appeal_actions as actions
from civicdialog.moderation import appeal_queries as queries
from civicdialog.moderation import cases
from civicdialog.moderation.appeal_forms import JudgementForm
from civicdialog.moderation.models import Appeal, AppealState
from civicdialog.moderation.shown import headings_of

room = Room("appeals", __name__)

ON_A_PAGE = 25


@room.route("/moderation/appeals", needs=Permission.MODERATION_READ)
def listed() -> Any:
    """What is open, the one due first on top; below that what was decided."""
    before = request.args.get("before", type=int)
    decided = db.session.scalars(queries.decided(before).limit(ON_A_PAGE + 1)).all()
    shown = decided[:ON_A_PAGE]
    more = len(decided) > ON_A_PAGE
    return page(
        "moderation/appeals.html",
        waiting=[] if before else db.session.scalars(queries.waiting()).all(),
        decided=shown,
        now=clock.now(),
        first_url=url_for("appeals.listed") if before else "",
        next_url=url_for("appeals.listed", before=shown[-1].id) if more else "",
    )


@room.route("/moderation/appeals/<public_id>", needs=Permission.MODERATION_READ)
def show(public_id: str) -> Any:
    return _page(queries.by_public_id(public_id), JudgementForm(formdata=None))


@room.route("/moderation/appeals/<public_id>", methods=["POST"], needs=Permission.APPEAL_DECIDE)
def decide(public_id: str) -> Any:
    found, form = queries.by_public_id(public_id, for_decision=True), JudgementForm()
    if found.state is not AppealState.OPEN:
        return _page(found, form, 409)
    if form.validate():
        try:
            is_undone = actions.decide_appeal(
                current_actor(), cases.case_of(found.decision), form.judgement()
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(_done(found, is_undone=is_undone), "success")
            return redirect(url_for("appeals.listed"), 303)
    return _page(found, form, 422)


def _done(found: Appeal, *, is_undone: bool) -> str:
    if found.state is AppealState.DISMISSED:
        return str(gettext("The decision stands. Who objected is told why."))
    if is_undone:
        return str(gettext("The decision is taken back, and what it took away is there again."))
    return str(
        gettext(
            "The objection is granted. There was nothing left to put back: the text was withdrawn "
            "or replaced meanwhile."
        )
    )


def _page(found: Appeal, form: JudgementForm, status: int = 200) -> Any:
    case = cases.case_of(found.decision)
    return page(
        "moderation/appeal.html",
        status,
        appeal=found,
        case=case,
        decision=found.decision,
        texts=headings_of(cases.text_of(case)),
        form=form,
        can_decide=found.state is AppealState.OPEN
        and may(current_actor(), Permission.APPEAL_DECIDE, found),
        too_late=status == 409,
        now=clock.now(),
    )
