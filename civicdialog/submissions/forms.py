"""What people type to hand something in, to change it, or to take it back."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, ValidationError

from civicdialog.core.city import city
from civicdialog.core.ids import new_secret
from civicdialog.submissions.attachments import LONGEST_ALTERNATIVE
from civicdialog.submissions.fields import FIELDS, TEXTS
from civicdialog.submissions.handing_in import (
    LONGEST_NAME,
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_TOGETHER,
    Origin,
    SubmissionDraft,
)
from civicdialog.submissions.models import Channel, Decider, Kind
from civicdialog.submissions.texts import cleaned, cleaned_line

KIND_NAMES = {
    Kind.USE_CASE: _l("An application: something AI should do for us"),
    Kind.PRINCIPLE: _l("A principle: a rule that should always hold"),
    Kind.CONCERN: _l("A concern: something that must not go wrong"),
}
DECIDER_NAMES = {
    Decider.PERSON: _l("A person decides. AI only helps to prepare."),
    Decider.TOGETHER: _l("AI suggests, a person checks and decides."),
    Decider.MACHINE: _l("AI decides by itself."),
}
CHANNEL_NAMES = {
    Channel.PAPER: _l("On paper"),
    Channel.PHONE: _l("By telephone"),
    Channel.EVENT: _l("At an event"),
}


def _text(value: Any) -> str:
    return cleaned(value or "")


def _line(value: Any) -> str:
    return cleaned_line(value or "")


def _not_too_long() -> Length:
    return Length(max=LONGEST_TEXT, message=_l("Please use at most 2,000 characters."))


class ShortForm(FlaskForm):
    """What nobody can leave out. The words of the fields fit all three kinds."""

    kind = RadioField(
        _l("What do you want to hand in?"),
        [DataRequired(_l("Please choose one of the three."))],
        choices=[SelectChoice(kind.value, KIND_NAMES[kind]) for kind in Kind],
        validate_choice=False,
    )
    title = StringField(
        _l("Title"),
        [
            DataRequired(_l("Please give your text a title.")),
            Length(max=LONGEST_TITLE, message=_l("Please use at most 160 characters.")),
        ],
        filters=[_line],
        description=_l("One sentence that says what it is about."),
    )
    problem = TextAreaField(
        _l("What is it about?"),
        [DataRequired(_l("Please write what it is about.")), _not_too_long()],
        filters=[_text],
        description=_l("Which problem do you see, or what have you experienced?"),
    )
    solution = TextAreaField(
        _l("What should happen?"),
        [DataRequired(_l("Please write what should happen.")), _not_too_long()],
        filters=[_text],
        description=_l("What should AI do or leave alone? What should the city look after?"),
    )

    def validate_kind(self, field: Field) -> None:
        if field.data not in set(Kind):
            raise ValidationError(_l("Please choose one of the three."))


class ProfileForm(FlaskForm):
    """What helps others to understand a proposal; nobody has to fill in any of it."""

    beneficiaries = TextAreaField(
        _l("Who benefits, or who is affected?"),
        [_not_too_long()],
        filters=[_text],
        description=_l("For example: families with small children, or the staff at the counter."),
    )
    benefit = TextAreaField(
        _l("What gets better?"),
        [_not_too_long()],
        filters=[_text],
        description=_l("For example: shorter waiting times, or letters one can understand."),
    )
    data_used = TextAreaField(
        _l("Which data does it need?"),
        [_not_too_long()],
        filters=[_text],
        description=_l("For example: timetables, applications, photos. A guess is enough."),
    )
    decider = RadioField(
        _l("Who should decide in the end?"),
        choices=[SelectChoice(each.value, DECIDER_NAMES[each]) for each in Decider],
        validate_choice=False,
    )
    without_ai = TextAreaField(
        _l("How could it work without AI?"),
        [_not_too_long()],
        filters=[_text],
        description=_l("Sometimes a simpler way is enough. Then the city should know it."),
    )
    worries = TextAreaField(
        _l("What could go wrong?"),
        [_not_too_long()],
        filters=[_text],
        description=_l("Open questions and doubts help those who read your text."),
    )
    department = SelectField(_l("Which area does it belong to?"), validate_choice=False)

    def offer_departments(self, language: str) -> None:
        """The areas of the administration, in the reader's language."""
        names = city().departments.items()
        offered = [SelectChoice(key, texts[language]) for key, texts in names]
        self.department.choices = [SelectChoice("", _l("I do not know")), *offered]

    def validate_decider(self, field: Field) -> None:
        if field.data and field.data not in set(Decider):
            raise ValidationError(_l("Please choose one of the three."))

    def validate_department(self, field: Field) -> None:
        if field.data and field.data not in city().departments:
            raise ValidationError(_l("Please choose an area from the list."))


