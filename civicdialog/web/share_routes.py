"""Pages for passing a round on, and what a phone needs to install the site."""

from typing import Any

from flask import Response, current_app, jsonify, url_for
from flask.typing import ResponseReturnValue

from civicdialog.core.city import city
from civicdialog.core.permissions import Permission
from civicdialog.core.qr import qr_svg
from civicdialog.core.room import Room, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.rounds.queries import by_slug
from civicdialog.web.languages import chosen_language
from civicdialog.web.share import poster, round_address
from civicdialog.web.wording import words_of
from civicdialog.web.words import gettext

room = Room("share", __name__)

HOUR = "public, max-age=3600"


@room.route("/rounds/<slug>/share", needs=Permission.PUBLIC)
def of_round(slug: str) -> Any:
    round = by_slug(current_actor(), slug)
    words, address = words_of(round), round_address(round)
    return page(
        "web/share.html",
        round=round,
        words=words,
        address=address,
        qr=qr_svg(address),
        crumbs=[
            Crumb(gettext("Start"), url_for("web.home")),
            Crumb(words.title, url_for("web.round_page", slug=slug)),
            Crumb(gettext("Pass it on")),
        ],
    )


@room.route("/rounds/<slug>/qr.svg", needs=Permission.PUBLIC)
def qr_file(slug: str) -> ResponseReturnValue:
    address = round_address(by_slug(current_actor(), slug))
    return _download(str(qr_svg(address, is_file=True)), "image/svg+xml", f"{slug}.svg")


@room.route("/rounds/<slug>/poster.pdf", needs=Permission.PUBLIC)
def poster_file(slug: str) -> ResponseReturnValue:
    round = by_slug(current_actor(), slug)
    return _download(poster(round, words_of(round)), "application/pdf", f"{slug}.pdf")


def _download(body: str | bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=mimetype, headers=headers)


@room.route("/site.webmanifest", needs=Permission.PUBLIC)
def manifest() -> ResponseReturnValue:
    """What a phone needs to put the site on its home screen; nothing runs in the background."""
    profile, language = city(), chosen_language()
    static_url: Any = current_app.jinja_env.globals["static_url"]
    answer = jsonify(
        name=profile.site_name[language],
        short_name=profile.site_name[language],
        lang=language,
        start_url=url_for("web.home"),
        scope=url_for("web.home"),
        display="minimal-ui",
        background_color="#ffffff",
        theme_color=profile.accent_light,
        icons=[{"src": static_url("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    )
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = HOUR
    return answer
