"""What moderators type when they split, merge or copy contributions."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length

from civicdialog.moderation.lineage_actions import FEWEST_PARTS, MOST_PARTS
from civicdialog.submissions.forms import KIND_NAMES
from civicdialog.submissions.handing_in import (
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_TITLE,
    SubmissionDraft,
)
from civicdialog.submissions.models import Kind
from civicdialog.submissions.texts import cleaned, cleaned_line


def _text(value: Any) -> str:
    return cleaned(value or "")


def _line(value: Any) -> str:
    return cleaned_line(value or "")


_FILLED = DataRequired(_l("Please fill in this field."))


class PartForm(Form):
    """One contribution; as the office words it, it is short."""

    kind = RadioField(
        _l("What is it?"),
        [InputRequired(_l("Please choose one."))],
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_NAMES.items()],
    )
    title = StringField(
        _l("Title"),
        [
            _FILLED,
            Length(max=LONGEST_TITLE, message=_l("Please use at most 160 characters.")),
        ],
        filters=[_line],
    )
    problem = TextAreaField(
        _l("What it is about"),
        [_FILLED, Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters."))],
        filters=[_text],
    )
    solution = TextAreaField(
        _l("What shall be done"),
        [Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters."))],
        filters=[_text],
    )

    def draft(self) -> SubmissionDraft:
        return SubmissionDraft(
            title=self.title.data or "",
            problem=self.problem.data or "",
            solution=self.solution.data or "",
            kind=Kind(self.kind.data),
        )


def _reason() -> TextAreaField:
    return TextAreaField(
        _l("Reason"),
        [
            DataRequired(_l("Please give a reason; it stands in the thread.")),
            Length(max=LONGEST_REASON, message=_l("Please use at most 500 characters.")),
        ],
        description=_l("Everybody can read it in the thread."),
        filters=[_text],
    )


class SplitForm(FlaskForm):
    """The parts of a contribution."""

    parts = FieldList(FormField(PartForm), min_entries=FEWEST_PARTS, max_entries=MOST_PARTS)
    reason = _reason()


class MergeForm(FlaskForm):
    """The numbers of the others, and the text in the place of all."""

    numbers = StringField(
        _l("Numbers of the contributions it is merged with"),
        [DataRequired(_l("Please name at least one number."))],
        description=_l("For example: 12, 31"),
        filters=[_line],
    )
    part = FormField(PartForm)
    reason = _reason()


class CopyForm(FlaskForm):
    """The round it is copied into."""

    round = SelectField(_l("Into which round?"), [InputRequired(_l("Please choose one."))],
                        choices=[], validate_choice=True)  # fmt: skip
    reason = _reason()
