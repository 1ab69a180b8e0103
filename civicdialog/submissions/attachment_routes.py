"""Pages for the pictures and documents of a contribution, and the files themselves."""

from io import BytesIO
from typing import Any

from flask import current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.config import Settings
from civicdialog.core import pictures
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, require
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.submissions import attachments, queries
from civicdialog.submissions.attachment_files import check_file
from civicdialog.submissions.forms import AttachmentForm
from civicdialog.submissions.models import Attachment, Status, Submission
from civicdialog.submissions.routes import home_of
from civicdialog.submissions.shown_files import shown

room = Room("attachments", __name__)

MORE_THAN_A_FILE = 12_000_000
"""A request may be larger than a file: then the form can say so, and keep what was typed."""
FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@room.url_value_preprocessor
def _let_files_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything of the request is read."""
    if endpoint == "attachments.manage" and request.method == "POST":
        request.max_content_length = _limits().file + MORE_THAN_A_FILE


@room.route(
    "/submissions/<public_id>/attachments",
    methods=["GET", "POST"],
    needs=Permission.SUBMISSION_EDIT,
    own_transaction=True,
)
def manage(public_id: str) -> Any:
    """Add and remove files, as long as the contribution waits."""
    submission = _own(public_id)
    form = AttachmentForm()
    if request.method == "POST" and form.validate():
        try:
            _add(public_id, form)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("The file is added."), "success")
            return redirect(url_for("attachments.manage", public_id=public_id), 303)
    limits, files = _limits(), attachments.of(submission)
    waits = submission.status is Status.PENDING
    return page(
        "submissions/attachments.html",
        422 if form.errors else 200,
        form=form,
        submission=submission,
        files=shown(files, hidden_too=True),
        can_add=waits and len(files) < limits.most,
        waits=waits,
        most=limits.most,
        largest=limits.file // 1_000_000,
        back_url=home_of(submission),
    )


def _add(public_id: str, form: AttachmentForm) -> None:
    limits = _limits()
    sent = form.file.data
    # Reading a picture takes a moment; nobody else waits for it.
    file = check_file(sent.read(limits.file + 1), sent.filename or "", largest=limits.file)
    with transaction():
        submission = queries.by_public_id(current_actor(), public_id, for_change=True)
        attachments.add(current_actor(), submission, file, form.alternative_text.data or "", limits)


@room.route(
    "/submissions/<public_id>/attachments/<file_id>/remove",
    methods=["POST"],
    needs=Permission.SUBMISSION_EDIT,
)
def remove(public_id: str, file_id: str) -> ResponseReturnValue:
    submission = queries.by_public_id(current_actor(), public_id, for_change=True)
    attachments.remove(current_actor(), submission, file_id)
    flash(gettext("The file is removed."), "success")
    return redirect(url_for("attachments.manage", public_id=public_id), 303)


@room.route("/attachments/<public_id>", needs=Permission.PUBLIC)
def show(public_id: str) -> ResponseReturnValue:
    """The file: a picture to look at, a document to keep."""
    found, submission = attachments.content(current_actor(), public_id, preview=False)
    return _sent(found, submission, found.data, found.media_type)


@room.route("/attachments/<public_id>/preview", needs=Permission.PUBLIC)
def preview(public_id: str) -> ResponseReturnValue:
    """A picture, small."""
    found, submission = attachments.content(current_actor(), public_id, preview=True)
    if found.preview is None:
        raise NotFound(public_id)
    return _sent(found, submission, found.preview, pictures.MEDIA_TYPE)


def _sent(
    found: Attachment, submission: Submission, data: bytes, media_type: str
) -> ResponseReturnValue:
    answer = send_file(
        BytesIO(data),
        media_type,
        as_attachment=media_type != pictures.MEDIA_TYPE,
        download_name=found.file_name,
    )
    answer.headers.update(FILE_HEADERS)
    # The browser of whoever saw it may keep it; whatever stands between asks us again.
    answer.headers["Cache-Control"] = (
        "private, max-age=31536000, immutable" if submission.is_public else "no-store"
    )
    return answer


def _own(public_id: str) -> Submission:
    submission = queries.by_public_id(current_actor(), public_id)
    require(current_actor(), Permission.SUBMISSION_EDIT, submission)
    return submission


def _limits() -> attachments.Limits:
    settings: Settings = current_app.extensions["settings"]
    return attachments.Limits(
        most=settings.attachments_most,
        file=settings.attachments_file_mb * 1_000_000,
        total=settings.attachments_total_mb * 1_000_000,
    )
