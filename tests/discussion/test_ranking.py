"""The fair order of arguments: helpful ones more often on top, late ones too."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from civicdialog.discussion.ranking import drawn, rate

NOW = datetime(2027, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def on_top(arguments, draws=4_000):
    firsts = (drawn(arguments, seed=str(n), now=NOW)[0] for n in range(draws))
    return {each: count / draws for each, count in Counter(firsts).items()}


def test_one_seed_gives_one_order():
    arguments = [(n, n % 3, NOW - n * DAY) for n in range(50)]
    assert drawn(arguments, seed="a", now=NOW) == drawn(arguments[::-1], seed="a", now=NOW)
    assert drawn(arguments, seed="a", now=NOW) != drawn(arguments, seed="b", now=NOW)


def test_every_argument_has_its_place():
    arguments = [(n, n, NOW - n * DAY) for n in range(200)]
    assert sorted(drawn(arguments, seed="a", now=NOW)) == list(range(200))


def test_arguments_alike_are_on_top_alike_often():
    shares = on_top([(n, 2, NOW - 7 * DAY) for n in range(4)])
    assert all(share == pytest.approx(0.25, abs=0.03) for share in shares.values())


def test_chances_are_as_the_weights():
    helpful, other = (1, 12, NOW - 14 * DAY), (2, 0, NOW - 14 * DAY)
    weights = rate(12, 14), rate(0, 14)
    assert on_top([helpful, other])[1] == pytest.approx(weights[0] / sum(weights), abs=0.03)


def test_a_new_argument_begins_with_one_mark_a_week():
    assert rate(0, 0) == 1


def test_as_many_marks_in_less_time_count_more():
    assert rate(5, 10) > rate(5, 60) > rate(0, 60)


def test_a_clock_that_went_backwards_does_no_harm():
    assert rate(0, -3) == rate(0, 0)
