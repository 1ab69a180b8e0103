"""What reviewers answer, and what the office knows of dates."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from civicdialog.committee.risk_words import RISKS
from civicdialog.committee.screening_actions import LONGEST, StepDraft
from civicdialog.committee.screening_questions import Answer, RiskClass, Step
from civicdialog.submissions.texts import cleaned

PREFIX = "q-"
AGREE = "agree"
ANSWERS = {
    Answer.YES: _l("Yes"),
    Answer.NO: _l("No"),
    Answer.UNKNOWN: _l("I do not know"),
}
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def _text(value: Any) -> str:
    return cleaned(value or "")


class StepForm(FlaskForm):
    """One step; its questions are added by `step_form`."""

    note = TextAreaField(
        _l("Remark on your answers"),
        [Length(max=LONGEST, message=_l("Please use at most 2,000 characters."))],
        filters=[_text],
    )

    def draft(self) -> StepDraft:
        answers = {
            field.name.removeprefix(PREFIX): field.data or ""
            for field in self
            if field.name.startswith(PREFIX)
        }
        return StepDraft(answers, self.note.data or "")


def step_form(step: Step, language: str, answers: dict[str, Any], note: str) -> StepForm:
    """A form with the questions of a step, and what was answered before."""
    fields = {
        PREFIX + question.id: RadioField(
            question.text[language],
            [InputRequired(_l("Question %(number)s: please choose an answer.", number=number))],
            choices=[SelectChoice(answer.value, words) for answer, words in ANSWERS.items()],
            description=question.help.get(language, ""),
        )
        for number, question in enumerate(step.questions, start=1)
    }
    form = type("StepForm", (StepForm,), fields)
    known = {PREFIX + name: given for name, given in answers.items()}
    return form(data={**known, "note": note})  # type: ignore[no-any-return]


class FinishForm(FlaskForm):
    """Whether the reviewer stands for what follows from the answers."""

    own_class = RadioField(
        _l("Which class do you stand for?"),
        [InputRequired(_l("Please choose one."))],
        choices=[
            SelectChoice(AGREE, _l("The one that follows from my answers")),
            *(SelectChoice(risk.value, _l(words)) for risk, words in RISKS.items()),
        ],
        default=AGREE,
    )
    reason = TextAreaField(
        _l("Your reasons"),
        [Length(max=LONGEST, message=_l("Please use at most 2,000 characters."))],
        filters=[_text],
    )

    @property
    def chosen(self) -> RiskClass | None:
        given = self.own_class.data
        return None if given == AGREE else RiskClass(given)


class DutyDateForm(FlaskForm):
    """When duties begin."""

    applies_on = DateField(
        _l("They begin on"),
        [DataRequired(_l("Please give a day like 02.08.2026."))],
        format=["%Y-%m-%d", "%d.%m.%Y"],
    )
    as_of = DateField(
        _l("As of"),
        [DataRequired(_l("Please give a day like 02.08.2026."))],
        format=["%Y-%m-%d", "%d.%m.%Y"],
    )
    source = TextAreaField(
        _l("Source"),
        [
            DataRequired(_l("Please name the source.")),
            Length(max=LONGEST, message=_l("Please use at most 2,000 characters.")),
        ],
        filters=[_text],
    )

    def values(self) -> dict[str, Any]:
        """What was typed, by name."""
        return {name: self[name].data for name in ("applies_on", "as_of", "source")}

    def validate_applies_on(self, field: DateField) -> None:
        if field.data and not EARLIEST <= field.data <= LATEST:
            raise ValidationError(_l("Please give a day like 02.08.2026."))
