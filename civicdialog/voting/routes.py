"""Pages of the room `voting`."""

from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, request, url_for

from civicdialog.core.permissions import Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, current_actor, page
from civicdialog.submissions import queries as submissions
from civicdialog.voting import actions
from civicdialog.voting.models import Opinion

room = Room("voting", __name__)

OPINIONS = {opinion.word: opinion for opinion in Opinion}


@dataclass(frozen=True)
class VoteBox:
    """What the component `vote` draws for somebody who has just voted."""

    url: str
    current: str
    next: str
    title: str
    can_vote: bool = True


@room.route("/submissions/<public_id>/vote", methods=["POST"], needs=Permission.VOTE_CAST)
def cast(public_id: str) -> Any:
    opinion = OPINIONS.get(request.form.get("opinion", ""))
    if opinion is None:
        abort(400)
    submission = submissions.by_public_id(current_actor(), public_id)
    actions.cast_vote(current_actor(), submission.round, submission, opinion)
    fallback = url_for("web.proposal", public_id=public_id, _anchor="vote")
    target = safe_target(request.form.get("next"), fallback)
    if request.headers.get("HX-Request") == "true":
        box = VoteBox(request.path, opinion.word, target, submission.title)
        return page("voting/box.html", view=box)
    return redirect(target, 303)
