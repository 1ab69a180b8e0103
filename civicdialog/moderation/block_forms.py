"""What a moderator enters to keep somebody from writing, and to let them write again."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from civicdialog.core import clock
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.forms import GROUND_NAMES
from civicdialog.moderation.models import Ground

LENGTHS = {
    "1": _l("1 day"),
    "3": _l("3 days"),
    "7": _l("1 week"),
    "14": _l("2 weeks"),
    "30": _l("1 month"),
    "91": _l("3 months"),
    "182": _l("6 months"),
}
"""Days."""
USUAL_GROUNDS = (
    Ground.INSULT,
    Ground.DISCRIMINATION,
    Ground.ADVERTISING,
    Ground.PERSONAL_DATA,
    Ground.UNLAWFUL,
    Ground.DUPLICATE,
    Ground.OFF_TOPIC,
)


NAME_GROUNDS = (
    Ground.INSULT,
    Ground.DISCRIMINATION,
    Ground.ADVERTISING,
    Ground.PERSONAL_DATA,
    Ground.UNLAWFUL,
)
_EXPLAINED = [
    InputRequired(_l("Please explain the decision to the author.")),
    Length(
        min=10,
        max=2000,
        message=_l("Please explain it in a sentence or two, with 2,000 characters at most."),
    ),
]


def _trimmed(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n").strip()


class BlockForm(FlaskForm):
    """Why, and for how long."""

    ground = RadioField(
        _l("Which rule was broken?"),
        choices=[SelectChoice(ground.value, GROUND_NAMES[ground]) for ground in USUAL_GROUNDS],
        validators=[InputRequired(_l("Please choose the rule."))],
        validate_choice=False,
    )
    explanation = TextAreaField(
        _l("Explanation for this person"), filters=[_trimmed], validators=_EXPLAINED
    )
    days = RadioField(
        _l("For how long?"),
        choices=[SelectChoice(days, name) for days, name in LENGTHS.items()],
        validators=[InputRequired(_l("Please choose for how long."))],
        validate_choice=False,
    )

    def validate_ground(self, field: RadioField) -> None:
        if field.data not in set(USUAL_GROUNDS):
            raise ValidationError(_l("Please choose the rule."))

    def validate_days(self, field: RadioField) -> None:
        if field.data not in LENGTHS:
            raise ValidationError(_l("Please choose for how long."))

    def reasons(self) -> Reasons:
        return Reasons(Ground(self.ground.data), self.explanation.data or "")

    def ends_at(self) -> datetime:
        return clock.now() + timedelta(days=int(self.days.data or 0))


class NameForm(FlaskForm):
    """Why a public name is taken off the pages."""

    ground = RadioField(
        _l("Which rule was broken?"),
        choices=[SelectChoice(ground.value, GROUND_NAMES[ground]) for ground in NAME_GROUNDS],
        validators=[InputRequired(_l("Please choose the rule."))],
        validate_choice=False,
    )
    explanation = TextAreaField(
        _l("Explanation for this person"), filters=[_trimmed], validators=_EXPLAINED
    )

    def validate_ground(self, field: RadioField) -> None:
        if field.data not in set(NAME_GROUNDS):
            raise ValidationError(_l("Please choose the rule."))

    def reasons(self) -> Reasons:
        return Reasons(Ground(self.ground.data), self.explanation.data or "")


class NameBackForm(FlaskForm):
    """Why somebody gets their name back."""

    note = TextAreaField(
        _l("Why does the person get the name back?"),
        filters=[_trimmed],
        validators=[
            DataRequired(_l("Please say why.")),
            Length(max=2000, message=_l("Please use at most 2,000 characters.")),
        ],
        description=_l("The person reads exactly this."),
    )


class LiftForm(FlaskForm):
    """Why somebody may write again."""

    note = TextAreaField(
        _l("Why is the block lifted?"),
        filters=[_trimmed],
        validators=[
            DataRequired(_l("Please say why.")),
            Length(max=2000, message=_l("Please use at most 2,000 characters.")),
        ],
        description=_l("The person reads exactly this."),
    )
