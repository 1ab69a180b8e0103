"""What stands on every page on which something is decided: hands, ready words, keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import session, url_for

from civicdialog.core.room import current_actor
from civicdialog.moderation.assignment_queries import Moderator, moderators
from civicdialog.moderation.models import Ground, SubjectKind
from civicdialog.moderation.phrases import PHRASES
from civicdialog.moderation.queue_page import wanted_here
from civicdialog.moderation.queue_queries import Place

OFF = "shortcuts_off"


@dataclass(frozen=True)
class Desk:
    """Everything around a decision."""

    view: dict[str, Any]
    """What the queue is narrowed to, for the addresses of this page."""
    skip_url: str
    assign_url: str
    holder: Moderator | None
    is_mine: bool
    me: str
    others: list[Moderator]
    """Those it could be given to."""
    has_keys: bool
    phrases: dict[Ground, str]


def desk_of(kind: SubjectKind, subject_id: int, since: datetime, author_id: int | None) -> Desk:
    """The desk for one thing."""
    viewer_id = current_actor().id
    everybody = moderators(kind, subject_id)
    holder = next((each for each in everybody if each.has_it), None)
    view = wanted_here().args
    place = Place(since, kind, subject_id)
    return Desk(
        view=view,
        skip_url=url_for("moderation.skip", after=str(place), **view),
        assign_url=url_for("assignments.assign", kind=kind.value, subject_id=subject_id),
        holder=holder,
        is_mine=holder is not None and holder.id == viewer_id,
        me=next((each.public_id for each in everybody if each.id == viewer_id), ""),
        others=[
            each for each in everybody if each.id not in {viewer_id, author_id} and not each.has_it
        ],
        has_keys=not session.get(OFF),
        phrases=dict(PHRASES),
    )
