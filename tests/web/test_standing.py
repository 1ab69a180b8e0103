"""Where a round stands, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from civicdialog.core import clock
from civicdialog.rounds.models import Deed
from civicdialog.web.standing import last_moment, standing_of, time_left

BERLIN_MIDNIGHT = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)


@pytest.fixture
def english(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


# Days of the calendar in Berlin, where 22:00 UTC in summer is midnight.
@pytest.mark.parametrize(
    ("end", "now", "words"),
    [
        # ends at midnight: the day before is the last one
        (BERLIN_MIDNIGHT, BERLIN_MIDNIGHT - timedelta(hours=3), "ends today at 24:00"),
        # three hours earlier but on the day before
        (BERLIN_MIDNIGHT, BERLIN_MIDNIGHT - timedelta(hours=25), "ends tomorrow"),
        (BERLIN_MIDNIGHT, BERLIN_MIDNIGHT - timedelta(days=2, hours=1), "2 days left"),
        # ends at noon: that day still counts
        (BERLIN_MIDNIGHT + timedelta(hours=12), BERLIN_MIDNIGHT, "ends today at 12:00"),
    ],
)
def test_the_time_left_is_counted_in_days_of_the_calendar(english, end, now, words):
    assert time_left(end, now) == words


def test_a_phase_that_ends_at_midnight_shows_the_day_before(english, make):
    phase = make.round().phases[0]
    phase.ends_at = BERLIN_MIDNIGHT
    assert last_moment(phase).astimezone(UTC).hour == 21


@pytest.mark.parametrize(
    ("stage", "button", "address"),
    [
        ("collecting", "Make a proposal", "/rounds/r/propose"),
        ("open", "Make a proposal", "/rounds/r/propose"),
        ("voting", "Vote on proposals", "/rounds/r/vote"),
        ("evaluating", "Read the proposals", "/rounds/r/proposals"),
        ("reporting", "Read the proposals", "/rounds/r/proposals"),
        ("closed", "Read the proposals", "/rounds/r/proposals"),
        # nothing to read yet
        ("coming", "Read about this round", "/rounds/r"),
        ("information", "Read about this round", "/rounds/r"),
    ],
)
def test_the_one_button_follows_from_the_phase(english, make, stage, button, address):
    count = 0 if stage in {"coming", "information"} else 3
    round = make.round(stage, slug="r", submission_count=count)
    step = standing_of(round, clock.now()).next_step
    assert (step.label, step.url) == (button, address)


def test_while_both_are_open_voting_is_the_second_choice(english, make):
    step = standing_of(make.round("open"), clock.now()).next_step
    assert step.more_label == "Vote on proposals"


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        ("coming", "coming"),
        ("information", "running"),
        ("reporting", "running"),
        ("closed", "ended"),
    ],
)
def test_a_round_is_coming_running_or_ended(english, make, stage, state):
    assert standing_of(make.round(stage), clock.now()).state == state


def test_a_round_without_phases_is_coming(english, make):
    round = make.round()
    round.phases = []
    standing = standing_of(round, clock.now())
    assert (standing.state, standing.steps) == ("coming", ())


def test_only_the_phase_under_way_says_what_to_do(english, make):
    round = make.round("voting")
    steps = standing_of(round, clock.now()).steps
    assert [step.state for step in steps] == ["past", "past", "current", "future", "future"]
    assert [bool(step.action_url) for step in steps] == [False, False, True, False, False]
    assert round.permits(Deed.VOTE, clock.now())
