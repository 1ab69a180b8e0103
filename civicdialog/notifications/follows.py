"""Following a round, a topic or a proposal. What somebody follows, nobody else learns."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import Base, db, insert_into
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.models import Follow

TOPIC = "topic"
"""Of a topic the id of its round and its number in it make one: they outlast every run."""
_TOPICS_OF_A_ROUND = 100_000


def topic_id(round_id: int, number: int) -> int:
    """What a topic is followed by."""
    return round_id * _TOPICS_OF_A_ROUND + number


def topic_of(object_id: int) -> tuple[int, int]:
    """The id of the round and the number of the topic."""
    return divmod(object_id, _TOPICS_OF_A_ROUND)


def kind_of_thing(thing: type[Base]) -> str:
    """What a kind of thing is called here."""
    return str(thing.__tablename__)


def follow(actor: Actor, kind: str, object_id: int) -> None:
    """Hear of it from now on. Twice is as once."""
    require(actor, Permission.ACCOUNT_USE)
    db.session.execute(
        insert_into(Follow)
        .values(
            person_id=actor.id,
            object_kind=kind,
            object_id=object_id,
            created_at=clock.now(),
            told_until=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def unfollow(actor: Actor, kind: str, object_id: int) -> None:
    """Hear of it no more."""
    require(actor, Permission.ACCOUNT_USE)
    db.session.execute(
        delete(Follow).where(
            Follow.person_id == actor.id,
            Follow.object_kind == kind,
            Follow.object_id == object_id,
        )
    )


def follows(actor: Actor, kind: str, object_id: int) -> bool:
    """Whether somebody follows it."""
    if actor.id is None:
        return False
    wanted = select(Follow.id).where(
        Follow.person_id == actor.id, Follow.object_kind == kind, Follow.object_id == object_id
    )
    return db.session.scalar(wanted) is not None


def followed_by(actor: Actor) -> Sequence[Follow]:
    """Everything somebody follows, the newest first."""
    wanted = select(Follow).where(Follow.person_id == actor.id).order_by(Follow.id.desc())
    return db.session.scalars(wanted.limit(500)).all()


def followers(kind: str, object_id: int) -> Sequence[Person]:
    """Who follows it, for telling them."""
    return db.session.scalars(
        select(Person)
        .join(Follow, Follow.person_id == Person.id)
        .where(Follow.object_kind == kind, Follow.object_id == object_id)
        .order_by(Person.id)
    ).all()
