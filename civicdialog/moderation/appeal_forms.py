"""What people write when they object, and what is answered."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length

from civicdialog.moderation.appeal_actions import LONGEST, Judgement
from civicdialog.submissions.texts import cleaned


def _text(value: Any) -> str:
    return cleaned(value or "")


_SHORT = Length(max=LONGEST, message=_l("Please use at most 4,000 characters."))


class AppealForm(FlaskForm):
    """Why somebody thinks that a decision is wrong."""

    text = TextAreaField(
        _l("Why do you think the decision is wrong?"),
        [DataRequired(_l("Please say why you think the decision is wrong.")), _SHORT],
        filters=[_text],
    )


class JudgementForm(FlaskForm):
    """What is decided on an objection."""

    outcome = RadioField(
        _l("Your decision"),
        [InputRequired(_l("Please choose one."))],
        choices=[
            SelectChoice("granted", _l("The objection is right: take the decision back")),
            SelectChoice("dismissed", _l("The decision stands")),
        ],
    )
    reasons = TextAreaField(
        _l("Reasons"),
        [DataRequired(_l("Please give the reasons of your decision.")), _SHORT],
        description=_l("Who objected reads exactly this."),
        filters=[_text],
    )

    def judgement(self) -> Judgement:
        return Judgement(self.outcome.data == "granted", self.reasons.data or "")
