"""Applications of the sample round under examination, for tests in a real browser."""

from sqlalchemy import select

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.committee import profile_actions as profiles
from civicdialog.committee import screening_actions as screenings
from civicdialog.committee.models import Application
from civicdialog.committee.profile_fields import said_by_citizen
from civicdialog.committee.screening_questions import RiskClass, current_questionnaire
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Role
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
        .where(
            Submission.status == Status.PUBLISHED,
            Submission.kind == Kind.USE_CASE,
            ~select(Application).where(Application.submission_id == Submission.id).exists(),
        )
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
    db.session.commit()
    return {
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


def _answer(actor, submission, case, unknown=()):
    mine = screenings.begin_screening(actor, submission)
    answers = answers_of(CASES[case][0]) | dict.fromkeys(unknown, "unknown")
    for step in current_questionnaire().asked(answers):
        given = {question.id: answers.get(question.id, "no") for question in step.questions}
        draft = screenings.StepDraft(given, "Bitte nachfragen." if step.id == "areas" else "")
        screenings.answer_step(actor, submission, mine, step.id, draft)
    return mine
