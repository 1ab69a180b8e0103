"""Adding to the thread. Later rooms add their hops through this one function."""

from civicdialog.core.db import Base, db
from civicdialog.core.permissions import Actor
from civicdialog.trace.models import Relation, TraceLink


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
    return link
