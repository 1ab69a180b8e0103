"""Pages of the room `discussion`: write, answer, change, take back, find helpful, see one's own."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission, may, require
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.discussion import actions, queries
from civicdialog.discussion.actions import ArgumentDraft
from civicdialog.discussion.forms import AnswerForm, ArgumentForm, ChangeForm
from civicdialog.discussion.helpful import mark_helpful
from civicdialog.discussion.models import Argument, Stance
from civicdialog.rounds.models import Deed
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Submission
from civicdialog.submissions.personal_data import marks_in
from civicdialog.submissions.revisions import differences

room = Room("discussion", __name__)

ON_A_PAGE = 25
LARGEST_ID = 2**31 - 1


@room.route(
    "/submissions/<public_id>/argue", methods=["GET", "POST"], needs=Permission.ARGUMENT_CREATE
)
def write(public_id: str) -> Any:
    """Say something about a contribution."""
    submission = submissions.by_public_id(current_actor(), public_id)
    stance = request.args.get("stance", "")
    form = ArgumentForm(data={"stance": stance} if stance in set(Stance) else {})
    if request.method == "GET" or not form.validate() or _has_to_be_looked_at(form):
        return _form(submission, None, form)
    draft = ArgumentDraft(Stance(form.stance.data), form.text.data or "")
    return _send(submission, None, form, draft)


@room.route(
    "/arguments/<public_id>/answer", methods=["GET", "POST"], needs=Permission.ARGUMENT_CREATE
)
def answer(public_id: str) -> Any:
    """Answer an argument or a question; an editor answers for the administration."""
    argument, submission = queries.one(current_actor(), public_id)
    form = AnswerForm()
    if request.method == "GET" or not form.validate() or _has_to_be_looked_at(form):
        return _form(submission, argument, form)
    draft = ArgumentDraft(Stance.REMARK, form.text.data or "", answers=argument)
    return _send(submission, argument, form, draft)


def _has_to_be_looked_at(form: AnswerForm) -> bool:
    """Whether something looks like personal data, and nobody has said yet that it shall stay."""
    text = form.text.data or ""
    if not _personal(text) or form.looked.data == text:
        return False
    form.looked.data = text
    return True


def _personal(text: str) -> list[Any]:
    return list(marks_in([("", text)]))


def _form(submission: Submission, argument: Argument | None, form: AnswerForm) -> Any:
    """The form; what was typed stands in it even if it is too late to send it."""
    actor, round = current_actor(), submission.round
    can_be_answered = argument is None or argument.can_be_answered
    is_official = argument is not None and may(actor, Permission.ARGUMENT_ANSWER)
    personal = _personal(form.text.data or "") if form.looked.data else []
    return page(
        "discussion/write.html",
        422 if form.errors or personal else 200,
        form=form,
        submission=submission,
        round=round,
        argument=argument,
        is_official=is_official,
        can_be_answered=can_be_answered,
        is_open=request.method == "POST"
        or (can_be_answered and (is_official or round.permits(Deed.ARGUE, clock.now()))),
        personal=personal,
        back_url=_home(submission, argument),
    )


def _send(
    submission: Submission, argument: Argument | None, form: AnswerForm, draft: ArgumentDraft
) -> Any:
    actor, round = current_actor(), submission.round
    token = form.token.data or None
    try:
        if argument is not None and may(actor, Permission.ARGUMENT_ANSWER):
            said = actions.answer_for_the_administration(actor, submission, draft, form_token=token)
        else:
            said = actions.add_argument(actor, round, submission, draft, form_token=token)
    except RuleBroken as error:
        broken_rule_on(form, error)
        return _form(submission, argument, form)
    if said.waits:
        thanks = gettext("Thank you. Somebody from the moderation team reads it before it appears.")
    else:
        thanks = gettext("Thank you. Everybody can read it now.")
    flash(thanks, "success")
    return redirect(url_for("said.one", public_id=said.public_id), 303)


def _home(submission: Submission, argument: Argument | None) -> str:
    if argument is not None:
        return url_for("said.one", public_id=argument.public_id)
    return url_for("web.proposal", public_id=submission.public_id, _anchor="arguments")


@room.route("/arguments/<public_id>/edit", methods=["GET", "POST"], needs=Permission.ARGUMENT_EDIT)
def edit(public_id: str) -> Any:
    """Change one's own text; the earlier one stays readable."""
    argument, submission = queries.one(
        current_actor(), public_id, for_change=request.method == "POST"
    )
    require(current_actor(), Permission.ARGUMENT_EDIT, argument)
    form = ChangeForm(data={"text": argument.text, "seen": str(argument.version)})
    is_overtaken = form.seen.data != str(argument.version)
    if is_overtaken:
        form.seen.data = str(argument.version)
    elif request.method == "POST" and form.validate() and not _has_to_be_looked_at(form):
        try:
            actions.change_argument(
                current_actor(), submission.round, argument, form.text.data or ""
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your text is changed."), "success")
            return redirect(url_for("said.one", public_id=public_id), 303)
    personal = _personal(form.text.data or "") if form.looked.data else []
    return page(
        "discussion/edit.html",
        409 if is_overtaken else 422 if form.errors or personal else 200,
        form=form,
        is_overtaken=is_overtaken,
        argument=argument,
        submission=submission,
        round=submission.round,
        personal=personal,
        back_url=url_for("said.one", public_id=public_id),
    )


@room.route(
    "/arguments/<public_id>/withdraw", methods=["GET", "POST"], needs=Permission.ARGUMENT_EDIT
)
def withdraw(public_id: str) -> Any:
    """Take one's own text back."""
    argument, submission = queries.one(
        current_actor(), public_id, for_change=request.method == "POST"
    )
    require(current_actor(), Permission.ARGUMENT_EDIT, argument)
    if request.method == "POST" or argument.is_withdrawn:
        if request.method == "POST":
            actions.withdraw_argument(current_actor(), argument)
            flash(gettext("You have taken your text back."), "success")
        return redirect(
            url_for("web.proposal", public_id=submission.public_id, _anchor="arguments"), 303
        )
    return page(
        "discussion/withdraw.html",
        argument=argument,
        submission=submission,
        back_url=url_for("said.one", public_id=public_id),
    )


@room.route("/arguments/<public_id>/helpful", methods=["POST"], needs=Permission.ARGUMENT_HELPFUL)
def helpful(public_id: str) -> ResponseReturnValue:
    """Find something helpful, or no more."""
    argument, _ = queries.one(current_actor(), public_id)
    if argument.is_public:
        mark_helpful(current_actor(), argument, is_helpful=request.form.get("helpful") == "yes")
    here = url_for("said.one", public_id=public_id)
    return redirect(safe_target(request.form.get("next"), here), 303)


@room.route("/arguments/<public_id>/versions", needs=Permission.PUBLIC)
def show_versions(public_id: str) -> Any:
    """Every text that stood there, the newest first, with the differences."""
    argument, submission = queries.one(current_actor(), public_id)
    texts = [(each.created_at, each.text) for each in queries.versions(argument.id)]
    if argument.is_public:
        texts.append((argument.edited_at or argument.created_at, argument.text))
    elif not argument.waits:
        texts = []
    before = ["", *(text for _, text in texts)]
    rows = [
        (number, at, text, differences(before[number - 1], text) if number > 1 else [])
        for number, (at, text) in enumerate(texts, start=1)
    ]
    return page(
        "discussion/versions.html",
        argument=argument,
        submission=submission,
        rows=list(reversed(rows)),
    )


@room.route("/my/arguments", needs=Permission.ACCOUNT_USE)
def own() -> Any:
    """What one has said, and what became of it."""
    wanted = queries.own(current_actor())
    after = request.args.get("after", type=int)
    if after is not None and 0 < after <= LARGEST_ID:
        wanted = wanted.where(Argument.id < after)
    found = db.session.execute(wanted.limit(ON_A_PAGE + 1)).all()
    shown = found[:ON_A_PAGE]
    is_last = len(found) <= ON_A_PAGE
    return page(
        "discussion/own.html",
        rows=shown,
        first_url=url_for("discussion.own") if after else "",
        next_url="" if is_last else url_for("discussion.own", after=shown[-1][0].id),
    )
