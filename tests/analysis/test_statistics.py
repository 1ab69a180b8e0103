import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.analysis.statistics import (
    bridging,
    controversy,
    group_counts,
    pass_rate,
    person_share,
    smoothed_shares,
    wilson,
)
from civicdialog.analysis.vote_table import VoteTable

counts = st.lists(st.tuples(*[st.integers(0, 300)] * 3), min_size=0, max_size=30).map(
    lambda rows: np.array(rows, float).reshape(-1, 3).T
)


def table_of(rows):
    """One row a participant; None is no vote."""
    votes = [(i, j, v) for i, row in enumerate(rows) for j, v in enumerate(row) if v is not None]
    columns = np.array(votes, int).reshape(-1, 3).T
    return VoteTable.of(*columns, len(rows), max(map(len, rows), default=0))


# Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(successes, n, low, high):
    assert np.round(wilson(successes, n), 4) == pytest.approx((low, high))


def test_without_answers_everything_is_possible():
    assert [side.tolist() for side in wilson([0], [0])] == [[0], [1]]


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_the_share_lies_inside_its_interval(part, n):
    share = min(part, n) / n
    low, high = wilson(min(part, n), n)
    assert 0 <= low <= share <= high <= 1


@given(st.integers(0, 100), st.integers(1, 100), st.integers(2, 50))
def test_more_answers_with_the_same_share_say_more(part, n, times):
    few, many = (wilson(factor * min(part, n), factor * n) for factor in (1, times))
    assert many[1] - many[0] < few[1] - few[0]


@pytest.mark.parametrize("n", [5, 20, 100])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.85])
def test_intervals_hold_the_truth_as_often_as_they_say(n, share):
    low, high = wilson(np.random.default_rng(0).binomial(n, share, 20_000), n)
    assert np.mean((low <= share) & (share <= high)) > 0.91


def test_agreeing_and_disagreeing_are_mirror_images():
    (low, high), (other_low, other_high) = wilson([3, 8], [10, 10]), wilson([7, 2], [10, 10])
    assert low == pytest.approx(1 - other_high)
    assert high == pytest.approx(1 - other_low)


def test_passes_are_a_share_of_all_votes():
    assert pass_rate([1, 0], [1, 0], [2, 0]).tolist() == [0.5, 0]


def test_smoothing_finds_what_is_usual():
    draw = np.random.default_rng(1)
    answers = draw.integers(1, 60, 3000)
    agree = draw.binomial(answers, draw.beta(6, 2, 3000))
    found = smoothed_shares(agree, answers - agree)
    assert found.mean == pytest.approx(0.75, abs=0.01)
    assert found.strength == pytest.approx(8, rel=0.1)


def test_smoothing_comes_nearer_to_the_truth_than_shares_of_few_answers():
    draw = np.random.default_rng(2)
    answers, truth = draw.integers(3, 10, 500), draw.beta(6, 2, 500)
    agree = draw.binomial(answers, truth)
    smoothed = smoothed_shares(agree, answers - agree).share
    assert np.mean(np.abs(smoothed - truth)) < 0.75 * np.mean(np.abs(agree / answers - truth))


def test_one_answer_does_not_top_many():
    share = smoothed_shares([1, 95, 10, 5], [0, 5, 10, 15]).share
    assert share[0] < share[1]


@given(counts)
def test_smoothed_shares_stay_between_what_was_said_and_what_is_usual(given_counts):
    agree, disagree, _ = given_counts
    found = smoothed_shares(agree, disagree)
    answers = agree + disagree
    own = np.where(answers > 0, agree / np.maximum(answers, 1), found.mean)
    assert np.all(found.share >= np.minimum(own, found.mean) - 1e-9)
    assert np.all(found.share <= np.maximum(own, found.mean) + 1e-9)
    assert np.all((found.share > 0) & (found.share < 1))


def test_halves_divide_most():
    value, low = controversy([500, 950, 50], [500, 50, 950], [0, 0, 0])
    assert value[0] == pytest.approx(1, abs=0.01)
    assert low[0] > 0.9
    assert value[1:].max() < 0.3


def test_what_most_pass_on_divides_little():
    assert controversy([10], [10], [180])[0][0] == pytest.approx(0.1, abs=0.01)


def test_what_nobody_voted_on_divides_nobody():
    value, low = controversy([0, 50], [0, 50], [0, 0])
    assert (value[0], low[0]) == (0, 0)


@given(counts)
def test_the_least_controversy_is_not_above_the_value(given_counts):
    value, low = controversy(*given_counts)
    assert np.all((low >= 0) & (low <= value) & (value <= 1))


