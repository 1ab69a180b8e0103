"""Pages for changing a contribution and for reading its earlier versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from flask_babel import get_locale, gettext

from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, require
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.submissions import actions, queries, revisions
from civicdialog.submissions.fields import Part, parts, state_of, values_of
from civicdialog.submissions.forms import EditForm
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.revisions import Changed, Written, changed
from civicdialog.submissions.routes import home_of

room = Room("versions", __name__)


@room.route(
    "/submissions/<public_id>/edit", methods=["GET", "POST"], needs=Permission.SUBMISSION_EDIT
)
def edit(public_id: str) -> Any:
    """Change the own text: at once while it waits, through the moderation once it is public."""
    submission = queries.by_public_id(
        current_actor(), public_id, for_change=request.method == "POST"
    )
    require(current_actor(), Permission.SUBMISSION_EDIT, submission)
    if not submission.can_be_changed:
        raise RuleBroken(mark("This contribution can no longer be changed."))
    waits = revisions.waiting(submission.id) if submission.is_public else None
    form = EditForm(
        data=(waits.fields | {"reason": waits.reason}) if waits else values_of(submission)
    )
    form.offer_departments(str(get_locale()))
    if not submission.is_public:
        del form.reason
    is_overtaken = request.method == "POST" and form.version.data != _version(submission)
    if request.method == "POST" and not is_overtaken and form.validate():
        try:
            return _save(submission, form)
        except RuleBroken as error:
            broken_rule_on(form, error)
    form.version.data = _version(submission)
    return page(
        "submissions/edit.html",
        409 if is_overtaken else 422 if form.errors else 200,
        form=form,
        submission=submission,
        waits=waits,
        overtaken=parts(submission, gettext) if is_overtaken else [],
        back_url=home_of(submission),
    )


def _version(submission: Submission) -> str:
    """Changes with every change of the text, but not with votes."""
    return f"{submission.status.value}-{state_of(values_of(submission))}"


def _save(submission: Submission, form: EditForm) -> Any:
    if submission.status is Status.PENDING:
        actions.correct_submission(current_actor(), submission, form.draft())
        flash(gettext("Your contribution is changed."), "success")
    else:
        actions.revise_submission(current_actor(), submission, form.draft(), form.reason.data or "")
        flash(
            gettext(
                "We have received your change. Somebody from the moderation team reads it; until "
                "then everybody sees the text as it was."
            ),
            "success",
        )
    return redirect(home_of(submission), 303)


@dataclass(frozen=True)
class Version:
    """One text that stood on the page, and what differs from the one before."""

    number: int
    at: datetime | None
    reason: str
    title: str
    parts: list[Part]
    changes: list[Changed]


@room.route("/submissions/<public_id>/versions", needs=Permission.PUBLIC)
def show(public_id: str) -> Any:
    """Every text that was published, the newest first, with the differences."""
    submission = queries.by_public_id(current_actor(), public_id)
    stored = revisions.published(submission.id)
    versions: list[Version] = []
    before: dict[str, str] | None = None
    for number, each in enumerate(stored, start=1):
        written = Written.of(each.fields)
        versions.append(
            Version(
                number,
                each.decided_at,
                each.reason,
                written.title,
                parts(written, gettext),
                changed(before, each.fields, gettext) if before is not None else [],
            )
        )
        before = each.fields
    return page(
        "submissions/versions.html", submission=submission, versions=list(reversed(versions))
    )
