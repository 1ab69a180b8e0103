"""The minutes: one entry per deed, in the same transaction as the deed.

Of a vote they hold nothing: not who, not what.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.core import clock
from civicdialog.core.db import Base, db, portable_enum
from civicdialog.core.permissions import Actor


class Event(StrEnum):
    PERSON_REGISTERED = "person.registered"
    PERSON_CREATED = "person.created"
    PERSON_CONFIRMED = "person.confirmed"
    PERSON_SIGNED_IN = "person.signed_in"
    PERSON_REFUSED = "person.refused"
    PERSON_SIGNED_OUT = "person.signed_out"
    PASSWORD_RESET_ASKED = "password_reset.asked"  # noqa: S105 (an event, no password)
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    PERSON_CHANGED = "person.changed"
    PERSON_EXPORTED = "person.exported"
    PERSON_ERASED = "person.erased"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_REMOVED = "passkey.removed"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    ROUND_CREATED = "round.created"
    ROUND_CHANGED = "round.changed"
    TEXT_WRITTEN = "text.written"
    TEXT_REMOVED = "text.removed"
    SUBMISSION_CREATED = "submission.created"
    SUBMISSION_CORRECTED = "submission.corrected"
    REVISION_CREATED = "revision.created"
    REVISION_PUBLISHED = "revision.published"
    REVISION_REJECTED = "revision.rejected"
    RECEIPT_CLAIMED = "receipt.claimed"
    ATTACHMENT_ADDED = "attachment.added"
    ATTACHMENT_REMOVED = "attachment.removed"
    SUBMISSION_WITHDRAWN = "submission.withdrawn"
    SUBMISSION_PUBLISHED = "submission.published"
    SUBMISSION_REJECTED = "submission.rejected"
    SUBMISSION_REDACTED = "submission.redacted"
    SUBMISSION_CHANGE_ASKED = "submission.change_asked"
    SUBMISSION_HIDDEN = "submission.hidden"
    SUBMISSION_RESTORED = "submission.restored"
    SUBMISSION_MOVED = "submission.moved"
    SUBMISSION_SPLIT = "submission.split"
    SUBMISSIONS_MERGED = "submissions.merged"
    SUBMISSION_COPIED = "submission.copied"
    SUBMISSIONS_IMPORTED = "submissions.imported"
    VOTES_IMPORTED = "votes.imported"
    BALLOTS_DETACHED = "ballots.detached"
    ARGUMENT_CREATED = "argument.created"
    ARGUMENT_CHANGED = "argument.changed"
    ARGUMENT_WITHDRAWN = "argument.withdrawn"
    ARGUMENT_PUBLISHED = "argument.published"
    ARGUMENT_REFUSED = "argument.refused"
    ARGUMENT_HIDDEN = "argument.hidden"
    ARGUMENT_RESTORED = "argument.restored"
    ATTACHMENT_HIDDEN = "attachment.hidden"
    ATTACHMENT_RESTORED = "attachment.restored"
    DECISION_KEPT = "decision.kept"
    ASSIGNMENT_CHANGED = "assignment.changed"
    PERSON_BLOCKED = "person.blocked"
    PERSON_UNBLOCKED = "person.unblocked"
    NAME_HIDDEN = "name.hidden"
    NAME_GIVEN_BACK = "name.given_back"
    BURST_NOTICED = "burst.noticed"
    BALLOTS_COMPARED = "ballots.compared"
    REJECTIONS_LEARNED = "rejections.learned"
    HINT_SWITCHED = "hint.switched"
    APPEAL_MADE = "appeal.made"
    APPEAL_DECIDED = "appeal.decided"
    NOTICE_MADE = "notice.made"
    NOTICE_DECIDED = "notice.decided"
    TOPICS_REQUESTED = "topics.requested"
    TOPICS_CANCELLED = "topics.cancelled"
    TOPICS_BUILT = "topics.built"
    TOPICS_ADOPTED = "topics.adopted"
    TOPICS_REJECTED = "topics.rejected"
    TOPIC_CORRECTED = "topic.corrected"
    TOPIC_CORRECTION_UNDONE = "topic.correction_undone"
    TOPIC_DOUBTED = "topic.doubted"
    TOPIC_DOUBT_ANSWERED = "topic.doubt_answered"
    TOPICS_SETTINGS_CHOSEN = "topics.settings_chosen"
    ROUND_READ = "round.read"
    SUMMARY_WRITTEN = "summary.written"
    SUMMARY_SIGNED = "summary.signed"
    SUMMARY_GAPS_TICKED = "summary.gaps_ticked"
    OPINIONS_REQUESTED = "opinions.requested"
    OPINIONS_SUMMED_UP = "opinions.summed_up"
    VOTES_CLAIMED = "votes.claimed"
    SUBMISSIONS_PLACED = "submissions.placed"
    SUBMISSIONS_COMPARED = "submissions.compared"
    PROFILE_WRITTEN = "profile.written"
    PROFILE_RELEASED = "profile.released"
    SCREENING_BEGUN = "screening.begun"
    SCREENING_ANSWERED = "screening.answered"
    SCREENING_FINISHED = "screening.finished"
    DUTY_DATE_SET = "duty_date.set"
    MEETING_PLANNED = "meeting.planned"
    MEETING_CHANGED = "meeting.changed"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_AGENDA_CHANGED = "meeting.agenda_changed"
    MEETING_ATTENDANCE_NOTED = "meeting.attendance_noted"
    MEETING_MINUTES_WRITTEN = "meeting.minutes_written"
    MEETING_MINUTES_APPROVED = "meeting.minutes_approved"
    MEETING_MINUTES_CORRECTED = "meeting.minutes_corrected"
    RATING_CRITERION_ADDED = "rating.criterion_added"
    RATING_CRITERION_CHANGED = "rating.criterion_changed"
    RATING_CRITERION_CLOSED = "rating.criterion_closed"
    RATING_ASKED = "rating.asked"
    RATING_GIVEN = "rating.given"
    RATING_SAT_OUT = "rating.sat_out"
    RATING_OPENED = "rating.opened"
    RECOMMENDATION_BEGUN = "recommendation.begun"
    RECOMMENDATION_CHANGED = "recommendation.changed"
    RECOMMENDATION_DISCUSSED = "recommendation.discussed"
    RECOMMENDATION_COMMENTED = "recommendation.commented"
    RECOMMENDATION_INTEREST_DECLARED = "recommendation.interest_declared"
    RECOMMENDATION_VOTE_OPENED = "recommendation.vote_opened"
    RECOMMENDATION_VOTED = "recommendation.voted"
    RECOMMENDATION_DECIDED = "recommendation.decided"
    RECOMMENDATION_ANSWERED = "recommendation.answered"
    REPORT_REQUESTED = "report.requested"
    REPORT_WRITTEN = "report.written"
    CONTACT_SENT = "contact.sent"
    CONTACT_ANSWERED = "contact.answered"
    PERSON_NOTIFIED = "person.notified"
    MESSAGES_READ = "messages.read"


Follower = Callable[[], None]

_followers: defaultdict[Event, list[Follower]] = defaultdict(list)


def follow(event: Event, follower: Follower) -> None:
    """Have `follower` called with every such deed, in its transaction: rooms above hear of it."""
    if follower not in _followers[event]:
        _followers[event].append(follower)


class AuditEntry(Base):
    """Who did what to which thing, and when."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    actor_id: Mapped[int | None]
    actor_roles: Mapped[str] = mapped_column(String(120))
    event: Mapped[Event] = mapped_column(portable_enum(Event), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


def name_of(subject: Any) -> str:
    """`table:id`, the name of a thing in minutes, jobs and links."""
    return f"{subject.__tablename__}:{subject.id}"


def record(actor: Actor, event: Event, subject: Any, **facts: Any) -> None:
    """Write a deed into the minutes of the transaction under way."""
    db.session.add(
        AuditEntry(
            actor_id=actor.id,
            actor_roles=" ".join(sorted(actor.roles)),
            event=event,
            subject=name_of(subject),
            facts=facts,
        )
    )
    for follower in _followers[event]:
        follower()
