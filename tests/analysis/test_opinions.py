"""Opinion groups are found where there are some, and nowhere else; names and order play no part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from civicdialog.analysis import ideal_points
from civicdialog.analysis.opinions import Previous, analyze, bridging_scores, study
from civicdialog.analysis.vote_table import VoteTable

CAMPS = ((1.6, 0.0), (-1.6, 0.0))


def conversation(centres=CAMPS, *, people=240, statements=40, seen=0.5, seed=0):
    """(votes as i, j, v; the camp of each person): camps around centres, some votes missing."""
    draw = np.random.default_rng(seed)
    camp = draw.integers(0, len(centres), people)
    places = np.asarray(centres)[camp] + 0.35 * draw.standard_normal((people, 2))
    odds = places @ draw.standard_normal((2, statements)) + 0.4 * draw.standard_normal(statements)
    said = np.where(draw.random(odds.shape) < 1 / (1 + np.exp(-odds)), 1, -1)
    said[draw.random(odds.shape) < 0.1] = 0
    i, j = np.nonzero(draw.random(odds.shape) < seen)
    return i, j, said[i, j], camp


def permuted(j, v, seed):
    """The same votes dealt out anew inside every statement: nobody has an opinion group."""
    draw = np.random.default_rng(seed)
    dealt = v.copy()
    for statement in np.unique(j):
        places = np.flatnonzero(j == statement)
        dealt[places] = draw.permutation(dealt[places])
    return dealt


def test_planted_camps_are_found():
    i, j, v, camp = conversation()
    found = analyze(i, j, v, 240, 40)
    inside = found["labels"] >= 0
    assert found["k"] == 2
    assert adjusted_rand_score(camp[inside], found["labels"][inside]) > 0.9


def test_three_camps_are_three_groups():
    i, j, v, _ = conversation(((2.2, 0), (-1.1, 1.9), (-1.1, -1.9)), people=400, seen=0.8)
    assert analyze(i, j, v, 400, 40)["k"] == 3


@pytest.mark.parametrize("seed", range(6))
def test_where_nobody_has_a_camp_there_is_one_group(seed):
    i, j, v, _ = conversation(seed=seed)
    found = analyze(i, j, permuted(j, v, seed), 240, 40)
    assert found["k"] == 1
    assert found["why_no_groups"] == "no_stable_groups"


def test_people_of_one_mind_are_one_group():
    i, j, v, _ = conversation(((0.0, 0.0),))
    assert analyze(i, j, v, 240, 40)["k"] == 1


def test_too_few_people_are_no_groups():
    i, j, v, _ = conversation(people=12)
    assert analyze(i, j, v, 12, 40)["why_no_groups"] == "too_few_people"


def test_the_order_of_rows_plays_no_part():
    i, j, v, _ = conversation()
    mixed = np.random.default_rng(1).permutation(len(v))
    one, other = study(VoteTable.of(i, j, v)), study(VoteTable.of(i[mixed], j[mixed], v[mixed]))
    assert np.array_equal(one.labels, other.labels)
    assert np.array_equal(one.coordinates, other.coordinates)


def test_names_of_people_and_statements_play_no_part():
    i, j, v, _ = conversation()
    draw = np.random.default_rng(2)
    people, things = draw.permutation(240), draw.permutation(40)
    one = study(VoteTable.of(i, j, v, 240, 40))
    other = study(VoteTable.of(people[i], things[j], v, 240, 40))
    assert np.array_equal(one.labels, other.labels[people])
    assert np.array_equal(one.coordinates, other.coordinates[people])
    assert np.array_equal(one.shares, other.shares[things])


def test_no_group_is_so_small_that_it_points_at_people():
    i, j, v, _ = conversation(seed=3)
    labels = study(VoteTable.of(i, j, v)).labels
    assert np.bincount(labels[labels >= 0]).min() >= 5


def _previous(found, **other):
    values = {
        "weights": found.model.weights,
        "easiness": found.model.easiness,
        "shares": found.shares,
        "k": found.k,
        "wanted_k": found.wanted_k,
        "agreeing": found.agreeing,
    }
    return Previous(**(values | other))


def test_groups_keep_their_order_from_run_to_run():
    i, j, v, _ = conversation()
    table = VoteTable.of(i, j, v)
    first = study(table)
    turned = _previous(first, shares=first.shares[:, ::-1])
    again = study(table, previous=turned)
    both = (first.labels >= 0) & (again.labels >= 0)
    assert np.mean(again.labels[both] == 1 - first.labels[both]) > 0.95


def test_the_map_does_not_turn_over_from_run_to_run():
    i, j, v, _ = conversation()
    table = VoteTable.of(i, j, v)
    first = study(table)
    again = study(table, previous=_previous(first, weights=-first.model.weights))
    assert np.corrcoef(first.coordinates[:, 0], again.coordinates[:, 0])[0, 1] < -0.95


def test_another_number_of_groups_waits_until_three_runs_agree():
    i, j, v, _ = conversation()
    table = VoteTable.of(i, j, v)
    found = study(table)
    seen, before = [], _previous(found, k=1, wanted_k=1, agreeing=9)
    for _ in range(3):
        now = study(table, previous=before)
        seen.append(now.k)
        before = _previous(now)
    assert seen == [1, 1, 2]


def test_a_wished_number_of_groups_is_given_even_to_few_votes():
    i, j, v, _ = conversation(seen=0.1)
    assert study(VoteTable.of(i, j, v, 240, 40), k=2).k == 2


def test_foretold_votes_are_better_than_the_share_of_all():
    i, j, v, _ = conversation(seed=4)
    kept = np.random.default_rng(0).random(len(v)) < 0.9
    found = study(VoteTable.of(i[kept], j[kept], v[kept], 240, 40))
    asked = ~kept & (v != 0)
    right = v[asked] > 0
    told = found.predict(i[asked], j[asked])
    said = v[kept] != 0
    share = np.bincount(j[kept][said], v[kept][said] > 0, 40) / np.bincount(
        j[kept][said], minlength=40
    )
    plain = np.clip(share[j[asked]], 0.02, 0.98)

    def loss(chance):
        return -np.log(np.where(right, chance, 1 - chance)).mean()

    assert loss(told) < 0.9 * loss(plain)


def test_a_fit_that_goes_on_does_not_get_worse():
    i, j, v, _ = conversation()
    table = VoteTable.of(i, j, v)

    def likelihood(sweeps):
        model = ideal_points.fit(table, sweeps=sweeps)
        said = v != 0
        chance = model.predict(i[said], j[said])
        return np.log(np.where(v[said] > 0, chance, 1 - chance)).mean()

    assert likelihood(12) >= likelihood(2) - 1e-3


BAD = {
    "an opinion nobody knows": ([0], [0], [2]),
    "a negative index": ([-1], [0], [1]),
    "columns of unequal length": ([0, 1], [0], [1]),
}


@pytest.mark.parametrize("votes", BAD.values(), ids=BAD)
def test_bad_input_is_refused_with_a_sentence(votes):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        VoteTable.of(*votes)


def test_of_several_votes_on_one_thing_the_last_counts():
    table = VoteTable.of([0, 0, 1], [0, 0, 0], [1, -1, 1])
    assert table.opinion.tolist() == [-1, 1]
    assert table.repeated == 1


ODD = {
    "nobody": ([], [], [], 0, 0),
    "one vote": ([0], [0], [1], 1, 1),
    "one person": ([0] * 20, range(20), [1, -1] * 10, 1, 20),
    "one statement": (range(50), [0] * 50, [1, -1] * 25, 50, 1),
    "all pass": (np.repeat(range(30), 10), np.tile(range(10), 30), [0] * 300, 30, 10),
    "all agree": (np.repeat(range(30), 10), np.tile(range(10), 30), [1] * 300, 30, 10),
    "people and statements nobody met": ([0, 1], [0, 1], [1, -1], 50, 60),
}


@pytest.mark.parametrize("votes", ODD.values(), ids=ODD)
def test_odd_votes_get_an_answer(votes):
    i, j, v, n, m = votes
    found = study(VoteTable.of(list(i), list(j), list(v), n, m))
    assert found.k == 1
    assert np.isfinite(found.coordinates).all()
    assert np.isfinite(found.shares).all()
    assert found.coordinates.shape == (n, 2)


def test_a_hundred_thousand_statements_get_an_answer():
    draw = np.random.default_rng(0)
    i, j = draw.integers(0, 500, 20_000), draw.integers(0, 100_000, 20_000)
    found = study(VoteTable.of(i, j, draw.choice([-1, 1], 20_000), 500, 100_000))
    assert np.isfinite(found.shares).all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 24), st.integers(0, 9), st.sampled_from([-1, 0, 1])), max_size=300
    )
)
def test_whatever_people_vote_the_figures_are_in_range(votes):
    i, j, v = (list(column) for column in zip(*votes, strict=True)) if votes else ([], [], [])
    found = study(VoteTable.of(i, j, v, 25, 10))
    assert np.all((found.probabilities >= 0) & (found.probabilities <= 1))
    assert np.allclose(found.probabilities.sum(axis=1), 1)
    pairs = np.arange(25), np.arange(25) % 10
    assert np.all((found.predict(*pairs) > 0) & (found.predict(*pairs) < 1))
    assert np.all((found.reliability >= 0) & (found.reliability <= 1))


def test_a_statement_both_camps_like_bridges_more_than_one_that_divides():
    i, j, v, camp = conversation(seed=5)
    liked = np.arange(240)
    i = np.concatenate([i, liked, liked])
    j = np.concatenate([j, np.full(240, 40), np.full(240, 41)])
    v = np.concatenate([v, np.ones(240, int), np.where(camp == 0, 1, -1)])
    scores = bridging_scores(i, j, v, 240, 42)
    assert scores[40] > scores[41]
    assert scores[40] == scores.max()
