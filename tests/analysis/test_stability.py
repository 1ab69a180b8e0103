import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from civicdialog.analysis.representation import unit_rows
from civicdialog.analysis.stability import stability


def vectors_around(centres, *, noise, count=150, seed=0):
    draw = np.random.default_rng(seed)
    own = np.eye(8)[np.arange(count) % centres]
    return unit_rows(own + noise * draw.standard_normal((count, 8)))


def test_groups_that_lie_apart_are_found_in_every_sample():
    assert stability(vectors_around(4, noise=0.05), 4) == 1


def test_groups_that_are_none_differ_from_sample_to_sample():
    assert stability(vectors_around(1, noise=3), 4) < 0.7


def test_the_clearer_the_groups_the_more_of_them_stays():
    clear, blurred = (vectors_around(4, noise=noise) for noise in (0.1, 0.45))
    assert stability(clear, 4) > stability(blurred, 4)


def test_the_same_vectors_give_the_same_figure_with_any_number_of_threads():
    vectors = vectors_around(4, noise=0.4)
    with threadpool_limits(4):
        many = stability(vectors, 4, seed=3)
    assert many == stability(vectors, 4, seed=3)


def test_another_seed_draws_other_samples():
    vectors = vectors_around(4, noise=0.45)
    assert len({stability(vectors, 4, seed=seed, pairs=1) for seed in range(4)}) > 1


def test_rows_nothing_compares_with_change_nothing():
    vectors = vectors_around(4, noise=0.4)
    assert stability(np.vstack([vectors, np.zeros((9, 8))]), 4) == stability(vectors, 4)


# One group is always the same; so is what no samples can be taken from.
@pytest.mark.parametrize(
    ("vectors", "k"),
    [
        (vectors_around(4, noise=0.1), 1),
        (np.zeros((0, 8)), 3),
        (np.zeros((20, 8)), 3),
        (np.eye(8)[:2], 2),
    ],
)
def test_what_cannot_differ_is_stable(vectors, k):
    assert stability(vectors, k) == 1


@pytest.mark.parametrize("count", [3, 5, 9, 11, 14])
@pytest.mark.parametrize("k", [2, 5, 40])
def test_few_rows_give_a_figure_too(count, k):
    assert -1 <= stability(vectors_around(3, noise=0.2, count=count), k) <= 1


@pytest.mark.parametrize("given", [{"k": 0}, {"k": 2, "pairs": 0}])
def test_nothing_to_compare_is_refused(given):
    with pytest.raises(ValueError):
        stability(np.eye(8), **given)
