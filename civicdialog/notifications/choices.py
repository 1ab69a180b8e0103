"""How often somebody wants mail of one kind, and the link in each mail that stops it."""

from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.models import NotificationChoice, Rhythm


@dataclass(frozen=True)
class Kind:
    """Messages somebody chooses a rhythm for together."""

    key: str
    name: str
    rhythm: Rhythm
    """Unless somebody chose another one."""


OWN = Kind("own", mark("What becomes of your own contributions"), Rhythm.AT_ONCE)
ANSWERS = Kind("answers", mark("What others say about your proposals and arguments"), Rhythm.DAILY)
FOLLOWED = Kind("followed", mark("News of what you follow"), Rhythm.WEEKLY)
KINDS = {each.key: each for each in (OWN, ANSWERS, FOLLOWED)}
RHYTHM_NAMES = {
    Rhythm.AT_ONCE: mark("At once"),
    Rhythm.DAILY: mark("Once a day"),
    Rhythm.WEEKLY: mark("Once a week"),
    Rhythm.NEVER: mark("Never"),
}


def kind_of(message: str) -> Kind:
    """The kind a message belongs to."""
    if message in {"argument-added", "answer-added"}:
        return ANSWERS
    if message in {"new-in-round", "new-in-topic", "phase-began", "followed-step"}:
        return FOLLOWED
    return OWN


def chosen(person_id: int | None) -> dict[str, Rhythm]:
    """The rhythm of each kind, as somebody chose it or as it is usual."""
    rows = db.session.execute(
        select(NotificationChoice.kind, NotificationChoice.rhythm).where(
            NotificationChoice.person_id == person_id
        )
    )
    return {key: kind.rhythm for key, kind in KINDS.items()} | {
        row.kind: row.rhythm for row in rows
    }


def choose(actor: Actor, rhythms: dict[str, Rhythm]) -> None:
    """Choose how often mail comes; the messages on the site stay as they are."""
    require(actor, Permission.ACCOUNT_USE)
    assert actor.id is not None
    _choose(actor.id, rhythms)


def _choose(person_id: int, rhythms: dict[str, Rhythm]) -> None:
    for key in KINDS:
        if key in rhythms:
            db.session.merge(NotificationChoice(person_id=person_id, kind=key, rhythm=rhythms[key]))


def stop_token(person: Person, kind: Kind) -> str:
    """What a link in a mail carries: whose mails of which kind shall stop."""
    return str(_signer().dumps([person.public_id, kind.key]))


def read_stop_token(token: str) -> tuple[Person, Kind]:
    """Whose mails of which kind a link stops.

    :raise NotFound: if the link was changed, or the account is gone
    """
    try:
        public_id, key = _signer().loads(token)
        kind = KINDS[key]
    except (BadSignature, ValueError, TypeError, KeyError):
        raise NotFound(token[:20]) from None
    person = db.session.scalar(select(Person).where(Person.public_id == public_id))
    if person is None:
        raise NotFound(token[:20])
    return person, kind


def stop(token: str) -> Kind:
    """Send no more mail of this kind; whoever holds the mail may say so, without signing in."""
    person, kind = read_stop_token(token)
    _choose(person.id, {kind.key: Rhythm.NEVER})
    return kind


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="stop-mail")
