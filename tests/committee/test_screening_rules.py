"""What follows from answers: worked examples from a city, and rules that hold for all of them."""

import random
from datetime import date

import pytest

from civicdialog.committee.screening import evaluate
from civicdialog.committee.screening_questions import (
    STRICTNESS,
    Answer,
    BadQuestionnaire,
    RiskClass,
    current_questionnaire,
    read,
)

NOT_AI, MINIMAL, TRANSPARENCY = RiskClass.NOT_AI, RiskClass.MINIMAL, RiskClass.TRANSPARENCY
HIGH, PROHIBITED = RiskClass.HIGH_RISK, RiskClass.PROHIBITED
LOW = (NOT_AI, MINIMAL, TRANSPARENCY)

# What an office would say of each application: everything that is not named here is answered no.
# The class beside it was taken from the regulation, not from the program.
CASES = {
    "a chatbot answers questions about offices": (
        "is-ai gpai personal-data talks generates changes-work",
        TRANSPARENCY,
    ),
    "housing benefit is scored by need": (  # Annex III no. 5(a)
        "is-ai personal-data area-services benefits profiling evaluates-people special-data",
        HIGH,
    ),
    "police search for faces live at a festival": (  # Art. 5(1)(h)
        (
            "is-ai personal-data biometric live-recognition remote-recognition area-police police-use "
            "profiling special-data public-watch"
        ),
        PROHIBITED,
    ),
    "the mood of staff in the call centre is measured": (  # Art. 5(1)(f)
        (
            "is-ai personal-data biometric emotions-work emotions area-work work-decisions profiling "
            "staff-watch vulnerable"
        ),
        PROHIBITED,
    ),
    "applications for jobs are ranked": (  # Annex III no. 4(a)
        "is-ai personal-data area-work recruitment profiling evaluates-people",
        HIGH,
    ),
    "traffic lights are controlled": (  # Annex III no. 2
        "is-ai area-infrastructure safety-component",
        HIGH,
    ),
    "places in schools are given out": (  # Annex III no. 3(a)
        "is-ai personal-data area-education admission profiling vulnerable",
        HIGH,
    ),
    "exams are watched by camera": (  # Annex III no. 3(d)
        "is-ai personal-data area-education exam-watch profiling vulnerable",
        HIGH,
    ),
    "letters are translated and checked": (
        "is-ai gpai personal-data changes-work",
        MINIMAL,
    ),
    "meetings are written down and minutes checked": (
        "is-ai gpai personal-data staff-watch changes-work",
        MINIMAL,
    ),
    "future offenders are named from their profile": (  # Art. 5(1)(d)
        "is-ai personal-data crime-prediction area-police police-use profiling evaluates-people",
        PROHIBITED,
    ),
    "cameras on refuse lorries find potholes": (
        "is-ai personal-data",
        MINIMAL,
    ),
    "children at risk are scored for youth services": (  # Annex III no. 5(a)
        (
            "is-ai personal-data area-services benefits profiling evaluates-people special-data "
            "vulnerable"
        ),
        HIGH,
    ),
    "valves of the water network are controlled": (  # Annex III no. 2
        "is-ai area-infrastructure safety-component",
        HIGH,
    ),
    "number plates are read to check parking": (
        "is-ai personal-data public-watch",
        MINIMAL,
    ),
    "the demand for heat is forecast": (
        "is-ai area-infrastructure",
        MINIMAL,
    ),
    "names in files are blackened": (
        "is-ai personal-data",
        MINIMAL,
    ),
    "unwanted mail is filtered": (
        "is-ai personal-data",
        MINIMAL,
    ),
    "a film shows a mayor who never said this": (  # Art. 50(4)
        "is-ai gpai personal-data generates deepfake",
        TRANSPARENCY,
    ),
    "emergency calls are put in order": (  # Annex III no. 5(d)
        "is-ai personal-data area-services emergency profiling special-data vulnerable",
        HIGH,
    ),
    "residence permits are prepared with a recommendation": (  # Annex III no. 7(c)
        "is-ai personal-data area-migration migration-use profiling evaluates-people vulnerable",
        HIGH,
    ),
    "the library recommends books": (
        "is-ai personal-data",
        MINIMAL,
    ),
    "press releases are drafted with a language model": (  # Art. 50(2)
        "is-ai gpai generates changes-work",
        TRANSPARENCY,
    ),
    "pictures of people are sorted by religion": (  # Art. 5(1)(g)
        "is-ai personal-data biometric sort-sensitive sort-people profiling special-data",
        PROHIBITED,
    ),
    "a table computes the fee for a parking permit": (  # Art. 3(1)
        "personal-data",
        NOT_AI,
    ),
    "residents earn points for good behaviour": (  # Art. 5(1)(c)
        "is-ai personal-data social-scoring area-services benefits profiling evaluates-people",
        PROHIBITED,
    ),
    "applications for benefits are sorted by form, not by person": (  # Art. 6(3)(a)
        "is-ai personal-data area-services benefits narrow-task",
        MINIMAL,
    ),
    "applications for benefits are sorted by person": (  # Art. 6(3), last subparagraph
        "is-ai personal-data area-services benefits narrow-task profiling",
        HIGH,
    ),
    "a lift is stopped by a learning control": (  # Art. 6(1)
        "is-ai product third-party",
        HIGH,
    ),
    "a camera recognises banned visitors at the pool": (  # Annex III no. 1(a)
        "is-ai personal-data biometric remote-recognition profiling special-data public-watch",
        HIGH,
    ),
}


