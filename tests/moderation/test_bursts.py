"""Far more votes or new guests than usual are noticed once, told to staff, and change nothing."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from civicdialog.analysis.ballot_patterns import alike
from civicdialog.analysis.opinion_input import OpinionInput
from civicdialog.core import clock
from civicdialog.core.db import db as database
from civicdialog.core.jobs import doorbell
from civicdialog.core.permissions import Actor, Role
from civicdialog.insights.building_opinions import build_opinions
from civicdialog.moderation.abuse_models import BallotCheck, Burst, BurstKind, RoundHour
from civicdialog.moderation.burst_tasks import WATCH
from civicdialog.moderation.bursts import per_hour, usual
from civicdialog.submissions.models import Submission
from civicdialog.voting.models import Opinion, Participation, ParticipationKind, Vote

HOUR = timedelta(hours=1)


@pytest.fixture
def round(make):
    return make.round("voting", guests_may_vote=True)


@pytest.fixture
def card(make, round):
    return make.submission(round)


def quiet_hours(round, count, *, each=(3, 1)):
    """So many hours behind us with a few votes and a guest each."""
    begin = clock.now().replace(minute=0, second=0, microsecond=0) - count * HOUR
    for n in range(count):
        database.session.add(
            RoundHour(
                round_id=round.id, hour=begin + n * HOUR, votes=n * each[0], guests=n * each[1]
            )
        )
    database.session.commit()


def votes_are(card, count):
    card.agree_count = count
    database.session.commit()


def watch():
    doorbell().duties[WATCH]()
    database.session.expire_all()


def bursts():
    return database.session.scalars(select(Burst).order_by(Burst.id)).all()


def test_an_hour_with_far_more_votes_is_an_alarm_with_its_figures(round, card, mo):
    quiet_hours(round, 48)
    votes_are(card, 47 * 3 + 400)
    watch()
    (found,) = bursts()
    assert (found.kind, found.most, found.usual) == (BurstKind.VOTES, 400, 3)
    assert found.alarm_from == 100


def test_as_many_as_usual_are_no_alarm(round, card):
    quiet_hours(round, 48)
    votes_are(card, 47 * 3 + 99)
    watch()
    assert bursts() == []


def test_new_guests_have_an_alarm_of_their_own(round, card):
    quiet_hours(round, 48, each=(0, 0))
    for n in range(30):
        database.session.add(
            Participation(round_id=round.id, kind=ParticipationKind.GUEST, guest_key=f"{n}")
        )
    database.session.commit()
    watch()
    assert [each.kind for each in bursts()] == [BurstKind.GUESTS]


def test_nothing_is_usual_before_a_day_is_over(round, card):
    quiet_hours(round, 24)
    votes_are(card, 5000)
    watch()
    assert bursts() == []


def test_staff_are_told_once_for_a_burst_and_again_for_the_next(round, card, mo, make, letters):
    make.person("Ada")
    make.person("Admin", roles=[Role.ADMIN])
    now = clock.now().replace(minute=30)
    with time_machine.travel(now, tick=False) as clocks:
        quiet_hours(round, 48)
        votes_are(card, 47 * 3 + 400)
        watch()
        watch()
        clocks.shift(HOUR)
        votes_are(card, 47 * 3 + 900)
        watch()
        assert [each.most for each in bursts()] == [500]
        sent = letters()
        assert len(sent) == 2
        assert "400" in sent[0]
        clocks.shift(6 * HOUR)
        watch()
        clocks.shift(HOUR)
        votes_are(card, 47 * 3 + 2900)
        watch()
        assert len(bursts()) == 2
        assert len(letters()) == 4


def test_hours_the_worker_slept_through_are_counted_as_several(round, card):
    quiet_hours(round, 48)
    last = database.session.scalars(select(RoundHour).order_by(RoundHour.hour.desc())).first()
    gone = select(RoundHour).where(RoundHour.hour > last.hour - 4 * HOUR)
    for row in database.session.scalars(gone):
        database.session.delete(row)
    votes_are(card, 43 * 3 + 300)
    watch()
    assert bursts() == []


def test_sums_are_forgotten_after_two_weeks(round, card):
    quiet_hours(round, 24 * 16)
    watch()
    oldest = database.session.scalar(select(RoundHour.hour).order_by(RoundHour.hour).limit(1))
    assert clock.now() - oldest < timedelta(days=14, hours=3)


def test_a_round_nobody_can_vote_in_is_not_watched(make):
    make.round("collecting")
    make.round("closed")
    watch()
    assert database.session.scalars(select(RoundHour)).all() == []


def test_the_usual_does_not_move_because_of_the_burst_itself():
    calm = [float(n % 7) for n in range(100)]
    assert usual([*calm, 9000.0], BurstKind.VOTES) == usual([*calm, 3.0], BurstKind.VOTES)


def test_what_varies_much_needs_more_for_an_alarm():
    busy = [float(100 + 40 * (n % 5)) for n in range(100)]
    assert usual(busy, BurstKind.VOTES).alarm_from > 400


def test_votes_taken_back_are_no_negative_hours(round):
    hours = [
        RoundHour(hour=clock.now() + n * HOUR, votes=votes, guests=0)
        for n, votes in enumerate((10, 4, 8))
    ]
    assert per_hour(hours, BurstKind.VOTES) == [0, 4]


def test_the_page_shows_the_alarm_to_moderators_and_admins_alone(
    round, card, mo, kim, ada, make, sign_in
):
    quiet_hours(round, 48)
    votes_are(card, 47 * 3 + 412)
    watch()
    admin = make.person("Admin", roles=[Role.ADMIN])
    for person in (mo, admin):
        assert "412" in sign_in(person).get("/moderation/abuse").text
    for person in (kim, ada):
        assert sign_in(person).get("/moderation/abuse").status_code == 403


# ---- ballots that look alike --------------------------------------------------------------------


def given(*ballots):
    names = [f"s{n:02}" for n in range(30)]
    votes = [
        (person, names[n], opinion)
        for person, opinions in enumerate(ballots)
        for n, opinion in enumerate(opinions)
    ]
    return OpinionInput.of(names, votes)


def mixed(seed, length=20):
    return [(n * n + seed * (n + 1)) % 3 - 1 for n in range(length)]


def test_ballots_with_the_same_answer_everywhere_are_counted():
    looks = alike(given(*[[1] * 20] * 7, *(mixed(n) for n in range(8))))
    assert (looks.long_ballots, looks.straight) == (15, 5)


def test_short_ballots_are_never_counted():
    looks = alike(given(*[[1] * 19] * 50))
    assert (looks.long_ballots, looks.straight, looks.identical) == (0, 0, 0)


def test_fewer_than_five_are_not_told():
    assert alike(given(*[[1] * 20] * 4)).straight == 0


def test_ballots_are_the_same_only_if_every_answer_is():
    one, other = mixed(1), mixed(1)
    other[0] = -other[0] or 1
    assert alike(given(*[one] * 5, other)).identical == 5
    assert alike(given(one, other, mixed(2), mixed(3), mixed(5))).identical == 0


def cast_all(make, round, patterns):
    cards = [make.submission(round) for _ in range(20)]
    for pattern in patterns:
        person = Participation(round_id=round.id)
        database.session.add(person)
        database.session.flush()
        for card, opinion in zip(cards, pattern, strict=True):
            name = Opinion(opinion).word
            setattr(card, f"{name}_count", getattr(card, f"{name}_count") + 1)
            database.session.add(
                Vote(participation_id=person.id, submission_id=card.id, opinion=opinion)
            )
    database.session.commit()


def test_they_are_counted_where_the_votes_are_read_and_the_result_stays(make, round, mo, sign_in):
    cast_all(make, round, [[1] * 20] * 6 + [mixed(n) for n in range(6)])
    run = build_opinions(Actor.system(), round)
    before = run.result_hash
    check = database.session.get(BallotCheck, round.id)
    assert (check.long_ballots, check.straight) == (10, 5)
    page = sign_in(mo).get("/moderation/abuse").text
    assert "50 %" in page
    assert build_opinions(Actor.system(), round).result_hash == before
    assert database.session.query(Submission).count() == 20
