"""Pages of the committee's meetings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from civicdialog.committee import meeting_actions as actions
from civicdialog.committee import meeting_queries as queries
from civicdialog.committee.calendar_file import as_calendar
from civicdialog.committee.meeting_actions import ItemDraft
from civicdialog.committee.meeting_forms import (
    NOT_NOTED,
    PRESENCES,
    RESULTS,
    CancelForm,
    CorrectionForm,
    GuestsForm,
    ItemForm,
    MeetingForm,
    MinutesForm,
)
from civicdialog.committee.meeting_models import ItemResult, Meeting, Presence
from civicdialog.committee.meeting_papers import papers as papers_of
from civicdialog.committee.meeting_queries import ON_A_PAGE, Open
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb

room = Room("meetings", __name__)

MATTERS = {
    "discussion": mark("Discuss the recommendation “%(title)s”"),
    "vote": mark("Vote on the recommendation “%(title)s”"),
    "overdue": mark("The city's answer to “%(title)s” is overdue"),
    "topics": mark("Adopt the new version of the topics of “%(title)s”"),
    "rating": mark("The members rate “%(title)s” differently"),
    "screening": mark("Two opinions on the class of “%(title)s”"),
}
PLACES = {
    "topics": ("committee.new_version", "slug"),
    "rating": ("ratings.show", "public_id"),
    "screening": ("screening.show", "public_id"),
}
"""Where a matter stands, by kind; the others are recommendations."""
DIFFERING = ("rating", "screening")
"""What is suggested no more once the committee has talked about it."""


def _crumbs(*last: Crumb) -> list[Crumb]:
    return [
        Crumb(gettext("Committee"), url_for("committee.index")),
        Crumb(gettext("Meetings"), url_for("meetings.listed") if last else ""),
        *last,
    ]


def _back(meeting: Meeting) -> ResponseReturnValue:
    return redirect(url_for("meetings.show", public_id=meeting.public_id), 303)


# ---- list and plan ------------------------------------------------------------------------------


@room.route("/committee/meetings", needs=Permission.MEETINGS_READ)
def listed() -> Any:
    """What is coming and what was."""
    actor = current_actor()
    before = _place(request.args.get("before", ""))
    found = queries.past(actor, before)
    shown = found[:ON_A_PAGE]
    last = shown[-1] if len(found) > len(shown) else None
    following = f"{last.starts_at.isoformat()}_{last.id}" if last else ""
    return page(
        "committee/meetings.html",
        coming=[] if before else queries.coming(actor),
        past=shown,
        is_first=before is None,
        first_url=url_for("meetings.listed") if before else "",
        next_url=url_for("meetings.listed", before=following) if following else "",
        may_plan=may(actor, Permission.MEETINGS_PLAN),
        crumbs=_crumbs(),
    )


def _place(typed: str) -> tuple[datetime, int] | None:
    """`<moment>_<id>`; anything else begins at the top."""
    moment, _, number = typed.rpartition("_")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    try:
        found = datetime.fromisoformat(moment)
        return (found.astimezone(UTC), int(number)) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


@room.route("/committee/meetings/new", methods=["GET", "POST"], needs=Permission.MEETINGS_PLAN)
def new() -> Any:
    """Plan a meeting."""
    form = MeetingForm()
    if request.method == "POST" and form.validate():
        try:
            token = (form.form_token.data or "")[:64]
            meeting = actions.plan_meeting(current_actor(), form.draft(), form_token=token)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(meeting)
    return page(
        "committee/meeting-edit.html",
        422 if form.errors else 200,
        meeting=None,
        form=form,
        crumbs=_crumbs(Crumb(gettext("Plan a meeting"))),
    )


@room.route(
    "/committee/meetings/<public_id>/edit", methods=["GET", "POST"], needs=Permission.MEETINGS_PLAN
)
def edit(public_id: str) -> Any:
    """Change when, where and what about."""
    posted, status = request.method == "POST", 200
    meeting = queries.by_public_id(current_actor(), public_id, for_change=posted)
    if not (posted or meeting.may_be_changed):
        return _back(meeting)
    form = MeetingForm(obj=meeting, based_on=str(meeting.version))
    if posted:
        status = 422
        if form.validate():
            try:
                actions.change_meeting(
                    current_actor(), meeting, form.draft(), based_on=form.began_from()
                )
            except actions.Overtaken as error:
                form.based_on.data = str(meeting.version)
                broken_rule_on(form, error)
                status = 409
            except RuleBroken as error:
                broken_rule_on(form, error)
            else:
                return _back(meeting)
    return page(
        "committee/meeting-edit.html",
        status,
        meeting=meeting,
        form=form,
        crumbs=_crumbs(Crumb(meeting.title, url_for("meetings.show", public_id=public_id)),
                       Crumb(gettext("Change"))),
    )  # fmt: skip


# ---- one meeting --------------------------------------------------------------------------------


@room.route("/committee/meetings/<public_id>", needs=Permission.MEETINGS_READ)
def show(public_id: str) -> Any:
    """Agenda, attendance and minutes."""
    return _page(queries.by_public_id(current_actor(), public_id))


def _page(
    meeting: Meeting,
    sent: FlaskForm | None = None,
    status: int = 422,
    typed: Mapping[int, Presence | None] | None = None,
) -> Any:
    """The page; `sent` is a form that could not be taken, with what was typed and chosen."""
    actor = current_actor()
    noted = queries.attendance(meeting)
    may_plan = may(actor, Permission.MEETINGS_PLAN)
    agenda = queries.agenda(meeting)
    there = {each.url for each in agenda}
    is_open = may_plan and meeting.may_be_changed

    def form_of(kind: type[FlaskForm], **values: Any) -> FlaskForm:
        return sent if isinstance(sent, kind) else kind(formdata=None, **values)

    return page(
        "committee/meeting.html",
        status if sent else 200,
        meeting=meeting,
        agenda=agenda,
        results={each: gettext(words) for each, words in RESULTS.items()},
        present=[(each.member.public_name if each.member else gettext("a former member"),
                  gettext(PRESENCES[each.presence])) for each in noted],
        members=_members({each.member_id: each.presence for each in noted if each.member_id}, typed)
        if is_open
        else [],
        presences=[(NOT_NOTED, gettext("not noted")),
                   *((each.value, gettext(words)) for each, words in PRESENCES.items())],
        additions=queries.additions(meeting) if meeting.approved_at else [],
        suggestions=[(url, words) for url, words in _suggestions(queries.open_matters())
                     if url not in there] if is_open else [],
        form=sent,
        item_form=form_of(ItemForm),
        guests=form_of(GuestsForm, guests=meeting.guests, based_on=str(meeting.version)),
        cancelling=form_of(CancelForm),
        correction=form_of(CorrectionForm),
        may_plan=may_plan,
        is_open=is_open,
        may_approve=may(actor, Permission.MINUTES_APPROVE),
        crumbs=_crumbs(Crumb(meeting.title)),
    )  # fmt: skip


def _members(
    noted: Mapping[int, Presence], typed: Mapping[int, Presence | None] | None
) -> list[tuple[int, str, str]]:
    """Id, name and what was noted, or what was chosen in a form that could not be taken."""
    chosen = noted if typed is None else typed
    return [
        (each.id, each.public_name, chosen.get(each.id) or NOT_NOTED) for each in queries.members()
    ]


def _suggestions(matters: Sequence[Open]) -> list[tuple[str, str]]:
    """Address and words of what could be talked about."""
    settled = queries.settled_urls() if any(m.kind in DIFFERING for m in matters) else frozenset()
    return [
        (_address(each), gettext(MATTERS[each.kind], title=each.title))
        for each in matters
        if each.kind not in DIFFERING or _address(each) not in settled
    ]


def _address(matter: Open) -> str:
    endpoint, name = PLACES.get(matter.kind, ("recommendations.work", "public_id"))
    where: dict[str, Any] = {name: matter.key}
    return url_for(endpoint, **where)


@room.route("/committee/meetings/<public_id>/calendar.ics", needs=Permission.MEETINGS_READ)
def calendar(public_id: str) -> Response:
    """The meeting for one's own calendar."""
    meeting = queries.by_public_id(current_actor(), public_id)
    url = url_for("meetings.show", public_id=public_id, _external=True)
    text = as_calendar(meeting, url=url, host=request.host.split(":")[0], description=meeting.note)
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="meeting-{public_id}.ics"'
    return answer


