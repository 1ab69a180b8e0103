"""The menu, made from what the actor may do, and the addresses every page needs."""

from dataclasses import dataclass
from functools import lru_cache

from flask import request, url_for

from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.web.words import gettext


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    current: bool = False


MENU = (
    (mark("Start"), "web.home", Permission.PUBLIC),
    (mark("Rounds"), "web.rounds", Permission.PUBLIC),
    (mark("Moderation"), "moderation.queue", Permission.MODERATION_READ),
    (mark("Committee"), "committee.index", Permission.TOPICS_READ),
    (mark("Manage rounds"), "rounds.manage", Permission.ROUND_EDIT),
    (mark("Barriers"), "contact.listed", Permission.CONTACT_ANSWER),
)
ACCOUNT = (
    (mark("My contributions"), "submissions.own"),
    (mark("My arguments"), "discussion.own"),
    (mark("My messages"), "notifications.inbox"),
    (mark("My account"), "account.show"),
)
FOOTER = (
    (mark("Imprint"), "imprint"),
    (mark("Privacy"), "privacy"),
    (mark("Accessibility"), "accessibility"),
    (mark("Easy language"), "easy-language"),
    (mark("Sign language"), "sign-language"),
    (mark("Contact"), "contact"),
)
FIXED = {
    "home_url": "web.home",
    "sign_in_url": "accounts.sign_in",
    "register_url": "accounts.register",
    "sign_out_url": "accounts.sign_out",
    "inbox_url": "notifications.inbox",
    "language_url": "web.choose_language",
    "theme_url": "web.choose_theme",
    "manifest_url": "share.manifest",
}


@lru_cache
def _url(endpoint: str, script_root: str, page: str = "") -> str:
    """An address without parts that vary: built once for each place the site is mounted at."""
    return url_for(endpoint, page=page) if page else url_for(endpoint)


def fixed_urls(script_root: str) -> dict[str, str]:
    """The addresses the layout draws on every page."""
    return {name: _url(endpoint, script_root) for name, endpoint in FIXED.items()}


def navigation(actor: Actor) -> tuple[Entry, ...]:
    """The entries this actor may follow, with the one marked where they are."""
    return tuple(
        Entry(gettext(name), _url(endpoint, request.script_root), request.endpoint == endpoint)
        for name, endpoint, permission in MENU
        if may(actor, permission)
    )


def account_links(actor: Actor) -> tuple[Entry, ...]:
    """What belongs to the person signed in."""
    if not actor.is_signed_in:
        return ()
    return tuple(
        Entry(gettext(name), _url(endpoint, request.script_root), request.endpoint == endpoint)
        for name, endpoint in ACCOUNT
    )


def footer_links() -> tuple[Entry, ...]:
    """The pages that must be one click away from everywhere."""
    root = request.script_root
    legal = tuple(Entry(gettext(name), _url("web.legal", root, page)) for name, page in FOOTER)
    report = Entry(gettext("Report a barrier"), _url("contact.report", root))
    account = Entry(gettext("What the moderation did"), _url("transparency.show", root))
    return (*legal, report, Entry(gettext("Who may do what"), _url("web.law", root)), account)
