"""The menu, made from what the actor may do."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext

from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, may


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    current: bool


MENU = (
    (mark("Start"), "web.home", Permission.PUBLIC),
    (mark("Rounds"), "web.rounds", Permission.PUBLIC),
    (mark("Moderation"), "moderation.queue", Permission.MODERATION_READ),
    (mark("Committee"), "committee.index", Permission.TOPICS_READ),
    (mark("Manage rounds"), "rounds.manage", Permission.ROUND_EDIT),
)


def navigation(actor: Actor) -> tuple[Entry, ...]:
    """The entries this actor may follow, with the one marked where they are."""
    return tuple(
        Entry(gettext(name), url_for(endpoint), request.endpoint == endpoint)
        for name, endpoint, permission in MENU
        if may(actor, permission)
    )
