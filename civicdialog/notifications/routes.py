"""Pages of the room `notifications`: the inbox."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for

from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Permission
from civicdialog.core.room import Room, current_actor, page
from civicdialog.notifications import actions, queries
from civicdialog.notifications.models import Notification
from civicdialog.notifications.words import message

room = Room("notifications", __name__)

PER_PAGE = 20


@room.route("/my/messages", needs=Permission.ACCOUNT_USE)
def inbox() -> Any:
    actor = current_actor()
    leaf = _leaf(actor, _key("before"), _key("after"))
    return page(
        "notifications/inbox.html",
        messages=[message(notification) for notification in leaf.notifications],
        unread_count=queries.unread_count(actor),
        newer_url=leaf.newer_url,
        older_url=leaf.older_url,
    )


@room.route("/my/messages/read", methods=["POST"], needs=Permission.ACCOUNT_USE)
def read_all() -> Any:
    actions.mark_all_read(current_actor())
    return redirect(url_for("notifications.inbox"), 303)


@dataclass(frozen=True)
class _Leaf:
    """One page of the inbox, and where its neighbours are."""

    notifications: list[Notification]
    newer_url: str
    older_url: str


def _leaf(actor: Actor, before: int | None, after: int | None) -> _Leaf:
    """Messages older than `before`, or the ones next newer than `after`, or the newest."""
    statement = queries.visible_to(actor)
    if after is not None:
        statement = statement.where(Notification.id > after)
        statement = statement.order_by(None).order_by(Notification.id)
    elif before is not None:
        statement = statement.where(Notification.id < before)
    found = list(db.session.scalars(statement.limit(PER_PAGE + 1)))
    has_more = len(found) > PER_PAGE
    shown = found[:PER_PAGE]
    if after is not None:
        shown.reverse()
    has_newer = has_more if after is not None else before is not None
    has_older = True if after is not None else has_more
    return _Leaf(
        shown,
        url_for("notifications.inbox", after=shown[0].id) if shown and has_newer else "",
        url_for("notifications.inbox", before=shown[-1].id) if shown and has_older else "",
    )


def _key(name: str) -> int | None:
    """A key from the address; nonsense counts as none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
