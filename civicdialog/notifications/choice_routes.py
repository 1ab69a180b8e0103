"""Pages on which somebody says how often mail comes, and the one that stops it from a mail."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, current_actor, page
from civicdialog.notifications import choices
from civicdialog.notifications.forms import RhythmForm

room = Room("choices", __name__)


@room.route("/my/messages/choices", methods=["GET", "POST"], needs=Permission.ACCOUNT_USE)
def choose() -> Any:
    """How often mail of each kind comes."""
    actor = current_actor()
    form = RhythmForm(data=choices.chosen(actor.id))
    if request.method == "POST":
        choices.choose(actor, form.rhythms())
        flash(gettext("We write to you as often as you chose."), "success")
        return redirect(url_for("choices.choose"), 303)
    return page(
        "notifications/choices.html", form=form, fields=[form[key] for key in choices.KINDS]
    )


@room.route("/stop/<token>", methods=["GET", "POST"], needs=Permission.PUBLIC)
def stop(token: str) -> Any:
    """No more mail of one kind. Reading the page changes nothing."""
    if request.method == "GET":
        _, kind = choices.read_stop_token(token)
        return page("notifications/stop.html", token=token, kind=kind, done=False)
    kind = choices.stop(token)
    return page("notifications/stop.html", token=token, kind=kind, done=True)
