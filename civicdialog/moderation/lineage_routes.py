"""Pages for splitting, merging and copying a contribution."""

import re
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, require
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.moderation import lineage_actions as actions
from civicdialog.moderation import queries
from civicdialog.moderation.lineage_forms import CopyForm, MergeForm, SplitForm
from civicdialog.rounds.models import Round
from civicdialog.submissions.fields import values_of
from civicdialog.submissions.models import Submission

room = Room("lineage", __name__)

LONGEST_NUMBER = 9


@room.route(
    "/moderation/submissions/<public_id>/split",
    methods=["GET", "POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def split(public_id: str) -> Any:
    """Make several contributions of one."""
    original = _original(public_id)
    written = [values_of(original)] * actions.FEWEST_PARTS
    form = SplitForm(data=None if request.method == "POST" else {"parts": written})
    if request.form.get("more") and len(form.parts) < actions.MOST_PARTS:
        form.parts.append_entry(values_of(original))
    elif request.method == "POST" and form.validate():
        try:
            drafts = [part.form.draft() for part in form.parts]
            actions.split(current_actor(), original, drafts, form.reason.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _done(original, gettext("Split. The original stays readable."))
    return _page("moderation/split.html", original, form, most=actions.MOST_PARTS)


@room.route(
    "/moderation/submissions/<public_id>/merge",
    methods=["GET", "POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def merge(public_id: str) -> Any:
    """Make one contribution of several."""
    original = _original(public_id)
    form = MergeForm(data=None if request.method == "POST" else {"part": values_of(original)})
    if request.method == "POST" and form.validate():
        try:
            originals = [original, *_numbered(original, form.numbers.data or "")]
            actions.merge(
                current_actor(), originals, form.part.form.draft(), form.reason.data or ""
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _done(original, gettext("Merged. The originals stay readable."))
    return _page("moderation/merge.html", original, form)


@room.route(
    "/moderation/submissions/<public_id>/copy",
    methods=["GET", "POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def copy(public_id: str) -> Any:
    """Publish it in another round as well."""
    original, form = _original(public_id), CopyForm()
    others = db.session.scalars(
        select(Round).where(Round.id != original.round_id).order_by(Round.id.desc())
    ).all()
    form.round.choices = [SelectChoice(each.slug, each.title) for each in others]
    if request.method == "POST" and form.validate():
        target = next(each for each in others if each.slug == form.round.data)
        try:
            actions.copy(current_actor(), original, target, form.reason.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _done(original, gettext("Copied."))
    return _page("moderation/copy.html", original, form)


def _original(public_id: str) -> Submission:
    original = queries.one(current_actor(), public_id, for_decision=request.method == "POST")
    require(current_actor(), Permission.SUBMISSION_MODERATE, original)
    if not original.is_public:
        raise NotFound(public_id)
    return original


def _numbered(original: Submission, text: str) -> list[Submission]:
    """The others by their numbers in the round, held until all is written."""
    numbers = {int(n) for n in re.findall(r"\d+", text) if len(n) <= LONGEST_NUMBER}
    wanted = (
        select(Submission)
        .where(Submission.round_id == original.round_id, Submission.number.in_(numbers))
        .where(Submission.id != original.id)
        .order_by(Submission.id)
        .with_for_update()
    )
    found = list(db.session.scalars(wanted))
    missing = numbers - {each.number for each in found} - {original.number}
    if missing:
        raise RuleBroken(
            mark("There is no published contribution with the number %(number)s."),
            field="numbers",
            number=min(missing),
        )
    return found


def _page(template: str, original: Submission, form: FlaskForm, **more: Any) -> Any:
    status = 422 if form.errors else 200
    return page(template, status, original=original, form=form, **more)


def _done(original: Submission, words: str) -> Any:
    flash(words, "success")
    return redirect(url_for("web.thread", public_id=original.public_id), 303)
