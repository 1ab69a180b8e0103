"""What an editor types about a round, with moments in the city's time zone."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import DateTimeLocalInput

from civicdialog.core.city import city
from civicdialog.core.fields import WholeNumberField
from civicdialog.rounds.actions import PhaseDraft, RoundDraft
from civicdialog.rounds.models import USUALLY_PERMITTED, Deed, PhaseKind, Round

WRITTEN = "%Y-%m-%dT%H:%M"
ALSO_UNDERSTOOD = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M")
EARLIEST, LATEST = 2000, 2100
USUAL_ANSWERS = 5
USUAL_THRESHOLD = 30

PHASE_NAMES = {
    PhaseKind.INFORMATION: _l("Information"),
    PhaseKind.COLLECTING: _l("Collecting"),
    PhaseKind.VOTING: _l("Voting"),
    PhaseKind.EVALUATING: _l("Evaluating"),
    PhaseKind.REPORTING: _l("Reporting back"),
}
DEED_NAMES = {Deed.SUBMIT: _l("Propose"), Deed.VOTE: _l("Vote"), Deed.ARGUE: _l("Discuss")}


class LocalMomentField(Field):
    """A moment typed in the city's time zone; inside it is UTC. Ambiguous hours are the first."""

    widget = DateTimeLocalInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(city().zone).strftime(WRITTEN) if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = self._read(typed) if typed else None

    def _read(self, typed: str) -> datetime:
        for form in (WRITTEN, *ALSO_UNDERSTOOD):
            try:
                naive = datetime.strptime(typed, form)  # noqa: DTZ007 (the zone comes next)
            except ValueError:
                continue
            return self._in_utc(naive)
        raise ValueError(_l("Please give day and time, for example 1 March 2027, 08:00."))

    def _in_utc(self, naive: datetime) -> datetime:
        if not EARLIEST <= naive.year < LATEST:
            raise ValueError(_l("Please check the year."))
        zone = city().zone
        moment = naive.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != naive:
            raise ValueError(
                _l("This time does not exist: the clocks go forward here. Choose another hour.")
            )
        return moment


