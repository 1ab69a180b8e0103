"""Pages of the room `voting`: what people answer. The voting room itself is drawn by the façade."""

from contextlib import suppress
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.accounts.session import begin_guest
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, current_actor
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries as submissions
from civicdialog.voting import actions
from civicdialog.voting.models import Opinion
from civicdialog.voting.table import keep_table, table_of

room = Room("voting", __name__)

OPINIONS = {opinion.word: opinion for opinion in Opinion}


def _voter(round: Round) -> Actor:
    """Whoever votes; a visitor becomes a guest where the round says so."""
    actor = current_actor()
    if not actor.is_signed_in and actor.guest_key is None and round.guests_may_vote:
        return begin_guest()
    return actor


def _opinion() -> Opinion:
    opinion = OPINIONS.get(request.form.get("opinion", ""))
    if opinion is None:
        abort(400)
    return opinion


@room.route("/submissions/<public_id>/vote", methods=["POST"], needs=Permission.VOTE_CAST)
def cast(public_id: str) -> ResponseReturnValue:
    """Answer on the page of one proposal, or take the answer back."""
    submission = submissions.by_public_id(current_actor(), public_id)
    round = submission.round
    if request.form.get("opinion") == "withdraw":
        actions.withdraw_vote(current_actor(), round, submission)
    else:
        actions.cast_vote(_voter(round), round, submission, _opinion())
    fallback = url_for("web.proposal", public_id=public_id, _anchor="vote")
    return redirect(safe_target(request.form.get("next"), fallback), 303)


@room.route("/rounds/<slug>/vote", methods=["POST"], needs=Permission.VOTE_CAST)
def answer(slug: str) -> ResponseReturnValue:
    """Answer the card of the voting room; the next one follows."""
    round = rounds.by_slug(current_actor(), slug)
    table, card = table_of(round), request.form.get("card", "")
    submission = submissions.by_public_id(current_actor(), card)
    actions.cast_vote(
        _voter(round),
        round,
        submission,
        _opinion(),
        important="important" in request.form or None,
        shown=table.shown if card == table.card else None,
    )
    keep_table(round, table.after_answering(card))
    return redirect(url_for("web.voting_room", slug=slug), 303)


@room.route("/rounds/<slug>/vote/skip", methods=["POST"], needs=Permission.VOTE_CAST)
def skip(slug: str) -> ResponseReturnValue:
    """Put the card aside for now. That is no vote, and nothing is stored of it."""
    round = rounds.by_slug(current_actor(), slug)
    table = table_of(round)
    if table.card and table.card == request.form.get("card"):
        keep_table(round, table.after_skipping(table.card))
    return redirect(url_for("web.voting_room", slug=slug), 303)


@room.route("/rounds/<slug>/vote/undo", methods=["POST"], needs=Permission.VOTE_CAST)
def undo(slug: str) -> ResponseReturnValue:
    """Take the last answer back and show its card again."""
    round = rounds.by_slug(current_actor(), slug)
    table = table_of(round)
    if table.answered:
        table = table.after_undoing()
        keep_table(round, table)
        # What has been hidden meanwhile is left as it is.
        with suppress(NotFound):
            submission = submissions.by_public_id(current_actor(), table.card)
            actions.withdraw_vote(current_actor(), round, submission)
    return redirect(url_for("web.voting_room", slug=slug), 303)


@room.route("/rounds/<slug>/vote/important", methods=["POST"], needs=Permission.VOTE_CAST)
def important(slug: str) -> ResponseReturnValue:
    """Mark one of the own answers as important, or release it."""
    round = rounds.by_slug(current_actor(), slug)
    submission = submissions.by_public_id(current_actor(), request.form.get("card", ""))
    wanted = request.form.get("important") == "yes"
    actions.mark_important(current_actor(), round, submission, important=wanted)
    fallback = url_for("web.own_answers", slug=slug)
    return redirect(safe_target(request.form.get("next"), fallback), 303)


@room.route("/rounds/<slug>/vote/claim", methods=["POST"], needs=Permission.VOTE_CAST)
def claim(slug: str) -> Any:
    """Take what was answered here as a guest into the account."""
    round = rounds.by_slug(current_actor(), slug)
    actions.claim_votes(current_actor(), round)
    flash(gettext("Your answers now belong to your account."), "success")
    return redirect(url_for("web.voting_room", slug=slug), 303)
