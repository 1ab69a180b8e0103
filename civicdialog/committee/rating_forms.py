"""What members type about criteria, and the sheet they rate with."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from civicdialog.committee.rating_actions import LONGEST_NOTE, CriterionDraft
from civicdialog.committee.rating_models import HIGHEST, LOWEST, Axis, RatingCriterion
from civicdialog.core.i18n import mark
from civicdialog.submissions.texts import cleaned, cleaned_line

AXES = {
    Axis.NONE: mark("None of them"),
    Axis.BENEFIT: mark("Benefit"),
    Axis.RISK: mark("Risk"),
    Axis.EFFORT: mark("Effort"),
}
CANNOT_JUDGE = "-"
MOST_AT_ONCE = 50
_FILLED = DataRequired(_l("Please write something here."))
_NOTE = Length(max=LONGEST_NOTE, message=_l("Please use at most 2,000 characters."))
_LINE = Length(max=120, message=_l("Please use at most 120 characters."))


def ready_criteria() -> tuple[CriterionDraft, ...]:
    """Five to begin with, in the language of whoever asks for them."""
    return (
        CriterionDraft(
            gettext("Benefit"), gettext("hardly anybody gains"), gettext("many people gain a lot"),
            gettext("What do citizens and staff gain by it?"), Axis.BENEFIT,
        ),
        CriterionDraft(
            gettext("Feasibility"), gettext("cannot be done today"), gettext("can begin at once"),
            gettext("Do data, technology, law and people allow it?"),
        ),
        CriterionDraft(
            gettext("Risk to fairness"), gettext("nobody is worse off"),
            gettext("groups are clearly worse off"),
            gettext("Can it put people at a disadvantage?"), Axis.RISK,
        ),
        CriterionDraft(
            gettext("Risk to data protection"), gettext("no personal data"),
            gettext("sensitive data of many"),
            gettext("Which personal data does it need, and how are they protected?"), Axis.RISK,
        ),
        CriterionDraft(
            gettext("Effort"), gettext("hardly costs anything"),
            gettext("costs very much, for years"),
            gettext("What does it cost, once and every year?"), Axis.EFFORT,
        ),
    )  # fmt: skip


def _text(value: Any) -> str:
    return cleaned(value or "")


def _line(value: Any) -> str:
    return cleaned_line(value or "")


class CriterionForm(FlaskForm):
    """One criterion."""

    name = StringField(
        _l("Name of the criterion"),
        [_FILLED, Length(max=80, message=_l("Please use at most 80 characters."))],
        filters=[_line],
    )
    meaning = StringField(
        _l("The question to the members"),
        [Length(max=300, message=_l("Please use at most 300 characters."))],
        filters=[_line],
    )
    low = StringField(_l("What does 1 mean?"), [_FILLED, _LINE], filters=[_line])
    high = StringField(_l("What does 5 mean?"), [_FILLED, _LINE], filters=[_line])
    axis = SelectField(
        _l("Which side of the picture does it feed?"),
        choices=[SelectChoice(each.value, _l(words)) for each, words in AXES.items()],
        default=Axis.NONE.value,
    )

    def draft(self) -> CriterionDraft:
        return CriterionDraft(
            self.name.data or "",
            self.low.data or "",
            self.high.data or "",
            self.meaning.data or "",
            Axis(self.axis.data),
        )


class NumbersForm(FlaskForm):
    """Which contributions shall be rated."""

    numbers = StringField(
        _l("Numbers of the contributions to be rated"),
        [_FILLED, Length(max=500, message=_l("Please use at most 500 characters."))],
        description=_l("For example: 12, 31, 205"),
        filters=[_line],
    )

    def validate_numbers(self, field: StringField) -> None:
        if not re.fullmatch(r"[0-9,;\s]*", field.data or ""):
            raise ValidationError(_l("Please write numbers with commas between them."))
        if any(len(number) > 9 for number in self._written()):
            raise ValidationError(_l("One of the numbers is too long."))
        if len(self._written()) > MOST_AT_ONCE:
            raise ValidationError(_l("Please name at most 50 contributions at once."))

    def wanted(self) -> list[int]:
        return [int(number) for number in self._written()]

    def _written(self) -> list[str]:
        return re.findall(r"\d+", self.numbers.data or "")


class BiasForm(FlaskForm):
    """Why a member does not rate."""

    reason = TextAreaField(
        _l("What ties you to this matter?"),
        [_FILLED, _NOTE],
        description=_l("For example: you work for a firm that sells such programs."),
        filters=[_text],
    )


class OpenEarlyForm(FlaskForm):
    """Why a rating does not wait for everybody."""

    why = TextAreaField(
        _l("Why shall it not wait any longer?"),
        [_FILLED, _NOTE],
        description=_l("For example: a member has left the committee."),
        filters=[_text],
    )


def sheet_form(
    criteria: Sequence[RatingCriterion], given: Mapping[int, int], note: str, *, is_change: bool
) -> Any:
    """A form with one question for each criterion, filled with what was said before."""

    class SheetForm(FlaskForm):
        """One member's sheet."""

        note = TextAreaField(
            _l("Why do you judge it like this?"),
            [_FILLED, _NOTE],
            description=_l("The other members read it as soon as the rating is opened."),
            filters=[_text],
        )

        def figures(self) -> dict[int, int | None]:
            chosen = {each.id: self[f"c{each.id}"].data for each in criteria}
            return {key: None if it == CANNOT_JUDGE else int(it) for key, it in chosen.items()}

    for each in criteria:
        before = str(given.get(each.id, CANNOT_JUDGE)) if is_change else None
        setattr(SheetForm, f"c{each.id}", _question(each, before))
    return SheetForm(data={"note": note})


def _question(criterion: RatingCriterion, before: str | None) -> RadioField:
    words = {LOWEST: f"1: {criterion.low}", HIGHEST: f"5: {criterion.high}"}
    numbers = [SelectChoice(str(n), words.get(n, str(n))) for n in range(LOWEST, HIGHEST + 1)]
    return RadioField(
        criterion.name,
        [InputRequired(_l("Please choose one."))],
        choices=[*numbers, SelectChoice(CANNOT_JUDGE, _l("I cannot judge this"))],
        description=criterion.meaning,
        default=before,
    )
