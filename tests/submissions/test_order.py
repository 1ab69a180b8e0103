"""The fair order: a permutation, the same both ways, in which every place is equally likely."""

import random
from statistics import mean, pstdev

from hypothesis import given
from hypothesis import strategies as st

from civicdialog.submissions.order import FairOrder, positions

counts = st.integers(1, 3_000)
seeds = st.integers(0, 2**64 - 1)


@given(counts, seeds)
def test_every_number_stands_at_exactly_one_position(count, seed):
    assert sorted(positions(count, seed, 0, count)) == list(range(1, count + 1))


@given(counts, seeds, st.data())
def test_positions_are_found_again(count, seed, data):
    position = data.draw(st.integers(0, count - 1))
    order = FairOrder(count, seed)
    assert order.position_of(order.number_at(position)) == position


@given(counts, seeds, st.integers(0, 4_000), st.integers(0, 60))
def test_a_window_is_a_part_of_the_whole(count, seed, start, size):
    whole = positions(count, seed, 0, count)
    assert positions(count, seed, start, size) == whole[start : start + size]


def test_a_million_numbers_have_their_places_too():
    order = FairOrder(1_000_000, 7)
    numbers = positions(1_000_000, 7, 999_000, 2_000)
    assert len(numbers) == len(set(numbers)) == 1_000
    assert [order.position_of(number) for number in numbers] == list(range(999_000, 1_000_000))


def test_another_seed_is_another_order():
    assert positions(100, 1, 0, 25) != positions(100, 2, 0, 25)


def spread(views):
    return pstdev(views.values()) / mean(views.values())


def shown(draw, *, count, visitors, size):
    views = dict.fromkeys(range(1, count + 1), 0)
    for _ in range(visitors):
        for number in draw():
            views[number] += 1
    return views


def test_everybody_is_shown_as_often_as_by_true_chance():
    chance = random.Random(20260101)
    count, visitors, size = 300, 6_000, 25
    ours = shown(
        lambda: positions(count, chance.getrandbits(32), 0, size),
        count=count, visitors=visitors, size=size,
    )  # fmt: skip
    true = shown(
        lambda: chance.sample(range(1, count + 1), size),
        count=count, visitors=visitors, size=size,
    )  # fmt: skip
    assert spread(ours) <= 1.15 * spread(true)


def test_small_rounds_are_fair_too():
    chance = random.Random(20260102)
    views = shown(
        lambda: positions(5, chance.getrandbits(32), 0, 1), count=5, visitors=10_000, size=1
    )
    assert max(views.values()) < 1.08 * min(views.values())


def test_neighbours_of_one_visitor_are_strangers_to_the_next():
    chance = random.Random(20260103)
    pairs = set()
    for _ in range(400):
        first, second = positions(1_000, chance.getrandbits(32), 0, 2)
        pairs.add((first, second))
    assert len(pairs) > 395
