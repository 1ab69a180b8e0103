"""Pages of the room `moderation`."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, may
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.moderation import actions, queries, redacting, revision_actions
from civicdialog.moderation.bulk import decide_on_all
from civicdialog.moderation.desk import OFF, desk_of
from civicdialog.moderation.forms import (
    GROUND_NAMES,
    MoveForm,
    RedactForm,
    RejectForm,
    RestoreForm,
)
from civicdialog.moderation.hints import resembling
from civicdialog.moderation.models import Ground, Outcome, SubjectKind
from civicdialog.moderation.queue_page import (
    ON_A_PAGE,
    go_on,
    next_address,
    queue_page,
    said_of,
    wanted_here,
)
from civicdialog.moderation.queue_queries import Place
from civicdialog.moderation.rejection_hints import signs_of
from civicdialog.moderation.signs import PERSONAL_DATA, RESEMBLING, Sign, signs_in
from civicdialog.rounds.models import Round
from civicdialog.submissions import attachments, revisions
from civicdialog.submissions.fields import parts, state_of, values_of
from civicdialog.submissions.models import Attachment, RevisionState, Status, Submission
from civicdialog.submissions.revisions import Written
from civicdialog.submissions.shown_files import shown as shown_files

room = Room("moderation", __name__)

OUTCOMES = {outcome.value: outcome for outcome in Outcome}
RESTRICTABLE = {"reject": Status.PENDING, "ask": Status.PENDING, "hide": Status.PUBLISHED}
RESTRICTING = {
    "reject": (actions.reject, mark("Not published: “%(title)s”.")),
    "ask": (actions.ask_for_change, mark("Sent back with a request: “%(title)s”.")),
    "hide": (actions.hide, mark("No longer on the page: “%(title)s”.")),
}
OUT = "out-"
"""Before the names of fields of the second form on the page."""
REDACTABLE = frozenset({Status.PENDING, Status.PUBLISHED})
RESTORABLE = frozenset({Status.HIDDEN, Status.REJECTED})
DECIDABLE = REDACTABLE | RESTORABLE
REDACTION = mark(
    "We have taken out personal data to protect the people concerned. Everything else stands as "
    "you wrote it."
)


@room.route("/moderation/queue", needs=Permission.MODERATION_READ)
def queue() -> Any:
    return queue_page(RejectForm(formdata=None))


@room.route("/moderation/submissions/<public_id>", needs=Permission.MODERATION_READ)
def show(public_id: str) -> Any:
    submission = queries.one(current_actor(), public_id)
    return _submission_page(submission, _reject_form(submission))


def _reject_form(submission: Submission) -> RejectForm:
    """Empty, or with words that lead to the contribution that says the same."""
    same = request.args.get("same", "")
    other = queries.published_one(current_actor(), same) if same else None
    if other is None or other.id == submission.id:
        return RejectForm(formdata=None)
    return RejectForm(
        formdata=None,
        data={
            "ground": Ground.DUPLICATE.value,
            "explanation": gettext(
                "Another contribution already says the same: “%(title)s” (%(address)s). Please "
                "support that one: so the voices come together. If yours means something else, "
                "hand it in again and say what is different.",
                title=other.title,
                address=current_app.extensions["settings"].base_url
                + url_for("web.proposal", public_id=other.public_id),
            ),
            "means": RESEMBLING,
        },
    )


@room.route(
    "/moderation/submissions/<public_id>/publish",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def publish(public_id: str) -> Any:
    submission = queries.one(current_actor(), public_id, for_decision=True)
    if submission.status is not Status.PENDING or _has_changed(submission):
        return _submission_page(submission, RejectForm(formdata=None), 409)
    actions.publish(current_actor(), submission)
    return _go_on(submission, gettext("Published: “%(title)s”.", title=submission.title))


@room.route(
    "/moderation/submissions/<public_id>/<any(reject, ask, hide):deed>",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def restrict(public_id: str, deed: str) -> Any:
    """Do not publish it, ask its author for a change, or take it off the page."""
    submission = queries.one(current_actor(), public_id, for_decision=True)
    form = RejectForm()
    if "suggest" in request.form:
        form.suggest()
        return _submission_page(submission, form)
    if submission.status is not RESTRICTABLE[deed] or _has_changed(submission):
        return _submission_page(submission, form, 409)
    if not form.validate():
        return _submission_page(submission, form, 422)
    act, said = RESTRICTING[deed]
    act(current_actor(), submission, form.draft())
    done = gettext(said, title=submission.title)
    told = gettext("The author is told why.") if submission.author else ""
    return _go_on(submission, f"{done} {told}".strip())


@room.route(
    "/moderation/submissions/<public_id>/redact",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def redact(public_id: str) -> Any:
    """Take passages out; what waits is published without them."""
    submission = queries.one(current_actor(), public_id, for_decision=True)
    form = RedactForm(prefix=OUT)
    if submission.status not in REDACTABLE or _has_changed(submission):
        return _submission_page(submission, form, 409)
    if "preview" in request.form:
        return _preview(submission, form)
    if form.validate():
        try:
            actions.redact(current_actor(), submission, form.wanted(), form.draft())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            said = gettext("Published without these passages: “%(title)s”.", title=submission.title)
            return _go_on(submission, said)
    return _submission_page(submission, form, 422)


def _preview(submission: Submission, form: RedactForm) -> Any:
    """The texts as they would stand without the passages."""
    try:
        pairs = redacting.redacted(redacting.texts_of(submission), form.wanted())
    except RuleBroken as error:
        form.passages.errors = []
        broken_rule_on(form, error)
        return _submission_page(submission, form, 422)
    headings = {part.name: part.heading for part in parts(submission, gettext)}
    headings |= {"title": gettext("Title"), redacting.NAME: gettext("Author")}
    return _submission_page(
        submission, form, preview=[(headings[name], now) for name, (_, now) in pairs.items()]
    )


@room.route(
    "/moderation/submissions/<public_id>/restore",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def restore(public_id: str) -> Any:
    """Put back what was hidden or not published."""
    submission = queries.one(current_actor(), public_id, for_decision=True)
    form = RestoreForm()
    if submission.status not in RESTORABLE:
        return _submission_page(submission, form, 409)
    if not form.validate():
        return _submission_page(submission, form, 422)
    actions.restore(current_actor(), submission, form.note.data or "")
    return _go_on(submission, gettext("Back on the page: “%(title)s”.", title=submission.title))


@room.route(
    "/moderation/submissions/<public_id>/leave",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def leave(public_id: str) -> Any:
    """Note that what was published at once is read, and stays."""
    submission = queries.one(current_actor(), public_id, for_decision=True)
    try:
        actions.leave_it(current_actor(), submission)
    except RuleBroken:
        return _submission_page(submission, RejectForm(formdata=None), 409)
    return _go_on(submission, gettext("Read, and stays: “%(title)s”.", title=submission.title))


@room.route(
    "/moderation/submissions/<public_id>/move",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def move(public_id: str) -> Any:
    """Put what waits into another round."""
    submission = queries.one(current_actor(), public_id, for_decision=True)
    form, others = _move_form(submission)
    if submission.status is not Status.PENDING:
        return _submission_page(submission, form, 409)
    if not form.validate():
        return _submission_page(submission, form, 422)
    actions.move(current_actor(), submission, others[form.round.data], form.note.data or "")
    return _go_on(submission, gettext("Moved: “%(title)s”.", title=submission.title))


def _move_form(submission: Submission, **options: Any) -> tuple[MoveForm, dict[str, Round]]:
    """The form with the rounds a contribution could stand in."""
    form = MoveForm(**options)
    others = {each.slug: each for each in queries.other_rounds(submission.round_id)}
    form.round.choices = [SelectChoice(each.slug, each.title) for each in others.values()]
    return form, others


@room.route("/moderation/queue/skip", needs=Permission.MODERATION_READ)
def skip() -> ResponseReturnValue:
    """To the next one that waits; this one stays in the queue."""
    place = Place.of(request.args.get("after", ""))
    following = next_address(place) if place else ""
    return redirect(following or url_for("moderation.queue", **wanted_here().args), 302)


@room.route("/moderation/shortcuts", methods=["POST"], needs=Permission.MODERATION_READ)
def shortcuts() -> ResponseReturnValue:
    """Switch the keys on or off, for this browser."""
    session[OFF] = request.form.get("wanted") != "on"
    return redirect(safe_target(request.form.get("next"), url_for("moderation.queue")), 303)


@room.route("/moderation/queue/decide", methods=["POST"], needs=Permission.SUBMISSION_MODERATE)
def decide_several() -> Any:
    """One decision on several; says of each what was not done."""
    form = RejectForm()
    chosen = request.form.getlist("chosen")[:ON_A_PAGE]
    rejects = request.form.get("deed") == "reject"
    if not chosen:
        flash(gettext("Please choose at least one thing."), "warning")
        return queue_page(form, status=422)
    if rejects and not form.validate():
        flash(gettext("Please choose the rule and explain the decision."), "warning")
        return queue_page(form, chosen, 422)
    done = decide_on_all(current_actor(), chosen, form.draft() if rejects else None)
    for words, weight in said_of(done.count, done.own, done.too_late):
        flash(words, weight)
    return redirect(url_for("moderation.queue", **wanted_here().args), 303)


@room.route("/moderation/submissions/<public_id>/change", needs=Permission.MODERATION_READ)
def change(public_id: str) -> Any:
    """What a published contribution says, what it shall say, and why."""
    submission = queries.one(current_actor(), public_id)
    return _change_page(submission, RejectForm(formdata=None))


@room.route(
    "/moderation/submissions/<public_id>/change/<int:number>/<outcome>",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def decide_change(public_id: str, number: int, outcome: str) -> Any:
    submission = queries.one(current_actor(), public_id, for_decision=True)
    revision = revisions.to_decide(submission.id, number)
    form = RejectForm()
    if revision.state is not RevisionState.WAITING or not submission.is_public:
        return _change_page(submission, form, 409)
    if "suggest" in request.form:
        form.suggest()
        return _change_page(submission, form)
    place = Place(revision.created_at, SubjectKind.REVISION, revision.id)
    if outcome == "publish":
        revision_actions.publish_revision(current_actor(), submission, revision)
        said = gettext("The change of “%(title)s” is published.", title=submission.title)
        return go_on(place, said)
    if not form.validate():
        return _change_page(submission, form, 422)
    revision_actions.reject_revision(current_actor(), submission, revision, form.draft())
    return go_on(place, gettext("“%(title)s” stays as it is.", title=submission.title))


def _change_page(submission: Submission, form: RejectForm, status: int = 200) -> Any:
    actor = current_actor()
    waits = revisions.waiting(submission.id) if submission.is_public else None
    written = Written.of(waits.fields) if waits else None
    shown = parts(written, gettext) if written else []
    return page(
        "moderation/change.html",
        status,
        submission=submission,
        waits=waits,
        form=form,
        written=written,
        parts=shown,
        changed=revisions.changed(values_of(submission), waits.fields, gettext) if waits else [],
        signs=signs_in((part.heading, part.text) for part in shown),
        desk=desk_of(SubjectKind.REVISION, waits.id, waits.created_at, submission.author_id)
        if waits
        else None,
        grounds=GROUND_NAMES,
        is_own=_is_own(submission),
        can_decide=waits is not None and may(actor, Permission.SUBMISSION_MODERATE, submission),
        too_late=status == 409,
    )


@room.route("/moderation/history", needs=Permission.MODERATION_READ)
def history() -> Any:
    outcome = OUTCOMES.get(request.args.get("outcome", ""))
    before = request.args.get("before", type=int)
    wanted = queries.history(current_actor(), outcome, before).limit(ON_A_PAGE + 1)
    rows = db.session.execute(wanted).all()
    shown = rows[:ON_A_PAGE]
    more = shown[-1][0].id if len(rows) > ON_A_PAGE else None
    return page(
        "moderation/history.html",
        rows=shown,
        grounds=GROUND_NAMES,
        tabs=_outcome_tabs(outcome),
        first_url=url_for("moderation.history", outcome=outcome) if before else "",
        next_url=url_for("moderation.history", outcome=outcome, before=more) if more else "",
    )


def _has_changed(submission: Submission) -> bool:
    """Whether the author has changed the text since the moderator read it."""
    seen = request.form.get("seen")
    return seen is not None and seen != _state(submission, attachments.of(submission))


def _state(submission: Submission, files: Sequence[Attachment]) -> str:
    return state_of(values_of(submission)) + attachments.fingerprint(files)


def _submission_page(
    submission: Submission,
    form: FlaskForm,
    status: int = 200,
    *,
    preview: Sequence[tuple[str, str]] = (),
) -> Any:
    actor = current_actor()
    decisions = queries.decisions_on(actor, submission.id)
    shown = parts(submission, gettext)
    files = attachments.of(submission)
    texts = [
        (gettext("Title"), submission.title),
        *((part.heading, part.text) for part in shown),
        (gettext("Author"), redacting.shown_name(submission)),
    ]
    signs = [*signs_in(texts), *signs_of(actor, submission)]
    moving = form if isinstance(form, MoveForm) else _move_form(submission, formdata=None)[0]
    return page(
        "moderation/show.html",
        status,
        submission=submission,
        form=form,
        rejecting=form if type(form) is RejectForm else RejectForm(formdata=None),
        redacting=form if isinstance(form, RedactForm) else _redact_form(signs),
        restoring=form if isinstance(form, RestoreForm) else RestoreForm(formdata=None),
        moving=moving,
        preview=preview,
        desk=desk_of(
            SubjectKind.SUBMISSION, submission.id, submission.created_at, submission.author_id
        ),
        decisions=decisions,
        grounds=GROUND_NAMES,
        age=_age(submission, clock.now()),
        is_own=_is_own(submission),
        can_decide=submission.status in DECIDABLE
        and may(actor, Permission.SUBMISSION_MODERATE, submission),
        is_unread=submission.is_public
        and not submission.round.submissions_wait
        and submission.source_id is None
        and not decisions,
        too_late=status == 409 and submission.status is not Status.PENDING,
        has_changed=status == 409 and submission.status is Status.PENDING,
        seen=_state(submission, files),
        files=shown_files(files, hidden_too=True),
        parts=shown,
        signs=signs,
        resembling=resembling(actor, submission),
    )


def _redact_form(signs: Sequence[Sign]) -> RedactForm:
    """What a program has marked is proposed."""
    words = list(dict.fromkeys(each.words for each in signs if each.means == PERSONAL_DATA))
    return RedactForm(
        formdata=None,
        prefix=OUT,
        data={
            "passages": "\n".join(words),
            "ground": Ground.PERSONAL_DATA.value,
            "explanation": gettext(REDACTION) if words else "",
            "means": PERSONAL_DATA if words else "",
        },
    )


def _go_on(decided: Submission, done: str) -> ResponseReturnValue:
    return go_on(_place(decided), done)


def _place(submission: Submission) -> Place:
    return Place(submission.created_at, SubjectKind.SUBMISSION, submission.id)


def _age(submission: Submission, now: Any) -> str:
    return str(format_timedelta(now - submission.created_at))


def _is_own(submission: Submission) -> bool:
    return submission.author_id is not None and submission.author_id == current_actor().id


def _outcome_tabs(chosen: Outcome | None) -> list[dict[str, Any]]:
    names = {
        None: gettext("All decisions"),
        Outcome.PUBLISHED: gettext("Published"),
        Outcome.REJECTED: gettext("Not published"),
    }
    return [
        {
            "label": name,
            "url": url_for("moderation.history", outcome=outcome),
            "current": outcome is chosen,
        }
        for outcome, name in names.items()
    ]
