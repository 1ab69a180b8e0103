"""Screening a proposed application: two reviewers answer the same questions independently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from civicdialog.committee import screening_queries as queries
from civicdialog.committee.models import REVIEWERS, Application, DutyDate, Screening
from civicdialog.committee.profile_actions import examined, refuse_other_kinds
from civicdialog.committee.screening import evaluate, strictest
from civicdialog.committee.screening_questions import (
    STRICTNESS,
    Answer,
    Questionnaire,
    RiskClass,
    current_questionnaire,
    questionnaire_of,
)
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.submissions.models import Submission
from civicdialog.submissions.texts import cleaned

LONGEST = 2000


def begin_screening(actor: Actor, submission: Submission) -> Screening:
    """Take one of the two seats; beginning twice gives the same screening.

    :raise RuleBroken: if both seats are taken
    """
    require(actor, Permission.SCREENING_ANSWER, submission)
    refuse_other_kinds(submission)
    questionnaire = current_questionnaire()
    application = examined(submission)
    earlier = queries.all_of(submission.id)
    mine = queries.own(actor, earlier, questionnaire.version)
    if mine is not None:
        return mine
    if application.questionnaire != questionnaire.version:
        application.questionnaire = questionnaire.version
        application.begun_count = application.finished_count = 0
        application.risk_class, application.is_disputed = None, False
    if application.begun_count >= REVIEWERS:
        raise RuleBroken(mark("Two members of the committee are already screening this one."))
    application.begun_count += 1
    screening = Screening(
        application_id=application.id,
        questionnaire=questionnaire.version,
        seat=application.begun_count,
        reviewer_id=actor.id,
        answers=_still_valid(actor, earlier, questionnaire),
    )
    db.session.add(screening)
    db.session.flush()
    record(actor, Event.SCREENING_BEGUN, application, questionnaire=questionnaire.version)
    return screening


def _still_valid(
    actor: Actor, earlier: Sequence[Screening], questionnaire: Questionnaire
) -> dict[str, str]:
    """One's own answers to the version before, where the question is still the same."""
    mine = next((each for each in earlier if queries.is_own(actor, each)), None)
    before = questionnaire_of(mine.questionnaire) if mine else None
    if mine is None or before is None:
        return {}
    old, new = before.questions, questionnaire.questions
    return {
        name: given
        for name, given in mine.answers.items()
        if name in new and name in old and new[name] == old[name]
    }


@dataclass(frozen=True)
class StepDraft:
    """What a reviewer answered in one step."""

    answers: Mapping[str, str]
    note: str = ""


def answer_step(
    actor: Actor, submission: Submission, screening: Screening, step_id: str, draft: StepDraft
) -> None:
    """Keep the answers to a small group of questions; they may be changed until one finishes.

    :raise RuleBroken: if a question of the step has no answer, or the screening is finished
    """
    require(actor, Permission.SCREENING_ANSWER, submission)
    questionnaire = _open_one(actor, screening)
    step = questionnaire.step(step_id)
    if step is None:
        raise NotFound(step_id)
    for question in step.questions:
        if draft.answers.get(question.id) not in set(Answer):
            raise RuleBroken(
                mark("Please choose an answer. “I do not know” is one, too."), field=question.id
            )
    note = cleaned(draft.note)
    if len(note) > LONGEST:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="note", most=LONGEST
        )
    given = {question.id: draft.answers[question.id] for question in step.questions}
    screening.answers = {**screening.answers, **given}
    screening.notes = {**screening.notes, step_id: note}
    record(actor, Event.SCREENING_ANSWERED, screening, step=step_id)


def finish_screening(
    actor: Actor,
    submission: Submission,
    screening: Screening,
    *,
    own_class: RiskClass | None = None,
    reason: str = "",
) -> None:
    """Close the own screening; with the second one the application has its provisional class.

    `own_class` is for reviewers who see it differently from what follows from their answers.

    :raise RuleBroken: if a question is left, or another opinion comes without reasons
    """
    require(actor, Permission.SCREENING_ANSWER, submission)
    questionnaire = _open_one(actor, screening)
    if questionnaire.missing(screening.answers):
        raise RuleBroken(mark("Some questions have no answer yet."))
    computed = evaluate(questionnaire, screening.answers).risk
    own_class = None if own_class is computed else own_class
    reason = cleaned(reason)
    if len(reason) > LONGEST:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST
        )
    if own_class is not None and not reason:
        raise RuleBroken(mark("Please say why you see it differently."), field="reason")
    if computed is RiskClass.OPEN and own_class is not None and _is_low(own_class):
        raise RuleBroken(
            mark(
                "As long as answers are missing, the class cannot be a low one. Please answer them first."
            ),
            field="own_class",
        )
    asked = {
        question.id
        for step in questionnaire.asked(screening.answers)
        for question in step.questions
    }
    screening.answers = {name: given for name, given in screening.answers.items() if name in asked}
    screening.computed_class, screening.own_class = computed, own_class
    screening.reason = reason
    screening.finished_at = clock.now()
    db.session.flush()
    application = examined(submission)
    _sum_up(application, submission)
    record(actor, Event.SCREENING_FINISHED, application, questionnaire=questionnaire.version)


def _is_low(risk: RiskClass) -> bool:
    return STRICTNESS.index(risk) < STRICTNESS.index(RiskClass.HIGH_RISK)


def _sum_up(application: Application, submission: Submission) -> None:
    """The stricter of two opinions is the class; that they differ is noted beside it."""
    opinions = [
        each.opinion
        for each in queries.all_of(submission.id)
        if each.questionnaire == application.questionnaire and each.opinion is not None
    ]
    application.finished_count = len(opinions)
    if application.is_screened:
        application.risk_class = strictest(opinions)
        application.is_disputed = len(set(opinions)) > 1


def _open_one(actor: Actor, screening: Screening) -> Questionnaire:
    if screening.reviewer_id != actor.id:
        raise NotAllowed(Permission.SCREENING_ANSWER)
    questionnaire = questionnaire_of(screening.questionnaire)
    if questionnaire is None:
        raise NotFound(screening.questionnaire)
    if screening.finished_at is not None:
        raise RuleBroken(mark("You have finished this screening; your answers stand."))
    return questionnaire


def set_duty_date(
    actor: Actor, key: str, *, applies_on: date, as_of: date, source: str
) -> DutyDate:
    """Say when duties begin as far as is known now; what was known before stays noted.

    :raise RuleBroken: without a source, or if it is known only from a day to come
    """
    require(actor, Permission.DUTY_DATES_EDIT)
    source = cleaned(source)
    if key not in current_questionnaire().starts:
        raise NotFound(key)
    if not source:
        raise RuleBroken(mark("Please name the source."), field="source")
    if len(source) > LONGEST:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="source", most=LONGEST
        )
    if as_of > clock.now().date():
        raise RuleBroken(mark("Please give a day that is not in the future."), field="as_of")
    holds = queries.duty_dates().get(key)
    if holds and (holds.applies_on, holds.as_of, holds.source) == (applies_on, as_of, source):
        return holds
    stored = DutyDate(
        key=key, applies_on=applies_on, as_of=as_of, source=source, editor_id=actor.id
    )
    db.session.add(stored)
    db.session.flush()
    record(actor, Event.DUTY_DATE_SET, stored, key=key, applies_on=applies_on.isoformat())
    return stored