def answers_of(said):
    """Everything that makes sense is answered; no, unless it is named."""
    questionnaire, named = current_questionnaire(), set(said.split())
    assert named <= set(questionnaire.questions), named - set(questionnaire.questions)
    answers = {}
    for step in questionnaire.steps:
        if step in questionnaire.asked(answers):
            for question in step.questions:
                answers[question.id] = Answer.YES if question.id in named else Answer.NO
    assert questionnaire.missing(answers) == []
    assert named <= set(answers), f"never asked: {named - set(answers)}"
    return answers


def class_of(answers):
    return evaluate(current_questionnaire(), answers).risk


@pytest.mark.parametrize("name", CASES)
def test_a_worked_example_falls_into_its_class(name):
    said, expected = CASES[name]
    assert class_of(answers_of(said)) is expected


def test_there_are_enough_examples_of_every_class():
    classes = [expected for _, expected in CASES.values()]
    assert len(CASES) >= 24
    assert set(classes) == set(RiskClass) - {RiskClass.OPEN}


@pytest.mark.parametrize("name", CASES)
def test_one_unknown_answer_never_leads_to_a_lower_class(name):
    said, expected = CASES[name]
    answers = answers_of(said)
    for question in answers:
        risk = class_of({**answers, question: Answer.UNKNOWN})
        assert STRICTNESS.index(risk) >= STRICTNESS.index(expected) or risk is RiskClass.OPEN


@pytest.mark.parametrize(
    "name", [name for name, (_, expected) in CASES.items() if expected is HIGH]
)
def test_nothing_high_risk_becomes_low_when_answers_are_unknown(name):
    answers = answers_of(CASES[name][0])
    chance = random.Random(name)
    for _ in range(300):
        unknown = chance.sample(sorted(answers), chance.randint(1, len(answers)))
        assert class_of(answers | dict.fromkeys(unknown, Answer.UNKNOWN)) not in LOW


def test_an_application_nobody_knows_anything_about_is_open():
    result = evaluate(current_questionnaire(), {})
    assert (result.risk, result.at_most) == (RiskClass.OPEN, PROHIBITED)
    assert "is-ai" in result.to_clarify


def test_known_answers_always_lead_to_a_class():
    chance = random.Random(0)
    questionnaire = current_questionnaire()
    for _ in range(2000):
        answers = {}
        share = chance.choice((0.1, 0.5, 0.9))
        for step in questionnaire.steps:
            if step in questionnaire.asked(answers):
                for question in step.questions:
                    answers[question.id] = Answer.YES if chance.random() < share else Answer.NO
        assert class_of(answers) is not RiskClass.OPEN


