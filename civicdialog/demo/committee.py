"""What the committee of the sample city has done: it rates, screens, recommends and meets."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.committee import (
    meeting_actions,
    meeting_queries,
    profile_actions,
    rating_actions,
    rating_queries,
    recommendation_actions,
    screening_actions,
    summary_actions,
    summary_queries,
)
from civicdialog.committee.deliberation_models import Choice, Recommendation, Reply
from civicdialog.committee.meeting_models import ItemResult, Meeting, Presence
from civicdialog.committee.profile_fields import said_by_citizen
from civicdialog.committee.rating_forms import ready_criteria
from civicdialog.committee.screening_questions import Answer, current_questionnaire
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Role
from civicdialog.core.speaking import speaking
from civicdialog.insights.queries import run_with_topics
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission

CONTENT = Path(__file__).parent / "committee.toml"
DAY = timedelta(days=1)
RATED, RECOMMENDED, ANSWERED = 14 * DAY, 12 * DAY, 4 * DAY
"""How long ago."""

Row = Mapping[str, Any]


class Work:
    """The committee at work on one round; who acts is named by key, what about by title."""

    def __init__(self, round: Round, staff: Mapping[str, Actor]) -> None:
        self.round = round
        self.content = tomllib.loads(CONTENT.read_text("utf-8"))
        self.actors = {**staff, **{row["key"]: _member(row) for row in self.content["members"]}}
        wanted = select(Submission).where(Submission.round_id == round.id)
        self.by_title = {each.title: each for each in db.session.scalars(wanted)}
        self.recommendations: dict[str, Recommendation] = {}

    def do(self) -> None:
        """All of it, in the order it would happen."""
        with clock.standing_at(clock.now() - RATED):
            self._rate()
            self._screen()
            self._describe()
        self._recommend()
        self._meet()
        self._sign()

    def _rate(self) -> None:
        chair = self.actors["committee"]
        rating_actions.begin_criteria(chair, self.round, ready_criteria())
        asked = [each.id for each in rating_queries.criteria(self.round.id)]
        for row in self.content["ratings"]:
            submission = self.by_title[row["title"]]
            rating_actions.ask_for_ratings(chair, submission)
            for sheet in row["sheets"]:
                actor = self.actors[sheet["by"]]
                item = rating_queries.item_of(actor, submission.id)
                assert item is not None
                figures = {key: n or None for key, n in zip(asked, sheet["figures"], strict=True)}
                rating_actions.rate(actor, item, figures, sheet["note"])

    def _screen(self) -> None:
        questionnaire = current_questionnaire()
        for row in self.content["screenings"]:
            submission = self.by_title[row["title"]]
            for key in row["by"]:
                actor = self.actors[key]
                screening = screening_actions.begin_screening(actor, submission)
                while left := questionnaire.missing(screening.answers):
                    answers = {
                        question.id: Answer.YES if question.id in row["yes"] else Answer.NO
                        for question in left[0].questions
                    }
                    draft = screening_actions.StepDraft(answers)
                    screening_actions.answer_step(actor, submission, screening, left[0].id, draft)
                screening_actions.finish_screening(actor, submission, screening)

    def _describe(self) -> None:
        office = self.actors["editor"]
        for row in self.content["profiles"]:
            submission = self.by_title[row["title"]]
            fields = said_by_citizen(submission) | row["fields"]
            draft = profile_actions.ProfileDraft(fields, reason="", based_on=0)
            version = profile_actions.write_profile(office, submission, draft)
            profile_actions.release_profile(office, submission, version.number)

    def _recommend(self) -> None:
        for row in self.content["recommendations"]:
            with clock.standing_at(clock.now() - RECOMMENDED):
                self.recommendations[row["title"]] = self._recommendation(row)
            if "reply" in row:
                with clock.standing_at(clock.now() - ANSWERED):
                    recommendation_actions.reply_to_recommendation(
                        self.actors["editor"],
                        self.recommendations[row["title"]],
                        Reply(row["reply"]),
                        row["reply_reasons"],
                    )

    def _recommendation(self, row: Row) -> Recommendation:
        chair = self.actors["committee"]
        numbers = [self.by_title[title].number for title in row["cites"]]
        draft = recommendation_actions.RecommendationDraft(
            row["title"], row["text"], row["reasons"], [n for n in numbers if n is not None]
        )
        made = recommendation_actions.begin_recommendation(
            chair, self.round, draft, form_token=f"sample-{row['title'][:20]}"
        )
        recommendation_actions.open_discussion(chair, made)
        for n, said in enumerate(row.get("comments", ())):
            recommendation_actions.comment_recommendation(
                self.actors[said["by"]], made, said["text"], form_token=f"sample-{made.id}-{n}"
            )
        if row["stage"] == "discussion":
            return made
        recommendation_actions.open_vote(chair, made, quorum_percent=50, majority_percent=50)
        for key in row["yes"]:
            ballot = recommendation_actions.Ballot(Choice.YES)
            recommendation_actions.vote_on_recommendation(self.actors[key], made, ballot)
        against = recommendation_actions.Ballot(Choice.NO, row["no"]["dissent"])
        recommendation_actions.vote_on_recommendation(self.actors[row["no"]["by"]], made, against)
        due = (clock.now() + 60 * DAY).date()
        recommendation_actions.close_vote(chair, made, answer_due_on=due)
        return made

    def _meet(self) -> None:
        for row in self.content["meetings"]:
            begin = (clock.now() + row["day"] * DAY).replace(hour=15, minute=0, second=0)
            with clock.standing_at(min(clock.now(), begin - 14 * DAY)):
                meeting = self._plan(row, begin)
            if row["day"] < 0:
                with clock.standing_at(begin + DAY):
                    self._write_minutes(row, meeting)

    def _plan(self, row: Row, begin: Any) -> Meeting:
        chair = self.actors["committee"]
        draft = meeting_actions.MeetingDraft(
            row["title"], begin, begin + 2 * DAY / 24, row["place"], row.get("note", "")
        )
        meeting = meeting_actions.plan_meeting(chair, draft, form_token=f"sample-{row['title']}")
        points = [self._point(each) for each in row["items"]]
        meeting_actions.add_items(chair, meeting, points)
        return meeting

    def _point(self, row: Row) -> meeting_actions.ItemDraft:
        if "recommendation" in row:
            about = self.recommendations[row["recommendation"]]
            url = f"/committee/recommendations/{about.public_id}"
            return meeting_actions.ItemDraft(about.title, row["minutes"], url)
        rated = self.by_title.get(row.get("rating", ""))
        url = f"/committee/ratings/{rated.public_id}" if rated else ""
        return meeting_actions.ItemDraft(row["title"], row["minutes"], url)

    def _write_minutes(self, row: Row, meeting: Meeting) -> None:
        chair = self.actors["committee"]
        for each, item in zip(row["items"], meeting_queries.agenda(meeting), strict=True):
            meeting_actions.write_minutes(
                chair, meeting, item, ItemResult(each["result"]), each["record"], based_on=1
            )
        presences = {
            member.id: Presence.EXCUSED
            if member.id in {self.actors[key].id for key in row["absent"]}
            else Presence.PRESENT
            for member in meeting_queries.members()
        }
        meeting_actions.note_attendance(
            chair, meeting, presences, row["guests"], based_on=meeting.version
        )
        db.session.flush()
        meeting_actions.approve_minutes(chair, meeting)

    def _sign(self) -> None:
        """The largest topic has a summary somebody stands for; the others wait."""
        chair = self.actors["committee"]
        run = run_with_topics(self.round.id)
        if run is None:
            return
        topic = max((each for each in run.clusters if not each.leftover), key=lambda t: t.size)
        found = summary_queries.proof_of(self.round.id, topic, None)
        for gap in sorted({gap for _, gap in found.open}):
            summary_actions.tick_gaps(
                chair, self.round, topic.key, gap=gap,
                reason="Gelesen. Der Gedanke steht in den Sätzen anderer oder betrifft einen Einzelfall.",
            )  # fmt: skip
        summary_actions.sign_summary(chair, self.round, topic.key, based_on=0)


def load_committee(round: Round, staff: Mapping[str, Actor]) -> None:
    """Let the committee work on the sample round; needs its topics. The language is set here."""
    with speaking("de"):
        Work(round, staff).do()


def _member(row: Row) -> Actor:
    """A member who cannot sign in: there is no password."""
    person = Person(
        email=f"beispiel-beirat-{row['key']}@example.org",
        public_name=row["name"],
        confirmed_at=clock.now(),
        is_sample=True,
        roles=[PersonRole(role=Role.COMMITTEE, discipline=row["discipline"])],
    )
    db.session.add(person)
    db.session.flush()
    return Actor(person.id, frozenset({Role.PARTICIPANT, Role.COMMITTEE}), person.public_name)