class WholeForm(ShortForm, ProfileForm):
    """Everything on one page, for changing what is written already."""

    def validate_worries(self, field: Field) -> None:
        if sum(len(self[name].data or "") for name in TEXTS) > LONGEST_TOGETHER:
            message = _l("All texts together may have 5,000 characters. Please shorten one.")
            raise ValidationError(message)

    def draft(self) -> SubmissionDraft:
        values: dict[str, Any] = {name: self[name].data or "" for name in FIELDS}
        values["kind"] = Kind(values["kind"])
        values["decider"] = Decider(values["decider"]) if values["decider"] else None
        return SubmissionDraft(**values)


class EditForm(WholeForm):
    """A new text for a contribution; once it is public, with a reason."""

    version = HiddenField()
    reason = TextAreaField(
        _l("Why do you change it?"),
        [
            DataRequired(_l("Please say why you change it.")),
            Length(max=LONGEST_REASON, message=_l("Please use at most 500 characters.")),
        ],
        filters=[_text],
        description=_l("Everybody can read this beside the earlier text."),
    )


class EntryForm(WholeForm):
    """What somebody brought on paper, said on the telephone or at an event."""

    channel = RadioField(
        _l("How did it reach you?"),
        [DataRequired(_l("Please choose one of the three."))],
        choices=[SelectChoice(each.value, name) for each, name in CHANNEL_NAMES.items()],
        validate_choice=False,
    )
    author_name = StringField(
        _l("Name that may be published"),
        [Length(max=LONGEST_NAME, message=_l("Please use at most 120 characters."))],
        filters=[_line],
        description=_l("Only if the person wishes it. Without a name it says “without a name”."),
    )
    solution = TextAreaField(_l("What should happen?"), [_not_too_long()], filters=[_text])
    form_token = HiddenField()

    def give_token(self) -> None:
        self.form_token.data = self.form_token.data or new_secret()

    def validate_channel(self, field: Field) -> None:
        if field.data not in set(CHANNEL_NAMES):
            raise ValidationError(_l("Please choose one of the three."))

    def origin(self) -> Origin:
        return Origin(Channel(self.channel.data), self.author_name.data or "")


class BatchForm(FlaskForm):
    """A table with the contributions of a workshop."""

    file = FileField(
        _l("Table (CSV)"),
        [FileRequired(_l("Please choose a file."))],
        description=_l("The first line names the columns: title, text and, if you like, kind."),
    )
    channel = RadioField(
        _l("How did they reach you?"),
        choices=[SelectChoice(each.value, name) for each, name in CHANNEL_NAMES.items()],
        default=Channel.EVENT.value,
        validate_choice=False,
    )
    form_token = HiddenField()

    def give_token(self) -> None:
        self.form_token.data = self.form_token.data or new_secret()

    def validate_channel(self, field: Field) -> None:
        if field.data not in set(CHANNEL_NAMES):
            raise ValidationError(_l("Please choose one of the three."))

    def origin(self) -> Origin:
        return Origin(Channel(self.channel.data))


class ReceiptForm(FlaskForm):
    words = StringField(
        _l("Your four words"),
        [DataRequired(_l("Please type the four words of your receipt."))],
        description=_l("Capital letters, blanks and hyphens do not matter."),
    )


class AttachmentForm(FlaskForm):
    """A picture or a document, and what one sees in it."""

    file = FileField(
        _l("Picture or PDF"),
        [FileRequired(_l("Please choose a file."))],
    )
    alternative_text = StringField(
        _l("What can be seen in it, or what does it say?"),
        [
            DataRequired(_l("Please say in a sentence what it shows.")),
            Length(
                max=LONGEST_ALTERNATIVE,
                message=_l("Please use at most %(most)s characters.", most=LONGEST_ALTERNATIVE),
            ),
        ],
        filters=[_line],
    )


class WithdrawForm(FlaskForm):
    reason = TextAreaField(
        _l("Why do you take it back?"),
        [Length(max=LONGEST_REASON, message=_l("Please use at most 500 characters."))],
        filters=[_text],
        description=_l("You need not say why. What you write stands in the thread."),
    )
