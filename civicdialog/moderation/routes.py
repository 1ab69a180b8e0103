"""Pages of the room `moderation`."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext, ngettext
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, may
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.moderation import actions, queries, revision_actions
from civicdialog.moderation.forms import (
    GROUND_NAMES,
    MoveForm,
    RedactForm,
    RejectForm,
    RestoreForm,
)
from civicdialog.moderation.hints import resembling
from civicdialog.moderation.models import Ground, Outcome
from civicdialog.moderation.phrases import PHRASES
from civicdialog.rounds.models import Round
from civicdialog.submissions import attachments, revisions
from civicdialog.submissions.fields import parts, state_of, values_of
from civicdialog.submissions.models import Attachment, RevisionState, Status, Submission
from civicdialog.submissions.personal_data import Warned, marks_in
from civicdialog.submissions.revisions import Written
from civicdialog.submissions.shown_files import shown as shown_files

room = Room("moderation", __name__)

ON_A_PAGE = 25
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
    return _queue_page(RejectForm(formdata=None))


def _queue_page(form: RejectForm, ticked: Sequence[str] = (), status: int = 200) -> Any:
    actor, now = current_actor(), clock.now()
    waiting = queries.waiting_by_round(actor)
    chosen = next((each for each in waiting if each.slug == request.args.get("round")), None)
    slug, round_id = (chosen.slug, chosen.round_id) if chosen else (None, None)
    after = request.args.get("after", "")
    wanted = (
        queries.queue_after(actor, after, round_id) if after else queries.queue(actor, round_id)
    )
    rows = list(db.session.scalars(wanted.limit(ON_A_PAGE + 1)))
    shown = rows[:ON_A_PAGE]
    more = shown[-1].public_id if len(rows) > ON_A_PAGE else None
    changes = [] if after else db.session.execute(queries.changes_that_wait(actor)).all()
    return page(
        "moderation/queue.html",
        status,
        form=form,
        ticked=ticked,
        unread=[] if after else db.session.scalars(queries.unread(actor).limit(ON_A_PAGE)).all(),
        awaiting=[]
        if after
        else db.session.scalars(queries.awaiting_author(actor).limit(ON_A_PAGE)).all(),
        changes=[(change, each, _is_own(each)) for change, each in changes],
        tabs=_round_tabs(waiting, slug),
        rows=[(each, _age(each, now), _is_own(each)) for each in shown],
        slug=slug,
        count=chosen.count if chosen else sum(each.count for each in waiting),
        oldest=format_timedelta(now - min(each.oldest_at for each in waiting)) if waiting else "",
        first_url=url_for("moderation.queue", round=slug) if after else "",
        next_url=url_for("moderation.queue", round=slug, after=more) if more else "",
    )


@room.route("/moderation/submissions/<public_id>", needs=Permission.MODERATION_READ)
def show(public_id: str) -> Any:
    submission = queries.one(current_actor(), public_id)
    return _submission_page(submission, RejectForm(formdata=None))


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
    if form.validate():
        try:
            actions.redact(current_actor(), submission, form.wanted(), form.draft())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            said = gettext("Published without these passages: “%(title)s”.", title=submission.title)
            return _go_on(submission, said)
    return _submission_page(submission, form, 422)


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


@room.route("/moderation/submissions/<public_id>/next", needs=Permission.MODERATION_READ)
def skip(public_id: str) -> ResponseReturnValue:
    """To the next one that waits; this one stays in the queue."""
    submission = queries.one(current_actor(), public_id)
    slug = request.args.get("round") or None
    round_id = submission.round_id if slug else None
    following = queries.next_to_decide(current_actor(), submission, round_id)
    if following is None:
        return redirect(url_for("moderation.queue"), 302)
    return redirect(url_for("moderation.show", public_id=following.public_id, round=slug), 302)


@room.route("/moderation/shortcuts", methods=["POST"], needs=Permission.MODERATION_READ)
def shortcuts() -> ResponseReturnValue:
    """Switch the keys on or off, for this browser."""
    session["shortcuts_off"] = request.form.get("wanted") != "on"
    return redirect(safe_target(request.form.get("next"), url_for("moderation.queue")), 303)


@room.route("/moderation/queue/decide", methods=["POST"], needs=Permission.SUBMISSION_MODERATE)
def decide_several() -> Any:
    """One decision on several; says of each what was not done."""
    actor, form = current_actor(), RejectForm()
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))[:ON_A_PAGE]
    rejects = request.form.get("deed") == "reject"
    if not chosen:
        flash(gettext("Please choose at least one contribution."), "warning")
        return redirect(url_for("moderation.queue"), 303)
    if rejects and not form.validate():
        flash(gettext("Please choose the rule and explain the decision."), "warning")
        return _queue_page(form, chosen, 422)
    done, left = 0, []
    for public_id in sorted(chosen):
        submission = queries.one(actor, public_id, for_decision=True)
        waits = submission.status is Status.PENDING and not submission.awaits_author
        if not waits or not may(actor, Permission.SUBMISSION_MODERATE, submission):
            left.append(submission.title)
        elif rejects:
            actions.reject(actor, submission, form.draft())
            done += 1
        else:
            actions.publish(actor, submission)
            done += 1
    said = ngettext("%(num)s contribution decided.", "%(num)s contributions decided.", done)
    flash(said, "success" if done else "warning")
    if left:
        titles = ", ".join(f"“{title}”" for title in left)
        flash(
            gettext(
                "Not decided, because it is your own or somebody was faster: %(titles)s",
                titles=titles,
            ),
            "warning",
        )
    return redirect(url_for("moderation.queue"), 303)


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
    if outcome == "publish":
        revision_actions.publish_revision(current_actor(), submission, revision)
        flash(gettext("The change of “%(title)s” is published.", title=submission.title), "success")
    elif form.validate():
        revision_actions.reject_revision(current_actor(), submission, revision, form.draft())
        flash(gettext("“%(title)s” stays as it is.", title=submission.title), "success")
    else:
        return _change_page(submission, form, 422)
    return redirect(url_for("moderation.queue"), 303)


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
        personal=marks_in((part.heading, part.text) for part in shown),
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


def _submission_page(submission: Submission, form: FlaskForm, status: int = 200) -> Any:
    actor = current_actor()
    decisions = queries.decisions_on(actor, submission.id)
    shown = parts(submission, gettext)
    files = attachments.of(submission)
    texts = [(gettext("Title"), submission.title), *((part.heading, part.text) for part in shown)]
    personal = marks_in(texts)
    moving = form if isinstance(form, MoveForm) else _move_form(submission, formdata=None)[0]
    return page(
        "moderation/show.html",
        status,
        submission=submission,
        form=form,
        rejecting=form if type(form) is RejectForm else RejectForm(formdata=None),
        redacting=form if isinstance(form, RedactForm) else _redact_form(personal),
        restoring=form if isinstance(form, RestoreForm) else RestoreForm(formdata=None),
        moving=moving,
        phrases=PHRASES,
        shortcuts=not session.get("shortcuts_off"),
        decisions=decisions,
        grounds=GROUND_NAMES,
        age=_age(submission, clock.now()),
        slug=request.args.get("round") or None,
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
        personal=personal,
        resembling=resembling(actor, submission),
    )


def _redact_form(personal: Sequence[Warned]) -> RedactForm:
    """What a program has marked is proposed."""
    words = list(dict.fromkeys(each.words for each in personal))
    return RedactForm(
        formdata=None,
        prefix=OUT,
        data={
            "passages": "\n".join(words),
            "ground": Ground.PERSONAL_DATA.value,
            "explanation": gettext(REDACTION) if words else "",
            "followed_hint": bool(words),
        },
    )


def _go_on(decided: Submission, done: str) -> ResponseReturnValue:
    """To the next contribution that waits, or to the empty queue."""
    slug = request.args.get("round") or None
    round_id = decided.round_id if slug else None
    following = queries.next_to_decide(current_actor(), decided, round_id)
    if following is None:
        flash(done, "success")
        return redirect(url_for("moderation.queue"), 303)
    flash(gettext("%(done)s Here is the next contribution.", done=done), "success")
    return redirect(url_for("moderation.show", public_id=following.public_id, round=slug), 303)


def _age(submission: Submission, now: Any) -> str:
    return str(format_timedelta(now - submission.created_at))


def _is_own(submission: Submission) -> bool:
    return submission.author_id is not None and submission.author_id == current_actor().id


def _round_tabs(waiting: list[queries.Waiting], slug: str | None) -> list[dict[str, Any]]:
    """All rounds, and each round in which something waits; nothing to choose with one round."""
    if len(waiting) < 2:
        return []
    everything = sum(each.count for each in waiting)
    url = url_for("moderation.queue")
    first = {"label": gettext("All rounds"), "url": url, "current": slug is None}
    return [
        first | {"count": everything},
        *(
            {
                "label": each.title,
                "url": url_for("moderation.queue", round=each.slug),
                "current": each.slug == slug,
                "count": each.count,
            }
            for each in waiting
        ),
    ]


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
