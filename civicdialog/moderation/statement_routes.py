"""The statement of reasons: why something was decided, and how to object."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext

from civicdialog.core import clock
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.moderation import appeal_actions as actions
from civicdialog.moderation import cases, queries
from civicdialog.moderation.appeal_forms import AppealForm
from civicdialog.moderation.cases import Case
from civicdialog.moderation.models import SubjectKind
from civicdialog.moderation.shown import headings_of
from civicdialog.submissions import queries as submissions

room = Room("statements", __name__)


@room.route("/decisions/<public_id>", needs=Permission.PUBLIC)
def show(public_id: str) -> Any:
    """What was decided, why, and what became of it."""
    return _page(cases.by_public_id(current_actor(), public_id), AppealForm(formdata=None))


@room.route("/submissions/<public_id>/decision", needs=Permission.PUBLIC)
def of_submission(public_id: str) -> Any:
    """To the newest decision that restricts a contribution."""
    submission = submissions.by_public_id(current_actor(), public_id)
    newest = queries.restrictions_on(SubjectKind.SUBMISSION, [submission.id])
    if submission.id not in newest:
        raise NotFound(public_id)
    return redirect(url_for("statements.show", public_id=newest[submission.id].public_id), 302)


@room.route("/decisions/<public_id>/appeal", methods=["POST"], needs=Permission.DECISION_APPEAL)
def appeal(public_id: str) -> Any:
    """Object to it."""
    case, form = cases.by_public_id(current_actor(), public_id), AppealForm()
    if form.validate():
        try:
            actions.appeal(current_actor(), case, form.text.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your objection has arrived. Somebody else looks at it now."), "success")
            return redirect(url_for("statements.show", public_id=public_id), 303)
    return _page(case, form, 422)


def _page(case: Case, form: AppealForm, status: int = 200) -> Any:
    actor = current_actor()
    return page(
        "moderation/statement.html",
        status,
        case=case,
        decision=case.decision,
        appeal=case.appeal,
        texts=headings_of(cases.text_of(case)),
        block=cases.block_of_decision(case.decision),
        is_concerned=may(actor, Permission.DECISION_APPEAL, case),
        can_appeal=case.can_be_appealed(clock.now())
        and may(actor, Permission.DECISION_APPEAL, case),
        form=form,
    )
