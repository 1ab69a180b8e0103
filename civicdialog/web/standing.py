"""Where a round stands, in words: its timeline, the time left, and the one thing to do now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from flask import url_for
from flask_babel import format_datetime, get_timezone

from civicdialog.core.i18n import mark
from civicdialog.core.view_models import PhaseState, PhaseStep
from civicdialog.rounds.models import Deed, Phase, PhaseKind, Round
from civicdialog.web.presenting import count_of_proposals
from civicdialog.web.templating import day_in_words, label
from civicdialog.web.words import gettext, ngettext

HINTS: Mapping[PhaseKind, str] = {
    PhaseKind.INFORMATION: mark("Read what this is about. After that you can propose something."),
    PhaseKind.COLLECTING: mark("Say where AI should help, and where it should not."),
    PhaseKind.VOTING: mark("Say what you think of the proposals."),
    PhaseKind.EVALUATING: mark("The advisory committee reads the proposals and sums them up."),
    PhaseKind.REPORTING: mark("The city answers: what is taken up, what is not, and why."),
}
AFTERWARDS = mark("This round has ended. You can still read everything.")
IN_BETWEEN = mark("The next phase has not begun yet. You can read everything.")


@dataclass(frozen=True)
class NextStep:
    """What one can do now: one prominent button, and at most one quieter link beside it."""

    sentence: str
    label: str
    url: str
    icon: str = ""
    more_label: str = ""
    more_url: str = ""


@dataclass(frozen=True)
class Standing:
    """A round at this moment, as pages show it."""

    phase: Phase | None
    steps: tuple[PhaseStep, ...]
    next_step: NextStep
    state: str
    """`coming`, `running` or `ended`."""
    state_text: str
    span: str
    """First and last day."""
    time_left: str = ""
    proposals_text: str = ""
    first_words: str = ""
    """What to say where there are no proposals yet."""

    @property
    def quiet_steps(self) -> tuple[PhaseStep, ...]:
        """The timeline alone, for pages that say above it what to do now."""
        return tuple(
            replace(step, hint="", remaining="", action_url="", action_label="")
            for step in self.steps
        )


def standing_of(round: Round, now: datetime) -> Standing:
    """Where `round` stands; needs its phases loaded."""
    phase = round.phase_at(now)
    step = next_step(round, phase, now)
    steps = tuple(_step(each, phase, now, step) for each in round.phases)
    state = _state(round, now)
    may_propose = round.accepts_submissions(now)
    return Standing(
        phase=phase,
        steps=steps,
        next_step=step,
        state=state,
        state_text=_state_text(round, phase, state, now),
        span=_span(round),
        time_left=f"{label(phase.kind)}: {time_left(phase.ends_at, now)}." if phase else "",
        proposals_text=count_of_proposals(round.submission_count),
        first_words=gettext("Nobody has proposed anything so far. You can be the first.")
        if may_propose
        else gettext("Proposals appear here as soon as the collecting phase begins."),
    )


def next_step(round: Round, phase: Phase | None, now: datetime) -> NextStep:
    """The one thing to do, derived from what the phase permits."""
    proposals = url_for("web.proposals", slug=round.slug)
    voting = phase is not None and phase.allows(Deed.VOTE)
    if phase is not None and phase.allows(Deed.SUBMIT):
        return NextStep(
            gettext(HINTS[phase.kind]),
            gettext("Make a proposal"),
            url_for("submissions.propose", slug=round.slug),
            "pencil",
            gettext("Vote on proposals") if voting else gettext("Read the proposals"),
            url_for("web.voting_room", slug=round.slug) if voting else proposals,
        )
    if voting:
        return NextStep(
            gettext("Say what you think of the proposals."),
            gettext("Vote on proposals"),
            url_for("web.voting_room", slug=round.slug),
            "check",
            gettext("Read the proposals"),
            proposals,
        )
    if round.submission_count == 0 and (phase is None or phase.kind is PhaseKind.INFORMATION):
        url = url_for("web.round_page", slug=round.slug)
        sentence = _without_phase(round, now) if phase is None else gettext(HINTS[phase.kind])
        return NextStep(sentence, gettext("Read about this round"), url)
    sentence = _without_phase(round, now) if phase is None else gettext(HINTS[phase.kind])
    return NextStep(sentence, gettext("Read the proposals"), proposals)


def _without_phase(round: Round, now: datetime) -> str:
    if not round.phases or now < round.phases[0].starts_at:
        return _not_yet(round)
    return gettext(AFTERWARDS if now >= round.phases[-1].ends_at else IN_BETWEEN)


def _begins(round: Round) -> str:
    if not round.phases:
        return gettext("The dates of this round are not fixed yet.")
    return gettext("Begins on %(date)s.", date=day_in_words(round.phases[0].starts_at))


def _not_yet(round: Round) -> str:
    if not round.phases:
        return gettext("The dates of this round are not fixed yet.")
    date = day_in_words(round.phases[0].starts_at)
    return gettext("Nothing yet: the round begins on %(date)s.", date=date)


def _step(each: Phase, current: Phase | None, now: datetime, step: NextStep) -> PhaseStep:
    state: PhaseState = "past" if each.ends_at <= now else "future"
    if each is not current:
        return PhaseStep(label(each.kind), state, each.starts_at, last_moment(each))
    return PhaseStep(
        label(each.kind), "current", each.starts_at, last_moment(each),
        hint=step.sentence, remaining=time_left(each.ends_at, now),
        action_label=step.label, action_url=step.url,
    )  # fmt: skip


def last_moment(phase: Phase) -> datetime:
    """A phase that ends at midnight is over at the end of the day before, as people say it."""
    return phase.ends_at - timedelta(minutes=1)


def time_left(end: datetime, now: datetime) -> str:
    """How much longer, counted in days of the calendar here."""
    zone: tzinfo | None = get_timezone()
    last = (end - timedelta(minutes=1)).astimezone(zone)
    days = (last.date() - now.astimezone(zone).date()).days
    if days == 0:
        return gettext("ends today at %(time)s", time=_clock(end))
    if days == 1:
        return gettext("ends tomorrow")
    return ngettext("%(num)d day left", "%(num)d days left", days)


def _clock(end: datetime) -> str:
    time = format_datetime(end, "HH:mm")
    return "24:00" if time == "00:00" else time


def _state(round: Round, now: datetime) -> str:
    if not round.phases or now < round.phases[0].starts_at:
        return "coming"
    return "ended" if now >= round.phases[-1].ends_at else "running"


def _state_text(round: Round, phase: Phase | None, state: str, now: datetime) -> str:
    if state == "coming":
        return _begins(round)
    if state == "ended":
        last = day_in_words(last_moment(round.phases[-1]))
        return gettext("Ended on %(date)s.", date=last)
    if phase is None:
        return gettext(IN_BETWEEN)
    return f"{label(phase.kind)}: {time_left(phase.ends_at, now)}"


def _span(round: Round) -> str:
    if not round.phases:
        return ""
    first = day_in_words(round.phases[0].starts_at)
    last = day_in_words(last_moment(round.phases[-1]))
    return gettext("%(first)s to %(last)s", first=first, last=last)
