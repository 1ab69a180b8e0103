"""Rate limits: slow a storm down without locking out a library or a school."""

from typing import Any

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from civicdialog.config import Settings
from civicdialog.core.room import current_actor

limiter = Limiter(key_func=get_remote_address, headers_enabled=True)

SIGN_IN = "10 per minute; 100 per hour"
LETTERS = "5 per minute; 40 per hour"
LIMITED = {
    "accounts.sign_in": SIGN_IN,
    "accounts.register": LETTERS,
    "accounts.ask_reset": LETTERS,
    "accounts.password": SIGN_IN,
    "account.new_passkey": SIGN_IN,
    "own.delete": SIGN_IN,
    "contact.report": LETTERS,
    "receipts.find": SIGN_IN,
    "notices.report": LETTERS,
}


def typed_address() -> str:
    """The key for limits per account: the address somebody typed, who is signed in, or whence."""
    typed = request.form.get("email", "").strip().casefold()[:254]
    actor = current_actor()
    return typed or (f"person {actor.id}" if actor.is_signed_in else get_remote_address())


def _exempt_readers() -> bool:
    return request.method in {"GET", "HEAD", "OPTIONS"}


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_ENABLED=app.config.get("RATELIMIT_ENABLED", True),
    )
    limiter.init_app(app)
    for endpoint, rule in LIMITED.items():
        app.view_functions[endpoint] = _limited(app.view_functions[endpoint], rule)


def _limited(view: Any, rule: str) -> Any:
    """The view, slowed down per source and per typed address."""
    per_address = limiter.limit(rule, key_func=typed_address, exempt_when=_exempt_readers)
    limited = limiter.limit(rule, exempt_when=_exempt_readers)(per_address(view))
    limited.needs = view.needs
    return limited
