"""Meetings: planned, moved, called off; agenda, attendance, minutes and their approval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from civicdialog.committee import meeting_queries as queries
from civicdialog.committee.meeting_models import (
    AgendaItem,
    Attendance,
    ItemResult,
    Meeting,
    MinutesAddition,
    Presence,
)
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.notifications.outbox import tell
from civicdialog.submissions.texts import cleaned, cleaned_line

LONGEST = timedelta(days=3)
LONGEST_TEXT = 5000
MOST_ITEMS = 60


@dataclass(frozen=True)
class MeetingDraft:
    """What somebody typed about a meeting."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    note: str = ""


@dataclass(frozen=True)
class ItemDraft:
    """What somebody typed about one point."""

    title: str
    minutes: int = 10
    url: str = ""


class Overtaken(RuleBroken):
    """Somebody else has changed it meanwhile."""


def plan_meeting(actor: Actor, draft: MeetingDraft, *, form_token: str) -> Meeting:
    """Put a meeting into the calendar and tell the members; a form sent twice makes one."""
    require(actor, Permission.MEETINGS_PLAN)
    earlier = queries.by_form_token(form_token)
    if earlier is not None:
        return earlier
    meeting = Meeting(form_token=form_token, **vars(_checked(draft)))
    try:
        with db.session.begin_nested():
            db.session.add(meeting)
    except IntegrityError:
        meanwhile = queries.by_form_token(form_token)
        if meanwhile is None:
            raise
        return meanwhile
    record(actor, Event.MEETING_PLANNED, meeting)
    _tell_members(actor, meeting, "meeting-planned")
    return meeting


def change_meeting(actor: Actor, meeting: Meeting, draft: MeetingDraft, *, based_on: int) -> None:
    """Change when, where and what about; the members hear of another time or place.

    :raise Overtaken: if somebody has changed it since
    """
    require(actor, Permission.MEETINGS_PLAN)
    _check_may_change(meeting)
    _refuse_overtaken(meeting.version, based_on)
    checked = vars(_checked(draft))
    moved = any(getattr(meeting, n) != checked[n] for n in ("starts_at", "ends_at", "place"))
    for name, value in checked.items():
        setattr(meeting, name, value)
    if moved:
        meeting.sequence += 1
        _tell_members(actor, meeting, "meeting-moved")
    record(actor, Event.MEETING_CHANGED, meeting, moved=moved)


def cancel_meeting(actor: Actor, meeting: Meeting, reason: str) -> None:
    """Call a meeting off; it stays in the list with the reason."""
    require(actor, Permission.MEETINGS_PLAN)
    _check_may_change(meeting)
    reason = cleaned(reason)
    if not reason:
        raise RuleBroken(mark("Please give a reason."), field="reason")
    meeting.cancelled_at, meeting.cancel_reason = clock.now(), reason
    meeting.sequence += 1
    record(actor, Event.MEETING_CANCELLED, meeting)
    _tell_members(actor, meeting, "meeting-cancelled")


def _checked(draft: MeetingDraft) -> MeetingDraft:
    title = cleaned_line(draft.title)
    if not title:
        raise RuleBroken(mark("Please write something here."), field="title")
    if draft.ends_at <= draft.starts_at:
        raise RuleBroken(mark("The end lies before the beginning."), field="ends_at")
    if draft.ends_at - draft.starts_at > LONGEST:
        raise RuleBroken(mark("A meeting lasts three days at most."), field="ends_at")
    return MeetingDraft(
        title, draft.starts_at, draft.ends_at, cleaned_line(draft.place), cleaned(draft.note)
    )


def _check_may_change(meeting: Meeting) -> None:
    if meeting.cancelled_at is not None:
        raise RuleBroken(mark("This meeting was called off."))
    if meeting.approved_at is not None:
        raise RuleBroken(mark("The minutes are approved. Please add a correction instead."))


def _refuse_overtaken(version: int, based_on: int) -> None:
    if version != based_on:
        raise Overtaken(
            mark(
                "Somebody else has changed this meanwhile. Your text still stands in the form; "
                "compare it with theirs and save again."
            )
        )


def _tell_members(actor: Actor, meeting: Meeting, kind: str) -> None:
    for member in queries.members():
        if member.id != actor.id:
            tell(
                member,
                kind,
                url=f"/committee/meetings/{meeting.public_id}",
                title=meeting.title,
                at=meeting.starts_at.astimezone(city().zone).strftime("%d.%m.%Y, %H:%M"),
                place=meeting.place,
                reason=meeting.cancel_reason,
            )


# ---- agenda -------------------------------------------------------------------------------------


