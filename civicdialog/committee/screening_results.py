"""What follows from one reviewer's answers, in the reader's language: class, reasons, duties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import get_locale, gettext

from civicdialog.committee.models import DutyDate
from civicdialog.committee.profile_pages import Badge
from civicdialog.committee.screening import Finding, FoundDuty, Result, evaluate
from civicdialog.committee.screening_questions import Answer, Questionnaire, Start, Texts
from civicdialog.core.city import city
from civicdialog.core.i18n import mark

ANSWER_WORDS: Mapping[str, str] = {
    Answer.YES: mark("Yes"),
    Answer.NO: mark("No"),
    Answer.UNKNOWN: mark("I do not know"),
}


def language() -> str:
    """The language the questions are shown in."""
    locale = get_locale()
    return locale.language if locale else city().languages[0]


def said(texts: Texts) -> str:
    """A text of the questionnaire in the reader's language, else in English."""
    return texts.get(language()) or texts.get("en", "")


def cited(questionnaire: Questionnaire, source: str) -> str:
    """A source in the reader's language."""
    return questionnaire.source_in(language(), source)


def day(value: date) -> str:
    """A day as one writes it: 2. August 2026."""
    pattern = "d. MMMM y" if language() == "de" else "d MMMM y"
    return format_date(value, pattern, locale=language())


# ---- results ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A question with the answer it got."""

    text: str
    answer: str
    source: str


@dataclass(frozen=True)
class Reason:
    title: str
    source: str
    is_certain: bool
    given: list[Given]


@dataclass(frozen=True)
class StartView:
    """When a duty begins, how we know, and what else has been heard of."""

    key: str
    title: str
    day: str
    as_of: str
    source: str
    is_set_here: bool
    announced_day: str
    announced: str


@dataclass(frozen=True)
class DutyView:
    title: str
    text: str
    points: list[str]
    source: str
    is_certain: bool
    start: StartView | None


@dataclass(frozen=True)
class ResultView:
    """What follows from one reviewer's answers."""

    badge: Badge
    is_open: bool
    at_least: str
    at_most: str
    reasons: list[Reason]
    to_clarify: list[str]
    duties: list[DutyView]


def result_view(
    questionnaire: Questionnaire, answers: Mapping[str, str], dates: Mapping[str, DutyDate]
) -> ResultView:
    """The provisional class with its reasons and duties."""
    result = evaluate(questionnaire, answers)
    questions = questionnaire.questions
    return ResultView(
        badge=Badge.of(result.risk),
        is_open=bool(result.to_clarify),
        at_least=Badge.of(result.at_least).label,
        at_most=Badge.of(result.at_most).label,
        reasons=[_reason(questionnaire, each, answers) for each in result.findings],
        to_clarify=[said(questions[name].text) for name in result.to_clarify],
        duties=_duties(questionnaire, result, dates),
    )


def _reason(questionnaire: Questionnaire, found: Finding, answers: Mapping[str, str]) -> Reason:
    return Reason(
        title=said(found.rule.title),
        source=cited(questionnaire, found.rule.source),
        is_certain=found.is_certain,
        given=_given(questionnaire, found.because, answers),
    )


def _given(
    questionnaire: Questionnaire, names: Sequence[str], answers: Mapping[str, str]
) -> list[Given]:
    known = questionnaire.questions
    return [
        Given(
            said(known[name].text),
            answer_in_words(answers.get(name)),
            cited(questionnaire, known[name].source),
        )
        for name in names
    ]


def answer_in_words(given: str | None) -> str:
    """An answer as people read it."""
    words: str = gettext(ANSWER_WORDS[given]) if given else gettext("not answered")
    return words


def _duties(
    questionnaire: Questionnaire, result: Result, dates: Mapping[str, DutyDate]
) -> list[DutyView]:
    return [_duty(questionnaire, each, dates) for each in result.duties]


def _duty(
    questionnaire: Questionnaire, found: FoundDuty, dates: Mapping[str, DutyDate]
) -> DutyView:
    duty = found.duty
    start = questionnaire.starts.get(duty.starts)
    return DutyView(
        title=said(duty.title),
        text=said(duty.text),
        points=[said(point) for point in duty.points],
        source=cited(questionnaire, duty.source),
        is_certain=found.is_certain,
        start=start_view(questionnaire, start, dates) if start else None,
    )


def start_view(
    questionnaire: Questionnaire, start: Start, dates: Mapping[str, DutyDate]
) -> StartView:
    """What the office has set holds; else what came with the questions."""
    own = dates.get(start.key)
    if own is not None:
        return StartView(
            start.key, said(start.title), day(own.applies_on), day(own.as_of), own.source,
            is_set_here=True, announced_day="", announced="",
        )  # fmt: skip
    return StartView(
        start.key,
        said(start.title),
        day(start.applies_on),
        day(start.as_of),
        cited(questionnaire, start.source),
        is_set_here=False,
        announced_day=day(start.announced_on) if start.announced_on else "",
        announced=said(start.announced),
    )
