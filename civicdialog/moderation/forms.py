"""What a moderator enters."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, ValidationError

from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Ground
from civicdialog.moderation.phrases import PHRASES
from civicdialog.moderation.signs import NAMES

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

    means = SelectField(
        _l("Did a hint by a program lead you to it?"),
        choices=[
            SelectChoice("", _l("No, I noticed it myself")),
            *(SelectChoice(means, _l(name)) for means, name in NAMES.items()),
        ],
        default="",
    )

    def draft(self) -> Reasons:
        return Reasons(Ground(self.ground.data), self.explanation.data or "", self.means.data or "")

    def suggest(self) -> None:
        """Put the ready explanation for the chosen rule into an empty field."""
        if self.ground.data in set(Ground) and not self.explanation.data:
            self.explanation.data = str(gettext(PHRASES[Ground(self.ground.data)]))


class RedactForm(RejectForm):
    """What is taken out of a text, and why."""

    passages = TextAreaField(
        _l("Passages to take out"),
        filters=[_trimmed],
        validators=[InputRequired(_l("Please say which passages shall be taken out."))],
        description=_l(
            "One a line, exactly as it stands there; the author's name can be one of them."
        ),
    )

    def wanted(self) -> list[str]:
        return [line.strip() for line in (self.passages.data or "").split("\n") if line.strip()]


class MoveForm(FlaskForm):
    """The round a contribution belongs into."""

    round = SelectField(
        _l("Into which round?"), [InputRequired(_l("Please choose one."))], choices=[]
    )
    note = StringField(
        _l("Note for the author"),
        [Length(max=500, message=_l("Please use at most 500 characters."))],
        filters=[_trimmed],
    )


class RestoreForm(FlaskForm):
    """Why a decision is taken back."""

    note = TextAreaField(
        _l("Why is it put back?"),
        filters=[_trimmed],
        validators=[
            InputRequired(_l("Please give the reasons of your decision.")),
            Length(max=2000, message=_l("Please use at most 2,000 characters.")),
        ],
        description=_l("The author reads exactly this."),
    )
