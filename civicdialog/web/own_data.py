"""Everything that is stored about one person, for that person: a ZIP with JSON and files.

Which tables know of people is told by their foreign keys; a test compares them with this list.
"""

import base64
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import IO, Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, Select, Table, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from civicdialog.accounts.models import (
    ExternalIdentity,
    OneTimeToken,
    Passkey,
    Person,
    PersonRole,
    PersonSession,
)
from civicdialog.committee.deliberation_models import (
    Recommendation,
    RecommendationComment,
    RecommendationInterest,
    RecommendationVersion,
    RecommendationVote,
)
from civicdialog.committee.meeting_models import Attendance, Meeting, MinutesAddition
from civicdialog.committee.models import DutyDate, ProfileVersion, Screening
from civicdialog.committee.rating_models import Rating, RatingItem, RatingSheet
from civicdialog.committee.reading_models import CoverageTick, ReadingVisit, TopicSummary
from civicdialog.committee.report_models import Report
from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry
from civicdialog.core.city import city
from civicdialog.core.db import Base, db
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import Job
from civicdialog.core.letters import Letter
from civicdialog.core.speaking import speaking
from civicdialog.discussion.models import Argument, ArgumentRevision, HelpfulMark
from civicdialog.insights.models import ClusterRun, OpinionRun, TopicCorrection, TopicDoubt
from civicdialog.moderation.models import (
    Appeal,
    Assignment,
    Block,
    HiddenName,
    ModerationDecision,
    Notice,
)
from civicdialog.notifications.models import (
    ContactMessage,
    Follow,
    Notification,
    NotificationChoice,
)
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import (
    Attachment,
    Draft,
    Receipt,
    Submission,
    SubmissionRevision,
)
from civicdialog.trace.models import TraceLink
from civicdialog.voting.models import Opinion, Participation, Vote

RUN = frozenset({"id", "round_id", "ran_at", "status", "decided_at", "decision_reason"})


