"""Reading the thread."""

from sqlalchemy import Select, select

from civicdialog.trace.models import TraceLink


def hops_from(kind: str, thing_id: int) -> Select[TraceLink]:
    """Everything that became of one thing, oldest first; the viewer was checked at the thing."""
    return (
        select(TraceLink)
        .where(TraceLink.from_kind == kind, TraceLink.from_id == thing_id)
        .order_by(TraceLink.at, TraceLink.id)
    )
