"""The questions of the screening, its rules and duties, as they stand in a file with a version.

A condition is a list of alternatives, each a list like `["is-ai=yes", "profiling=no"]` that must
hold as a whole. Answers may be `unknown`; then a condition may be unknown as well.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "questionnaires"

Texts = Mapping[str, str]
"""One text by language."""


class RiskClass(StrEnum):
    NOT_AI = "not_ai"
    MINIMAL = "minimal"
    TRANSPARENCY = "transparency"
    HIGH_RISK = "high_risk"
    OPEN = "open"
    PROHIBITED = "prohibited"


STRICTNESS = tuple(RiskClass)
"""From the mildest to the strictest. What is open may still turn out to be prohibited."""


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


Answers = Mapping[str, str]
Alternative = tuple[tuple[str, Answer], ...]
Condition = tuple[Alternative, ...]


class BadQuestionnaire(ValueError):
    """The file of questions contradicts itself; the message says where."""


@dataclass(frozen=True)
class Question:
    id: str
    text: Texts
    help: Texts
    source: str


@dataclass(frozen=True)
class Step:
    """A small group of questions that are asked together."""

    id: str
    title: Texts
    intro: Texts
    ask_if: Condition
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Rule:
    """When this holds, the application belongs at least to this class."""

    id: str
    risk: RiskClass
    title: Texts
    source: str
    when: Condition
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Duty:
    """What the city must do."""

    id: str
    title: Texts
    text: Texts
    source: str
    starts: str
    """The date its beginning is kept under; empty where it has always been so."""
    when: Condition
    points: tuple[Texts, ...] = ()


@dataclass(frozen=True)
class Start:
    """When duties begin, according to which text, and what is known of a later date."""

    key: str
    title: Texts
    applies_on: date
    as_of: date
    source: str
    announced_on: date | None
    """A later date that has been decided on but was not seen in the Official Journal."""
    announced: Texts


@dataclass(frozen=True)
class Questionnaire:
    version: str
    as_of: date
    sources: Mapping[str, Texts]
    source_words: Mapping[str, Mapping[str, str]]
    """What short names of sources are called in other languages than English."""
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    duties: tuple[Duty, ...]
    starts: Mapping[str, Start]

    @property
    def questions(self) -> dict[str, Question]:
        return {question.id: question for step in self.steps for question in step.questions}

    def source_in(self, language: str, source: str) -> str:
        """A source as it is cited in this language."""
        for english, word in self.source_words.get(language, {}).items():
            source = source.replace(english, word)
        return source

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)

    def asked(self, answers: Answers) -> tuple[Step, ...]:
        """The steps that make sense after these answers."""
        return tuple(step for step in self.steps if holds(step.ask_if, answers) is not False)

    def missing(self, answers: Answers) -> list[Step]:
        """The steps in which a question has no answer at all."""
        return [
            step
            for step in self.asked(answers)
            if any(question.id not in answers for question in step.questions)
        ]


def names_of(rule: Rule) -> tuple[str, ...]:
    """What conditions of duties may ask for: the class of a rule, and its tags."""
    return (f"class:{rule.risk}", *(f"tag:{tag}" for tag in rule.tags))


# ---- conditions ---------------------------------------------------------------------------------


def holds(condition: Condition, answers: Answers) -> bool | None:
    """Whether one of the alternatives holds; None if that depends on what is unknown."""
    verdicts = {all_hold(alternative, answers) for alternative in condition}
    if True in verdicts:
        return True
    return None if None in verdicts else False


def all_hold(alternative: Alternative, answers: Answers) -> bool | None:
    """The same for one alternative."""
    given = [(answers.get(question, Answer.UNKNOWN), wanted) for question, wanted in alternative]
    if any(answer not in (wanted, Answer.UNKNOWN) for answer, wanted in given):
        return False
    return None if any(answer == Answer.UNKNOWN for answer, _ in given) else True


# ---- reading the files --------------------------------------------------------------------------


@lru_cache
def questionnaires(folder: Path = FOLDER) -> dict[str, Questionnaire]:
    """All versions, the oldest first: earlier screenings are read with the questions they had."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.toml"))}


