"""The page on which one picture or document is taken off, or shown again; its contribution stays."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.moderation import attachment_actions as actions
from civicdialog.moderation import queries
from civicdialog.moderation.forms import RejectForm, RestoreForm
from civicdialog.submissions.models import Attachment, Submission
from civicdialog.submissions.shown_files import shown

room = Room("file_moderation", __name__)


@room.route("/moderation/files/<public_id>", needs=Permission.MODERATION_READ)
def show(public_id: str) -> Any:
    file, submission = queries.file(current_actor(), public_id)
    return _page(file, submission)


@room.route(
    "/moderation/files/<public_id>/hide", methods=["POST"], needs=Permission.SUBMISSION_MODERATE
)
def hide(public_id: str) -> Any:
    """Show it to nobody any more, with a reason."""
    file, submission = queries.file(current_actor(), public_id, for_decision=True)
    form = RejectForm()
    if "suggest" in request.form:
        form.suggest()
        return _page(file, submission, form)
    if not form.validate():
        return _page(file, submission, form, status=422)
    try:
        actions.hide_attachment(current_actor(), submission, file, form.draft())
    except RuleBroken as error:
        broken_rule_on(form, error)
        return _page(file, submission, form, status=409)
    flash(gettext("Nobody sees this file any more. Its contribution is as before."), "success")
    return redirect(url_for("moderation.show", public_id=submission.public_id), 303)


@room.route(
    "/moderation/files/<public_id>/restore", methods=["POST"], needs=Permission.SUBMISSION_MODERATE
)
def restore(public_id: str) -> Any:
    """Show it again, with a reason."""
    file, submission = queries.file(current_actor(), public_id, for_decision=True)
    form = RestoreForm()
    if not form.validate():
        return _page(file, submission, restoring=form, status=422)
    try:
        actions.restore_attachment(current_actor(), submission, file, form.note.data or "")
    except RuleBroken as error:
        broken_rule_on(form, error)
        return _page(file, submission, restoring=form, status=409)
    flash(gettext("The file is shown again."), "success")
    return redirect(url_for("moderation.show", public_id=submission.public_id), 303)


def _page(
    file: Attachment,
    submission: Submission,
    hiding: RejectForm | None = None,
    restoring: RestoreForm | None = None,
    status: int = 200,
) -> Any:
    return page(
        "moderation/file.html",
        status,
        file=shown([file], hidden_too=True)[0],
        submission=submission,
        form=hiding or restoring or RejectForm(formdata=None),
        hiding=hiding or RejectForm(formdata=None),
        restoring=restoring or RestoreForm(formdata=None),
        can_decide=may(current_actor(), Permission.SUBMISSION_MODERATE, submission),
    )
