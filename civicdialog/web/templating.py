"""What every template may use: labels, dates and numbers in the reader's language."""

from collections import ChainMap
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from flask import Flask, request
from flask_babel import format_decimal, format_percent
from jinja2 import StrictUndefined
from markupsafe import Markup

from civicdialog.core.city import CityProfile, city
from civicdialog.core.errors import RuleBroken
from civicdialog.core.html import render_formatted, render_marked, render_text
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, Role, may
from civicdialog.core.redirects import here
from civicdialog.core.room import current_actor
from civicdialog.core.speaking import spoken
from civicdialog.discussion.models import Stance
from civicdialog.moderation.models import Ground, Outcome
from civicdialog.notifications.queries import unread_count
from civicdialog.notifications.words import text_of
from civicdialog.rounds.models import Deed, PhaseKind
from civicdialog.submissions.models import Channel, Kind, Status
from civicdialog.web.blocked import notice_for
from civicdialog.web.languages import chosen_language, chosen_variant, language_now
from civicdialog.web.navigation import account_links, fixed_urls, footer_links, navigation
from civicdialog.web.words import gettext

LABELS: dict[StrEnum, str] = {
    Role.VISITOR: mark("Visitor"),
    Role.PARTICIPANT: mark("Participant"),
    Role.MODERATOR: mark("Moderation"),
    Role.COMMITTEE: mark("Advisory committee"),
    Role.EDITOR: mark("Editing"),
    Role.ADMIN: mark("Administration"),
    Role.SYSTEM: mark("Program"),
    PhaseKind.INFORMATION: mark("Information"),
    PhaseKind.COLLECTING: mark("Collecting"),
    PhaseKind.VOTING: mark("Voting"),
    PhaseKind.EVALUATING: mark("Evaluating"),
    PhaseKind.REPORTING: mark("Reporting back"),
    Deed.SUBMIT: mark("Propose"),
    Deed.VOTE: mark("Vote"),
    Deed.ARGUE: mark("Discuss"),
    Kind.USE_CASE: mark("Application"),
    Kind.PRINCIPLE: mark("Principle"),
    Kind.CONCERN: mark("Concern"),
    Status.PENDING: mark("Being checked"),
    Status.PUBLISHED: mark("Published"),
    Status.REJECTED: mark("Not published"),
    Status.WITHDRAWN: mark("Withdrawn"),
    Status.HIDDEN: mark("Hidden"),
    Status.REPLACED: mark("Replaced by others"),
    Channel.ONLINE: mark("Online"),
    Channel.PAPER: mark("On paper"),
    Channel.PHONE: mark("By telephone"),
    Channel.EVENT: mark("At an event"),
    Stance.FOR: mark("Speaks for it"),
    Stance.AGAINST: mark("Speaks against it"),
    Stance.QUESTION: mark("Question"),
    Stance.REMARK: mark("Remark"),
    Outcome.PUBLISHED: mark("Published"),
    Outcome.REDACTED: mark("Passages taken out"),
    Outcome.CHANGE_ASKED: mark("Change asked for"),
    Outcome.REJECTED: mark("Not published"),
    Outcome.HIDDEN: mark("Hidden"),
    Outcome.RESTORED: mark("Put back"),
    Outcome.MOVED: mark("Moved"),
    Outcome.KEPT: mark("Left as it is"),
    Outcome.BLOCKED: mark("Blocked"),
    Ground.OFF_TOPIC: mark("Does not belong to the topic"),
    Ground.DUPLICATE: mark("Says the same as another contribution"),
    Ground.PERSONAL_DATA: mark("Contains personal data"),
    Ground.INSULT: mark("Insults somebody"),
    Ground.DISCRIMINATION: mark("Discriminates against a group"),
    Ground.ADVERTISING: mark("Is advertising"),
    Ground.UNLAWFUL: mark("Breaks the law"),
    Ground.UNINTELLIGIBLE: mark("Cannot be understood"),
}


def label(value: StrEnum) -> str:
    """The word people read for a closed set's value."""
    return gettext(LABELS[value])


