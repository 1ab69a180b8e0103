"""Agreement of ratings: published examples, and what must hold for any ratings."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.analysis.agreement import alpha, spread

_ = None
# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", reliability data of part C.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3),
    (_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _),
)
PUBLISHED = list(zip(*OBSERVERS, strict=True))

value = st.one_of(st.none(), st.integers(1, 5))
tables = st.lists(st.lists(value, min_size=5, max_size=5), min_size=1, max_size=12)


def test_the_published_example_gives_the_published_figure():
    assert alpha(PUBLISHED) == pytest.approx(0.815, abs=0.0005)


def test_full_agreement_on_different_values_is_one():
    assert alpha([(1, 1, 1), (5, 5, 5)]) == 1


def test_two_who_contradict_each_other_lie_below_zero():
    # By hand: o(1,5) = o(5,1) = 2, n = 4, all distances equal: 1 - 3 * 4 / 8.
    assert alpha([(1, 5), (5, 1)]) == pytest.approx(-0.5)


@pytest.mark.parametrize(
    "items", [[], [(None, None)], [(1, None), (None, 5)], [(3, 3, 3), (3, 3, None)]]
)
def test_where_agreement_cannot_be_told_from_chance_there_is_no_figure(items):
    assert alpha(items) is None


def test_who_cannot_judge_does_not_widen_the_spread():
    assert spread((2, None, 4)) == 2
    assert spread((None, None)) == 0


@given(tables)
def test_alpha_never_exceeds_one(items):
    found = alpha(items)
    assert found is None or found <= 1 + 1e-9


@given(tables, st.randoms())
def test_neither_the_order_of_members_nor_that_of_items_matters(items, chance: random.Random):
    members = list(range(5))
    chance.shuffle(members)
    shuffled = [[row[number] for number in members] for row in items]
    chance.shuffle(shuffled)
    assert alpha(shuffled) == pytest.approx(alpha(items))


@given(tables)
def test_turning_the_scale_round_changes_nothing(items):
    turned = [[None if each is None else 6 - each for each in row] for row in items]
    assert alpha(turned) == pytest.approx(alpha(items))


@given(tables)
def test_only_the_order_of_the_values_counts(items):
    stretched = [[None if each is None else each**3 for each in row] for row in items]
    assert alpha(stretched) == pytest.approx(alpha(items))


@given(tables)
def test_an_item_that_only_one_has_rated_changes_nothing(items):
    assert alpha([*items, [4, None, None, None, None]]) == pytest.approx(alpha(items))
