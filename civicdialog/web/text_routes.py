"""Pages for editors: the texts of a round in other languages and in easy language."""

from typing import Any

from flask import abort, flash, redirect, request, url_for

from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, current_actor, page
from civicdialog.core.speaking import is_simple
from civicdialog.core.view_models import Crumb
from civicdialog.rounds.models import Round
from civicdialog.rounds.queries import by_slug
from civicdialog.web import texts
from civicdialog.web.templating import LANGUAGES
from civicdialog.web.words import gettext

room = Room("texts", __name__)


def _crumbs(round: Round, last: str = "") -> list[Crumb]:
    listed = Crumb(gettext("Manage rounds"), url_for("rounds.manage"))
    of_round = Crumb(round.title, url_for("rounds.edit", slug=round.slug))
    overview = Crumb(gettext("Texts and languages"), url_for("texts.overview", slug=round.slug))
    return [listed, of_round, overview, *([Crumb(last)] if last else [])]


@room.route("/manage/rounds/<slug>/texts", needs=Permission.TEXTS_EDIT)
def overview(slug: str) -> Any:
    round = by_slug(current_actor(), slug)
    crumbs = _crumbs(round)
    crumbs[-1] = Crumb(crumbs[-1].label)
    return page("web/texts.html", round=round, states=texts.states_of(round), crumbs=crumbs)


@room.route(
    "/manage/rounds/<slug>/texts/<language>", methods=["GET", "POST"], needs=Permission.TEXTS_EDIT
)
def edit(slug: str, language: str) -> Any:
    if language not in texts.other_languages():
        abort(404)
    round = by_slug(current_actor(), slug)
    pieces = texts.pieces_of(round)
    form = texts.form_for(pieces, texts.said_in(language, pieces))
    if request.method == "POST" and form.validate() and "look" not in request.form:
        texts.keep_texts(current_actor(), language, pieces, form)
        flash(gettext("Saved."), "success")
        return redirect(url_for("texts.overview", slug=slug), 303)
    return page(
        "web/texts-edit.html",
        422 if form.errors else 200,
        round=round,
        form=form,
        is_easy=is_simple(language),
        language=language,
        language_label=LANGUAGES[language].label,
        rows=[
            (piece, form[piece.name], texts.advice_on(language, form[piece.name].data or ""))
            for piece in pieces
        ],
        crumbs=_crumbs(round, LANGUAGES[language].label),
    )
