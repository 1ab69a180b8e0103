"""Taking something on, handing it over, giving it back: buttons on the page of each thing."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, current_actor
from civicdialog.moderation import assignment_actions as actions

room = Room("assignments", __name__)


@room.route(
    "/moderation/assignments/<kind>/<int:subject_id>",
    methods=["POST"],
    needs=Permission.ASSIGNMENT_CHANGE,
)
def assign(kind: str, subject_id: int) -> ResponseReturnValue:
    """Into the hands of the chosen person, or of nobody."""
    actor, chosen = current_actor(), request.form.get("person", "")
    subject = actions.subject(kind, subject_id)
    if not chosen:
        actions.release(actor, subject)
        flash(gettext("Nobody has this in hand now."), "success")
    else:
        try:
            person = actions.assign(actor, subject, chosen)
        except RuleBroken as error:
            flash(gettext(error.message), "warning")
        else:
            flash(
                gettext("You have this in hand now.")
                if person.id == actor.id
                else gettext("%(name)s has this in hand now.", name=person.public_name),
                "success",
            )
    return redirect(safe_target(request.form.get("next"), url_for("moderation.queue")), 303)
