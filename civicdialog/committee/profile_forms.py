"""What the office types into a profile."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length

from civicdialog.committee.profile_actions import ProfileDraft
from civicdialog.committee.profile_fields import (
    DECISIONS,
    FIELDS,
    GROUPS,
    LONGEST_LINE,
    LONGEST_TEXT,
    STATUSES,
    ProfileField,
)
from civicdialog.core.city import city
from civicdialog.submissions.texts import cleaned, cleaned_line

UNKNOWN = ""


def _line(value: Any) -> str:
    return cleaned_line(value or "")


def _text(value: Any) -> str:
    return cleaned(value or "")


class ProfileForm(FlaskForm):
    """All fields of a profile; those are added below, from their list."""

    based_on = HiddenField()
    reason = TextAreaField(
        _l("Why do you change the profile?"),
        [Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters."))],
        filters=[_text],
    )

    if TYPE_CHECKING:

        def __getitem__(self, name: str) -> Field: ...

    def offer(self, language: str, stored: Mapping[str, str]) -> None:
        """Give the fields with a choice their choices; what is stored stays one."""
        departments = {key: text[language] for key, text in city().departments.items()}
        for name, words in (
            ("department", departments),
            ("status", {key: _l(text) for key, text in STATUSES.items()}),
            ("decision", {key: _l(text) for key, text in DECISIONS.items()}),
        ):
            field = self[name]
            kept = stored[name] if stored[name] not in words else ""
            choices = [SelectChoice(UNKNOWN, _l("Not known yet"))]
            choices += [SelectChoice(key, text) for key, text in words.items()]
            # A department that no longer exists stays what it was called.
            choices += [SelectChoice(kept, kept)] if kept else []
            field.choices = choices  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[str, list[Field]]]:
        """The fields under their headings."""
        return [(title, [self[each.name] for each in fields]) for title, fields in GROUPS]

    def draft(self) -> ProfileDraft:
        based_on = self.based_on.data or "0"
        return ProfileDraft(
            fields={each.name: self[each.name].data or "" for each in FIELDS},
            reason=self.reason.data or "",
            based_on=int(based_on) if based_on.isascii() and based_on.isdecimal() else 0,
        )


def _form_field(field: ProfileField) -> Any:
    label, hint = _l(field.label), _l(field.hint) if field.hint else ""
    if field.shape == "line":
        at_most = Length(max=LONGEST_LINE, message=_l("Please use at most 160 characters."))
        return StringField(label, [at_most], filters=[_line], description=hint)
    if field.shape == "text":
        at_most = Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters."))
        return TextAreaField(label, [at_most], filters=[_text], description=hint)
    return SelectField(label, description=hint)


for _field in FIELDS:
    setattr(ProfileForm, _field.name, _form_field(_field))
