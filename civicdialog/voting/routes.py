"""Pages of the room `voting`: what people answer. The voting room itself is drawn by the façade."""

from typing import Any

from flask import abort, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer

from civicdialog.accounts.session import begin_guest
from civicdialog.core.permissions import Actor, Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, current_actor
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries as submissions
from civicdialog.voting import actions
from civicdialog.voting.actions import Shown
from civicdialog.voting.models import Opinion

room = Room("voting", __name__)

OPINIONS = {opinion.word: opinion for opinion in Opinion}
TRAIL = "answered"
"""In the session: the cards answered last, for undoing; never what was answered."""
LONGEST_TRAIL = 20


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="shown-card")


def signed_card(public_id: str, shown: Shown) -> str:
    """How a card came to be shown, for a hidden field; nobody can make one up."""
    values = [public_id, shown.policy, shown.candidate_count, shown.probability]
    return str(_signer().dumps(values))


def _shown(public_id: str) -> Shown | None:
    try:
        named, policy, count, probability = _signer().loads(request.form.get("shown", ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return Shown(policy, count, probability) if named == public_id else None


def trail_of(round: Round) -> list[str]:
    """The cards this browser answered last in a round, the newest at the end."""
    return list(session.get(TRAIL, {}).get(round.slug, []))


def _keep_trail(round: Round, trail: list[str]) -> None:
    session[TRAIL] = {round.slug: trail[-LONGEST_TRAIL:]}


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
    public_id = request.form.get("card", "")
    submission = submissions.by_public_id(current_actor(), public_id)
    actions.cast_vote(
        _voter(round),
        round,
        submission,
        _opinion(),
        important="important" in request.form or None,
        shown=_shown(public_id),
    )
    _keep_trail(round, [each for each in trail_of(round) if each != public_id] + [public_id])
    return redirect(url_for("web.voting_room", slug=slug), 303)


@room.route("/rounds/<slug>/vote/undo", methods=["POST"], needs=Permission.VOTE_CAST)
def undo(slug: str) -> ResponseReturnValue:
    """Take the last answer back and show its card again."""
    round = rounds.by_slug(current_actor(), slug)
    trail = trail_of(round)
    if not trail:
        return redirect(url_for("web.voting_room", slug=slug), 303)
    public_id = trail.pop()
    submission = submissions.by_public_id(current_actor(), public_id)
    actions.withdraw_vote(current_actor(), round, submission)
    _keep_trail(round, trail)
    return redirect(url_for("web.voting_room", slug=slug, card=public_id), 303)


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
