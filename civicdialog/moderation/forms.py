"""What a moderator enters."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, ValidationError

from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Ground

GROUND_NAMES = {
    Ground.OFF_TOPIC: _l("Does not belong to the topic"),
    Ground.DUPLICATE: _l("Says the same as another contribution"),
    Ground.PERSONAL_DATA: _l("Contains personal data"),
    Ground.INSULT: _l("Insults somebody"),
    Ground.DISCRIMINATION: _l("Discriminates against a group"),
    Ground.ADVERTISING: _l("Is advertising"),
    Ground.UNLAWFUL: _l("Breaks the law"),
    Ground.UNINTELLIGIBLE: _l("Cannot be understood"),
}


def _trimmed(value: Any) -> str:
    return (value or "").replace("\r\n", "\n").strip()


class RejectForm(FlaskForm):
    """The reasons for not publishing."""

    ground = RadioField(
        _l("Which rule speaks against it?"),
        choices=[SelectChoice(ground.value, GROUND_NAMES[ground]) for ground in Ground],
        validators=[InputRequired(_l("Please choose the rule."))],
        validate_choice=False,
    )
    explanation = TextAreaField(
        _l("Explanation for the author"),
        filters=[_trimmed],
        validators=[
            InputRequired(_l("Please explain the decision to the author.")),
            Length(
                min=10,
                max=2000,
                message=_l(
                    "Please explain it in a sentence or two, with 2,000 characters at most."
                ),
            ),
        ],
    )

    def validate_ground(self, field: Any) -> None:
        if field.data not in set(Ground):
            raise ValidationError(_l("Please choose the rule."))

    def draft(self) -> Reasons:
        return Reasons(Ground(self.ground.data), self.explanation.data or "")
