"""What people have begun to write: kept for its author alone, deleted once it is sent.

Minutes are not kept of it: what somebody has not sent concerns nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, false, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from civicdialog.core import clock
from civicdialog.core.db import db, forget_for_good
from civicdialog.core.errors import NotAllowed, NotFound
from civicdialog.core.ids import ALPHABET, new_public_id
from civicdialog.core.permissions import Actor, Permission, may, require
from civicdialog.rounds.models import Round
from civicdialog.submissions.fields import FIELDS, state_of, values_of
from civicdialog.submissions.handing_in import LONGEST_TEXT, SubmissionDraft
from civicdialog.submissions.models import Draft, Submission
from civicdialog.submissions.revisions import Written
from civicdialog.submissions.texts import cleaned

WINDOW = "window"
"""Beside the fields: the window of a browser that saved last."""
LONGEST_KEPT = 4 * LONGEST_TEXT
"""A text that is too long to be sent is kept all the same, so that it can be shortened."""
MOST_DRAFTS = 20
_LETTERS = frozenset(ALPHABET)


@dataclass(frozen=True)
class Typed:
    """What a window of a browser wants kept."""

    values: Mapping[str, str]
    window: str
    """Random, one for each page that was opened."""
    seen: str
    """Fingerprint of these fields as the window last knew them."""

    @property
    def cleaned(self) -> dict[str, str]:
        return {
            name: cleaned(value)[:LONGEST_KEPT]
            for name, value in self.values.items()
            if name in FIELDS
        }


class Overtaken(Exception):
    """Another window has saved something else in the meantime; nothing was written."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft


def own_drafts(actor: Actor) -> ColumnElement[bool]:
    """One's own ones; what was begun in this browser before signing in belongs to them."""
    mine: list[ColumnElement[bool]] = []
    if actor.id is not None:
        mine.append(Draft.person_id == actor.id)
    if actor.guest_key is not None:
        mine.append(Draft.guest_key == actor.guest_key)
    return or_(*mine) if mine else false()


def in_round(actor: Actor, round: Round) -> Sequence[Draft]:
    """What somebody has begun in a round, the newest first."""
    wanted = select(Draft).where(own_drafts(actor), Draft.round_id == round.id)
    return db.session.scalars(wanted.order_by(Draft.saved_at.desc()).limit(MOST_DRAFTS)).all()


def everywhere(actor: Actor) -> Sequence[tuple[Draft, Round]]:
    """What somebody has begun in all rounds, the newest first."""
    wanted = select(Draft, Round).join(Round, Round.id == Draft.round_id).where(own_drafts(actor))
    rows = db.session.execute(wanted.order_by(Draft.saved_at.desc()).limit(MOST_DRAFTS))
    return [(draft, round) for draft, round in rows]


def one(actor: Actor, public_id: str, *, for_change: bool = False) -> tuple[Draft, Round]:
    """A draft and its round, with phases.

    :raise NotFound: if there is none, or not for this actor
    :raise NotAllowed: if it belongs to somebody who has to sign in
    """
    found = _find(public_id, for_change=for_change)
    if found is None:
        raise NotFound(public_id)
    if not may(actor, Permission.DRAFT_KEEP, found):
        if found.person_id is not None and not actor.is_signed_in:
            raise NotAllowed(Permission.DRAFT_KEEP)
        raise NotFound(public_id)
    wanted = select(Round).where(Round.id == found.round_id).options(joinedload(Round.phases))
    return found, db.session.scalars(wanted).unique().one()


def _find(public_id: str, *, for_change: bool) -> Draft | None:
    if not set(public_id) <= _LETTERS:
        return None
    wanted = select(Draft).where(Draft.public_id == public_id)
    return db.session.scalar(wanted.with_for_update() if for_change else wanted)


def keep(actor: Actor, round: Round, public_id: str, typed: Typed) -> Draft:
    """Keep what was typed, in the draft with this public id if it is one's own, else in a new one.

    A draft of a guest becomes the person's as soon as somebody signed in goes on with it.

    :raise Overtaken: if another window has saved something else meanwhile
    """
    require(actor, Permission.SUBMISSION_CREATE, round)
    draft = _find(public_id, for_change=True)
    if draft is None:
        draft = _new(actor, round, public_id)
    elif not may(actor, Permission.DRAFT_KEEP, draft) or draft.round_id != round.id:
        if draft.person_id is not None and not actor.is_signed_in:
            raise NotAllowed(Permission.DRAFT_KEEP)
        draft = _new(actor, round, None)
    values = typed.cleaned
    stored = {name: draft.fields.get(name) or "" for name in values}
    if (
        draft.fields.get(WINDOW) not in {None, typed.window}
        and state_of(stored, list(values)) != typed.seen
        and stored != values
    ):
        raise Overtaken(draft)
    if actor.id is not None:
        draft.person_id, draft.guest_key = actor.id, None
    draft.fields = {**draft.fields, **values, WINDOW: typed.window[:40]}
    draft.saved_at = clock.now()
    db.session.flush()
    return draft


def keep_beside(actor: Actor, round: Round, sent: Submission, typed: Typed) -> Draft | None:
    """What a window left open holds beyond what was sent from another, as a draft of its own."""
    fields = values_of(sent) | {name: text for name, text in typed.cleaned.items() if text}
    if values_of(_as_submission(fields).cleaned()) == values_of(sent):
        return None
    for begun in in_round(actor, round):
        if state_of(begun.fields) == state_of(fields):
            return begun
    return keep(actor, round, new_public_id(), Typed(fields, typed.window, ""))


def _new(actor: Actor, round: Round, public_id: str | None) -> Draft:
    """A draft without a text; `public_id` was given to the form when it was opened."""
    draft = Draft(
        round_id=round.id,
        person_id=actor.id,
        guest_key=None if actor.id is not None else actor.guest_key,
        fields={},
    )
    if public_id and len(public_id) == 10 and set(public_id) <= _LETTERS:
        draft.public_id = public_id
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:
        # Two requests of one window at once: the other one was first.
        found = _find(draft.public_id, for_change=True)
        if found is None or not may(actor, Permission.DRAFT_KEEP, found):
            raise
        return found
    return draft


def forget(actor: Actor, draft: Draft) -> None:
    """Delete a draft so that nothing of it stays."""
    require(actor, Permission.DRAFT_KEEP, draft)
    db.session.delete(draft)
    db.session.flush()
    forget_for_good()


def are_old(days: int) -> bool:
    """Whether there is something nobody has gone on with for so many days."""
    return bool(db.session.scalar(select(exists().where(_untouched_for(days)))))


def forget_old(days: int) -> None:
    """Delete it."""
    statement = delete(Draft).where(_untouched_for(days))
    db.session.execute(statement.execution_options(synchronize_session=False))
    forget_for_good()


def _untouched_for(days: int) -> ColumnElement[bool]:
    return Draft.saved_at < clock.now() - timedelta(days=days)


def as_submission(draft: Draft) -> SubmissionDraft:
    """What the draft would be, once sent."""
    return _as_submission(draft.fields)


def _as_submission(fields: Mapping[str, str]) -> SubmissionDraft:
    written = Written.of(fields)
    return SubmissionDraft(**{name: getattr(written, name) for name in FIELDS})
