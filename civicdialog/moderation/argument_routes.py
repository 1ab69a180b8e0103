"""Pages of the moderation for arguments: what waits, and one with the decision on it."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.discussion import queries
from civicdialog.discussion.models import Argument
from civicdialog.moderation import argument_actions as actions
from civicdialog.moderation.forms import RejectForm
from civicdialog.submissions.models import Submission
from civicdialog.submissions.personal_data import marks_in

room = Room("argument_moderation", __name__)

ON_A_PAGE = 25
LARGEST_ID = 2**31 - 1


@room.route("/moderation/arguments", needs=Permission.MODERATION_READ)
def listed() -> Any:
    """What waits, the oldest first."""
    wanted = queries.waiting()
    after = request.args.get("after", type=int)
    if after is not None and 0 < after <= LARGEST_ID:
        wanted = wanted.where(Argument.id > after)
    found = db.session.execute(wanted.limit(ON_A_PAGE + 1)).all()
    shown = found[:ON_A_PAGE]
    is_last = len(found) <= ON_A_PAGE
    actor = current_actor()
    return page(
        "moderation/arguments.html",
        rows=[
            (argument, submission, may(actor, Permission.ARGUMENT_MODERATE, argument))
            for argument, submission in shown
        ],
        first_url=url_for("argument_moderation.listed") if after else "",
        next_url="" if is_last else url_for("argument_moderation.listed", after=shown[-1][0].id),
    )


@room.route("/moderation/arguments/<public_id>", needs=Permission.MODERATION_READ)
def show(public_id: str) -> Any:
    argument, submission = queries.one(current_actor(), public_id)
    return _page(argument, submission, RejectForm(formdata=None))


@room.route(
    "/moderation/arguments/<public_id>/publish",
    methods=["POST"],
    needs=Permission.ARGUMENT_MODERATE,
)
def publish(public_id: str) -> Any:
    argument, submission = queries.one(current_actor(), public_id, for_change=True)
    if not argument.waits or _has_changed(argument):
        return _page(argument, submission, RejectForm(formdata=None), 409)
    actions.publish_argument(current_actor(), argument)
    flash(gettext("Published."), "success")
    return redirect(url_for("argument_moderation.listed"), 303)


@room.route(
    "/moderation/arguments/<public_id>/remove",
    methods=["POST"],
    needs=Permission.ARGUMENT_MODERATE,
)
def remove(public_id: str) -> Any:
    """Refuse what waits, or hide what is on the page."""
    argument, submission = queries.one(current_actor(), public_id, for_change=True)
    form = RejectForm()
    if _has_changed(argument):
        return _page(argument, submission, form, 409)
    if not form.validate():
        return _page(argument, submission, form, 422)
    try:
        actions.remove_argument(current_actor(), argument, form.draft())
    except RuleBroken as error:
        broken_rule_on(form, error)
        return _page(argument, submission, form, 409)
    flash(gettext("It is no longer on the page. The author is told why."), "success")
    return redirect(url_for("argument_moderation.listed"), 303)


def _has_changed(argument: Argument) -> bool:
    """Whether its author has changed the text since the moderator read it."""
    return request.form.get("seen", str(argument.version)) != str(argument.version)


def _page(argument: Argument, submission: Submission, form: RejectForm, status: int = 200) -> Any:
    actor = current_actor()
    return page(
        "moderation/argument.html",
        status,
        argument=argument,
        submission=submission,
        form=form,
        can_decide=(argument.waits or argument.is_public)
        and may(actor, Permission.ARGUMENT_MODERATE, argument),
        personal=list(marks_in([("", argument.text)])),
        too_late=status == 409,
    )
