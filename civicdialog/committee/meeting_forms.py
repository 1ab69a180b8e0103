"""What is typed about meetings, their agenda and their minutes."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from civicdialog.committee.meeting_actions import ItemDraft, MeetingDraft
from civicdialog.committee.meeting_models import ItemResult, Presence
from civicdialog.core.fields import WholeNumberField
from civicdialog.core.i18n import mark
from civicdialog.core.ids import new_secret
from civicdialog.rounds.forms import LocalMomentField
from civicdialog.submissions.texts import cleaned, cleaned_line

RESULTS = {
    ItemResult.OPEN: mark("Not dealt with yet"),
    ItemResult.DISCUSSED: mark("Discussed"),
    ItemResult.DECIDED: mark("Resolved"),
    ItemResult.PUT_OFF: mark("Put off"),
}
PRESENCES = {
    Presence.PRESENT: mark("Present"),
    Presence.EXCUSED: mark("Excused"),
    Presence.ABSENT: mark("Absent"),
}
NOT_NOTED = "-"
_FILLED = DataRequired(_l("Please write something here."))
_LONG = Length(max=5000, message=_l("Please use at most 5,000 characters."))


def _text(value: Any) -> str:
    return cleaned(value or "")


def _line(value: Any) -> str:
    return cleaned_line(value or "")


class BasedOnForm(FlaskForm):
    """The version somebody began from."""

    based_on = HiddenField()

    def began_from(self) -> int:
        """What makes no sense is no version at all."""
        given = self.based_on.data or ""
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1


class MeetingForm(BasedOnForm):
    """When, where and what about."""

    form_token = HiddenField(default=new_secret)
    title = StringField(
        _l("Name of the meeting"),
        [_FILLED, Length(max=160, message=_l("Please use at most 160 characters."))],
        filters=[_line],
    )
    starts_at = LocalMomentField(_l("Begins"), [DataRequired(_l("Please give day and time."))])
    ends_at = LocalMomentField(_l("Ends"), [DataRequired(_l("Please give day and time."))])
    place = StringField(
        _l("Place or link"),
        [Length(max=300, message=_l("Please use at most 300 characters."))],
        filters=[_line],
    )
    note = TextAreaField(_l("What the members should know"), [_LONG], filters=[_text])

    def draft(self) -> MeetingDraft:
        return MeetingDraft(
            self.title.data or "",
            self.starts_at.data,
            self.ends_at.data,
            self.place.data or "",
            self.note.data or "",
        )


class CancelForm(FlaskForm):
    """Why a meeting does not take place."""

    reason = TextAreaField(_l("Why does it not take place?"), [_FILLED, _LONG], filters=[_text])


class ItemForm(FlaskForm):
    """One point of the agenda."""

    point = StringField(
        _l("What is to be talked about?"),
        [_FILLED, Length(max=200, message=_l("Please use at most 200 characters."))],
        filters=[_line],
    )
    minutes = WholeNumberField(
        _l("How many minutes?"),
        [Optional(), NumberRange(1, 600, message=_l("Please choose from 1 to 600 minutes."))],
        default=10,
    )

    def draft(self) -> ItemDraft:
        return ItemDraft(self.point.data or "", self.minutes.data or 10)


class MinutesForm(BasedOnForm):
    """What came of one point."""

    result = SelectField(
        _l("Result"),
        choices=[SelectChoice(each.value, _l(words)) for each, words in RESULTS.items()],
    )
    record = TextAreaField(_l("Minutes of this point"), [_LONG], filters=[_text])


class GuestsForm(BasedOnForm):
    """Who came besides the members."""

    guests = StringField(
        _l("Guests"),
        [Length(max=500, message=_l("Please use at most 500 characters."))],
        filters=[_line],
    )


class CorrectionForm(FlaskForm):
    """What is wrong in approved minutes."""

    text = TextAreaField(_l("Correction"), [_FILLED, _LONG], filters=[_text])
