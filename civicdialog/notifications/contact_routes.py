"""Pages for reporting a barrier, and for those who answer."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, Optional

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.ids import new_secret
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.notifications import contact
from civicdialog.notifications.models import ContactMessage

room = Room("contact", __name__)

SHOWN = 50


class ContactForm(FlaskForm):
    text = TextAreaField(
        _l("What hindered you?"),
        [
            DataRequired(_l("Please say what hindered you.")),
            Length(max=contact.LONGEST, message=_l("Please use at most 4,000 characters.")),
        ],
        description=_l("Which page was it, what did you want to do, what happened?"),
    )
    page = StringField(
        _l("On which page was it?"),
        [Length(max=300, message=_l("Please use at most 300 characters."))],
    )
    email = EmailField(
        _l("Your e-mail address"),
        [
            Optional(),
            Email(_l("Please check the e-mail address.")),
            Length(max=254, message=_l("Please check the e-mail address.")),
        ],
        description=_l("Only if you want an answer. We use it for nothing else."),
    )
    form_token = HiddenField()

    def draft(self) -> contact.ContactDraft:
        return contact.ContactDraft(
            self.text.data or "", self.page.data or "", (self.email.data or "").strip()
        )


class AnswerForm(FlaskForm):
    answer = TextAreaField(
        _l("Answer"),
        [
            DataRequired(_l("Please write an answer.")),
            Length(max=contact.LONGEST, message=_l("Please use at most 4,000 characters.")),
        ],
    )


@room.route("/accessibility/report", methods=["GET", "POST"], needs=Permission.PUBLIC)
def report() -> Any:
    form = ContactForm()
    if request.method == "GET":
        form.page.data = request.args.get("page", "")[:300]
    if form.validate_on_submit():
        locale = get_locale()
        language = locale.language if locale else "de"
        try:
            contact.send_message(
                current_actor(),
                form.draft(),
                language=language,
                form_token=form.form_token.data or new_secret(),
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(url_for("contact.sent"), 303)
    form.form_token.data = form.form_token.data or new_secret()
    return page("notifications/report-barrier.html", 422 if form.errors else 200, form=form)


@room.route("/accessibility/report/sent", needs=Permission.PUBLIC)
def sent() -> Any:
    return page("notifications/barrier-reported.html")


@room.route("/manage/barriers", needs=Permission.CONTACT_ANSWER)
def listed() -> Any:
    now = clock.now()
    return page(
        "notifications/barriers.html",
        waiting=[(each, days_left(each)) for each in db.session.scalars(contact.waiting())],
        answered=db.session.scalars(contact.answered().limit(SHOWN)).all(),
        due_soon=contact.due_soon_count(now),
    )


@room.route(
    "/manage/barriers/<public_id>", methods=["GET", "POST"], needs=Permission.CONTACT_ANSWER
)
def answer(public_id: str) -> Any:
    message = contact.by_public_id(public_id)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            contact.answer_message(current_actor(), message, form.answer.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Answered."), "success")
            return redirect(url_for("contact.listed"), 303)
    return page(
        "notifications/barrier.html",
        422 if form.errors else 200,
        form=form,
        message=message,
        days=days_left(message),
    )


def days_left(message: ContactMessage) -> int:
    """Whole days until the answer is due; negative when it is late."""
    return (message.due_at - clock.now()).days
