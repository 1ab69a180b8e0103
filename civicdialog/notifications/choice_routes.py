"""Pages on which somebody says how often mail comes, and the one that stops it from a mail."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, current_actor, page
from civicdialog.notifications import choices
from civicdialog.notifications.choices import KINDS, RHYTHM_NAMES
from civicdialog.notifications.models import Rhythm

room = Room("choices", __name__)


@room.route("/my/messages/choices", methods=["GET", "POST"], needs=Permission.ACCOUNT_USE)
def choose() -> Any:
    """How often mail of each kind comes."""
    actor = current_actor()
    if request.method == "POST":
        typed = {key: request.form.get(key, "") for key in KINDS}
        known = {key: Rhythm(value) for key, value in typed.items() if value in set(Rhythm)}
        choices.choose(actor, known)
        flash(gettext("We write to you as often as you chose."), "success")
        return redirect(url_for("choices.choose"), 303)
    now = choices.chosen(actor.id)
    return page(
        "notifications/choices.html",
        kinds=[(each, now[key]) for key, each in KINDS.items()],
        rhythms=RHYTHM_NAMES,
    )


@room.route("/stop/<token>", methods=["GET", "POST"], needs=Permission.PUBLIC)
def stop(token: str) -> Any:
    """No more mail of one kind. Reading the page changes nothing."""
    if request.method == "GET":
        _, kind = choices.read_stop_token(token)
        return page("notifications/stop.html", token=token, kind=kind, done=False)
    kind = choices.stop(token)
    return page("notifications/stop.html", token=token, kind=kind, done=True)
