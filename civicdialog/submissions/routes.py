"""Pages of the room `submissions`: hand in, follow one's own, take back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, require
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions import actions, queries
from civicdialog.submissions.cards import own_cards
from civicdialog.submissions.forms import SubmissionForm, WithdrawForm
from civicdialog.submissions.models import Status, Submission

room = Room("submissions", __name__)

ON_A_PAGE = 25
LARGEST_ID = 2**31 - 1


@room.route("/rounds/<slug>/propose", methods=["GET", "POST"], needs=Permission.SUBMISSION_CREATE)
def propose(slug: str) -> Any:
    round = rounds.by_slug(current_actor(), slug)
    form = SubmissionForm()
    form.offer_departments(str(get_locale()))
    if request.method == "GET" and not round.accepts_submissions(clock.now()):
        return _closed(round)
    if request.method == "POST" and form.validate():
        token = form.form_token.data
        try:
            actions.create_submission(current_actor(), round, form.draft(), form_token=token)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(
                gettext("We have received your text. You get a message when it is checked."),
                "success",
            )
            return redirect(url_for("submissions.own"), 303)
    return page("submissions/propose.html", 422 if form.errors else 200, form=form, round=round)


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
        return _taken_back()
    if not submission.can_be_withdrawn:
        raise RuleBroken(mark("This contribution has already been decided on."))
    form = WithdrawForm()
    if request.method == "POST" and form.validate():
        actions.withdraw_submission(current_actor(), submission, form.reason.data or "")
        return _taken_back()
    return page(
        "submissions/withdraw.html", 422 if form.errors else 200, form=form, submission=submission
    )


def _taken_back() -> ResponseReturnValue:
    flash(gettext("You have taken the contribution back."), "success")
    return redirect(url_for("submissions.own"), 303)
