"""Adding to the thread. Later rooms add their hops through this one function."""

from collections.abc import Callable

from civicdialog.core.db import Base, db
from civicdialog.core.permissions import Actor
from civicdialog.trace.models import Relation, TraceLink

Listener = Callable[[TraceLink], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have `listener` called with every new link, in its transaction: rooms above hear of it."""
    if listener not in _listeners:
        _listeners.append(listener)


def add_link(
    actor: Actor, origin: Base, target: Base, relation: Relation, *, reason: str = ""
) -> TraceLink:
    """Say what became of `origin`: it went into `target`, or was answered by it. Both have ids."""
    link = TraceLink(
        from_kind=origin.__tablename__,
        from_id=origin.id,  # type: ignore[attr-defined]
        to_kind=target.__tablename__,
        to_id=target.id,  # type: ignore[attr-defined]
        relation=relation,
        reason=reason,
        actor_id=actor.id,
    )
    db.session.add(link)
    for listener in _listeners:
        listener(link)
    return link