class RoundForm(FlaskForm):
    """A round; each phase has three fields of its own: `<kind>_starts`, `_ends`, `_permits`."""

    version = HiddenField()
    title = StringField(
        _l("Title"),
        validators=[
            InputRequired(_l("Please give the round a title.")),
            Length(max=160, message=_l("Please shorten the title to 160 characters.")),
        ],
        filters=[lambda value: " ".join((value or "").split())],
    )
    slug = StringField(
        _l("Address"),
        validators=[
            Optional(),
            Length(max=80, message=_l("Please shorten the address to 80 characters.")),
        ],
        filters=[lambda value: (value or "").strip()],
    )
    question = StringField(
        _l("Question"),
        validators=[
            InputRequired(_l("Please say what you ask the people of the city.")),
            Length(max=300, message=_l("Please shorten the question to 300 characters.")),
        ],
        filters=[lambda value: " ".join((value or "").split())],
    )
    introduction = TextAreaField(
        _l("Introduction"),
        validators=[
            InputRequired(_l("Please say in a few sentences what this round is about.")),
            Length(max=5000, message=_l("Please shorten the introduction to 5,000 characters.")),
        ],
        filters=[lambda value: (value or "").replace("\r\n", "\n").strip()],
    )
    is_public = BooleanField(_l("Everybody can see this round"))
    guests_may_vote = BooleanField(_l("People may vote without an account"))
    guests_may_submit = BooleanField(_l("People may propose without an account"))
    submissions_wait = BooleanField(
        _l("A moderator reads contributions before everybody does"), default=True
    )
    arguments_wait = BooleanField(
        _l("A moderator reads arguments before everybody does"), default=True
    )
    answers_before_results = WholeNumberField(
        _l("Own answers before the results are shown"),
        default=USUAL_ANSWERS,
        validators=[
            Optional(),
            NumberRange(0, 50, message=_l("Please give a number from 0 to 50.")),
        ],
    )
    support_threshold = WholeNumberField(
        _l("So many people have to agree"),
        default=USUAL_THRESHOLD,
        validators=[
            Optional(),
            NumberRange(1, 100_000, message=_l("Please give a number from 1 to 100,000.")),
        ],
    )
    support_effect = StringField(
        _l("What happens then"),
        validators=[
            Optional(),
            Length(max=300, message=_l("Please shorten this to 300 characters.")),
        ],
        filters=[lambda value: " ".join((value or "").split())],
    )
    easy_language_waiver = StringField(
        _l("Why is there no introduction in easy language?"),
        validators=[
            Optional(),
            Length(max=500, message=_l("Please shorten the reason to 500 characters.")),
        ],
        filters=[lambda value: " ".join((value or "").split())],
    )

    def phases(self) -> list[dict[str, Any]]:
        """The fields of each phase, in order, for the page."""
        return [
            {
                "kind": kind,
                "name": PHASE_NAMES[kind],
                "starts": self[f"{kind}_starts"],
                "ends": self[f"{kind}_ends"],
                "permits": self[f"{kind}_permits"],
            }
            for kind in PhaseKind
        ]

    def show(self, round: Round) -> None:
        """Fill the fields with a round as it is; needs its phases loaded."""
        self.version.data = str(round.version)
        self.title.data, self.slug.data = round.title, round.slug
        self.question.data, self.introduction.data = round.question, round.introduction
        self.is_public.data = round.is_public
        self.guests_may_vote.data = round.guests_may_vote
        self.guests_may_submit.data = round.guests_may_submit
        self.submissions_wait.data = round.submissions_wait
        self.arguments_wait.data = round.arguments_wait
        self.answers_before_results.data = round.answers_before_results
        self.support_threshold.data = round.support_threshold
        self.support_effect.data = round.support_effect
        self.easy_language_waiver.data = round.easy_language_waiver
        for phase in round.phases:
            self[f"{phase.kind}_starts"].data = phase.starts_at
            self[f"{phase.kind}_ends"].data = phase.ends_at
            self[f"{phase.kind}_permits"].data = phase.permits.split()

    def _answers_before_results(self) -> int:
        """An emptied field means the usual number."""
        given: int | None = self.answers_before_results.data
        return USUAL_ANSWERS if given is None else given

    def draft(self) -> RoundDraft:
        return RoundDraft(
            title=self.title.data or "",
            slug=self.slug.data or "",
            question=self.question.data or "",
            introduction=self.introduction.data or "",
            is_public=bool(self.is_public.data),
            guests_may_vote=bool(self.guests_may_vote.data),
            guests_may_submit=bool(self.guests_may_submit.data),
            submissions_wait=bool(self.submissions_wait.data),
            arguments_wait=bool(self.arguments_wait.data),
            answers_before_results=self._answers_before_results(),
            support_threshold=self.support_threshold.data or USUAL_THRESHOLD,
            support_effect=self.support_effect.data or "",
            easy_language_waiver=self.easy_language_waiver.data or "",
            phases=tuple(
                PhaseDraft(
                    kind=kind,
                    starts_at=self[f"{kind}_starts"].data,
                    ends_at=self[f"{kind}_ends"].data,
                    permits=frozenset(Deed(deed) for deed in self[f"{kind}_permits"].data or ()),
                )
                for kind in PhaseKind
            ),
        )


for _kind in PhaseKind:
    setattr(RoundForm, f"{_kind}_starts", LocalMomentField(_l("Begins"), validators=[Optional()]))
    setattr(RoundForm, f"{_kind}_ends", LocalMomentField(_l("Ends"), validators=[Optional()]))
    setattr(
        RoundForm,
        f"{_kind}_permits",
        SelectMultipleField(
            _l("What people can do"),
            choices=[SelectChoice(deed.value, DEED_NAMES[deed]) for deed in Deed],
            default=[deed.value for deed in USUALLY_PERMITTED[_kind]],
        ),
    )
