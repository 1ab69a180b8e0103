"""Pages of the room `voting`."""

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from civicdialog.core.permissions import Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, current_actor
from civicdialog.submissions import queries as submissions
from civicdialog.voting import actions
from civicdialog.voting.models import Opinion

room = Room("voting", __name__)

OPINIONS = {opinion.word: opinion for opinion in Opinion}


@room.route("/submissions/<public_id>/vote", methods=["POST"], needs=Permission.VOTE_CAST)
def cast(public_id: str) -> ResponseReturnValue:
    opinion = OPINIONS.get(request.form.get("opinion", ""))
    if opinion is None:
        abort(400)
    submission = submissions.by_public_id(current_actor(), public_id)
    actions.cast_vote(current_actor(), submission.round, submission, opinion)
    fallback = url_for("web.proposal", public_id=public_id, _anchor="vote")
    return redirect(safe_target(request.form.get("next"), fallback), 303)
