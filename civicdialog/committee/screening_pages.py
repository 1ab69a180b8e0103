"""Composes the pages of a screening: two opinions side by side, and the way through the steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from civicdialog.committee.models import DutyDate, Screening
from civicdialog.committee.profile_pages import Badge
from civicdialog.committee.screening_questions import Questionnaire, questionnaire_of
from civicdialog.committee.screening_results import (
    ResultView,
    answer_in_words,
    cited,
    day,
    result_view,
    said,
)

# ---- two reviewers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opinion:
    """One reviewer's screening, as far as the viewer may see it."""

    name: str
    is_mine: bool
    badge: Badge
    computed: Badge
    differs: bool
    """The reviewer sees it differently from what follows from the answers."""
    reason: str
    finished_at: datetime | None
    result: ResultView


@dataclass(frozen=True)
class Line:
    """A question with the answers of both, side by side."""

    text: str
    source: str
    answers: list[str]
    differs: bool


@dataclass(frozen=True)
class Answered:
    """A step with what was answered in it."""

    title: str
    lines: list[Line]
    notes: list[tuple[str, str]]


@dataclass(frozen=True)
class Screened:
    """All that may be seen of the screenings made with one version of the questions."""

    version: str
    as_of: str
    opinions: list[Opinion]
    steps: list[Answered]
    differing: list[Line]


def screened(
    viewer_id: int | None, screenings: Sequence[Screening], dates: Mapping[str, DutyDate]
) -> list[Screened]:
    """Grouped by version, the newest first; what is not finished is left out."""
    versions = dict.fromkeys(each.questionnaire for each in screenings if each.finished_at)
    found = []
    for version in versions:
        questionnaire = questionnaire_of(version)
        if questionnaire is None:
            continue
        of_version = [
            each for each in screenings if each.questionnaire == version and each.finished_at
        ]
        steps = _steps(questionnaire, of_version)
        found.append(
            Screened(
                version=version,
                as_of=day(questionnaire.as_of),
                opinions=[_opinion(questionnaire, each, viewer_id, dates) for each in of_version],
                steps=steps,
                differing=[line for step in steps for line in step.lines if line.differs],
            )
        )
    return found


def _opinion(
    questionnaire: Questionnaire,
    screening: Screening,
    viewer_id: int | None,
    dates: Mapping[str, DutyDate],
) -> Opinion:
    result = result_view(questionnaire, screening.answers, dates)
    own = screening.own_class
    return Opinion(
        name=_name(screening),
        is_mine=viewer_id is not None and screening.reviewer_id == viewer_id,
        badge=Badge.of(own) if own else result.badge,
        computed=result.badge,
        differs=own is not None,
        reason=screening.reason,
        finished_at=screening.finished_at,
        result=result,
    )


def _name(screening: Screening) -> str:
    former: str = gettext("A former member")
    return screening.reviewer.public_name if screening.reviewer else former


def _steps(questionnaire: Questionnaire, screenings: Sequence[Screening]) -> list[Answered]:
    found = []
    for step in questionnaire.steps:
        lines = [
            _line(question.id, questionnaire, screenings)
            for question in step.questions
            if any(question.id in each.answers for each in screenings)
        ]
        notes = [
            (_name(each), str(each.notes[step.id]))
            for each in screenings
            if each.notes.get(step.id)
        ]
        if lines:
            found.append(Answered(said(step.title), lines, notes))
    return found


def _line(name: str, questionnaire: Questionnaire, screenings: Sequence[Screening]) -> Line:
    question = questionnaire.questions[name]
    given = [each.answers.get(name) for each in screenings]
    words = [gettext("not asked") if each is None else answer_in_words(each) for each in given]
    source = cited(questionnaire, question.source)
    return Line(said(question.text), source, words, differs=len(set(given)) > 1)


# ---- answering ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepLink:
    """A step in the margin: where one is, what is done."""

    title: str
    url: str
    is_current: bool
    is_done: bool


def step_links(
    public_id: str, questionnaire: Questionnaire, screening: Screening, current: str
) -> list[StepLink]:
    """The steps that are asked after the answers so far."""
    left = {step.id for step in questionnaire.missing(screening.answers)}
    return [
        StepLink(
            said(step.title),
            url_for("screening.answer", public_id=public_id, step_id=step.id),
            is_current=step.id == current,
            is_done=step.id not in left,
        )
        for step in questionnaire.asked(screening.answers)
    ]


def next_url(public_id: str, questionnaire: Questionnaire, screening: Screening, after: str) -> str:
    """The step after this one, or the end when it was the last."""
    order = [step.id for step in questionnaire.steps]
    later = [
        step.id
        for step in questionnaire.asked(screening.answers)
        if order.index(step.id) > order.index(after)
    ]
    if later:
        return url_for("screening.answer", public_id=public_id, step_id=later[0])
    return url_for("screening.finish", public_id=public_id)


def go_on_url(public_id: str, questionnaire: Questionnaire, screening: Screening) -> str:
    """Where to go on: the first step with a question that has no answer."""
    left = questionnaire.missing(screening.answers)
    if left:
        return url_for("screening.answer", public_id=public_id, step_id=left[0].id)
    return url_for("screening.finish", public_id=public_id)
