"""What people type to hand something in or to take it back."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, ValidationError

from civicdialog.core.city import city
from civicdialog.core.ids import new_secret
from civicdialog.submissions.actions import (
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_TOGETHER,
    SubmissionDraft,
)
from civicdialog.submissions.models import Kind
from civicdialog.submissions.texts import cleaned, cleaned_line

KIND_NAMES = {
    Kind.USE_CASE: _l("An application: something AI should do for us"),
    Kind.PRINCIPLE: _l("A principle: a rule that should always hold"),
    Kind.CONCERN: _l("A concern: something that must not go wrong"),
}


def _text(value: Any) -> str:
    return cleaned(value or "")


def _line(value: Any) -> str:
    return cleaned_line(value or "")


class SubmissionForm(FlaskForm):
    """A proposal, a principle or a concern. The words of the fields fit all three."""

    kind = RadioField(
        _l("What do you want to hand in?"),
        [DataRequired(_l("Please choose one of the three."))],
        choices=[SelectChoice(kind.value, KIND_NAMES[kind]) for kind in Kind],
        validate_choice=False,
    )
    title = StringField(
        _l("Title"),
        [
            DataRequired(_l("Please give your text a title.")),
            Length(max=LONGEST_TITLE, message=_l("Please use at most 160 characters.")),
        ],
        filters=[_line],
        description=_l("One sentence that says what it is about."),
    )
    problem = TextAreaField(
        _l("What is it about?"),
        [
            DataRequired(_l("Please write what it is about.")),
            Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters.")),
        ],
        filters=[_text],
        description=_l("Which problem do you see, or what have you experienced?"),
    )
    solution = TextAreaField(
        _l("What should happen?"),
        [
            DataRequired(_l("Please write what should happen.")),
            Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters.")),
        ],
        filters=[_text],
        description=_l("What should AI do or leave alone? What should the city look after?"),
    )
    beneficiaries = TextAreaField(
        _l("Who benefits, or who is affected?"),
        [Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters."))],
        filters=[_text],
    )
    worries = TextAreaField(
        _l("What could go wrong?"),
        [Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters."))],
        filters=[_text],
        description=_l("Open questions and doubts help those who read your text."),
    )
    department = SelectField(_l("Which area does it belong to?"), validate_choice=False)
    form_token = HiddenField()

    def offer_departments(self, language: str) -> None:
        """The areas of the administration, in the reader's language."""
        names = city().departments.items()
        offered = [SelectChoice(key, texts[language]) for key, texts in names]
        self.department.choices = [SelectChoice("", _l("I do not know")), *offered]
        self.form_token.data = self.form_token.data or new_secret()

    def validate_kind(self, field: Field) -> None:
        if field.data not in set(Kind):
            raise ValidationError(_l("Please choose one of the three."))

    def validate_department(self, field: Field) -> None:
        if field.data and field.data not in city().departments:
            raise ValidationError(_l("Please choose an area from the list."))

    def validate_worries(self, field: Field) -> None:
        texts = (self.problem, self.solution, self.beneficiaries, self.worries)
        if sum(len(each.data or "") for each in texts) > LONGEST_TOGETHER:
            message = _l("All texts together may have 5,000 characters. Please shorten one.")
            raise ValidationError(message)

    def draft(self) -> SubmissionDraft:
        return SubmissionDraft(
            title=self.title.data or "",
            problem=self.problem.data or "",
            solution=self.solution.data or "",
            beneficiaries=self.beneficiaries.data or "",
            worries=self.worries.data or "",
            kind=Kind(self.kind.data),
            department=self.department.data or "",
        )


class WithdrawForm(FlaskForm):
    reason = TextAreaField(
        _l("Why do you take it back?"),
        [Length(max=LONGEST_REASON, message=_l("Please use at most 500 characters."))],
        filters=[_text],
        description=_l("You need not say why. What you write stands in the thread."),
    )
