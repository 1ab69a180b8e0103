"""The page of the moderation for one argument, question or answer, with the decision on it."""

from typing import Any

from flask import request
from flask_babel import gettext

from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.discussion import queries
from civicdialog.discussion.models import Argument
from civicdialog.moderation import argument_actions as actions
from civicdialog.moderation.desk import desk_of
from civicdialog.moderation.forms import GROUND_NAMES, RejectForm
from civicdialog.moderation.models import SubjectKind
from civicdialog.moderation.queue_page import go_on
from civicdialog.moderation.queue_queries import Place
from civicdialog.moderation.signs import signs_in
from civicdialog.submissions.models import Submission

room = Room("argument_moderation", __name__)


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
    return go_on(_place(argument), gettext("Published."))


@room.route(
    "/moderation/arguments/<public_id>/remove",
    methods=["POST"],
    needs=Permission.ARGUMENT_MODERATE,
)
def remove(public_id: str) -> Any:
    """Refuse what waits, or hide what is on the page."""
    argument, submission = queries.one(current_actor(), public_id, for_change=True)
    form = RejectForm()
    if "suggest" in request.form:
        form.suggest()
        return _page(argument, submission, form)
    if _has_changed(argument):
        return _page(argument, submission, form, 409)
    if not form.validate():
        return _page(argument, submission, form, 422)
    try:
        actions.remove_argument(current_actor(), argument, form.draft())
    except RuleBroken as error:
        broken_rule_on(form, error)
        return _page(argument, submission, form, 409)
    return go_on(_place(argument), gettext("It is not on the page. The author is told why."))


def _place(argument: Argument) -> Place:
    return Place(argument.created_at, SubjectKind.ARGUMENT, argument.id)


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
        signs=signs_in([("", argument.text)]),
        grounds=GROUND_NAMES,
        desk=desk_of(SubjectKind.ARGUMENT, argument.id, argument.created_at, argument.author_id),
        too_late=status == 409,
    )
