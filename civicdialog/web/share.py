"""Passing a round on: address, QR code, and a poster for the notice board."""

from flask import current_app, url_for

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.paper import to_pdf
from civicdialog.core.qr import qr_svg
from civicdialog.rounds.models import Deed, Round
from civicdialog.web.languages import chosen_language
from civicdialog.web.templating import day_in_words
from civicdialog.web.wording import RoundWords
from civicdialog.web.words import gettext


def public_address(path: str) -> str:
    """A path of this site as people can type it, whatever the request said."""
    return str(current_app.extensions["settings"].base_url) + path


def round_address(round: Round) -> str:
    return public_address(url_for("web.round_page", slug=round.slug))


def poster(round: Round, words: RoundWords) -> bytes:
    """A poster as PDF, A4; needs the round's phases."""
    address, profile, language = round_address(round), city(), chosen_language()
    values = {
        "language": language,
        "site": profile.site_name[language],
        "operator": profile.operator,
        "accent": profile.accent_light,
        "question": words.question,
        "call": _call(round),
        "dates": _dates(round),
        "scan": gettext("Scan and take part"),
        "address": address.partition("://")[2],
        "qr_alt": gettext("QR code with the address %(address)s", address=address),
        "paper": gettext("No account or no computer? You can also take part on paper."),
    }
    qr = str(qr_svg(address, border=0, is_file=True))
    return to_pdf(_source("paper/poster.typ"), values, {"qr.svg": qr})


def _source(name: str) -> str:
    environment = current_app.jinja_env
    assert environment.loader is not None
    return str(environment.loader.get_source(environment, name)[0])


def _call(round: Round) -> str:
    now = clock.now()
    may_propose = round.accepts_submissions(now) or round.next_chance_for(Deed.SUBMIT, now)
    if may_propose:
        return gettext("Tell the city where AI should help, and where it should not.")
    return gettext("Say what you think of the proposals.")


def _dates(round: Round) -> str:
    ends = [end for deed in (Deed.SUBMIT, Deed.VOTE) if (end := round.last_chance_for(deed))]
    if not ends or max(ends) <= clock.now():
        return ""
    return gettext("Until %(date)s", date=day_in_words(max(ends)))
