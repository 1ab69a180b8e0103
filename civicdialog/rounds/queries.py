"""Reading rounds with their phases."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.rounds.models import Phase, Round

# Whoever prepares, moderates or evaluates a round may see it before it is public.
SEE_ALL = (Permission.ROUND_EDIT, Permission.MODERATION_READ, Permission.TOPICS_READ)


def visible_to(viewer: Actor) -> Select[Round]:
    """Public rounds; all of them for those who work on rounds."""
    return select(Round) if _sees_all(viewer) else select(Round).where(Round.is_public)


def _sees_all(viewer: Actor) -> bool:
    return any(may(viewer, permission) for permission in SEE_ALL)


@lru_cache
def _at_slug(sees_all: bool) -> Select[Round]:
    """Asked by almost every page and therefore composed once, with a place for the slug."""
    rounds = select(Round) if sees_all else select(Round).where(Round.is_public)
    return rounds.options(joinedload(Round.phases)).where(Round.slug == bindparam("slug"))


def by_slug(viewer: Actor, slug: str) -> Round:
    """The round at this address, with its phases.

    :raise NotFound: if there is none, or not for this viewer
    """
    wanted = _at_slug(_sees_all(viewer))
    found = db.session.scalars(wanted, {"slug": slug}).unique().one_or_none()
    if found is None:
        raise NotFound(slug)
    return found


def for_change(viewer: Actor, slug: str) -> Round:
    """The round as `by_slug`, held for this transaction: the next editor waits.

    :raise NotFound: if there is none, or not for this viewer
    """
    wanted = visible_to(viewer).where(Round.slug == slug)
    round = db.session.scalar(wanted.options(selectinload(Round.phases)).with_for_update())
    if round is None:
        raise NotFound(slug)
    return round


def all_for(viewer: Actor) -> Select[Round]:
    """Every round the viewer may see, the newest first, with phases."""
    return visible_to(viewer).options(selectinload(Round.phases)).order_by(Round.id.desc())


def public_rounds() -> Select[Round]:
    """The rounds everybody may see, the newest first, with phases."""
    rounds = select(Round).where(Round.is_public).options(selectinload(Round.phases))
    return rounds.order_by(Round.id.desc())


def current(now: datetime) -> Round | None:
    """The public round that is running: of several the one that ends first."""
    running = select(Phase.round_id).where(Phase.starts_at <= now, Phase.ends_at > now)
    last = select(func.max(Phase.ends_at)).where(Phase.round_id == Round.id).scalar_subquery()
    wanted = public_rounds().where(Round.id.in_(running)).order_by(None)
    return db.session.scalar(wanted.order_by(last, Round.id).limit(1))


def slug_is_taken(slug: str, *, but_by: int | None = None) -> bool:
    """Whether another round has this address."""
    wanted = select(exists().where(Round.slug == slug, Round.id != (but_by or 0)))
    return bool(db.session.scalar(wanted))
