"""Pages for what is half written: questions one by one, preview, sending, deleting."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, current_actor, page
from civicdialog.rounds.models import Round
from civicdialog.submissions import actions, drafts, hints
from civicdialog.submissions.drafting import (
    already_sent,
    answer_not_saved,
    answer_saved,
    hidden_fields,
    is_autosave,
    saved_at,
    to_what_was_sent,
    typed,
)
from civicdialog.submissions.fields import PROFILE, parts, steps_for
from civicdialog.submissions.forms import ProfileForm
from civicdialog.submissions.handing_in import SubmissionDraft, check, sent_with
from civicdialog.submissions.models import Draft, Submission
from civicdialog.submissions.personal_data import marks_in

room = Room("drafts", __name__)


def _sent(public_id: str) -> Submission | None:
    return sent_with(current_actor(), public_id)


# ---- questions one by one -----------------------------------------------------------------------


@room.route("/drafts/<public_id>/questions", needs=Permission.DRAFT_KEEP)
def begin_steps(public_id: str) -> Any:
    """To the first question nobody has answered yet."""
    draft, _ = drafts.one(current_actor(), public_id)
    names = steps_for(drafts.as_submission(draft).kind)
    first = next((name for name in names if not draft.fields.get(name)), names[0])
    return redirect(url_for("drafts.step", public_id=public_id, name=_slug(first)), 302)


@room.route(
    "/drafts/<public_id>/questions/<name>", methods=["GET", "POST"], needs=Permission.DRAFT_KEEP
)
def step(public_id: str, name: str) -> Any:
    """One question. Whichever button is pressed, what was typed is kept."""
    sent = _sent(public_id)
    if sent is None:
        return _step(public_id, name)
    field = name.replace("-", "_")
    asked = (field,) if request.method == "POST" and field in PROFILE else ()
    return already_sent(sent, asked)


def _step(public_id: str, name: str) -> Any:
    draft, round = drafts.one(current_actor(), public_id, for_change=request.method == "POST")
    names = steps_for(drafts.as_submission(draft).kind)
    field = name.replace("-", "_")
    if field not in names:
        return redirect(url_for("drafts.begin_steps", public_id=public_id), 303)
    form = ProfileForm(data=draft.fields)
    form.offer_departments(str(get_locale()))
    for other in [each.name for each in form]:
        if other not in {field, "csrf_token"}:
            del form[other]
    if request.method == "GET":
        return _step_page(draft, round, form, names, field)
    try:
        draft = drafts.keep(current_actor(), round, public_id, typed((field,)))
    except drafts.Overtaken as overtaken:
        return _overtaken(overtaken.draft, round, form, names, field)
    if is_autosave():
        return answer_saved(draft, (field,))
    if not form.validate():
        return _step_page(draft, round, form, names, field, status=422)
    return redirect(_following(draft, round, names, field), 303)


def _slug(field: str) -> str:
    return field.replace("_", "-")


def _following(draft: Draft, round: Round, names: tuple[str, ...], field: str) -> str:
    go, at = request.form.get("go"), names.index(field)
    if go == "preview" or (go != "back" and at + 1 == len(names)):
        return url_for("drafts.preview", public_id=draft.public_id)
    if go == "back" and at == 0:
        return _form_url(draft, round)
    to = names[at - 1 if go == "back" else at + 1]
    return url_for("drafts.step", public_id=draft.public_id, name=_slug(to))


def _overtaken(
    draft: Draft, round: Round, form: ProfileForm, names: tuple[str, ...], field: str
) -> Any:
    if is_autosave():
        said = gettext("You have changed this text in another window. Press “Next” to see both.")
        return answer_not_saved(said, 409)
    return _step_page(draft, round, form, names, field, status=409)


def _step_page(
    draft: Draft,
    round: Round,
    form: ProfileForm,
    names: tuple[str, ...],
    field: str,
    *,
    status: int = 200,
) -> Any:
    return page(
        "submissions/step.html",
        status,
        form=form,
        field_name=field,
        round=round,
        draft=draft,
        number=names.index(field) + 1,
        count=len(names),
        here=url_for("drafts.step", public_id=draft.public_id, name=_slug(field)),
        hidden=hidden_fields(draft, (field,), window=request.form.get("window", "")),
        saved=saved_at(draft),
        other_text=(draft.fields.get(field) or "") if status == 409 else "",
    )


# ---- preview and sending ------------------------------------------------------------------------


@room.route("/drafts/<public_id>/preview", needs=Permission.DRAFT_KEEP)
def preview(public_id: str) -> Any:
    """The contribution as everybody will see it, and what is to be considered before."""
    sent = _sent(public_id)
    if sent is not None:
        return already_sent(sent)
    draft, round = drafts.one(current_actor(), public_id)
    written = drafts.as_submission(draft).cleaned()
    try:
        check(written, needed=("title", "problem", "solution"))
    except RuleBroken:
        flash(gettext("Something is still missing. Please fill in every field."), "warning")
        return redirect(_form_url(draft, round), 302)
    return _preview_page(draft, round, written, None)


@room.route("/drafts/<public_id>/send", methods=["POST"], needs=Permission.DRAFT_KEEP)
def send(public_id: str) -> Any:
    """Hand the draft in; it is deleted. Pressing twice sends once."""
    sent = _sent(public_id)
    if sent is not None:
        return to_what_was_sent(sent)
    draft, round = drafts.one(current_actor(), public_id, for_change=True)
    written = drafts.as_submission(draft)
    try:
        submission = actions.create_submission(
            current_actor(), round, written, form_token=public_id
        )
    except RuleBroken as error:
        return _preview_page(draft, round, written, error)
    drafts.forget(current_actor(), draft)
    return to_what_was_sent(submission)


def _preview_page(
    draft: Draft, round: Round, written: SubmissionDraft, error: RuleBroken | None
) -> Any:
    shown = parts(written, gettext)
    return page(
        "submissions/preview.html",
        422 if error else 200,
        draft=draft,
        round=round,
        written=written,
        parts=shown,
        error=error,
        personal=marks_in(
            [(gettext("Title"), written.title), *((p.heading, p.text) for p in shown)]
        ),
        similar=hints.similar_to(round, f"{written.title}\n{written.problem}\n{written.solution}"),
        form_url=_form_url(draft, round),
        steps_url=url_for("drafts.begin_steps", public_id=draft.public_id),
        profile_count=len(steps_for(written.kind)),
    )


def _form_url(draft: Draft, round: Round) -> str:
    return url_for("submissions.propose", slug=round.slug, draft=draft.public_id)


@room.route("/drafts/<public_id>/similar", needs=Permission.DRAFT_KEEP)
def similar(public_id: str) -> Any:
    """A fragment: contributions like what has been typed so far."""
    draft, round = drafts.one(current_actor(), public_id)
    fields = draft.fields
    text = "\n".join(fields.get(name) or "" for name in ("title", "problem", "solution"))
    return page(
        "submissions/_similar.html", similar=hints.similar_to(round, text), level=2, round=round
    )


@room.route("/drafts/<public_id>/delete", methods=["GET", "POST"], needs=Permission.DRAFT_KEEP)
def delete(public_id: str) -> Any:
    draft, round = drafts.one(current_actor(), public_id, for_change=request.method == "POST")
    if request.method == "POST":
        drafts.forget(current_actor(), draft)
        return _deleted(round)
    return page(
        "submissions/delete-draft.html",
        draft=draft,
        round=round,
        parts=parts(drafts.as_submission(draft), gettext),
        form_url=_form_url(draft, round),
    )


def _deleted(round: Round) -> ResponseReturnValue:
    flash(gettext("The draft is deleted."), "success")
    if current_actor().is_signed_in:
        return redirect(url_for("submissions.own"), 303)
    return redirect(url_for("web.round_page", slug=round.slug), 303)
