"""Pages of the room `submissions`: begin a proposal, follow one's own, take back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import new_public_id
from civicdialog.core.permissions import Permission, require
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions import actions, drafts, queries
from civicdialog.submissions.cards import draft_cards, own_cards
from civicdialog.submissions.drafting import (
    already_sent,
    answer_not_saved,
    answer_saved,
    hidden_fields,
    is_autosave,
    saved_at,
    typed,
    writer,
)
from civicdialog.submissions.fields import SHORT
from civicdialog.submissions.forms import ShortForm, WithdrawForm
from civicdialog.submissions.handing_in import sent_with
from civicdialog.submissions.models import Draft, Kind, Status, Submission

room = Room("submissions", __name__)

ON_A_PAGE = 25
LARGEST_ID = 2**31 - 1


@room.route("/rounds/<slug>/propose", methods=["GET", "POST"], needs=Permission.SUBMISSION_CREATE)
def propose(slug: str) -> Any:
    """The short form. Whatever is typed is kept first and looked at afterwards."""
    round = rounds.by_slug(current_actor(), slug)
    require(current_actor(), Permission.SUBMISSION_CREATE, round)
    if request.method == "GET":
        return _begin(round)
    public_id = request.form.get("draft", "")
    sent = sent_with(current_actor(), public_id)
    return already_sent(sent, SHORT) if sent is not None else _keep(round, public_id)


def _keep(round: Round, public_id: str) -> Any:
    actor, go = writer(round), request.form.get("go")
    try:
        draft = drafts.keep(
            actor, round, new_public_id() if go == "both" else public_id, typed(SHORT)
        )
    except drafts.Overtaken as other:
        return _overtaken(round, other.draft)
    if is_autosave():
        return answer_saved(draft, SHORT)
    if go == "later":
        return _later(round, draft)
    form = ShortForm()
    if form.validate():
        if round.accepts_submissions(clock.now()):
            return _further(draft, go)
        broken_rule_on(form, RuleBroken(mark("This round does not take proposals at the moment.")))
    return _form(round, form, draft, status=422)


def _begin(round: Round) -> Any:
    """An empty form, or what somebody has begun here."""
    if not round.accepts_submissions(clock.now()):
        return _closed(round)
    wanted = request.args.get("draft", "")
    sent = sent_with(current_actor(), wanted)
    if sent is not None:
        return already_sent(sent)
    begun = drafts.in_round(current_actor(), round)
    draft = next((each for each in begun if each.public_id == wanted), None)
    if draft is None and "new" not in request.args:
        draft = begun[0] if begun else None
    kind = request.args.get("kind", "")
    preset = {"kind": kind} if kind in set(Kind) else {}
    form = ShortForm(formdata=None, data=draft.fields if draft else preset)
    return _form(round, form, draft, others=[each for each in begun if each is not draft])


def _form(
    round: Round,
    form: ShortForm,
    draft: Draft | None,
    *,
    status: int = 200,
    others: list[Draft] | None = None,
) -> Any:
    is_back = draft is not None and status == 200
    return page(
        "submissions/propose.html",
        status,
        form=form,
        round=round,
        hidden=hidden_fields(draft, SHORT, window=request.form.get("window", "")),
        begun_at=draft.saved_at if draft and is_back else None,
        saved=saved_at(draft) if draft else "",
        others=draft_cards([(each, round) for each in others or ()]),
        overtaken={},
    )


def _overtaken(round: Round, other: Draft) -> Any:
    """Both texts on one page: what this window holds to go on with, the other one to read."""
    if is_autosave():
        said = gettext("You have changed this text in another window. Press “Preview” to see both.")
        return answer_not_saved(said, 409)
    form = ShortForm()
    differing = {
        name: other.fields.get(name) or ""
        for name in SHORT
        if (other.fields.get(name) or "") != (form[name].data or "")
    }
    return page(
        "submissions/propose.html",
        409,
        form=form,
        round=round,
        hidden=hidden_fields(other, SHORT, window=request.form.get("window", "")),
        begun_at=None,
        saved="",
        others=[],
        overtaken=differing,
    )


def _further(draft: Draft, go: str | None) -> ResponseReturnValue:
    if go == "steps":
        return redirect(url_for("drafts.begin_steps", public_id=draft.public_id), 303)
    return redirect(url_for("drafts.preview", public_id=draft.public_id), 303)


def _later(round: Round, draft: Draft) -> ResponseReturnValue:
    if draft.person_id is not None:
        flash(gettext("Your draft is saved. You find it here."), "success")
        return redirect(url_for("submissions.own"), 303)
    flash(gettext("Your draft is saved. You can go on in this browser later."), "success")
    return redirect(url_for("submissions.propose", slug=round.slug), 303)


def _closed(round: Round) -> Any:
    """When it is possible to propose something, or that it no longer is."""
    return page(
        "submissions/closed.html",
        round=round,
        opens_at=round.next_chance_for(Deed.SUBMIT, clock.now()),
        ended_at=round.last_chance_for(Deed.SUBMIT),
    )


@room.route("/my/contributions", needs=Permission.ACCOUNT_USE)
def own() -> Any:
    wanted = queries.own(current_actor())
    after = request.args.get("after", type=int)
    if after is not None and 0 < after <= LARGEST_ID:
        wanted = wanted.where(Submission.id < after)
    found = list(db.session.scalars(wanted.limit(ON_A_PAGE + 1)))
    shown = found[:ON_A_PAGE]
    is_last = len(found) <= ON_A_PAGE
    return page(
        "submissions/own.html",
        cards=own_cards(shown),
        drafts=draft_cards([] if after else drafts.everywhere(current_actor())),
        first_url=url_for("submissions.own") if after else "",
        next_url="" if is_last else url_for("submissions.own", after=shown[-1].id),
    )


@room.route(
    "/submissions/<public_id>/withdraw",
    methods=["GET", "POST"],
    needs=Permission.SUBMISSION_WITHDRAW,
)
def withdraw(public_id: str) -> Any:
    submission = queries.by_public_id(
        current_actor(), public_id, for_change=request.method == "POST"
    )
    require(current_actor(), Permission.SUBMISSION_WITHDRAW, submission)
    if submission.status is Status.WITHDRAWN:
        return _taken_back(submission)
    if not submission.can_be_withdrawn:
        raise RuleBroken(mark("This contribution has already been decided on."))
    form = WithdrawForm()
    if request.method == "POST" and form.validate():
        actions.withdraw_submission(current_actor(), submission, form.reason.data or "")
        return _taken_back(submission)
    return page(
        "submissions/withdraw.html",
        422 if form.errors else 200,
        form=form,
        submission=submission,
        back_url=home_of(submission),
    )


def _taken_back(submission: Submission) -> ResponseReturnValue:
    flash(gettext("You have taken the contribution back."), "success")
    return redirect(home_of(submission), 303)


def home_of(submission: Submission) -> str:
    """Where its author follows a contribution: in the account, or with the receipt."""
    if submission.author_id is None:
        return url_for("receipts.show", public_id=submission.public_id)
    return url_for("submissions.own")
