"""What members and the administration type about recommendations."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from civicdialog.committee.deliberation_models import Choice, Reply
from civicdialog.committee.recommendation_actions import LONGEST, Ballot, RecommendationDraft
from civicdialog.core.i18n import mark
from civicdialog.core.ids import new_secret
from civicdialog.submissions.texts import cleaned, cleaned_line

CHOICES = {Choice.YES: mark("Yes"), Choice.NO: mark("No"), Choice.ABSTAIN: mark("Abstention")}
REPLIES = {
    Reply.ACCEPT: mark("The city takes it up"),
    Reply.PARTLY: mark("The city takes up a part of it"),
    Reply.REJECT: mark("The city does not take it up"),
}
_FILLED = DataRequired(_l("Please write something here."))
_SHORT = Length(max=LONGEST, message=_l("Please use at most 5,000 characters."))
_ONE = InputRequired(_l("Please choose one."))


def _text(value: Any) -> str:
    return cleaned(value or "")


def _line(value: Any) -> str:
    return cleaned_line(value or "")


class RecommendationForm(FlaskForm):
    """The text of a recommendation and what it rests on."""

    form_token = HiddenField(default=new_secret)
    based_on = HiddenField()
    title = StringField(
        _l("What does the committee recommend?"),
        [_FILLED, Length(max=200, message=_l("Please use at most 200 characters."))],
        filters=[_line],
    )
    text = TextAreaField(_l("The recommendation in full"), [_FILLED, _SHORT], filters=[_text])
    reasons = TextAreaField(_l("Reasons"), [_FILLED, _SHORT], filters=[_text])
    numbers = StringField(
        _l("Numbers of the contributions it rests on"),
        [Length(max=1000, message=_l("Please use at most 1,000 characters."))],
        description=_l("For example: 12, 31, 205"),
        filters=[_line],
    )

    topics = SelectMultipleField(
        _l("Topics it rests on"),
        choices=[],
        coerce=int,
        validate_choice=False,
    )

    def validate_numbers(self, field: StringField) -> None:
        if not re.fullmatch(r"[0-9,;\s]*", field.data or ""):
            raise ValidationError(_l("Please write numbers with commas between them."))
        if any(len(number) > 9 for number in re.findall(r"\d+", field.data or "")):
            raise ValidationError(_l("One of the numbers is too long."))

    def draft(self) -> RecommendationDraft:
        return RecommendationDraft(
            title=self.title.data or "",
            text=self.text.data or "",
            reasons=self.reasons.data or "",
            numbers=[int(number) for number in re.findall(r"\d+", self.numbers.data or "")],
            topics=self.topics.data or (),
        )

    def began_from(self) -> int:
        """The version the member began from; what makes no sense is none."""
        given = self.based_on.data or ""
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


class CommentForm(FlaskForm):
    """A word to the other members."""

    form_token = HiddenField(default=new_secret)
    text = TextAreaField(_l("Your comment"), [_FILLED, _SHORT], filters=[_text])


class OpenVoteForm(FlaskForm):
    """How many must vote, and how many must say yes."""

    quorum = RadioField(
        _l("How many members must vote?"),
        [_ONE],
        choices=[
            SelectChoice("50", _l("At least half")),
            SelectChoice("67", _l("At least two thirds")),
            SelectChoice("100", _l("All")),
        ],
        default="50",
    )
    majority = RadioField(
        _l("When is it carried?"),
        [_ONE],
        choices=[
            SelectChoice("50", _l("More yes than no")),
            SelectChoice("66", _l("Two thirds of yes and no are yes")),
        ],
        default="50",
    )


class BallotForm(FlaskForm):
    """How a member votes."""

    choice = RadioField(
        _l("Your vote"),
        [_ONE],
        choices=[SelectChoice(each.value, _l(words)) for each, words in CHOICES.items()],
    )
    dissent = TextAreaField(
        _l("What you hold against it"),
        [_SHORT],
        description=_l("If the recommendation is carried, this is published with it."),
        filters=[_text],
    )
    is_named = BooleanField(_l("Publish this with my name; otherwise it reads “a member”"))

    def ballot(self) -> Ballot:
        return Ballot(Choice(self.choice.data), self.dissent.data or "", bool(self.is_named.data))


class InterestForm(FlaskForm):
    """What ties a member to the matter."""

    note = TextAreaField(
        _l("What ties you to this matter?"),
        [_FILLED, Length(max=500, message=_l("Please use at most 500 characters."))],
        description=_l(
            "For example: you work for a firm that sells such programs. You do not vote then. The "
            "note is published with your name when the recommendation is."
        ),
        filters=[_text],
    )


class CloseVoteForm(FlaskForm):
    """Until when the administration shall answer."""

    answer_due_on = DateField(
        _l("The administration shall answer by"),
        [DataRequired(_l("Please give a day like 02.08.2026."))],
        format=["%Y-%m-%d", "%d.%m.%Y"],
    )


class ReplyForm(FlaskForm):
    """What the city makes of a recommendation."""

    reply = RadioField(
        _l("Your answer"),
        [_ONE],
        choices=[SelectChoice(each.value, _l(words)) for each, words in REPLIES.items()],
    )
    reasons = TextAreaField(_l("Reasons"), [_FILLED, _SHORT], filters=[_text])
