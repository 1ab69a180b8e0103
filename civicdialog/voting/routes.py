"""Pages of the room `voting`."""

from typing import Any

from flask import abort, redirect, request, url_for

from civicdialog.core import clock
from civicdialog.core.permissions import Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, current_actor, page
from civicdialog.submissions import queries as submissions
from civicdialog.voting import actions
from civicdialog.voting.box import vote_box
from civicdialog.voting.models import Opinion

room = Room("voting", __name__)

OPINIONS = {opinion.word: opinion for opinion in Opinion}


@room.route("/submissions/<public_id>/vote", methods=["POST"], needs=Permission.VOTE_CAST)
def cast(public_id: str) -> Any:
    opinion = OPINIONS.get(request.form.get("opinion", ""))
    if opinion is None:
        abort(400)
    submission = submissions.by_public_id(current_actor(), public_id)
    actions.cast_vote(current_actor(), submission.round, submission, opinion)
    if request.headers.get("HX-Request") == "true":
        box = vote_box(current_actor(), submission.round, submission, opinion.word, clock.now())
        return page("voting/box.html", vote_box=box)
    here = url_for("web.proposal", public_id=public_id, _anchor="vote")
    return redirect(safe_target(request.form.get("next"), here), 303)
