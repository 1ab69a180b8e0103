"""The next card: few votes first, then what tells most, then chance; and the odds are honest."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.analysis import ideal_points
from civicdialog.analysis.routing import (
    Candidate,
    group_chances,
    next_submission,
    standing_of,
)
from civicdialog.analysis.vote_table import VoteTable
from tests.analysis.test_opinions import conversation

NOBODY_YET = standing_of([])


def drawn(candidates, times=4000, **options):
    lot = Random(1)
    return [next_submission(candidates, NOBODY_YET, random=lot, **options) for _ in range(times)]


def test_what_has_fewest_votes_comes_first():
    choice = next_submission(
        [Candidate(50), Candidate(2), Candidate(50)], NOBODY_YET, random=Random(0), random_share=0
    )
    assert choice.index == 1


def test_of_equally_many_votes_what_tells_most_about_the_person_comes_first():
    candidates = [Candidate(10, 0.0, (0.1, 0.0)), Candidate(10, 0.0, (2.0, 0.0))]
    choice = next_submission(candidates, NOBODY_YET, random=Random(0), random_share=0)
    assert choice.index == 1


def test_what_comes_late_catches_up():
    votes = [40] * 20 + [0] * 5
    lot = Random(3)
    for _ in range(200):
        found = next_submission([Candidate(v) for v in votes], NOBODY_YET, random=lot)
        votes[found.index] += 1
    assert min(votes) > 25


def test_a_tenth_is_chance():
    chosen = drawn([Candidate(0), *[Candidate(90)] * 9])
    share = sum(choice.index > 0 for choice in chosen) / len(chosen)
    assert share == pytest.approx(0.09, abs=0.015)


def test_the_probability_told_is_how_often_it_happens():
    candidates = [Candidate(1), Candidate(1), Candidate(7), Candidate(30)]
    chosen = drawn(candidates)
    told = {choice.index: choice.probability for choice in chosen}
    counted = Counter(choice.index for choice in chosen)
    for index, probability in told.items():
        assert counted[index] / len(chosen) == pytest.approx(probability, abs=0.03)


def test_the_probabilities_of_all_add_up_to_one():
    candidates = [Candidate(1), Candidate(1), Candidate(7), Candidate(30)]
    told = {choice.index: choice.probability for choice in drawn(candidates)}
    assert sum(told.values()) == pytest.approx(1)


def test_nothing_to_choose_from_is_said():
    with pytest.raises(ValueError, match="no submission left"):
        next_submission([], NOBODY_YET, random=Random(0))


@given(
    st.lists(
        st.builds(
            Candidate,
            st.integers(0, 10**6),
            st.floats(-8, 8),
            st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 100),
)
def test_a_choice_is_always_one_of_the_candidates(candidates, seed):
    choice = next_submission(candidates, NOBODY_YET, random=Random(seed))
    assert 0 <= choice.index < len(candidates)
    assert 0 < choice.probability <= 1


def test_one_persons_place_is_that_of_the_whole_fit():
    i, j, v, _ = conversation()
    model = ideal_points.fit(VoteTable.of(i, j, v)).on_own_axes()
    for person in (3, 77):
        own = i == person
        answers = [
            (int(said), float(model.easiness[thing]), tuple(model.weights[thing]))
            for thing, said in zip(j[own], v[own], strict=True)
        ]
        place = np.array(standing_of(answers).mean[:2])
        assert place == pytest.approx(model.points[person], abs=0.15)


def test_answers_tell_the_group():
    shares = (0.9, 0.1)
    chances = group_chances([(1, shares), (1, shares), (-1, (0.2, 0.8))], (0.5, 0.5))
    assert chances[0] > 0.95
    assert sum(chances) == pytest.approx(1)


def test_passing_tells_nothing_about_the_group():
    assert group_chances([(0, (0.9, 0.1))], (0.3, 0.7)) == pytest.approx((0.3, 0.7))