def current_questionnaire() -> Questionnaire:
    """The questions that are asked now."""
    return list(questionnaires(FOLDER).values())[-1]


def questionnaire_of(version: str) -> Questionnaire | None:
    return questionnaires(FOLDER).get(version)


def read(path: Path) -> Questionnaire:
    """One version of the questions.

    :raise BadQuestionnaire: if it names a question, an answer or a date that it does not have
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    shorthand = {name: list(_alternatives(rows)) for name, rows in data["shorthand"].items()}

    def condition(rows: list[list[str]]) -> Condition:
        return tuple(_expanded(_alternatives(rows), shorthand))

    steps = tuple(
        Step(
            each["id"],
            each["title"],
            each.get("intro", {}),
            condition(each.get("ask_if", [[]])),
            tuple(
                Question(q["id"], q["text"], q.get("help", {}), q["source"])
                for q in each["questions"]
            ),
        )
        for each in data["steps"]
    )
    questionnaire = Questionnaire(
        version=data["version"],
        as_of=data["as_of"],
        sources=data["sources"],
        source_words=data.get("source_words", {}),
        steps=steps,
        rules=tuple(
            Rule(
                each["id"],
                RiskClass(each["class"]),
                each["title"],
                each["source"],
                condition(each["when"]),
                tuple(each.get("tags", ())),
            )
            for each in data["rules"]
        ),
        duties=tuple(
            Duty(
                each["id"],
                each["title"],
                each["text"],
                each["source"],
                each.get("starts", ""),
                condition(each["when"]),
                tuple(each.get("points", ())),
            )
            for each in data["duties"]
        ),
        starts={
            key: Start(
                key,
                each["title"],
                each["applies_on"],
                each["as_of"],
                each["source"],
                each.get("announced_on"),
                each.get("announced", {}),
            )
            for key, each in data["starts"].items()
        },
    )
    _check(questionnaire, path)
    return questionnaire


def _alternatives(rows: list[list[str]]) -> Iterator[tuple[tuple[str, str], ...]]:
    for row in rows:
        yield tuple((name, answer) for name, _, answer in (each.partition("=") for each in row))


def _expanded(
    alternatives: Iterator[tuple[tuple[str, str], ...]],
    shorthand: Mapping[str, list[tuple[tuple[str, str], ...]]],
) -> Iterator[tuple[tuple[str, Answer], ...]]:
    """Alternatives in which a shorthand such as `any-area` is replaced by what it stands for."""
    for alternative in alternatives:
        rows: list[tuple[tuple[str, str], ...]] = [()]
        for name, answer in alternative:
            meant = shorthand[name] if not answer else [((name, answer),)]
            rows = [(*row, *each) for row in rows for each in meant]
        for row in rows:
            yield tuple((name, Answer(answer)) for name, answer in row)


def _check(questionnaire: Questionnaire, path: Path) -> None:
    known = set(questionnaire.questions)
    if sum(len(step.questions) for step in questionnaire.steps) != len(known):
        raise BadQuestionnaire(f"{path.name}: two questions have the same id")
    for step in questionnaire.steps:
        _check_names(path, step.id, step.ask_if, known)
    for rule in questionnaire.rules:
        _check_names(path, rule.id, rule.when, known)
    known |= {name for rule in questionnaire.rules for name in names_of(rule)}
    for duty in questionnaire.duties:
        _check_names(path, duty.id, duty.when, known)
        if duty.starts and duty.starts not in questionnaire.starts:
            raise BadQuestionnaire(f"{path.name}: {duty.id} begins at {duty.starts}, no such date")


def _check_names(path: Path, name: str, condition: Condition, known: set[str]) -> None:
    for question in {question for alternative in condition for question, _ in alternative}:
        if question not in known:
            raise BadQuestionnaire(f"{path.name}: {name} asks for {question}, which is no question")
