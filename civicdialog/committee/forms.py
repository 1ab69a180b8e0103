"""What the committee types: settings of the grouping, the reason for keeping the old version."""

import re

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from civicdialog.core.fields import WholeNumberField
from civicdialog.rounds.models import Round

FEWEST_TOPICS, MOST_TOPICS = 2, 60
LONGEST_REASON = 2000
LONGEST_LIST = 5000


def _plain(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n").strip()


class SettingsForm(FlaskForm):
    """How the next grouping shall be made."""

    topics_wanted = WholeNumberField(
        _l("How many topics?"),
        validators=[
            Optional(),
            NumberRange(FEWEST_TOPICS, MOST_TOPICS, _l("Please choose a number from 2 to 60.")),
        ],
        widget=TextInput(),
    )
    ignored_words = TextAreaField(
        _l("Words to leave out"),
        validators=[
            Optional(),
            Length(max=LONGEST_LIST, message=_l("Please shorten the list to 5,000 characters.")),
        ],
        filters=[_plain],
    )

    def show(self, round: Round) -> None:
        """Fill the fields with what holds now."""
        self.topics_wanted.data = round.topics_wanted
        self.ignored_words.data = "\n".join(round.ignored_words)

    def words(self) -> list[str]:
        """The words, separated by commas or new lines, each once."""
        parts = re.split(r"[,;\n]", self.ignored_words.data or "")
        return list(dict.fromkeys(word for part in parts if (word := " ".join(part.split()))))


class KeepForm(FlaskForm):
    """Why a proposed version is not wanted."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            DataRequired(_l("Please say why the old version shall stay.")),
            Length(max=LONGEST_REASON, message=_l("Please use at most 2,000 characters.")),
        ],
        filters=[_plain],
    )
