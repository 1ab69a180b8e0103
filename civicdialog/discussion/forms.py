"""What people type to say something about a contribution."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length

from civicdialog.core.ids import new_secret
from civicdialog.discussion.actions import LONGEST_TEXT
from civicdialog.discussion.models import Stance
from civicdialog.submissions.texts import cleaned

STANCE_NAMES = {
    Stance.FOR: _l("For it: what speaks in favour"),
    Stance.AGAINST: _l("Against it: what speaks against"),
    Stance.QUESTION: _l("A question: what is still open"),
    Stance.REMARK: _l("A remark: what else should be considered"),
}


def _text(value: Any) -> str:
    return cleaned(value or "")


class AnswerForm(FlaskForm):
    """A short text. `token` makes one of two; `looked` says that a warning was read."""

    token = HiddenField(default=new_secret)
    looked = HiddenField()
    text = TextAreaField(
        _l("Your text"),
        [
            DataRequired(_l("Please write something.")),
            Length(max=LONGEST_TEXT, message=_l("Please use at most 1,500 characters.")),
        ],
        filters=[_text],
        description=_l("One thought, in a few sentences."),
    )


class ChangeForm(AnswerForm):
    """A short text that stands there already; `seen` is the version the author began with."""

    seen = HiddenField()


class ArgumentForm(AnswerForm):
    """A short text, and what kind of text it is."""

    stance = RadioField(
        _l("What do you want to say?"),
        [DataRequired(_l("Please choose one of the four."))],
        choices=[SelectChoice(stance.value, STANCE_NAMES[stance]) for stance in Stance],
    )
