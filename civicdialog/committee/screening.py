"""Which law a proposed AI application falls under: what follows from answers, by logic alone.

An application whose class could still rise when unknown answers become known is *open*, never in a
low class.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from civicdialog.committee.screening_questions import (
    STRICTNESS,
    Alternative,
    Answer,
    Answers,
    Condition,
    Duty,
    Questionnaire,
    RiskClass,
    Rule,
    all_hold,
    holds,
    names_of,
)


@dataclass(frozen=True)
class Finding:
    """A rule that holds, or that may hold, with the answers behind it."""

    rule: Rule
    is_certain: bool
    because: tuple[str, ...]
    """The questions that decided; where it is uncertain, those that must be clarified."""


@dataclass(frozen=True)
class FoundDuty:
    duty: Duty
    is_certain: bool


@dataclass(frozen=True)
class Result:
    risk: RiskClass
    at_least: RiskClass
    at_most: RiskClass
    findings: tuple[Finding, ...]
    """The strictest first."""
    duties: tuple[FoundDuty, ...]

    @property
    def to_clarify(self) -> tuple[str, ...]:
        """The questions whose answer could still change the class."""
        open_ones = (each for each in self.findings if not each.is_certain)
        return tuple(dict.fromkeys(question for each in open_ones for question in each.because))


def evaluate(questionnaire: Questionnaire, answers: Answers) -> Result:
    """The provisional class, its reasons, and the duties that follow."""
    found = [finding for rule in questionnaire.rules if (finding := _finding(rule, answers))]
    certain = [each.rule.risk for each in found if each.is_certain]
    at_least = strictest(certain)
    # What is uncertain matters if it would lead to a stricter class, or if nothing is certain.
    kept = [
        each
        for each in found
        if each.is_certain or not certain or _is_stricter(each.rule.risk, at_least)
    ]
    kept.sort(key=lambda each: -STRICTNESS.index(each.rule.risk))
    known = {**answers, **_what_rules_say(questionnaire, answers)}
    verdicts = [(duty, holds(duty.when, known)) for duty in questionnaire.duties]
    return Result(
        risk=at_least if all(each.is_certain for each in kept) else RiskClass.OPEN,
        at_least=at_least,
        at_most=strictest(each.rule.risk for each in kept),
        findings=tuple(kept),
        duties=tuple(FoundDuty(duty, bool(says)) for duty, says in verdicts if says is not False),
    )


def _what_rules_say(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer]:
    """Whether a rule of a class, or with a tag, holds: conditions of duties may ask for that."""
    alternatives: dict[str, list[Condition]] = {}
    for rule in questionnaire.rules:
        for name in names_of(rule):
            alternatives.setdefault(name, []).append(rule.when)
    words = {True: Answer.YES, False: Answer.NO, None: Answer.UNKNOWN}
    return {
        name: words[holds(tuple(one for each in found for one in each), answers)]
        for name, found in alternatives.items()
    }


def strictest(classes: Iterable[RiskClass]) -> RiskClass:
    """The strictest of some classes, the mildest there is if there are none."""
    return max(classes, key=STRICTNESS.index, default=RiskClass.NOT_AI)


def _is_stricter(one: RiskClass, other: RiskClass) -> bool:
    return STRICTNESS.index(one) > STRICTNESS.index(other)


def _finding(rule: Rule, answers: Answers) -> Finding | None:
    verdict = holds(rule.when, answers)
    if verdict is False:
        return None
    behind = [each for each in rule.when if all_hold(each, answers) is verdict]
    if verdict:
        return Finding(rule, True, tuple(_deciding(behind)))
    unknown = (
        question
        for alternative in behind
        for question, _ in alternative
        if answers.get(question, Answer.UNKNOWN) == Answer.UNKNOWN
    )
    return Finding(rule, False, tuple(dict.fromkeys(unknown)))


def _deciding(behind: list[Alternative]) -> Iterable[str]:
    """The questions of the alternatives that hold; left out are those that say nothing new."""
    said: dict[str, None] = {}
    for alternative in sorted(behind, key=len):
        if (
            any(wanted is Answer.YES and name not in said for name, wanted in alternative)
            or not said
        ):
            said |= dict.fromkeys(name for name, _ in alternative)
    return said
