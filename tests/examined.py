"""Applications of the sample round under examination, for tests in a real browser."""

from datetime import timedelta

from sqlalchemy import select

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.committee import meeting_actions as meetings
from civicdialog.committee import meeting_queries, rating_queries
from civicdialog.committee import profile_actions as profiles
from civicdialog.committee import rating_actions as ratings
from civicdialog.committee import screening_actions as screenings
from civicdialog.committee.meeting_models import ItemResult
from civicdialog.committee.profile_fields import said_by_citizen
from civicdialog.committee.rating_models import Axis
from civicdialog.committee.screening_questions import RiskClass, current_questionnaire
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Role
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Kind, Status, Submission
from tests.committee.test_screening_rules import CASES, answers_of


def examine(member_email: str, editor_email: str) -> dict[str, str]:
    """Describe one application and screen it twice; let the member finish nearly all of another."""
    people = select(Person).where(Person.email.in_([member_email, editor_email]))
    member, editor = sorted(db.session.scalars(people), key=lambda each: each.email != member_email)
    other = Person(
        email="second@example.org",
        public_name="Zweites Mitglied",
        password_hash="unusable",
        roles=[PersonRole(role=Role.COMMITTEE)],
    )
    db.session.add(other)
    described, begun = db.session.scalars(
        select(Submission)
        .where(Submission.status == Status.PUBLISHED, Submission.kind == Kind.USE_CASE)
        .order_by(Submission.number)
        .limit(2)
    )
    db.session.flush()
    _describe(_acting(editor, Role.EDITOR), described)
    kim, lea = _acting(member, Role.COMMITTEE), _acting(other, Role.COMMITTEE)
    done = _answer(kim, described, "housing benefit is scored by need")
    screenings.finish_screening(kim, described, done)
    done = _answer(lea, described, "unwanted mail is filtered")
    screenings.finish_screening(
        lea, described, done, own_class=RiskClass.TRANSPARENCY, reason="Menschen müssen es wissen."
    )
    _answer(kim, begun, "traffic lights are controlled", unknown=("safety-component",))
    _rate(kim, lea, described, begun)
    meeting = _meet(kim)
    db.session.commit()
    return {
        "meeting": f"/committee/meetings/{meeting.public_id}",
        "rated": f"/committee/ratings/{described.public_id}",
        "sealed": f"/committee/ratings/{begun.public_id}",
        "described": f"/submissions/{described.public_id}",
        "screened": f"/committee/applications/{described.public_id}",
        "begun": f"/committee/applications/{begun.public_id}",
    }


def _acting(person, role):
    return Actor(person.id, frozenset({Role.PARTICIPANT, role}), person.public_name)


def _describe(actor, submission):
    said = said_by_citizen(submission)
    profiles.write_profile(actor, submission, profiles.ProfileDraft(said, "", 0))
    more = {**said, "cost": "Etwa 35.000 Euro.", "status": "planned"}
    profiles.write_profile(actor, submission, profiles.ProfileDraft(more, "Angebot liegt vor.", 1))
    profiles.release_profile(actor, submission, 2)


def _rate(kim, lea, opened, sealed):
    """Both rate the first contribution; of the second one only what Lea says is there."""
    round = db.session.get_one(Round, opened.round_id)
    axes = (("Nutzen", Axis.BENEFIT), ("Risiko", Axis.RISK))
    ready = [ratings.CriterionDraft(name, "wenig", "viel", axis=axis) for name, axis in axes]
    ratings.begin_criteria(kim, round, ready)
    asked = [each.id for each in rating_queries.criteria(round.id)]
    for submission, members in ((opened, (kim, lea)), (sealed, (lea,))):
        ratings.ask_for_ratings(kim, submission)
        item = rating_queries.item_of(kim, submission.id)
        for n, member in enumerate(members):
            ratings.rate(member, item, dict(zip(asked, (5 - n, 2), strict=True)), "Gut begründet.")


def _meet(kim):
    """A meeting with two points, on one of which something is written down."""
    begin = clock.now() + timedelta(days=7)
    draft = meetings.MeetingDraft("Sitzung", begin, begin + timedelta(hours=2), "Rathaus", "Bitte.")
    meeting = meetings.plan_meeting(kim, draft, form_token="meeting")
    points = [meetings.ItemDraft("Ampeln"), meetings.ItemDraft("Bäume")]
    meetings.add_items(kim, meeting, points)
    item = meeting_queries.agenda(meeting)[0]
    meetings.write_minutes(kim, meeting, item, ItemResult.DISCUSSED, "Alle dafür.", based_on=1)
    return meeting


def _answer(actor, submission, case, unknown=()):
    mine = screenings.begin_screening(actor, submission)
    answers = answers_of(CASES[case][0]) | dict.fromkeys(unknown, "unknown")
    for step in current_questionnaire().asked(answers):
        given = {question.id: answers.get(question.id, "no") for question in step.questions}
        draft = screenings.StepDraft(given, "Bitte nachfragen." if step.id == "areas" else "")
        screenings.answer_step(actor, submission, mine, step.id, draft)
    return mine