def test_an_unknown_exception_leaves_the_class_open():
    answers = answers_of("is-ai personal-data area-services benefits narrow-task")
    result = evaluate(current_questionnaire(), {**answers, "profiling": Answer.UNKNOWN})
    assert (result.risk, result.at_least, result.at_most) == (RiskClass.OPEN, MINIMAL, HIGH)
    assert result.to_clarify == ("profiling",)


def test_a_result_names_the_rule_its_source_and_the_answers_behind_it():
    result = evaluate(
        current_questionnaire(), answers_of(CASES["traffic lights are controlled"][0])
    )
    first = result.findings[0]
    assert (first.rule.id, first.is_certain) == ("infrastructure", True)
    assert "Annex III no. 2" in first.rule.source
    assert {"is-ai", "area-infrastructure", "safety-component"} <= set(first.because)


def duties_of(said):
    result = evaluate(current_questionnaire(), answers_of(said))
    return {each.duty.id for each in result.duties if each.is_certain}


# what is said, a duty that follows, one that does not
DUTIES = [
    # Art. 27 binds public bodies for Annex III, but not for infrastructure.
    (CASES["housing benefit is scored by need"][0], "rights-assessment", "stop"),
    (CASES["traffic lights are controlled"][0], "deployer", "rights-assessment"),
    (CASES["housing benefit is scored by need"][0], "registration", "exception"),
    # Who relies on Art. 6(3) must have it documented.
    (CASES["applications for benefits are sorted by form, not by person"][0], "exception",
     "deployer"),
    (CASES["pictures of people are sorted by religion"][0], "stop", "stop-images"),
    # The new prohibition begins on another day than the old ones.
    ("is-ai personal-data generates intimate-images", "stop-images", "stop"),
    ("is-ai generates", "mark-content", "privacy-basics"),
    ("is-ai gpai", "general-purpose", "automated-decision"),
    ("is-ai", "literacy", "staff-council"),
    # Data protection and the staff council do not ask whether it is AI.
    ("personal-data sole-decision", "automated-decision", "literacy"),
    ("personal-data evaluates-people", "impact-assessment", "special-data"),
    ("staff-watch", "staff-council", "privacy-basics"),
    (CASES["applications for jobs are ranked"][0] + " built-here", "provider", "tell-people"),
    (CASES["a lift is stopped by a learning control"][0], "deployer-product", "deployer"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "follows", "does_not"), DUTIES)
def test_duties_follow_from_answers(said, follows, does_not):
    found = duties_of(said)
    assert follows in found
    assert does_not not in found


def test_the_assessment_of_fundamental_rights_has_six_points():
    duty = next(each for each in current_questionnaire().duties if each.id == "rights-assessment")
    assert len(duty.points) == 6


def test_every_text_stands_there_in_both_languages_and_names_its_source():
    questionnaire = current_questionnaire()
    parts = [
        *questionnaire.rules,
        *questionnaire.duties,
        *questionnaire.starts.values(),
        *questionnaire.questions.values(),
    ]
    texts = [
        text
        for part in parts
        for name in ("title", "text", "help", "announced")
        if (text := getattr(part, name, None))
    ]
    texts += [step.title for step in questionnaire.steps]
    texts += [step.intro for step in questionnaire.steps if step.intro]
    assert [text for text in texts if not (text.get("de") and text.get("en"))] == []
    assert [part for part in parts if not part.source] == []
    assert all(start.as_of >= date(2026, 11, 1) for start in questionnaire.starts.values())


def test_a_step_asks_at_most_eight_questions():
    sizes = {step.id: len(step.questions) for step in current_questionnaire().steps}
    assert max(sizes.values()) <= 8, sizes


def test_a_file_that_asks_for_a_question_it_does_not_have_is_refused(tmp_path):
    from civicdialog.committee.screening_questions import FOLDER

    source = (FOLDER / "2026-11.toml").read_text("utf-8")
    path = tmp_path / "2027-01.toml"
    path.write_text(source.replace('"safety-component=yes"', '"saftey-component=yes"'), "utf-8")
    with pytest.raises(BadQuestionnaire, match="saftey-component"):
        read(path)