def add_items(actor: Actor, meeting: Meeting, drafts: Sequence[ItemDraft]) -> None:
    """Put points at the end of the agenda; what is on it already is not put there twice."""
    require(actor, Permission.MEETINGS_PLAN)
    _check_may_change(meeting)
    there = queries.agenda(meeting)
    known = {(each.title, each.url) for each in there}
    drafts = [each for each in drafts if (cleaned_line(each.title), each.url) not in known]
    if len(there) + len(drafts) > MOST_ITEMS:
        raise RuleBroken(mark("An agenda has %(most)s points at most."), most=MOST_ITEMS)
    last = max((each.position for each in there), default=0)
    for n, draft in enumerate(drafts, start=1):
        title = cleaned_line(draft.title)
        if not title:
            raise RuleBroken(mark("Please write something here."), field="title")
        db.session.add(
            AgendaItem(
                meeting_id=meeting.id,
                position=last + n,
                title=title,
                minutes=draft.minutes,
                url=draft.url,
            )
        )
    db.session.flush()
    record(actor, Event.MEETING_AGENDA_CHANGED, meeting)


def move_item(actor: Actor, meeting: Meeting, item: AgendaItem, *, up: bool) -> None:
    """Let a point change places with its neighbour; at the end nothing happens."""
    require(actor, Permission.MEETINGS_PLAN)
    _check_may_change(meeting)
    order = list(queries.agenda(meeting))
    place = order.index(item)
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        for position, each in enumerate(order, start=1):
            each.position = position
        record(actor, Event.MEETING_AGENDA_CHANGED, meeting)


def remove_item(actor: Actor, meeting: Meeting, item: AgendaItem) -> None:
    """Take a point off the agenda, unless something was already written down about it."""
    require(actor, Permission.MEETINGS_PLAN)
    _check_may_change(meeting)
    if item.record:
        raise RuleBroken(mark("There are minutes on this point; it stays on the agenda."))
    db.session.delete(item)
    record(actor, Event.MEETING_AGENDA_CHANGED, meeting)


# ---- minutes ------------------------------------------------------------------------------------


def note_attendance(
    actor: Actor,
    meeting: Meeting,
    presences: Mapping[int, Presence | None],
    guests: str,
    *,
    based_on: int,
) -> None:
    """Write down who is there; of whom nothing is known, nothing is noted.

    :raise Overtaken: if somebody has noted something else since
    """
    require(actor, Permission.MEETINGS_PLAN)
    _check_may_change(meeting)
    _refuse_overtaken(meeting.version, based_on)
    known = {each.id for each in queries.members()}
    before = {each.member_id: each for each in queries.attendance(meeting)}
    for member_id, presence in presences.items():
        if presence is None:
            if member_id in before:
                db.session.delete(before[member_id])
        elif member_id in before:
            before[member_id].presence = presence
        elif member_id in known:
            db.session.add(
                Attendance(meeting_id=meeting.id, member_id=member_id, presence=presence)
            )
    meeting.guests = cleaned_line(guests)
    flag_modified(meeting, "guests")  # a new version, also when only members have changed
    record(actor, Event.MEETING_ATTENDANCE_NOTED, meeting)


def write_minutes(
    actor: Actor,
    meeting: Meeting,
    item: AgendaItem,
    result: ItemResult,
    text: str,
    *,
    based_on: int,
) -> None:
    """Write down what came of a point.

    :raise Overtaken: if somebody has written something else since
    """
    require(actor, Permission.MEETINGS_PLAN)
    _check_may_change(meeting)
    _refuse_overtaken(item.version, based_on)
    text = cleaned(text)
    if len(text) > LONGEST_TEXT:
        raise RuleBroken(mark("Please use at most 5,000 characters."), field="record")
    if result is ItemResult.DECIDED and not text:
        raise RuleBroken(mark("Please write down what was decided."), field="record")
    item.result, item.record = result, text
    record(actor, Event.MEETING_MINUTES_WRITTEN, meeting, item=item.id)


def approve_minutes(actor: Actor, meeting: Meeting) -> None:
    """From now on the minutes stand."""
    require(actor, Permission.MINUTES_APPROVE)
    _check_may_change(meeting)
    if meeting.starts_at > clock.now():
        raise RuleBroken(mark("The meeting has not begun yet."))
    if not any(each.record for each in queries.agenda(meeting)):
        raise RuleBroken(mark("There are no minutes yet."))
    meeting.approved_at, meeting.approved_by_id = clock.now(), actor.id
    record(actor, Event.MEETING_MINUTES_APPROVED, meeting)


def add_correction(actor: Actor, meeting: Meeting, text: str) -> None:
    """Put a correction below approved minutes; sent twice it stands there once."""
    require(actor, Permission.MEETINGS_PLAN)
    text = cleaned(text)
    if meeting.approved_at is None:
        raise RuleBroken(mark("The minutes are not approved; you can still change them."))
    if not text:
        raise RuleBroken(mark("Please write something here."), field="text")
    if len(text) > LONGEST_TEXT:
        raise RuleBroken(mark("Please use at most 5,000 characters."), field="text")
    if any(each.author_id == actor.id and each.text == text for each in queries.additions(meeting)):
        return
    addition = MinutesAddition(meeting_id=meeting.id, author_id=actor.id, text=text)
    db.session.add(addition)
    record(actor, Event.MEETING_MINUTES_CORRECTED, meeting)
