"""What people choose about messages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from civicdialog.notifications.choices import KINDS, RHYTHM_NAMES
from civicdialog.notifications.models import Rhythm


class RhythmForm(FlaskForm):
    """How often mail comes, kind by kind."""

    def rhythms(self) -> dict[str, Rhythm]:
        """What was chosen; what is none is left out."""
        typed = {key: self[key].data for key in KINDS}
        return {key: Rhythm(value) for key, value in typed.items() if value in set(Rhythm)}


for _kind in KINDS.values():
    setattr(
        RhythmForm,
        _kind.key,
        RadioField(
            _l(_kind.name),
            choices=[SelectChoice(each.value, _l(name)) for each, name in RHYTHM_NAMES.items()],
            validators=[InputRequired()],
            validate_choice=False,
        ),
    )
