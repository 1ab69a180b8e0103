"""Counting what was shown, and making up for what was shown little."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from civicdialog.core.permissions import VISITOR
from civicdialog.submissions.evenness import MOST_LITTLE_SEEN, MOST_PLACES, evenness, little_seen
from civicdialog.submissions.exposure import exposure, make_orders, newest_orders, today
from civicdialog.submissions.listing import day_of, page_of
from civicdialog.submissions.models import ExposureDaily, OrderOfDay, Status, Submission
from civicdialog.submissions.order import NOTHING_TO_MAKE_UP, CorrectedOrder, LittleSeen
from civicdialog.submissions.queries import ListFilter

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _fresh(app):
    exposure().forget()
    yield
    exposure().forget()


def sums(db):
    rows = db.session.scalars(select(ExposureDaily).execution_options(populate_existing=True))
    return {(row.submission_id, row.day): row.views for row in rows}


def show(db, round, day, views):
    """Say that the submission with each number was shown so often."""
    ids = dict(db.session.execute(select(Submission.number, Submission.id)).all())
    db.session.add_all(
        ExposureDaily(submission_id=ids[number], day=day, views=count)
        for number, count in views.items()
    )
    db.session.commit()


# ---- counting -----------------------------------------------------------------------------------


def test_what_is_shown_is_counted_in_memory_and_added_to_the_sums(db, make):
    one, other = (make.submission(make.round()) for _ in range(2))
    exposure().note([one.id, other.id])
    exposure().note([one.id])
    assert sums(db) == {}
    exposure().flush()
    exposure().note([one.id])
    exposure().flush()
    assert sums(db) == {(one.id, today()): 3, (other.id, today()): 1}


def test_what_is_gone_meanwhile_does_no_harm(db, make):
    one = make.submission(make.round())
    exposure().note([one.id, 4711])
    exposure().flush()
    assert sums(db) == {(one.id, today()): 1}


def test_nothing_is_written_where_nothing_was_shown(db, app):
    exposure().flush()
    assert sums(db) == {}


def test_a_page_that_is_read_counts_its_cards_and_writes_nothing(db, make, sign_in):
    round = make.round()
    ids = {make.submission(round).id for _ in range(3)}
    assert sign_in().get(f"/rounds/{round.slug}/proposals").status_code == 200
    assert sums(db) == {}
    exposure().flush()
    assert sums(db) == {(number, today()): 1 for number in ids}


# ---- the order of the day -----------------------------------------------------------------------


@pytest.fixture
def uneven(db, make):
    """A round of 40 in which the numbers 38 to 40 were hardly shown until yesterday."""
    round = make.round()
    for _ in range(40):
        make.submission(round)
    show(db, round, today() - DAY, dict.fromkeys(range(1, 38), 100) | {38: 3})
    return round


def test_what_was_seen_little_is_written_down_once_a_day(db, uneven):
    make_orders()
    (order,) = db.session.scalars(select(OrderOfDay))
    assert order.little_seen == [38, 39, 40]
    assert 1 <= order.places <= MOST_PLACES
    assert (order.day, order.last_number) == (today(), 40)
    show(db, uneven, today(), {40: 500})
    make_orders()
    assert [each.little_seen for each in newest_orders([uneven.id])] == [[38, 39, 40]]


def test_what_is_hidden_needs_no_places(db, uneven):
    db.session.execute(
        update(Submission).where(Submission.number == 39).values(status=Status.HIDDEN)
    )
    db.session.commit()
    make_orders()
    assert newest_orders([uneven.id])[0].little_seen == [38, 40]


def test_a_round_that_is_over_needs_no_order(db, make):
    make.submission(make.round("closed"))
    make_orders()
    assert db.session.scalars(select(OrderOfDay)).all() == []


def test_the_order_of_today_holds_from_the_next_minute_on(db, uneven):
    make_orders()
    seen = exposure().order_for(uneven.id, None)
    assert seen.numbers == (38, 39, 40)
    assert exposure().order_for(uneven.id, seen.day) is seen
    assert exposure().order_for(uneven.id, 4711) is NOTHING_TO_MAKE_UP
    assert exposure().order_for(uneven.id, 0) is NOTHING_TO_MAKE_UP


def test_what_was_seen_little_stands_in_front_more_often(db, uneven):
    make_orders()
    seen = exposure().order_for(uneven.id, None)
    chance = random.Random(20260104)
    shown = [
        row.number
        for _ in range(100)
        for row in page_of(
            VISITOR, uneven, ListFilter(), chance.getrandbits(32), size=25, seen=seen
        ).rows
    ]
    usual = sum(number < 38 for number in shown) / 37
    assert sum(number >= 38 for number in shown) / 3 > 1.15 * usual


def walk(round, seed, seen, *, size=7, between=None):
    numbers, key = [], ""
    while True:
        found = page_of(VISITOR, round, ListFilter(), seed, key, size=size, seen=seen)
        numbers += [row.number for row in found.rows]
        key = found.next_key
        if not key:
            return numbers
        assert day_of(key) == seen.day
        if between:
            between()


def test_turning_the_pages_shows_everything_once(db, uneven):
    make_orders()
    seen = exposure().order_for(uneven.id, None)
    assert sorted(walk(uneven, 5, seen)) == list(range(1, 41))


def test_what_is_published_while_somebody_reads_moves_nothing(db, make, uneven):
    make_orders()
    seen = exposure().order_for(uneven.id, None)
    before = walk(uneven, 5, seen)

    def publish():
        make.submission(uneven)
        db.session.refresh(uneven)

    assert walk(uneven, 5, seen, between=publish) == before


def test_pages_of_yesterday_go_on_with_the_order_of_yesterday(db, uneven):
    earlier = OrderOfDay(round_id=uneven.id, day=today() - DAY, little_seen=[7], last_number=40,
                         places=2, figures={})  # fmt: skip
    db.session.add(earlier)
    db.session.commit()
    key = page_of(VISITOR, uneven, ListFilter(), 5, size=7,
                  seen=exposure().order_for(uneven.id, None)).next_key  # fmt: skip
    make_orders()
    exposure().forget()
    assert exposure().order_for(uneven.id, day_of(key)).numbers == (7,)
    assert exposure().order_for(uneven.id, None).numbers == (38, 39, 40)


# ---- the order itself ---------------------------------------------------------------------------


@given(st.data())
def test_every_number_stands_at_exactly_one_place(data):
    count = data.draw(st.integers(0, 150))
    last = data.draw(st.integers(0, count))
    numbers = data.draw(st.sets(st.integers(1, max(last, 1)), max_size=30)) if last else set()
    places = data.draw(st.integers(0, MOST_PLACES))
    seen = LittleSeen(1, tuple(sorted(numbers)), last, places)
    order = CorrectedOrder(count, data.draw(st.integers(0, 2**32)), seen)
    shown, end = order.window(0, 10_000)
    assert sorted(shown) == list(range(1, count + 1))
    assert end == order.places_count
    found = [order.place_of(number) for number in shown]
    assert found == sorted(found)
    assert [order.number_at(place) for place in found] == shown


def test_a_page_keeps_its_places_for_what_was_seen_little():
    seen = LittleSeen(1, tuple(range(1, 101)), 10_000, 10)
    shown, _ = CorrectedOrder(10_000, 5, seen).window(0, 25)
    assert sum(number <= 100 for number in shown) >= 10


def test_what_came_since_the_list_was_made_belongs_to_it():
    seen = LittleSeen(1, (), 1_000, 10)
    shown, _ = CorrectedOrder(1_050, 5, seen).window(0, 25)
    assert sum(number > 1_000 for number in shown) >= 10


# ---- evenness -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("views", "gini", "below"),
    [([5, 5, 5, 5], 0.0, 0.0), ([0, 0, 0, 8], 0.75, 0.75), ([], 0.0, 0.0), ([0, 0], 0.0, 0.0)],
)
def test_evenness_is_measured(views, gini, below):
    found = evenness(views)
    assert (found.gini, found.below_minimum) == (gini, below)
    assert sum(found.groups) == (len(views) if sum(views) else 0)


def test_chance_alone_is_not_made_up_for():
    chance = random.Random(20260105)
    views = {n: sum(chance.random() < 0.25 for _ in range(400)) for n in range(1, 101)}
    assert little_seen(views, 10_000) == ((), 0)


def test_the_list_of_what_was_seen_little_stays_short():
    views = {n: 1_000 if n <= 2_000 else n - 2_000 for n in range(1, 2_301)}
    numbers, places = little_seen(views, 1_000)
    assert numbers == tuple(range(2_001, 2_001 + MOST_LITTLE_SEEN))
    assert places == MOST_PLACES


def test_nothing_shown_is_nothing_to_make_up_for():
    assert little_seen({1: 0, 2: 0}, 0) == ((), 0)
    assert little_seen({}, 0) == ((), 0)
