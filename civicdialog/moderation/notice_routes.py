"""Reporting something, the receipt for it, and the pages of the moderation for it."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from civicdialog.core import clock
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.ids import new_secret
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.discussion.models import Argument
from civicdialog.moderation import notice_actions as actions
from civicdialog.moderation import notice_queries as queries
from civicdialog.moderation.forms import GROUND_NAMES, RejectForm
from civicdialog.moderation.models import Ground, Notice, SubjectKind
from civicdialog.moderation.notice_actions import LONGEST, NoticeDraft, Reportable
from civicdialog.moderation.queries import decisions_by_id
from civicdialog.submissions.models import Attachment, Submission
from civicdialog.submissions.texts import cleaned

room = Room("notices", __name__)

ON_A_PAGE = 25


def _text(value: Any) -> str:
    return cleaned(value or "")


class NoticeForm(FlaskForm):
    """What is wrong with something on a page."""

    ground = RadioField(
        _l("Which rule does it break?"),
        [InputRequired(_l("Please choose the rule."))],
        choices=[SelectChoice(ground.value, GROUND_NAMES[ground]) for ground in Ground],
    )
    text = TextAreaField(
        _l("What exactly is wrong?"),
        [
            DataRequired(_l("Please say what is wrong with it.")),
            Length(max=LONGEST, message=_l("Please use at most 2,000 characters.")),
        ],
        description=_l("Name the words or the place it is about. A name can break a rule, too."),
        filters=[_text],
    )
    email = EmailField(
        _l("Your e-mail address"),
        [
            Optional(),
            Email(_l("Please check the e-mail address.")),
            Length(max=254, message=_l("Please check the e-mail address.")),
        ],
        description=_l(
            "Only if you want our answer by mail. We delete it a year after the answer."
        ),
    )
    seed = HiddenField(default=new_secret)

    def draft(self) -> NoticeDraft:
        email = (self.email.data or "").strip()
        return NoticeDraft(Ground(self.ground.data), self.text.data or "", email)


class KeepForm(FlaskForm):
    """Why something that was reported stays."""

    answer = TextAreaField(
        _l("Why does it stay?"),
        [
            DataRequired(_l("Please say why it stays.")),
            Length(max=LONGEST, message=_l("Please use at most 2,000 characters.")),
        ],
        description=_l("Who reported it reads exactly this."),
        filters=[_text],
    )


# ---- for everybody ------------------------------------------------------------------------------


@room.route("/report/<kind>/<public_id>", methods=["GET", "POST"], needs=Permission.PUBLIC)
def report(kind: str, public_id: str) -> Any:
    """Say what is wrong with something. Needs no account."""
    actor = current_actor()
    subject, submission = queries.public_one(actor, kind, public_id)
    form = NoticeForm()
    if request.method == "POST" and form.validate():
        seed = (form.seed.data or "")[:100] or new_secret()
        locale = get_locale()
        try:
            actions.report(
                actor,
                subject,
                form.draft(),
                seed=seed,
                language=locale.language if locale else "de",
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(url_for("notices.receipt", key=actions.key_of(seed)), 303)
    return page(
        "moderation/report.html",
        422 if form.errors else 200,
        form=form,
        submission=submission,
        said=_words(subject),
        kind=kind,
    )


@room.route("/notices/<key>", needs=Permission.PUBLIC)
def receipt(key: str) -> Any:
    """What became of a notice: for whoever has the link."""
    notice = actions.with_key(key)
    if notice is None:
        raise NotFound("notice")
    decision = decisions_by_id([notice.decision_id]).get(notice.decision_id or 0)
    return page("moderation/notice-receipt.html", notice=notice, decision=decision)


# ---- for the moderation -------------------------------------------------------------------------


@room.route("/moderation/notices", needs=Permission.MODERATION_READ)
def listed() -> Any:
    """What was reported and waits for an answer."""
    start = max(request.args.get("start", 0, type=int), 0) % 1_000_000
    found = queries.waiting(ON_A_PAGE + 1, start)
    more = len(found) > ON_A_PAGE
    return page(
        "moderation/notices.html",
        reported=found[:ON_A_PAGE],
        now=clock.now(),
        first_url=url_for("notices.listed") if start else "",
        next_url=url_for("notices.listed", start=start + ON_A_PAGE) if more else "",
    )


@room.route("/moderation/notices/<kind>/<int:subject_id>", needs=Permission.MODERATION_READ)
def show(kind: str, subject_id: int) -> Any:
    subject = queries.reported(kind, subject_id)
    return _page(subject, RejectForm(formdata=None), KeepForm(formdata=None))


@room.route(
    "/moderation/notices/<kind>/<int:subject_id>/hide",
    methods=["POST"],
    needs=Permission.NOTICE_DECIDE,
)
def hide(kind: str, subject_id: int) -> Any:
    """Take it off the page."""
    subject, form = queries.reported(kind, subject_id, for_decision=True), RejectForm()
    if form.validate():
        try:
            actions.act_on(current_actor(), subject, form.draft())
        except RuleBroken as error:
            broken_rule_on(form, error)
            return _page(subject, form, KeepForm(formdata=None), 409)
        return _done(gettext("It is no longer on the page. Author and reporter are told."))
    return _page(subject, form, KeepForm(formdata=None), 422)


@room.route(
    "/moderation/notices/<kind>/<int:subject_id>/keep",
    methods=["POST"],
    needs=Permission.NOTICE_DECIDE,
)
def keep(kind: str, subject_id: int) -> Any:
    """Leave it where it is."""
    subject, form = queries.reported(kind, subject_id, for_decision=True), KeepForm()
    if form.validate():
        try:
            actions.keep(current_actor(), subject, form.answer.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
            return _page(subject, RejectForm(formdata=None), form, 409)
        return _done(gettext("It stays. Who reported it is told why."))
    return _page(subject, RejectForm(formdata=None), form, 422)


def _done(words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for("notices.listed"), 303)


def _page(subject: Reportable, hiding: RejectForm, keeping: KeepForm, status: int = 200) -> Any:
    kind = SubjectKind(subject.__tablename__)
    notices = queries.about(kind, subject.id)
    is_open = any(_is_open(notice) for notice in notices)
    owner = subject if not isinstance(subject, Attachment) else queries.contribution_of(subject)
    return page(
        "moderation/notice.html",
        status,
        kind=kind.value,
        subject=subject,
        submission=queries.contribution_of(subject),
        said=_words(subject),
        notices=notices,
        hiding=hiding,
        keeping=keeping,
        form=hiding if hiding.errors else keeping,
        can_decide=is_open and may(current_actor(), Permission.NOTICE_DECIDE, owner),
        is_open=is_open,
        is_shown=_is_shown(subject),
        too_late=status == 409,
    )


def _is_open(notice: Notice) -> bool:
    return notice.decided_at is None


def _is_shown(subject: Reportable) -> bool:
    return not subject.is_hidden if isinstance(subject, Attachment) else bool(subject.is_public)


def _words(subject: Reportable) -> str:
    """What stands there, to recognise it."""
    if isinstance(subject, Submission):
        return subject.body
    if isinstance(subject, Argument):
        return subject.text
    return subject.alternative_text or subject.file_name
