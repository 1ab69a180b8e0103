"""Saying that one has read what is new."""

from datetime import datetime

from civicdialog.committee.reading_models import ReadingVisit
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.rounds.models import Round


def note_read(actor: Actor, round: Round, *, until: datetime) -> None:
    """From now on only what came after `until` is new: when the page was drawn that was read."""
    require(actor, Permission.TOPICS_READ)
    until = min(until, clock.now())
    inserted = insert_into(ReadingVisit).values(
        person_id=actor.id, round_id=round.id, read_until=until
    )
    db.session.execute(
        inserted.on_conflict_do_update(
            index_elements=["person_id", "round_id"],
            set_={"read_until": until},
            where=ReadingVisit.read_until < until,
        )
    )
    record(actor, Event.ROUND_READ, round)
