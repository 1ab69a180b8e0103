"""Who is signed in: the only module that knows Flask-Login."""

from flask import Flask, g, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from civicdialog.accounts import queries
from civicdialog.accounts.models import Person
from civicdialog.core.permissions import VISITOR, Actor

manager = LoginManager()


class SignedIn(UserMixin):
    """A person as Flask-Login wants it; the session key ends sessions everywhere when it changes."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        return f"{self.person.id}.{self.person.session_key}"


@manager.user_loader
def _load(name: str) -> SignedIn | None:
    number, _, key = name.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    person = queries.by_session(int(number), key)
    return SignedIn(person) if person and person.may_sign_in else None


def sign_in(person: Person) -> None:
    """Begin a new session for `person`; nothing of the one before is carried over."""
    _begin_anew()
    login_user(SignedIn(person))


def sign_out() -> None:
    """Forget who was signed in."""
    logout_user()
    _begin_anew()


def _begin_anew() -> None:
    session.clear()
    # Both were made for the session that has just ended.
    g.pop("csrf_token", None)
    g.pop("actor", None)


def _find_actor() -> Actor:
    return current_user.person.as_actor() if current_user.is_authenticated else VISITOR


def init_app(app: Flask) -> None:
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None
    app.extensions["find_actor"] = _find_actor
