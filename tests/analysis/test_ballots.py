import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicdialog.analysis.ballots import ballot_weights, straight_liners, without_copies
from civicdialog.analysis.vote_table import VoteTable

HONEST = 300


def conversation(*, people=HONEST, statements=40, seen=0.5, camps=1.0, seed=0):
    """Opinions of people of different minds on what they happened to see (people, statements)."""
    draw = np.random.default_rng(seed)
    leaning = camps * np.outer(draw.standard_normal(people), draw.standard_normal(statements))
    odds = leaning + draw.standard_normal(statements) + 0.5
    opinions = np.where(draw.random(odds.shape) < 1 / (1 + np.exp(-odds)), 1.0, -1.0)
    opinions[draw.random(odds.shape) < 0.1] = 0
    opinions[draw.random(odds.shape) >= seen] = np.nan
    return opinions


def table_of(opinions):
    people, statements = np.nonzero(~np.isnan(opinions))
    return VoteTable.of(people, statements, opinions[people, statements], *opinions.shape)


def copycats(opinions, target, count, seed=0):
    """Ballots of others with agreement to the target."""
    draw = np.random.default_rng(seed)
    copied = opinions[draw.choice(np.flatnonzero(opinions[:, target] != 1), count, replace=False)]
    copied[:, target] = 1
    return np.vstack([opinions, copied])


def bloc(opinions, count, seed=0):
    """The same 21 opinions, drawn by lot."""
    draw = np.random.default_rng(seed)
    ballot = np.full(opinions.shape[1], np.nan)
    ballot[draw.choice(len(ballot), 21, replace=False)] = draw.choice([-1, 1], 21)
    return np.vstack([opinions, np.tile(ballot, (count, 1))])


def test_equal_ballots_count_as_one():
    weights = ballot_weights(table_of(bloc(conversation(), 15)))
    assert weights[HONEST:].sum() == pytest.approx(1, abs=0.01)
    assert np.all(weights[:HONEST] == 1)


def test_copycats_count_as_one_and_those_they_copied_in_full():
    weights = ballot_weights(table_of(copycats(conversation(), 7, 15)))
    assert weights[HONEST:].sum() == pytest.approx(1, abs=0.01)
    assert np.all(weights[:HONEST] == 1)


def test_two_campaigns_are_both_found():
    twice = copycats(copycats(conversation(), 7, 15), 3, 15, seed=1)
    assert ballot_weights(table_of(twice))[HONEST:].sum() < 3


@pytest.mark.parametrize("seed", range(5))
def test_honest_people_keep_their_weight(seed):
    assert np.all(ballot_weights(table_of(conversation(seed=seed))) == 1)


def test_agreeing_with_what_everybody_agrees_with_is_not_copying():
    opinions = np.ones((200, 12))
    opinions[np.random.default_rng(0).random(opinions.shape) < 0.05] = -1
    assert np.all(ballot_weights(table_of(opinions)) == 1)


# Where two camps answer almost by rote, many ballots are equal by chance.
@pytest.mark.parametrize("statements", [9, 16, 30])
def test_like_minded_people_are_hardly_taken_for_copies(statements):
    weights = ballot_weights(table_of(conversation(statements=statements, seen=1, camps=4)))
    assert np.mean(weights < 1) <= 0.02


# What came late is missing on all early ballots, equal ones included.
@pytest.mark.parametrize("camps", [0.5, 1.5, 4.0])
@pytest.mark.parametrize("statements", [12, 20])
def test_a_statement_that_came_late_is_no_campaign(camps, statements):
    opinions = conversation(people=1000, statements=statements, seen=1, camps=camps)
    opinions[:700, 0] = np.nan
    assert np.mean(ballot_weights(table_of(opinions)) < 1) < 0.01


def test_short_ballots_are_never_copies():
    opinions = conversation()
    opinions[:50] = np.nan
    opinions[:50, :7] = [1, -1, 1, -1, -1, 1, 0]
    assert np.all(ballot_weights(table_of(opinions)) == 1)


def test_neither_the_order_of_rows_nor_names_matter():
    opinions = bloc(copycats(conversation(), 7, 15), 15)
    draw = np.random.default_rng(0)
    people, statements = (draw.permutation(size) for size in opinions.shape)
    weights = ballot_weights(table_of(opinions))
    shuffled = ballot_weights(table_of(opinions[people][:, statements]))
    assert shuffled == pytest.approx(weights[people])


def test_groups_are_not_found_in_copies():
    table = table_of(bloc(conversation(), 15))
    left = without_copies(table, ballot_weights(table))
    assert left.participant_count == HONEST + 15
    assert left.votes_of_participants[HONEST:].sum() == 0
    assert len(left) == np.sum(table.participant < HONEST)


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(st.sampled_from([1.0, -1.0, 0.0, np.nan]), min_size=12, max_size=12),
        max_size=12,
    ),
    st.integers(1, 9),
)
def test_every_ballot_weighs_something_and_at_most_one(rows, times):
    table = table_of(np.repeat(np.array(rows).reshape(-1, 12), times, axis=0))
    weights = ballot_weights(table)
    assert np.all((weights > 0) & (weights <= 1))
    assert len(straight_liners(table)) == len(weights)


def test_twenty_thousand_people_take_seconds():
    draw = np.random.default_rng(0)
    people, statements = np.repeat(np.arange(25_000), 20), draw.integers(0, 500, 500_000)
    table = VoteTable.of(people, statements, draw.choice([1, 1, -1, 0], 500_000))
    assert np.all(ballot_weights(table) == 1)


@pytest.mark.parametrize("opinion", [1, -1, 0])
def test_one_answer_to_everything_is_seen(opinion):
    opinions = conversation(seen=1)
    opinions[4] = opinion
    assert np.flatnonzero(straight_liners(table_of(opinions))).tolist() == [4]


def test_agreeing_where_everybody_agrees_is_no_straight_line():
    opinions = np.ones((50, 30))
    opinions[::2, 0] = -1
    assert not straight_liners(table_of(opinions)).any()


def test_a_few_equal_answers_are_no_straight_line():
    opinions = conversation()
    opinions[4] = np.nan
    opinions[4, :9] = 0
    assert not straight_liners(table_of(opinions)).any()


def test_no_votes_are_no_straight_line():
    assert straight_liners(table_of(np.full((3, 4), np.nan))).tolist() == [False] * 3