def test_groups_are_counted_apart():
    table = table_of([[1, -1], [1, 0], [-1, None], [1, 1]])
    found = group_counts(table, np.array([0, 0, 1, -1]), 2)
    assert found.agree.tolist() == [[2, 0], [0, 0]]
    assert found.disagree.tolist() == [[0, 1], [1, 0]]
    assert found.passed.tolist() == [[0, 0], [1, 0]]


def test_weights_say_how_much_a_ballot_counts():
    table = table_of([[1], [1], [-1]])
    found = group_counts(table, np.zeros(3, int), 1, np.array([0.5, 1, 0.25]))
    assert (found.agree[0, 0], found.disagree[0, 0]) == (1.5, 0.25)


def camps(people=100):
    """Statement 0 unites two camps, statement 1 divides them, 2 to 7 make them known."""
    rows = [[1, 1, 1, 1, 1, -1, -1, -1], [1, -1, -1, -1, -1, 1, 1, 1]]
    table = table_of([rows[person % 2] for person in range(people)])
    return table, np.eye(2)[np.arange(people) % 2], np.ones(people)


def test_what_all_groups_agree_with_bridges_them():
    scores = bridging(*camps())
    assert scores[0] > 0.9
    assert scores[1:].max() < 0.2


def test_more_people_make_a_bridge_surer():
    assert bridging(*camps(20))[0] < bridging(*camps(200))[0] < 1


def test_ballots_without_weight_do_not_count():
    table, members, weights = camps()
    weights[np.arange(100) % 2 == 1] = 0
    assert bridging(table, members, weights)[1] > 0.8


def test_a_group_of_copies_has_no_say():
    table, members, weights = camps()
    votes = (table.participant, table.submission, table.opinion)
    more = (np.repeat(np.arange(100, 130), 8), np.tile(np.arange(8), 30), np.full(240, -1))
    bloc = VoteTable.of(*(np.concatenate(pair) for pair in zip(votes, more, strict=True)))
    grouped = np.zeros((130, 3))
    grouped[:100, :2], grouped[100:, 2] = members, 1
    weighed = np.append(weights, np.full(30, 1 / 30))
    assert bridging(bloc, grouped, weighed)[0] > 0.9


def test_one_vote_is_not_enough_to_speak_for_a_group():
    table, members, weights = camps()
    votes = (table.participant, table.submission, table.opinion)
    more = (np.arange(100, 150), np.ones(50, int), np.ones(50, int))
    larger = VoteTable.of(*(np.concatenate(pair) for pair in zip(votes, more, strict=True)))
    grouped = np.vstack([members, np.full((50, 2), 0.5)])
    found = bridging(larger, grouped, np.ones(150))
    assert found == pytest.approx(bridging(table, members, weights))


@pytest.mark.parametrize("rows", [[], [[]], [[None, None]], [[1]], [[0], [0]]])
def test_hardly_any_votes_give_finite_scores(rows):
    table = table_of(rows)
    people = table.participant_count
    assert np.isfinite(bridging(table, np.ones((people, 1)), np.ones(people))).all()


def test_a_share_of_people_is_the_share_of_all_their_answers():
    assert person_share([1, 4], [1, 9])[0] == pytest.approx(0.5)


def test_people_of_one_mind_tell_less_than_as_many_answers():
    _, low, high = person_share([10] * 10 + [0] * 10, [10] * 20)
    narrow_low, narrow_high = wilson(100, 200)
    assert high - low > 2.5 * (narrow_high - narrow_low)


def test_people_who_answer_by_chance_tell_as_much_as_answers():
    answers = np.full(2000, 5)
    agree = np.random.default_rng(3).binomial(answers, 0.6)
    _, low, high = person_share(agree, answers)
    assert high - low == pytest.approx(float(np.ptp(wilson(agree.sum(), 10_000))), rel=0.1)


def test_nobody_has_an_unknown_share():
    assert person_share([], []) == (0.5, 0, 1)


def test_people_without_answers_change_nothing():
    assert person_share([3, 0, 4], [4, 0, 5]) == person_share([3, 4], [4, 5])


# Number of people, and how much they are of one mind: small a much, large b hardly.
@pytest.mark.parametrize("people", [5, 10, 40])
@pytest.mark.parametrize("strength", [1, 5, 30])
def test_intervals_over_people_hold_the_truth_often_enough(people, strength):
    draw = np.random.default_rng([people, strength])
    held = []
    for share in np.repeat([0.2, 0.5, 0.8], 200):
        answers = draw.integers(1, 15, people)
        own = draw.beta(strength * share, strength * (1 - share), people)
        _, low, high = person_share(draw.binomial(answers, own), answers)
        held.append(low <= share <= high)
    assert np.mean(held) > 0.92


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=20))
def test_intervals_over_people_never_leave_zero_to_one(pairs):
    share, low, high = person_share([min(pair) for pair in pairs], [pair[1] for pair in pairs])
    assert 0 <= low <= share <= high <= 1
