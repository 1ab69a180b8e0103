"""Reading the thread, forwards and backwards; the viewer was checked at the thing it begins with."""

from collections.abc import Collection

from sqlalchemy import Select, select

from civicdialog.core.db import db
from civicdialog.trace.models import Relation, TraceLink

MOST_STEPS = 6
"""From a contribution over topic, recommendation, section and decision to a measure."""
MOST_LINKS = 500


def hops_from(kind: str, thing_id: int) -> Select[TraceLink]:
    """Everything that became of one thing, oldest first."""
    return (
        select(TraceLink)
        .where(TraceLink.from_kind == kind, TraceLink.from_id == thing_id)
        .order_by(TraceLink.at, TraceLink.id)
    )


def hops_to(kind: str, thing_id: int) -> Select[TraceLink]:
    """Everything that went into one thing and still counts, oldest first."""
    return (
        select(TraceLink)
        .where(
            TraceLink.to_kind == kind,
            TraceLink.to_id == thing_id,
            TraceLink.superseded_by_id.is_(None),
        )
        .order_by(TraceLink.at, TraceLink.id)
    )


def way_from(kind: str, thing_id: int) -> list[TraceLink]:
    """The whole way: what became of a thing, and of what it became, oldest first.

    What was superseded is told, but not followed any further. One statement for each kind of thing
    and step.
    """
    found: dict[int, TraceLink] = {}
    seen = {(kind, thing_id)}
    ends = {kind: {thing_id}}
    for _ in range(MOST_STEPS):
        links = [
            link
            for each, ids in ends.items()
            for link in _links_of(each, ids)
            # Where something came from is told of itself alone.
            if link.relation is not Relation.CAME_FROM or (each, link.from_id) == (kind, thing_id)
        ]
        found |= {link.id: link for link in links}
        ends = {}
        for link in links:
            target = (link.to_kind, link.to_id)
            is_onward = link.relation is not Relation.CAME_FROM
            if is_onward and link.superseded_by_id is None and target not in seen:
                seen.add(target)
                ends.setdefault(link.to_kind, set()).add(link.to_id)
        if not ends or len(found) >= MOST_LINKS:
            break
    return sorted(found.values(), key=lambda link: (link.at, link.id))


def _links_of(kind: str, ids: Collection[int]) -> list[TraceLink]:
    wanted = select(TraceLink).where(TraceLink.from_kind == kind, TraceLink.from_id.in_(ids))
    return list(db.session.scalars(wanted.limit(MOST_LINKS)))
