"""Who is signed in: the only module that knows Flask-Login."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from flask import Flask, Response, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from civicdialog.accounts import queries, sessions
from civicdialog.accounts.devices import device_of
from civicdialog.accounts.models import Person, PersonSession
from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.ids import fingerprint, new_secret
from civicdialog.core.permissions import VISITOR, Actor

manager = LoginManager()

GUEST = "guest"
"""A random secret in the browser of somebody who takes part without an account."""

RECEIPTS = "receipts"
"""Public ids of the contributions whose receipts this browser has shown."""
MOST_RECEIPTS = 20

FRESH = timedelta(minutes=15)
"""So long somebody who has signed in need not prove again who they are."""


class SignedIn(UserMixin):
    """A person as Flask-Login wants it, at the place where they signed in."""

    def __init__(self, person: Person, place: PersonSession, key: str) -> None:
        self.person = person
        self.session_id = place.id
        self.begun_at = place.created_at
        self.seen_on = place.seen_on
        self.key = key

    def get_id(self) -> str:
        return self.key


@manager.user_loader
def _load(key: str) -> SignedIn | None:
    days = current_app.extensions["settings"].keep_sessions_days
    place = queries.session_by_key(key, since=sessions.oldest_day(days))
    if place is None or not place.person.may_sign_in:
        return None
    return SignedIn(place.person, place, key)


def sign_in(person: Person, *, by_password: bool = True) -> None:
    """Begin a new session for `person`; nothing of the one before is carried over.

    Inside a transaction, for a session is a row.
    """
    _begin_anew()
    place, key = sessions.begin_session(person, device_of(request.user_agent.string))
    login_user(SignedIn(person, place, key))
    session["by_password"] = by_password


def sign_out() -> None:
    """Forget who was signed in."""
    logout_user()
    _begin_anew()


def own_session_id() -> int | None:
    """The session this request belongs to."""
    return current_user.session_id if current_user.is_authenticated else None


def is_fresh(*, strict: bool = False) -> bool:
    """Whether the person has just proved who they are; `strict`: by more than a password."""
    if not current_user.is_authenticated or (strict and session.get("by_password", True)):
        return False
    return bool(clock.now() - current_user.begun_at < FRESH)


def cannot_write() -> bool:
    """Whether the moderation keeps whoever is signed in from writing at this moment."""
    until = current_user.person.blocked_until if current_user.is_authenticated else None
    return until is not None and until > clock.now()


def begin_guest() -> Actor:
    """Let this browser take part as a guest from now on; gives the actor it is."""
    if GUEST not in session:
        session[GUEST] = new_secret()
    g.pop("actor", None)
    return _find_actor()


def open_receipt(public_id: str) -> None:
    """Let this browser see and change the contribution a receipt stands for."""
    others = [each for each in session.get(RECEIPTS, []) if each != public_id]
    session[RECEIPTS] = [*others, public_id][-MOST_RECEIPTS:]
    g.pop("actor", None)


def close_receipt(public_id: str) -> None:
    """Forget a receipt; its four words open it again."""
    session[RECEIPTS] = [each for each in session.get(RECEIPTS, []) if each != public_id]
    g.pop("actor", None)


def _begin_anew() -> None:
    # What was done here as a guest can still be taken into the account.
    kept = {name: session[name] for name in (GUEST, RECEIPTS) if name in session}
    session.clear()
    session.update(kept)
    # Both were made for the session that has just ended.
    g.pop("csrf_token", None)
    g.pop("actor", None)


def _find_actor() -> Actor:
    actor = current_user.person.as_actor() if current_user.is_authenticated else VISITOR
    guest, receipts = session.get(GUEST), session.get(RECEIPTS)
    if receipts:
        actor = replace(actor, receipts=frozenset(receipts))
    return replace(actor, guest_key=fingerprint(guest)) if guest else actor


def _note_day(response: Response) -> Response:
    """Once a day, after somebody did something, note that their session is in use."""
    if request.method != "POST" or response.status_code >= 500:
        return response
    if current_user.is_authenticated and current_user.seen_on < sessions.today():
        with suppress(OperationalError), transaction():
            sessions.note_day(current_user.session_id)
    return response


def init_app(app: Flask) -> None:
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None
    app.extensions["find_actor"] = _find_actor
    app.after_request(_note_day)
