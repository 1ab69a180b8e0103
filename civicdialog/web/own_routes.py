"""What is stored about oneself: taking a copy, and leaving for good."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import current_app, flash, redirect, request, send_file, url_for
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import AnyOf, InputRequired

from civicdialog.accounts import queries, session
from civicdialog.accounts.account_routes import is_proven, proof_values
from civicdialog.accounts.actions import take_own_data
from civicdialog.accounts.forms import ProofForm
from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.web.erasing import Texts, leave
from civicdialog.web.own_data import write_zip
from civicdialog.web.words import gettext

room = Room("own", __name__)

IN_MEMORY = 5_000_000
"""Larger archives go through a file."""


_CHOOSE = _l("Please choose one of the two.")


class LeaveForm(ProofForm):
    texts = RadioField(
        _l("What shall become of what you have written?"),
        [InputRequired(_CHOOSE), AnyOf([*Texts], _CHOOSE)],
        choices=[
            SelectChoice(Texts.KEEP.value, _l("It stays, without a name")),
            SelectChoice(Texts.REMOVE.value, _l("It is removed as well")),
        ],
        validate_choice=False,
    )


@room.route(
    "/my/account/data", methods=["POST"], needs=Permission.ACCOUNT_USE, own_transaction=True
)
def data() -> Any:
    """A copy of everything. A button and no link, for the minutes note that it was taken."""
    with transaction():
        person = take_own_data(current_actor())
    file = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 (sent and closed)
    write_zip(person, file)
    file.seek(0)
    day = clock.now().date().isoformat()
    return send_file(
        file, "application/zip", as_attachment=True, download_name=f"civicdialog-{day}.zip"
    )


@room.route(
    "/my/account/delete",
    methods=["GET", "POST"],
    needs=Permission.ACCOUNT_USE,
    own_transaction=True,
)
def delete() -> Any:
    person = queries.of_actor(current_actor())
    form = LeaveForm()
    if request.method == "POST" and form.validate() and is_proven(form, person, strict=True):
        try:
            with transaction():
                wish = Texts(form.texts.data or "")
                leave(current_actor(), queries.of_actor(current_actor()), wish)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            session.sign_out()
            flash(gettext("Your account is deleted. Thank you for taking part."), "success")
            return redirect(url_for("web.home"), 303)
    return page(
        "web/delete-account.html",
        422 if form.errors else 200,
        form=form,
        backup_days=current_app.extensions["settings"].keep_backups_days,
        **proof_values(form, person, strict=True),
    )
