"""What is typed when people correct topics. What is missing is said by the action."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from civicdialog.insights.correction_actions import LONGEST_REASON, LONGEST_SUGGESTION
from civicdialog.insights.models import LONGEST_LABEL

_SHORT = Length(max=LONGEST_LABEL, message=_l("Please use at most 200 characters."))


class ReasonForm(FlaskForm):
    """Why something is corrected."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Please give a reason.")),
            Length(max=LONGEST_REASON, message=_l("Please use at most 2,000 characters.")),
        ],
    )
    seen = HiddenField()

    def newest(self) -> int:
        """The newest correction when the page was opened."""
        typed = self.seen.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0


class RenameForm(ReasonForm):
    """A name for a topic."""

    label = StringField(
        _l("New name"), validators=[DataRequired(_l("Please give the topic a name.")), _SHORT]
    )


class TargetForm(ReasonForm):
    """Another topic of the round."""

    target = SelectField(
        _l("Topic"), coerce=int, validate_choice=False, validators=[InputRequired()]
    )

    def offer(self, topics: Sequence[tuple[int, str]]) -> None:
        """Topics to choose from: number and name."""
        self.target.choices = list(topics)


class PlaceForm(TargetForm):
    """Where chosen contributions go."""

    new_label = StringField(
        _l("Name of the new topic"),
        validators=[Optional(), _SHORT],
        description=_l("Only if you have chosen “A new topic”."),
    )


class DoubtForm(FlaskForm):
    """Where an author thinks the contribution belongs."""

    suggestion = TextAreaField(
        _l("Where does it belong?"),
        validators=[
            Optional(),
            Length(max=LONGEST_SUGGESTION, message=_l("Please use at most 500 characters.")),
        ],
        description=_l("A word or a sentence is enough."),
    )