@dataclass(frozen=True)
class Part:
    """Rows of one table, chosen by a column that names the person."""

    name: str
    about: str
    link: InstrumentedAttribute[Any]
    hidden: frozenset[str] = field(default=frozenset())
    """Secrets, and what only the program needs."""
    shown: frozenset[str] = field(default=frozenset())
    """If given, nothing else: the rest is about other people or other things."""

    @property
    def table(self) -> Table:
        return cast("Table", cast("type[Base]", self.link.class_).__table__)

    def statement(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        wanted = [
            column
            for column in self.table.columns
            if column.name not in self.hidden and (not self.shown or column.name in self.shown)
        ]
        return select(*wanted).where(*conditions).order_by(*self.table.primary_key.columns)


def _part(
    name: str, about: str, link: Any, *, hidden: str = "", shown: frozenset[str] = frozenset()
) -> Part:
    return Part(name, about, link, frozenset(hidden.split()), shown)


LINKED = (
    _part("account", mark("Your account"), Person.id, hidden="password_hash session_key"),
    _part("roles", mark("Your roles"), PersonRole.person_id),
    _part("sessions", mark("Where you are signed in"), PersonSession.person_id, hidden="key_hash"),
    _part("passkeys", mark("Your passkeys"), Passkey.person_id),
    _part("city_accounts", mark("Your city account"), ExternalIdentity.person_id),
    _part("links_by_mail", mark("Links we sent you"), OneTimeToken.person_id, hidden="token_hash"),
    _part("contributions", mark("What you have handed in"), Submission.author_id,
          hidden="form_token search_terms"),
    _part("drafts", mark("What you have begun to write"), Draft.person_id, hidden="guest_key"),
    _part("receipts", mark("Receipts that belong to your account"), Receipt.claimed_by_id,
          hidden="code_hash"),
    _part("arguments", mark("Your arguments, questions and answers"), Argument.author_id,
          hidden="form_token"),
    _part("helpful_marks", mark("What you found helpful"), HelpfulMark.person_id),
    _part("participations", mark("Rounds you have voted in"), Participation.person_id,
          hidden="guest_key source_key"),
    _part("follows", mark("What you follow"), Follow.person_id),
    _part("letter_choices", mark("How often you want letters"), NotificationChoice.person_id),
    _part("messages", mark("Your messages"), Notification.person_id),
    _part("decisions_taken", mark("Decisions you have taken as a moderator"),
          ModerationDecision.moderator_id),
    _part("assignments", mark("What you have taken on as a moderator"), Assignment.moderator_id),
    _part("blocks", mark("Times in which you could not write"), Block.person_id),
    _part("names_taken", mark("Names of yours that were taken off the pages"),
          HiddenName.person_id),
    _part("appeals", mark("Your objections to decisions"), Appeal.person_id,
          hidden="decided_by_id"),
    _part("appeals_decided", mark("Objections you have decided on"), Appeal.decided_by_id,
          shown=frozenset({"id", "decision_id", "state", "decided_at", "reasons"})),
    _part("notices", mark("What you have reported"), Notice.person_id,
          hidden="key_hash"),
    _part("steps_noted", mark("Steps of contributions that you have caused"), TraceLink.actor_id),
    _part("topics_requested", mark("Topics you have had built"), ClusterRun.requested_by_id,
          shown=RUN),
    _part("topics_decided", mark("Topics you have decided on"), ClusterRun.decided_by_id,
          shown=RUN),
    _part("topics_corrected", mark("Topics you have corrected"), TopicCorrection.actor_id),
    _part("doubts_answered", mark("Doubts about topics you have answered"),
          TopicDoubt.answered_by_id),
    _part("opinions_requested", mark("Evaluations of votes you have asked for"),
          OpinionRun.requested_by_id, shown=RUN),
    _part("profiles_written", mark("Profiles of applications you have written"),
          ProfileVersion.editor_id, hidden="said screened"),
    _part("profiles_released", mark("Profiles of applications you have released"),
          ProfileVersion.released_by_id,
          shown=frozenset({"id", "application_id", "number", "released_at"})),
    _part("reports", mark("Reports you have had made"), Report.created_by_id,
          shown=frozenset({"id", "round_id", "number", "language", "created_at"})),
    _part("screenings", mark("Your answers when screening applications"), Screening.reviewer_id),
    _part("duty_dates", mark("Dates of duties you have set"), DutyDate.editor_id),
    _part("recommendations_written", mark("Recommendations you have written"),
          RecommendationVersion.editor_id),
    _part("recommendation_comments", mark("What you have said about recommendations"),
          RecommendationComment.author_id, hidden="form_token"),
    _part("recommendation_interests", mark("What you said ties you to a recommendation"),
          RecommendationInterest.member_id),
    _part("recommendation_votes", mark("How you have voted on recommendations"),
          RecommendationVote.member_id),
    _part("summaries_written", mark("Summaries of topics you have written"),
          TopicSummary.editor_id),
    _part("summaries_signed", mark("Summaries of topics you have signed off"),
          TopicSummary.signed_by_id, hidden="machine sentences members"),
    _part("contributions_ticked", mark("Contributions you ticked off beside a summary"),
          CoverageTick.person_id),
    _part("rounds_read", mark("Up to when you have read a round"), ReadingVisit.person_id),
    _part("meetings_attended", mark("Meetings of the committee and whether you were there"),
          Attendance.member_id),
    _part("minutes_approved", mark("Minutes you have approved"),
          Meeting.approved_by_id,
          shown=frozenset({"id", "public_id", "title", "starts_at", "approved_at"})),
    _part("minutes_corrected", mark("Corrections of minutes you have written"),
          MinutesAddition.author_id),
    _part("ratings_given", mark("What you said when you rated contributions"),
          RatingSheet.member_id),
    _part("ratings_opened", mark("Ratings you have opened"), RatingItem.opened_by_id),
    _part("recommendation_answers", mark("Recommendations you have answered"),
          Recommendation.replied_by_id,
          shown=frozenset({"id", "public_id", "reply", "reply_reasons", "replied_at"})),
    _part("contact_answers", mark("Messages to the city that you have answered"),
          ContactMessage.answered_by_id,
          shown=frozenset({"id", "answer", "answered_at"})),
)  # fmt: skip
VERSIONS = _part("versions", mark("Earlier versions"), SubmissionRevision.submission_id)
ARGUMENT_VERSIONS = _part("versions", mark("Earlier versions"), ArgumentRevision.argument_id)
FIGURES = _part("rating_figures", mark("The figures you gave in ratings"), Rating.sheet_id)
DECISIONS = _part("decisions_about_you", mark("Decisions on what you have handed in"),
                  ModerationDecision.submission_id, hidden="moderator_id")  # fmt: skip
STEPS = _part("steps", mark("What became of it"), TraceLink.from_id, hidden="actor_id")
ATTACHMENTS = _part("attachments", mark("Files and pictures"), Attachment.id,
                    hidden="data preview")  # fmt: skip
LETTERS = _part("letters", mark("Letters to your address"), Letter.to_email, hidden="facts")
CONTACT = _part("contact_messages", mark("What was written to the city with your address"),
                ContactMessage.email, hidden="form_token answered_by_id")  # fmt: skip
DEEDS = _part("minutes", mark("What you have done here, as the minutes note it"),
              AuditEntry.actor_id)  # fmt: skip
JOBS = _part("calculations", mark("Calculations you have started"), Job.requested_by_id)
VOTES = "votes"
ABOUT_VOTES = mark("Your votes in rounds that are still open")


def collect(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Every row about the person, by part."""
    found = {part.name: list(_rows(part, part.link == person.id)) for part in LINKED}
    handed_in = [row["id"] for row in found["contributions"]]
    drafts = [row["id"] for row in found["drafts"]]
    said = [row["id"] for row in found["arguments"]]
    found[VOTES] = list(_votes(person))
    found["contribution_versions"] = list(_rows(VERSIONS, VERSIONS.link.in_(handed_in)))
    found["argument_versions"] = list(_rows(ARGUMENT_VERSIONS, ARGUMENT_VERSIONS.link.in_(said)))
    found["decisions_about_you"] = list(_rows(DECISIONS, DECISIONS.link.in_(handed_in)))
    rated = [row["id"] for row in found["ratings_given"]]
    found["rating_figures"] = list(_rows(FIGURES, FIGURES.link.in_(rated)))
    of_mine = TraceLink.from_kind == Submission.__tablename__
    found["steps"] = list(_rows(STEPS, of_mine, STEPS.link.in_(handed_in)))
    files = or_(Attachment.submission_id.in_(handed_in), Attachment.draft_id.in_(drafts))
    found["attachments"] = list(_rows(ATTACHMENTS, files))
    found["letters"] = list(_rows(LETTERS, LETTERS.link == person.email))
    found["contact_messages"] = list(_rows(CONTACT, CONTACT.link == person.email))
    # Numbers of accounts may be given out again: what is older was done by somebody else.
    mine = AuditEntry.at >= person.created_at
    found["minutes"] = list(_rows(DEEDS, DEEDS.link == person.id, mine))
    recent = Job.created_at >= person.created_at
    found["calculations"] = list(_rows(JOBS, JOBS.link == person.id, recent))
    return found


def write_zip(person: Person, file: IO[bytes]) -> None:
    """Write the archive: README.txt, data.json, and the files themselves."""
    found = collect(person)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in found["attachments"]:
            row["file"] = f"files/{row['public_id']}-{row['file_name']}"
            data = db.session.scalar(select(Attachment.data).where(Attachment.id == row["id"]))
            archive.writestr(row["file"], data or b"")
        archive.writestr("data.json", _as_json(found))
        archive.writestr("README.txt", _readme(person, found))


def _rows(part: Part, *conditions: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    for row in db.session.execute(part.statement(*conditions)):
        yield dict(row._mapping)  # noqa: SLF001 (its public name)


def _votes(person: Person) -> Iterator[dict[str, Any]]:
    """The person's own votes, as long as they hang on the person."""
    statement = (
        select(Round.slug, Submission.public_id, Submission.title, Vote.opinion, Vote.important)
        .join(Participation, Participation.id == Vote.participation_id)
        .join(Submission, Submission.id == Vote.submission_id)
        .join(Round, Round.id == Submission.round_id)
        .where(Participation.person_id == person.id)
        .order_by(Submission.id)
    )
    for slug, public_id, title, opinion, important in db.session.execute(statement):
        yield {
            "round": slug,
            "contribution": public_id,
            "title": title,
            "opinion": Opinion(opinion).word,
            "important": important,
        }


def _as_json(found: dict[str, Any]) -> str:
    document = {"format": "civicdialog-own-data", "version": 1, "made_at": clock.now(), **found}
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


ABOUT = {
    **{part.name: part.about for part in LINKED},
    VOTES: ABOUT_VOTES,
    "contribution_versions": mark("Earlier versions of your contributions"),
    "argument_versions": mark("Earlier versions of your arguments"),
    **{
        part.name: part.about
        for part in (DECISIONS, FIGURES, STEPS, ATTACHMENTS, LETTERS, CONTACT, DEEDS, JOBS)
    },
}


def _readme(person: Person, found: dict[str, list[dict[str, Any]]]) -> str:
    """What lies in the archive, in every language of the site."""
    template = current_app.jinja_env.get_template("web/own-data.txt")
    texts = []
    for language in city().languages:
        with speaking(language):
            counts = [(ABOUT[name], name, len(rows)) for name, rows in found.items()]
            texts.append(
                template.render(
                    person=person, counts=counts, now=clock.now(), city_address=city().contact_email
                ).strip()
            )
    return ("\n\n" + "=" * 70 + "\n\n").join(texts) + "\n"
