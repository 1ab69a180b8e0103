"""Pages of the room `moderation`."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, current_actor, page
from civicdialog.moderation import actions, queries, revision_actions
from civicdialog.moderation.forms import GROUND_NAMES, RejectForm
from civicdialog.moderation.hints import resembling
from civicdialog.moderation.models import Outcome
from civicdialog.submissions import attachments, revisions
from civicdialog.submissions.fields import parts, state_of, values_of
from civicdialog.submissions.models import Attachment, RevisionState, Status, Submission
from civicdialog.submissions.personal_data import marks_in
from civicdialog.submissions.revisions import Written
from civicdialog.submissions.shown_files import shown as shown_files

room = Room("moderation", __name__)

ON_A_PAGE = 25
OUTCOMES = {outcome.value: outcome for outcome in Outcome}


@room.route("/moderation/queue", needs=Permission.MODERATION_READ)
def queue() -> Any:
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
    "/moderation/submissions/<public_id>/reject",
    methods=["POST"],
    needs=Permission.SUBMISSION_MODERATE,
)
def reject(public_id: str) -> Any:
    submission = queries.one(current_actor(), public_id, for_decision=True)
    form = RejectForm()
    if submission.status is not Status.PENDING or _has_changed(submission):
        return _submission_page(submission, form, 409)
    if not form.validate():
        return _submission_page(submission, form, 422)
    actions.reject(current_actor(), submission, form.draft())
    done = gettext("Not published: “%(title)s”.", title=submission.title)
    told = gettext("The author is told why.") if submission.author else ""
    return _go_on(submission, f"{done} {told}".strip())


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


def _submission_page(submission: Submission, form: RejectForm, status: int = 200) -> Any:
    actor = current_actor()
    decisions = queries.decisions_on(actor, submission.id)
    shown = parts(submission, gettext)
    files = attachments.of(submission)
    return page(
        "moderation/show.html",
        status,
        submission=submission,
        form=form,
        decisions=decisions,
        grounds=GROUND_NAMES,
        age=_age(submission, clock.now()),
        slug=request.args.get("round") or None,
        is_own=_is_own(submission),
        can_decide=submission.status is Status.PENDING
        and may(actor, Permission.SUBMISSION_MODERATE, submission),
        too_late=status == 409 and submission.status is not Status.PENDING,
        has_changed=status == 409 and submission.status is Status.PENDING,
        seen=_state(submission, files),
        files=shown_files(files, hidden_too=True),
        parts=shown,
        personal=marks_in(
            [(gettext("Title"), submission.title), *((part.heading, part.text) for part in shown)]
        ),
        resembling=resembling(actor, submission),
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
