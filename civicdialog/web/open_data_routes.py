"""Pages for the open data of a round."""

from typing import Any

from flask import send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import VISITOR, Permission
from civicdialog.core.room import Room, page
from civicdialog.core.view_models import Crumb
from civicdialog.rounds.queries import by_slug
from civicdialog.web.open_data import LICENCE, RESOURCES, archive_of

room = Room("open_data", __name__)


@room.route("/rounds/<slug>/data", needs=Permission.PUBLIC)
def show(slug: str) -> Any:
    """What the archive holds, how old it is, and how to check it."""
    round = by_slug(VISITOR, slug)
    return page(
        "web/open-data.html",
        round=round,
        archive=archive_of(round.id),
        resources=RESOURCES,
        licence=LICENCE,
        crumbs=[
            Crumb(round.title, url_for("web.round_page", slug=slug)),
            Crumb(gettext("Open data")),
        ],
    )


@room.route("/rounds/<slug>/data.zip", needs=Permission.PUBLIC)
def archive(slug: str) -> ResponseReturnValue:
    """The archive itself."""
    round = by_slug(VISITOR, slug)
    ready = archive_of(round.id)
    if ready is None:
        raise NotFound(slug)
    answer = send_file(
        ready.path,
        "application/zip",
        as_attachment=True,
        download_name=f"{round.slug}-{ready.made_at:%Y-%m-%d}.zip",
        etag=ready.sha256,
    )
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
