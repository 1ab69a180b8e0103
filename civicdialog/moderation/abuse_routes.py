"""Pages about abuse: what is unusual, floods, and the hint a program gives."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm

from civicdialog.analysis import ballot_patterns, rejections
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, current_actor, page
from civicdialog.moderation import abuse_queries as queries
from civicdialog.moderation import floods, rejection_hints
from civicdialog.moderation.abuse_models import BurstKind
from civicdialog.moderation.bursts import DEVIATIONS, FEWEST, FEWEST_HOURS, LOOKED_BACK
from civicdialog.moderation.forms import RejectForm
from civicdialog.moderation.models import Ground
from civicdialog.moderation.queue_page import said_of
from civicdialog.moderation.signs import RESEMBLING

room = Room("abuse", __name__)

ON_A_PAGE = 25


@room.route("/moderation/abuse", needs=Permission.ABUSE_WATCH)
def overview() -> Any:
    """What is unusual at the moment."""
    actor = current_actor()
    return page(
        "moderation/abuse.html",
        bursts=queries.recent_bursts(actor),
        looks=queries.ballot_looks(actor),
        long=ballot_patterns.LONG,
        blocks=queries.blocks_that_hold(actor),
        floods=floods.floods(actor) if may(actor, Permission.MODERATION_READ) else [],
        form=FlaskForm(formdata=None),
        **_of_hint(),
    )


@room.route("/moderation/abuse/hint", methods=["POST"], needs=Permission.ABUSE_WATCH)
def switch_hint() -> Any:
    """Switch the program's hint on or off."""
    wanted = request.form.get("wanted") == "on"
    rejection_hints.switch_hint(current_actor(), on=wanted)
    said = gettext("The hint is switched on.") if wanted else gettext("The hint is switched off.")
    flash(said, "success")
    return redirect(url_for("abuse.overview", _anchor="hint"), 303)


@room.route("/moderation/floods", needs=Permission.MODERATION_READ)
def listed() -> Any:
    """Contributions that wait and say nearly the same, many times."""
    return page("moderation/floods.html", floods=floods.floods(current_actor())[:ON_A_PAGE])


@room.route(
    "/moderation/floods/<public_id>", methods=["GET", "POST"], needs=Permission.SUBMISSION_MODERATE
)
def flood(public_id: str) -> Any:
    """One flood, and one decision on all of it."""
    found = floods.one(current_actor(), public_id)
    form = RejectForm()
    if request.method == "GET":
        form.ground.data = Ground.DUPLICATE.value
        form.means.data = RESEMBLING
    elif "suggest" in request.form:
        form.suggest()
    elif form.validate():
        done = floods.decide_on_flood(
            current_actor(),
            found,
            form.draft(),
            seen=request.form.get("seen", ""),
            keep_first=request.form.get("deed") == "keep-first",
        )
        for words, weight in said_of(done.count, done.own, done.too_late):
            flash(words, weight)
        return redirect(url_for("abuse.listed"), 303)
    return page(
        "moderation/flood.html",
        422 if form.errors else 200,
        flood=found,
        shown=found.waiting[:ON_A_PAGE],
        form=form,
        seen=" ".join(floods.keys_of(found)),
        at_once=floods.AT_ONCE,
    )


@room.route("/how-it-works/hint", needs=Permission.PUBLIC)
def hint_card() -> Any:
    """The algorithm card of the hint: what it learns from, how well, and who decides."""
    crumbs = [
        {"label": gettext("Start"), "url": url_for("web.home")},
        {"label": gettext("How it works"), "url": url_for("web.how_it_works")},
        {"label": gettext("How a program gives moderators a hint")},
    ]
    return page(
        "moderation/how-it-works-hint.html",
        crumbs=crumbs,
        usual={
            "days": LOOKED_BACK.days,
            "hours": FEWEST_HOURS,
            "deviations": DEVIATIONS,
            "votes": FEWEST[BurstKind.VOTES],
            "guests": FEWEST[BurstKind.GUESTS],
        },
        flood={"fewest": floods.FEWEST},
        **_of_hint(),
    )


def _of_hint() -> dict[str, Any]:
    model = rejection_hints.newest()
    return {
        "model": model,
        "is_on": rejection_hints.is_on(),
        "decided": rejection_hints.decided(),
        "needed": {
            "texts": rejections.FEWEST_TEXTS,
            "refused": rejections.FEWEST_REFUSED,
            "auc": rejections.LEAST_AUC,
            "precision": rejections.WANTED_PRECISION,
            "word": rejections.FEWEST_WITH_WORD,
        },
    }
