import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from civicdialog.analysis.topic_map import kinship, layout, radii, topic_weights


@st.composite
def maps(draw):
    """A symmetric table of weights and as many sizes."""
    count = draw(st.integers(0, 30))
    sizes = draw(
        st.lists(st.sampled_from([1, 2, 7, 60, 5000]), min_size=count, max_size=count),
    )
    seed = draw(st.integers(0, 99))
    half = np.random.RandomState(seed).rand(count, count) * draw(st.sampled_from([0, 1, 1e6]))
    return half + half.T, sizes


def assert_readable(x, y, sizes):
    """Every bubble is inside the frame and covers no other."""
    radius = radii(sizes)
    assert np.isfinite([x, y]).all()
    for middle in (x, y):
        assert (middle - radius >= -1e-3).all()
        assert (middle + radius <= 1 + 1e-3).all()
    apart = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y))
    touching = apart - np.add.outer(radius, radius)
    assert (touching[~np.eye(len(x), dtype=bool)] > 0).all()


@settings(max_examples=60, deadline=None)
@given(maps())
def test_bubbles_lie_inside_the_frame_and_cover_no_other(drawn):
    weights, sizes = drawn
    x, y = layout(weights, sizes)
    assert_readable(x, y, sizes)


# One giant, all alike, and as many as a committee may ask for.
@pytest.mark.parametrize(
    "sizes", [[1], [5, 5], [10_000, *[1] * 199], [7] * 200, list(range(1, 201)), [100, 1, 1]]
)
def test_all_bubbles_find_a_place(sizes):
    weights = np.ones((len(sizes), len(sizes)))
    assert_readable(*layout(weights, sizes), sizes)


def test_the_same_topics_give_the_same_map():
    weights = np.random.RandomState(1).rand(9, 9)
    first = layout(weights + weights.T, range(9))
    second = layout((weights + weights.T).copy(), range(9))
    assert np.array_equal(first, second)


def test_the_last_bits_of_a_weight_do_not_turn_the_map():
    weights = np.ones((6, 6))
    noise = np.random.RandomState(2).rand(6, 6) * 1e-12
    assert np.array_equal(layout(weights, [5] * 6), layout(weights + noise + noise.T, [5] * 6))


def test_topics_with_much_in_common_are_near_each_other():
    weights = np.full((6, 6), 0.1)
    for left, right in ((0, 1), (2, 3), (4, 5)):
        weights[left, right] = weights[right, left] = 3.0
    x, y = layout(weights, [10] * 6)
    apart = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y))
    np.fill_diagonal(apart, np.inf)
    assert apart.argmin(axis=1).tolist() == [1, 0, 3, 2, 5, 4]


def test_areas_are_in_proportion_to_sizes():
    small, large = radii([100, 400])
    assert large / small == pytest.approx(2, abs=0.01)


def test_kinship_does_not_grow_with_the_size_of_a_topic():
    weights = np.array([[10, 2, 0], [2, 10, 4], [0, 4, 50]])
    scale = np.sqrt(np.outer(weights.sum(1), weights.sum(1)))
    expected = weights / scale * (1 - np.eye(3))
    assert kinship(weights) == pytest.approx(expected, abs=1e-6)


def test_weights_between_topics_are_sums_of_the_edges_between_their_texts():
    graph = sp.csr_matrix(np.array([[0, 1, 0.5], [1, 0, 0.25], [0.5, 0.25, 0]]))
    assert topic_weights(graph, np.array([0, 0, 1]), 2).tolist() == [[2.0, 0.75], [0.75, 0.0]]


@pytest.mark.parametrize(
    ("weights", "sizes"),
    [
        ([[1, 2], [3, 1]], [1, 1]),
        ([[1, 2]], [1]),
        ([[1, -1], [-1, 1]], [1, 1]),
        ([[1, np.nan], [np.nan, 1]], [1, 1]),
        ([[1, 1], [1, 1]], [1]),
    ],
    ids=["not symmetric", "not square", "negative", "not a number", "too few sizes"],
)
def test_tables_that_are_no_weights_are_refused(weights, sizes):
    with pytest.raises(ValueError, match="weights"):
        layout(weights, sizes)
