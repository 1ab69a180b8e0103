"""Rate limits: slow a storm down without locking out a library or a school.

A person has small limits, a source (a network address) generous ones: many people may sit behind
one address. Reading is never limited. The table in docs/OPERATIONS.md says the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from civicdialog.config import Settings
from civicdialog.core.room import READING_METHODS, current_actor


@dataclass(frozen=True)
class Limit:
    """How often somebody may do one kind of deed, whichever of its pages they use."""

    name: str
    person: str
    source: str
    endpoints: tuple[str, ...]
    asks_address: bool = False
    """Whether its pages ask for an e-mail address, which then stands for the person."""


TABLE = (
    Limit(
        "sign-in",
        "10 per minute; 100 per 60 minutes",
        "60 per minute; 600 per hour",
        ("accounts.sign_in", "accounts.password", "account.new_passkey", "own.delete"),
        asks_address=True,
    ),
    Limit(
        "receipts",
        "10 per minute; 60 per 60 minutes",
        "30 per minute; 300 per hour",
        ("receipts.find",),
    ),
    Limit(
        "registration",
        "5 per minute; 40 per 60 minutes",
        "150 per 10 minutes; 400 per hour",
        ("accounts.register", "accounts.ask_reset"),
        asks_address=True,
    ),
    Limit(
        "proposals",
        "5 per minute; 20 per 60 minutes",
        "150 per 10 minutes; 500 per hour",
        ("drafts.send", "versions.edit"),
    ),
    Limit(
        "drafts",
        "90 per minute; 1500 per 60 minutes",
        "5000 per 10 minutes",
        ("submissions.propose", "drafts.step"),
    ),
    Limit(
        "arguments",
        "6 per minute; 40 per 60 minutes",
        "200 per 10 minutes; 800 per hour",
        ("discussion.write", "discussion.answer", "discussion.edit"),
    ),
    Limit(
        "uploads",
        "10 per minute; 40 per 60 minutes",
        "150 per 10 minutes; 500 per hour",
        ("attachments.manage",),
    ),
    Limit(
        "reports",
        "5 per minute; 20 per 60 minutes",
        "60 per 10 minutes; 200 per hour",
        ("notices.report", "contact.report", "statements.appeal", "corrections.doubt"),
        asks_address=True,
    ),
    Limit(
        "votes",
        "90 per minute; 1500 per 60 minutes",
        "6000 per 10 minutes",
        (
            "voting.cast",
            "voting.answer",
            "voting.skip",
            "voting.undo",
            "voting.important",
            "discussion.helpful",
        ),
    ),
)
NEW_GUESTS = "100 per 10 minutes; 400 per hour"
"""So many browsers of one source may begin to take part without an account."""
KEEPER = "rate_limits"
"""Where the application keeps what counts."""
BEGIN_GUESTS = ("voting.cast", "voting.answer", "submissions.propose")


def source() -> str:
    """Whence a request comes; an IPv6 network of one connection counts as one address."""
    address = ip_address(get_remote_address())
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(address)


def person() -> str:
    """Who sends something: the account, else the guest, else nobody."""
    actor = current_actor()
    if actor.is_signed_in:
        return f"person {actor.id}"
    return f"guest {actor.guest_key}" if actor.guest_key else ""


def person_or_address() -> str:
    """The same on pages where somebody types an e-mail address, which is counted then."""
    typed = "" if current_actor().is_signed_in else request.form.get("email", "")
    return typed.strip().casefold()[:254] or person()


def goes_on_at() -> datetime | None:
    """When the request under way, which was refused, may be made again."""
    held = current_app.extensions[KEEPER].current_limit
    return datetime.fromtimestamp(held.reset_at, UTC) if held else None


def _is_reading() -> bool:
    return request.method in READING_METHODS


def _unless_known(who: Callable[[], str]) -> Callable[[], bool]:
    return lambda: _is_reading() or not who()


def _is_no_new_guest() -> bool:
    actor = current_actor()
    return _is_reading() or actor.is_signed_in or actor.guest_key is not None


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_ENABLED=app.config.get("RATELIMIT_ENABLED", True),
    )
    limiter = app.extensions[KEEPER] = Limiter(source, app=app, headers_enabled=True)
    for limit in TABLE:
        who = person_or_address if limit.asks_address else person
        of_person = limiter.shared_limit(
            limit.person, f"{limit.name} person", key_func=who, exempt_when=_unless_known(who)
        )
        of_source = limiter.shared_limit(
            limit.source, f"{limit.name} source", exempt_when=_is_reading
        )
        for endpoint in limit.endpoints:
            # Flask-Limiter asks in this order, minutes before hours, and stops at the first refusal.
            # All of a person's are in minutes: a refused storm uses up nothing of its source.
            _share(app, endpoint, of_person, of_source)
    of_guests = limiter.shared_limit(NEW_GUESTS, "new guests", exempt_when=_is_no_new_guest)
    for endpoint in BEGIN_GUESTS:
        _share(app, endpoint, of_guests)


def _share(app: Flask, endpoint: str, *limits: Callable[[Any], Any]) -> None:
    """Put limits in front of a page, which stays guarded."""
    view: Any = app.view_functions[endpoint]
    limited = view
    for limit in limits:
        limited = limit(limited)
    limited.needs = view.needs
    app.view_functions[endpoint] = limited
