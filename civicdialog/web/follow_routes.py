"""Pages for following a round, a topic or a proposal."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, current_actor, page
from civicdialog.notifications import choice_routes
from civicdialog.notifications.follows import TOPIC, follow, topic_id, unfollow
from civicdialog.rounds.queries import by_slug
from civicdialog.submissions.queries import by_public_id
from civicdialog.web.following import ROUND, SUBMISSION, current_topics, what_i_follow
from civicdialog.web.security import csrf

room = Room("following", __name__)

# The letter's own link holds a signature; mail programs that press it have no session.
csrf.exempt(choice_routes.stop)


@room.route("/my/follows", needs=Permission.ACCOUNT_USE)
def listed() -> Any:
    """What one follows."""
    return page("web/follows.html", rows=what_i_follow(current_actor()))


@room.route("/rounds/<slug>/follow", methods=["POST"], needs=Permission.ACCOUNT_USE)
def of_round(slug: str) -> ResponseReturnValue:
    round = by_slug(current_actor(), slug)
    return _change(ROUND, round.id, url_for("web.round_page", slug=slug))


@room.route(
    "/rounds/<slug>/topics/<int:position>/follow", methods=["POST"], needs=Permission.ACCOUNT_USE
)
def of_topic(slug: str, position: int) -> ResponseReturnValue:
    """Follow the topic that stands at this place now, wherever it stands later."""
    round = by_slug(current_actor(), slug)
    topic = next((each for each in current_topics(round.id) if each.position == position), None)
    if topic is None:
        raise NotFound(str(position))
    here = url_for("web.proposals", slug=slug, topic=position)
    return _change(TOPIC, topic_id(round.id, topic.key), here)


@room.route("/submissions/<public_id>/follow", methods=["POST"], needs=Permission.ACCOUNT_USE)
def of_proposal(public_id: str) -> ResponseReturnValue:
    submission = by_public_id(current_actor(), public_id)
    return _change(SUBMISSION, submission.id, url_for("web.proposal", public_id=public_id))


def _change(kind: str, object_id: int, here: str) -> ResponseReturnValue:
    if request.form.get("follow") == "no":
        unfollow(current_actor(), kind, object_id)
        flash(gettext("You follow this no longer."), "success")
    else:
        follow(current_actor(), kind, object_id)
        flash(gettext("You follow this now and hear what becomes of it."), "success")
    return redirect(safe_target(request.form.get("next"), here), 303)