@room.route("/committee/meetings/<public_id>/papers", needs=Permission.MEETINGS_READ)
def papers(public_id: str) -> Any:
    """Agenda, the texts it is about, and minutes, to be printed."""
    meeting = queries.by_public_id(current_actor(), public_id)
    agenda = queries.agenda(meeting)
    return page(
        "committee/meeting-papers.html",
        meeting=meeting,
        agenda=agenda,
        papers=papers_of(current_actor(), agenda),
        results={each: gettext(words) for each, words in RESULTS.items()},
        present=[
            (each.member.public_name if each.member else gettext("a former member"),
             gettext(PRESENCES[each.presence]))
            for each in queries.attendance(meeting)
        ],
        additions=queries.additions(meeting) if meeting.approved_at else [],
        crumbs=_crumbs(
            Crumb(meeting.title, url_for("meetings.show", public_id=public_id)),
            Crumb(gettext("Papers")),
        ),
    )  # fmt: skip


# ---- deeds --------------------------------------------------------------------------------------


@room.route(
    "/committee/meetings/<public_id>/cancel", methods=["POST"], needs=Permission.MEETINGS_PLAN
)
def cancel(public_id: str) -> Any:
    """Call the meeting off."""
    meeting, form = _for_change(public_id), CancelForm()
    if form.validate():
        try:
            actions.cancel_meeting(current_actor(), meeting, form.reason.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(meeting)
    return _page(meeting, form)


def _for_change(public_id: str) -> Meeting:
    return queries.by_public_id(current_actor(), public_id, for_change=True)


@room.route(
    "/committee/meetings/<public_id>/agenda", methods=["POST"], needs=Permission.MEETINGS_PLAN
)
def add_item(public_id: str) -> Any:
    """Put a point on the agenda, or those that were chosen among what is open."""
    meeting, form = _for_change(public_id), ItemForm()
    chosen = set(request.form.getlist("matter"))
    if chosen:
        open_ones = _suggestions(queries.open_matters())
        drafts = [ItemDraft(words[:200], url=url) for url, words in open_ones if url in chosen]
        actions.add_items(current_actor(), meeting, drafts)
        return _back(meeting)
    if form.validate():
        try:
            actions.add_items(current_actor(), meeting, [form.draft()])
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(meeting)
    return _page(meeting, form)


@room.route(
    "/committee/meetings/<public_id>/agenda/<int:item_id>/<deed>",
    methods=["POST"],
    needs=Permission.MEETINGS_PLAN,
)
def change_item(public_id: str, item_id: int, deed: str) -> ResponseReturnValue:
    """Move a point up or down, or take it off the agenda."""
    meeting = _for_change(public_id)
    item = queries.item_of(meeting, item_id)
    if deed == "remove":
        actions.remove_item(current_actor(), meeting, item)
    elif deed in ("up", "down"):
        actions.move_item(current_actor(), meeting, item, up=deed == "up")
    else:
        raise NotFound(deed)
    return _back(meeting)


@room.route(
    "/committee/meetings/<public_id>/agenda/<int:item_id>/minutes",
    methods=["GET", "POST"],
    needs=Permission.MEETINGS_PLAN,
)
def minutes(public_id: str, item_id: int) -> Any:
    """Write down what came of a point."""
    posted, status = request.method == "POST", 200
    meeting = queries.by_public_id(current_actor(), public_id, for_change=posted)
    item = queries.item_of(meeting, item_id)
    if not (posted or meeting.may_be_changed):
        return _back(meeting)
    form = MinutesForm(obj=item, based_on=str(item.version))
    if posted:
        status = 422
        if form.validate():
            try:
                actions.write_minutes(
                    current_actor(),
                    meeting,
                    item,
                    ItemResult(form.result.data),
                    form.record.data or "",
                    based_on=form.began_from(),
                )
            except actions.Overtaken as error:
                form.based_on.data = str(item.version)
                broken_rule_on(form, error)
                status = 409
            except RuleBroken as error:
                broken_rule_on(form, error)
            else:
                return _back(meeting)
    return page(
        "committee/meeting-minutes.html",
        status,
        meeting=meeting,
        item=item,
        theirs=item.record if status == 409 else "",
        form=form,
        crumbs=_crumbs(Crumb(meeting.title, url_for("meetings.show", public_id=public_id)),
                       Crumb(gettext("Minutes"))),
    )  # fmt: skip


@room.route(
    "/committee/meetings/<public_id>/attendance", methods=["POST"], needs=Permission.MEETINGS_PLAN
)
def attend(public_id: str) -> Any:
    """Write down who is there."""
    meeting, form = _for_change(public_id), GuestsForm()
    found = {
        each.id: request.form.get(f"member-{each.id}", NOT_NOTED) for each in queries.members()
    }
    presences = {key: Presence(it) if it in set(Presence) else None for key, it in found.items()}
    status = 422
    if form.validate():
        try:
            actions.note_attendance(
                current_actor(),
                meeting,
                presences,
                form.guests.data or "",
                based_on=form.began_from(),
            )
        except actions.Overtaken as error:
            form.based_on.data = str(meeting.version)
            broken_rule_on(form, error)
            status = 409
        else:
            return _back(meeting)
    return _page(meeting, form, status, presences)


@room.route(
    "/committee/meetings/<public_id>/approve", methods=["POST"], needs=Permission.MINUTES_APPROVE
)
def approve(public_id: str) -> ResponseReturnValue:
    """Let the minutes stand."""
    meeting = _for_change(public_id)
    actions.approve_minutes(current_actor(), meeting)
    flash(gettext("The minutes are approved."), "success")
    return _back(meeting)


@room.route(
    "/committee/meetings/<public_id>/correction", methods=["POST"], needs=Permission.MEETINGS_PLAN
)
def correct(public_id: str) -> Any:
    """Put a correction below approved minutes."""
    meeting, form = _for_change(public_id), CorrectionForm()
    if form.validate():
        try:
            actions.add_correction(current_actor(), meeting, form.text.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(meeting)
    return _page(meeting, form)
