"""Languages of the pages: the catalogues, and which one a visitor reads."""

import io
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, get_locale

from civicdialog.core.city import city

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
COOKIE = "language"


def read_catalogue(language: str) -> Catalog:
    """All rooms' catalogues of a language as one; English needs none, its messages are the ids."""
    together = Catalog(locale=language)
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
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
        locale = get_locale()
        return translations(locale.language if locale else "en")


def chosen_language() -> str:
    """The language of this visitor: chosen, or the browser's best, or the city's first."""
    offered = city().languages
    if not has_request_context():
        return offered[0]
    chosen = request.cookies.get(COOKIE)
    if chosen in offered:
        return chosen
    return request.accept_languages.best_match(offered, offered[0]) or offered[0]


class RoomBabel(Babel):
    domain_instance = RoomDomain()


def init_app(app: Flask) -> None:
    profile = app.extensions["city"]
    RoomBabel(
        app,
        default_locale=profile.languages[0],
        default_timezone=profile.time_zone,
        locale_selector=chosen_language,
    )
    for language in profile.languages:
        translations(language)
