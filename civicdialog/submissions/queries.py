"""Every reading of submissions, each as seen by a viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.ids import ALPHABET
from civicdialog.core.permissions import Actor, Permission, Role, may
from civicdialog.rounds.models import Round
from civicdialog.rounds.queries import SEE_ALL as SEE_ALL_ROUNDS
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.submissions.search import Search, condition, read_search
from civicdialog.trace.models import Relation, TraceLink

_PUBLIC_ID_LETTERS = frozenset(ALPHABET)
_REASONED = (Relation.REJECTED, Relation.WITHDRAWN)


class Order(StrEnum):
    FAIR = "fair"
    BEST = "best"
    """What fits a search best; without one there is no best."""
    NEWEST = "newest"
    DISCUSSED = "discussed"
    NEEDS_VOTES = "needs_votes"
    AGREED = "agreed"


@dataclass(frozen=True)
class ListFilter:
    """What somebody wants to see of a round. `among` selects ids: the members of a topic."""

    search: str = ""
    kind: Kind | None = None
    department: str = ""
    order: Order = Order.FAIR
    among: Select[Any] | None = None
    sought: Search | None = None
    """What `search` means; where it finds nothing, something that comes close."""

    @property
    def narrows(self) -> bool:
        return bool(self.search or self.kind or self.department) or self.among is not None


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """Published ones, one's own, and all of them for the moderation."""
    if may(viewer, Permission.MODERATION_READ):
        return true()
    published = Submission.status == Status.PUBLISHED
    return published if viewer.id is None else or_(published, Submission.author_id == viewer.id)


def in_round(viewer: Actor, round_id: int) -> Select[Submission]:
    """The submissions of a round; the viewer was checked at the round."""
    return select(Submission).where(Submission.round_id == round_id, visible_to(viewer))


def listed(viewer: Actor, round_id: int, wanted: ListFilter) -> Select[Submission]:
    """The published ones that fit, in no order."""
    found = in_round(viewer, round_id).where(Submission.status == Status.PUBLISHED)
    return found.where(*fitting(wanted))


def fitting(wanted: ListFilter) -> list[ColumnElement[bool]]:
    """What a filter asks for, as conditions."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(Submission.kind == wanted.kind)
    if wanted.department:
        conditions.append(Submission.department == wanted.department)
    if wanted.search:
        conditions.append(condition(wanted.sought or read_search(wanted.search)))
    if wanted.among is not None:
        conditions.append(Submission.id.in_(wanted.among))
    return conditions


def by_public_id(
    viewer: Actor, public_id: str, *, for_change: bool = False, with_files: bool = False
) -> Submission:
    """One submission with its author and its round; `for_change` makes others wait.

    :raise NotFound: if there is none, or not for this viewer
    """
    if not set(public_id) <= _PUBLIC_ID_LETTERS:
        raise NotFound(public_id)
    wanted = _one_as_seen_by(viewer.roles, for_change, public_id in viewer.receipts, with_files)
    values = {"public_id": public_id, "viewer_id": viewer.id}
    submission = db.session.scalars(wanted, values).unique().one_or_none()
    if submission is None:
        raise NotFound(public_id)
    return submission


_IS_REPLACED = and_(Submission.status == Status.REPLACED, Submission.published_at.is_not(None))


@lru_cache
def _one_as_seen_by(
    roles: frozenset[Role], for_change: bool, holds_receipt: bool, with_files: bool
) -> Select[Submission]:
    """Asked by every page of a contribution and every vote, and therefore composed once."""
    viewer = Actor(None, roles)
    own = Submission.author_id == bindparam("viewer_id", type_=Integer)
    if holds_receipt:
        own = or_(own, Submission.author_id.is_(None))
    wanted = (
        select(Submission)
        .join(Submission.round)
        .options(
            joinedload(Submission.author),
            contains_eager(Submission.round).joinedload(Round.phases),
        )
        .where(
            Submission.public_id == bindparam("public_id"),
            # What was split or merged stands in no list, and stays readable at its address.
            or_(visible_to(viewer), own, _IS_REPLACED),
        )
    )
    if not any(may(viewer, permission) for permission in SEE_ALL_ROUNDS):
        wanted = wanted.where(Round.is_public)
    if with_files:
        wanted = wanted.options(joinedload(Submission.files))
    return wanted.with_for_update(of=Submission) if for_change else wanted


def own(actor: Actor) -> Select[Submission]:
    """What somebody has handed in, the newest first, with the rounds."""
    return (
        select(Submission)
        .options(joinedload(Submission.round).selectinload(Round.phases))
        .where(Submission.author_id == actor.id)
        .order_by(Submission.id.desc())
    )


def latest_reasons(submissions: Sequence[Submission]) -> dict[int, str]:
    """Why contributions ended where they did, by id; the viewer was checked at the contributions."""
    links = (
        select(TraceLink.from_id, TraceLink.reason)
        .where(
            TraceLink.from_kind == Submission.__tablename__,
            TraceLink.from_id.in_([each.id for each in submissions]),
            TraceLink.relation.in_(_REASONED),
            TraceLink.reason != "",
            TraceLink.superseded_by_id.is_(None),
        )
        .order_by(TraceLink.id)
    )
    return {link.from_id: link.reason for link in db.session.execute(links)}


def published_unrestricted(round_id: int) -> Select[Submission]:
    """All published submissions of a round by their numbers, for runs."""
    return (
        select(Submission)
        .where(Submission.round_id == round_id, Submission.status == Status.PUBLISHED)
        .order_by(Submission.number)
    )
