"""Pages of a discussion: all arguments of one kind, and one argument with its answers."""

from typing import Any

from flask import request, url_for

from civicdialog.core import clock
from civicdialog.core.permissions import Actor, Permission
from civicdialog.core.room import Room, current_actor, page
from civicdialog.discussion import queries
from civicdialog.discussion.models import Argument, Stance
from civicdialog.moderation.models import ModerationDecision, SubjectKind
from civicdialog.moderation.queries import restrictions_on
from civicdialog.submissions.queries import by_public_id
from civicdialog.web.arguments import Sort, argument_list, heading, one_argument
from civicdialog.web.fairness import seed_for
from civicdialog.web.words import gettext

room = Room("said", __name__)

LARGEST_START = 100_000


@room.route("/submissions/<public_id>/arguments", needs=Permission.PUBLIC)
def listed(public_id: str) -> Any:
    actor, now = current_actor(), clock.now()
    submission = by_public_id(actor, public_id)
    stance = _chosen(Stance, "stance", Stance.FOR)
    sort = _chosen(Sort, "sort", Sort.FAIR)
    seed = seed_for(actor, now.date(), request.args.get("seed"))
    start = min(max(request.args.get("start", 0, type=int), 0), LARGEST_START)
    here = {"public_id": public_id, "stance": stance.value}
    return page(
        "web/arguments.html",
        submission=submission,
        round=submission.round,
        view=argument_list(actor, submission, stance, sort, str(seed), start, now),
        kinds=[
            {
                "label": heading(each),
                "url": url_for("said.listed", public_id=public_id, stance=each.value),
                "current": each is stance,
            }
            for each in Stance
        ],
        sorts=[
            {
                "label": name,
                "url": url_for("said.listed", **here, sort=each.value),
                "current": each is sort,
            }
            for each, name in (
                (Sort.FAIR, gettext("Fair order")),
                (Sort.NEWEST, gettext("Newest first")),
                (Sort.OLDEST, gettext("Oldest first")),
                (Sort.HELPFUL, gettext("Most marks “helpful”")),
            )
        ],
    )


def _chosen(kinds: Any, name: str, usual: Any) -> Any:
    given = request.args.get(name, "")
    return kinds(given) if given in set(kinds) else usual


@room.route("/arguments/<public_id>", needs=Permission.PUBLIC)
def one(public_id: str) -> Any:
    """The address of an argument that lasts."""
    actor = current_actor()
    argument, submission = queries.one(actor, public_id)
    return page(
        "web/argument.html",
        submission=submission,
        round=submission.round,
        said=one_argument(actor, argument, submission, clock.now()),
        heading=heading(argument.stance),
        restriction=_restriction(actor, argument),
    )


def _restriction(actor: Actor, argument: Argument) -> ModerationDecision | None:
    """Why the moderation took it off the page or kept it off: for its author alone."""
    if actor.id is None or argument.author_id != actor.id:
        return None
    if not (argument.is_hidden or argument.is_refused):
        return None
    return restrictions_on(SubjectKind.ARGUMENT, [argument.id]).get(argument.id)
