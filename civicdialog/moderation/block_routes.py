"""Pages for keeping somebody from writing for a time, and for taking a name off the pages."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.accounts.models import Person
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission, require
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.moderation import block_queries as queries
from civicdialog.moderation import blocking, naming
from civicdialog.moderation.block_forms import BlockForm, LiftForm, NameBackForm, NameForm
from civicdialog.moderation.forms import GROUND_NAMES
from civicdialog.moderation.models import ModerationDecision

room = Room("blocks", __name__)

ON_A_PAGE = 25


@room.route(
    "/moderation/people/<public_id>/block",
    methods=["GET", "POST"],
    needs=Permission.PERSON_BLOCK,
)
def block(public_id: str) -> Any:
    person = queries.person(current_actor(), public_id)
    require(current_actor(), Permission.PERSON_BLOCK, person)
    form = BlockForm()
    if request.method == "POST" and form.validate():
        try:
            blocking.block(current_actor(), person, form.ends_at(), form.reasons())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(
                gettext("%(name)s cannot write for now and is told why.", name=person.public_name),
                "success",
            )
            return redirect(url_for("blocks.listed"), 303)
    return _block_page(person, form)


def _block_page(person: Person, form: BlockForm) -> Any:
    return page(
        "moderation/block.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        known=queries.known_of(current_actor(), person),
        held=blocking.block_of(person.id),
        back_url=safe_target(request.args.get("next"), url_for("blocks.listed")),
        here=url_for("blocks.block", public_id=person.public_id, next=request.args.get("next")),
    )


@room.route(
    "/moderation/people/<public_id>/name",
    methods=["GET", "POST"],
    needs=Permission.PERSON_BLOCK,
)
def name(public_id: str) -> Any:
    """Take a public name off the pages."""
    person = queries.person(current_actor(), public_id)
    require(current_actor(), Permission.PERSON_BLOCK, person)
    form = NameForm()
    if request.method == "POST" and form.validate():
        try:
            naming.hide_name(current_actor(), person, form.reasons())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("The name is off the pages. The person is told why."), "success")
            return redirect(url_for("blocks.name", public_id=public_id), 303)
    return _name_page(person, form, NameBackForm(formdata=None))


@room.route(
    "/moderation/people/<public_id>/name/back",
    methods=["POST"],
    needs=Permission.PERSON_BLOCK,
)
def name_back(public_id: str) -> Any:
    """Give a name back that was taken away."""
    person = queries.person(current_actor(), public_id)
    require(current_actor(), Permission.PERSON_BLOCK, person)
    held, form = naming.hidden_name_of(person), NameBackForm()
    if held is not None and form.validate():
        decision = db.session.get_one(ModerationDecision, held.decision_id)
        naming.give_name_back(current_actor(), person, form.note.data or "", reverses=decision)
        flash(gettext("The name is back on the pages."), "success")
        return redirect(url_for("blocks.name", public_id=public_id), 303)
    return _name_page(person, NameForm(formdata=None), form)


def _name_page(person: Person, form: NameForm, back: NameBackForm) -> Any:
    return page(
        "moderation/name.html",
        422 if form.errors or back.errors else 200,
        form=form,
        back=back,
        person=person,
        held=naming.hidden_name_of(person),
        back_url=safe_target(request.args.get("next"), url_for("blocks.listed")),
        here=url_for("blocks.name", public_id=person.public_id, next=request.args.get("next")),
    )


@room.route("/moderation/blocks", needs=Permission.PERSON_BLOCK)
def listed() -> Any:
    """Who cannot write at the moment."""
    after = min(request.args.get("after", 0, type=int), queries.LARGEST_ID)
    wanted = queries.holding(current_actor(), after).limit(ON_A_PAGE + 1)
    rows = db.session.execute(wanted).all()
    shown = rows[:ON_A_PAGE]
    return page(
        "moderation/blocks.html",
        rows=shown,
        grounds=GROUND_NAMES,
        first_url=url_for("blocks.listed") if after else "",
        next_url=url_for("blocks.listed", after=shown[-1][0].id) if len(rows) > ON_A_PAGE else "",
    )


@room.route(
    "/moderation/blocks/<int:block_id>/lift",
    methods=["GET", "POST"],
    needs=Permission.PERSON_BLOCK,
)
def lift(block_id: int) -> Any:
    held, person, decision = queries.one(current_actor(), block_id)
    require(current_actor(), Permission.PERSON_BLOCK, person)
    form = LiftForm()
    if request.method == "POST" and form.validate():
        blocking.unblock(current_actor(), person, form.note.data or "", reverses=decision)
        flash(gettext("%(name)s can write again.", name=person.public_name), "success")
        return redirect(url_for("blocks.listed"), 303)
    return page(
        "moderation/lift-block.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        held=held,
        decision=decision,
        grounds=GROUND_NAMES,
    )
