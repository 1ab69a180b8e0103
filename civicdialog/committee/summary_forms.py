"""What members type into summaries. What is missing is said by the action."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from civicdialog.committee.summary_actions import (
    LONGEST_REASON,
    LONGEST_SENTENCE,
    MOST_SENTENCES,
    Typed,
)
from civicdialog.submissions.texts import cleaned_line

MORE_ROWS = 3


class BasedOnForm(FlaskForm):
    """The version somebody began from; 0 is the machine's text."""

    based_on = HiddenField()

    def began_from(self) -> int:
        """What makes no sense is no version at all."""
        given = self.based_on.data or ""
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1


class SummaryForm(BasedOnForm):
    """A sentence and the numbers of its sources in each row; empty rows are left out."""

    row_count = 0

    def rows(self) -> list[tuple[Any, Any]]:
        """The fields of each row: text, numbers."""
        return [(self[f"text_{n}"], self[f"numbers_{n}"]) for n in range(self.row_count)]

    def typed(self) -> list[Typed]:
        """Rows in which something stands."""
        found = (
            Typed(place, cleaned_line(text.data or ""), _numbers(numbers.data or ""))
            for place, (text, numbers) in enumerate(self.rows())
        )
        return [each for each in found if each.text]


def _numbers(typed: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", typed)]


def _only_numbers(form: Any, field: StringField) -> None:
    typed = field.data or ""
    if not re.fullmatch(r"[0-9,;\s]*", typed):
        raise ValidationError(_l("Please write numbers with commas between them."))
    if any(len(number) > 9 for number in re.findall(r"\d+", typed)):
        raise ValidationError(_l("One of the numbers is too long."))


def summary_form(row_count: int, typed: dict[str, Any] | None = None) -> SummaryForm:
    """A form with so many rows."""
    row_count = min(max(row_count, 1), MOST_SENTENCES)
    fields: dict[str, Any] = {"row_count": row_count}
    for n in range(row_count):
        fields[f"text_{n}"] = TextAreaField(
            _l("Sentence %(n)s", n=n + 1),
            validators=[
                Optional(),
                Length(max=LONGEST_SENTENCE, message=_l("Please use at most 500 characters.")),
            ],
        )
        fields[f"numbers_{n}"] = StringField(
            _l("Rests on contributions No."),
            validators=[
                Optional(),
                Length(max=100, message=_l("Please use at most 100 characters.")),
                _only_numbers,
            ],
        )
    kind: type[SummaryForm] = type("SummaryForm", (SummaryForm,), fields)
    return kind(data=typed)


def rows_sent(names: Sequence[str]) -> int:
    """How many rows the form had that somebody sent."""
    places = [name.removeprefix("text_") for name in names if name.startswith("text_")]
    return 1 + max(
        (int(place) for place in places if re.fullmatch(r"[0-9]{1,2}", place)), default=0
    )


class TickForm(FlaskForm):
    """Why contributions may be left out."""

    reason = TextAreaField(
        _l("Why may they be left out?"),
        validators=[
            DataRequired(_l("Please give a reason.")),
            Length(max=LONGEST_REASON, message=_l("Please use at most 1,000 characters.")),
        ],
    )