def sentence(error: object) -> str:
    """An error as a sentence in the reader's language."""
    if isinstance(error, RuleBroken):
        text = gettext(error.message)
        return text % error.values if error.values else text
    return gettext(str(error))


@dataclass(frozen=True)
class CityTexts:
    """The city profile in one language."""

    profile: CityProfile
    language: str

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.profile, name)
        return value[self.language] if name in {"site_name", "claim"} else value

    @property
    def departments(self) -> dict[str, str]:
        return {key: text[self.language] for key, text in self.profile.departments.items()}


def day_in_words(value: datetime) -> str:
    """The day as one writes it in the reader's language: 3. Juni 2026, 3 June 2026."""
    day = value.astimezone(city().zone).date()
    return _day_in_words(day, spoken(language_now()))


@lru_cache(maxsize=2048)
def _day_in_words(day: date, language: str) -> str:
    pattern = "d. MMMM y" if language == "de" else "d MMMM y"
    return format_date(day, pattern, locale=language)


def time_in_words(value: datetime) -> str:
    """The time of day here: 14:05."""
    return value.astimezone(city().zone).strftime("%H:%M")


def _moment(value: datetime) -> Markup:
    iso, text = value.isoformat(), f"{day_in_words(value)}, {time_in_words(value)}"
    return Markup('<time datetime="{}">{}</time>').format(iso, text)


def _day(value: datetime) -> Markup:
    iso, text = value.isoformat(), day_in_words(value)
    return Markup('<time datetime="{}">{}</time>').format(iso, text)


def _number(value: float) -> str:
    """A number with the reader's separators; small whole ones need none."""
    if isinstance(value, int) and 0 <= value < 1000:
        return str(value)
    return str(format_decimal(value))


def _percent(value: float) -> str:
    return str(format_percent(value, "#,##0 %" if chosen_language() == "de" else "#,##0%"))


STAFF_ROOMS = frozenset(
    {
        "moderation",
        "argument_moderation",
        "appeals",
        "notices",
        "lineage",
        "workload",
        "file_moderation",
        "blocks",
        "abuse",
        "committee",
        "summaries",
        "ratings",
        "meetings",
        "rounds",
    }
)
"""Their pages take a style sheet with the components only they use."""


def _context() -> dict[str, Any]:
    actor, language = current_actor(), chosen_language()
    profile = city()
    values: dict[str, Any] = {
        "actor": actor,
        "city": CityTexts(profile, language),
        "current_language": language,
        "current_path": here() if request.method == "GET" else "/",
        "current_variant": chosen_variant(),
        "languages": tuple(
            LANGUAGES[code] for code in (*profile.languages, *profile.simple_languages)
        ),
        "style_sheet": "staff.css" if request.blueprint in STAFF_ROOMS else "app.css",
        "theme": request.cookies.get("theme", "auto"),
        "navigation": navigation(actor),
        "account_links": account_links(actor),
        "footer_links": footer_links(),
        "own_block": notice_for(actor),
        "inbox_count": unread_count(actor) if actor.is_signed_in else 0,
        "may": lambda permission, subject=None: may(actor, Permission(permission), subject),
    }
    return values | fixed_urls(request.script_root)


@dataclass(frozen=True)
class Language:
    code: str
    label: str


LANGUAGES = {
    "de": Language("de", "Deutsch"),
    "en": Language("en", "English"),
    "de-simple": Language("de-simple", "Leichte Sprache"),
}


def init_app(app: Flask) -> None:
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True

    def make_globals(own: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return ChainMap(own, environment.globals) if own else environment.globals

    # Jinja wraps the same globals anew for every template, and then compares the wrappings name
    # by name at each import on each page.
    environment.make_globals = make_globals  # type: ignore[method-assign,assignment]
    environment.add_extension("jinja2.ext.do")
    environment.filters.update(
        told=text_of,
        datetime=_moment,
        date=_day,
        number=_number,
        percent=_percent,
        label=label,
        sentence=sentence,
        text=render_text,
        marked=render_marked,
        formatted=render_formatted,
    )
    app.context_processor(_context)
