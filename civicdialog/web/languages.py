"""Languages of the pages: the catalogues, and which one a visitor reads."""

import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from civicdialog.core.city import city
from civicdialog.core.speaking import SIMPLE, is_simple, spoken

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
COOKIE = "language"


def read_catalogue(language: str) -> Catalog:
    """All rooms' catalogues of a language as one; English needs none, its messages are the ids.

    Easy language lies over the language it belongs to: what it does not say stays as it is.
    """
    under = spoken(language)
    together = Catalog(locale=under)
    # What is added first stays.
    for folder in dict.fromkeys((language, under)):
        for path in sorted((CATALOGUES / folder).glob("*.po")):
            with path.open("rb") as file:
                for message in read_po(file, locale=under):
                    if message.id:
                        together.add(message.id, message.string, context=message.context)
    return together


@lru_cache
def translations(language: str) -> NullTranslations:
    """The catalogue as gettext wants it. Nothing is compiled to disk."""
    binary = io.BytesIO()
    write_mo(binary, read_catalogue(language))
    binary.seek(0)
    return Translations(binary)


class RoomDomain(Domain):
    """Takes the messages from one catalogue a room instead of one compiled file."""

    def get_translations(self) -> NullTranslations:
        return translations(language_now())


def chosen_language() -> str:
    """The language of this visitor: chosen, or the browser's best, or the city's first."""
    return spoken(chosen_variant())


def chosen_variant() -> str:
    """The same, where easy language counts as a language of its own: `de-simple`."""
    offered = city().languages
    if not has_request_context():
        return offered[0]
    chosen = request.cookies.get(COOKIE)
    if chosen in offered or chosen in city().simple_languages:
        return str(chosen)
    return request.accept_languages.best_match(offered, offered[0]) or offered[0]


def select_language() -> str:
    """What Flask-Babel asks for once in a request; easy language is noted beside it."""
    variant = chosen_variant()
    g.reads_simple = is_simple(variant)
    return spoken(variant)


class RoomBabel(Babel):
    domain_instance = RoomDomain()


def language_now() -> str:
    """The language spoken right now, easy or not: the visitor's, or that of a letter."""
    try:
        # It is asked for every word of a page; where Flask-Babel keeps it, it is found much faster.
        locale = g._get_current_object()._flask_babel.babel_locale  # noqa: SLF001
    except (AttributeError, RuntimeError):
        locale = None
    locale = locale or get_locale()
    if locale is None:
        return "en"
    return f"{locale.language}{SIMPLE}" if g.get("reads_simple") else str(locale.language)


@lru_cache(maxsize=8192)
def _fixed(language: str, message: str) -> Markup:
    """A message without values, ready for a page."""
    return Markup(translations(language).gettext(message)) % ()  # noqa: S704 (our own words)


@pass_eval_context
def _in_template(context: EvalContext, message: str, **values: Any) -> str:
    """A message for a template; on a page, its values are escaped."""
    language = language_now()
    if context.autoescape and not values:
        return _fixed(language, message)
    text = translations(language).gettext(message)
    return (Markup(text) if context.autoescape else text) % values  # noqa: S704


@pass_eval_context
def _number_in_template(context: EvalContext, one: str, many: str, num: int, **values: Any) -> str:
    """The same for a number of things."""
    text = translations(language_now()).ngettext(one, many, num)
    return (Markup(text) if context.autoescape else text) % {"num": num, **values}  # noqa: S704


def drawn(macro: Callable[..., Markup], *values: Any) -> Markup:
    """What a macro draws from these values, which say all it needs to know; kept for the next time.

    For components that stand on a page many times and are drawn for many visitors alike. What is
    made of lists cannot be remembered and is drawn anew.
    """
    try:
        return _drawn(language_now(), macro, values)
    except TypeError:
        return macro(*values)


@lru_cache(maxsize=4096)
def _drawn(language: str, macro: Callable[..., Markup], values: tuple[Any, ...]) -> Markup:
    return macro(*values)


def init_app(app: Flask) -> None:
    profile = app.extensions["city"]
    RoomBabel(
        app,
        default_locale=profile.languages[0],
        default_timezone=profile.time_zone,
        locale_selector=select_language,
    )
    for language in (*profile.languages, *profile.simple_languages):
        translations(language)
    # Jinja's own functions do the same in three calls each.
    app.jinja_env.globals.update(
        _=_in_template, gettext=_in_template, ngettext=_number_in_template, drawn=drawn
    )
