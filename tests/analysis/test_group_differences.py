"""Groups differ where both halves of the votes say so, and nowhere else."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from civicdialog.analysis.group_differences import discoveries, group_differences, two_sided
from civicdialog.analysis.opinions import study
from civicdialog.analysis.vote_table import VoteTable
from tests.analysis.test_opinions import conversation, permuted


def two_groups(table):
    return study(table, k=2).labels


def test_what_divides_planted_camps_is_found():
    i, j, v, _ = conversation()
    found = group_differences(VoteTable.of(i, j, v, 240, 40), two_groups)
    assert np.count_nonzero(found.differs) > 10


@pytest.mark.parametrize("seed", range(6))
def test_where_votes_were_dealt_out_by_lot_nothing_differs(seed):
    i, j, v, _ = conversation(seed=seed)
    table = VoteTable.of(i, j, permuted(j, v, seed), 240, 40)
    assert not group_differences(table, two_groups).differs.any()


def test_the_order_of_rows_plays_no_part():
    i, j, v, _ = conversation()
    mixed = np.random.default_rng(1).permutation(len(v))
    one = group_differences(VoteTable.of(i, j, v, 240, 40), two_groups)
    other = group_differences(VoteTable.of(i[mixed], j[mixed], v[mixed], 240, 40), two_groups)
    assert np.array_equal(one.by_group, other.by_group)


def test_one_group_differs_from_nothing():
    i, j, v, _ = conversation()
    found = group_differences(VoteTable.of(i, j, v, 240, 40), lambda table: np.zeros(240, int))
    assert not found.differs.any()


@pytest.mark.parametrize("table", [((8, 2), (1, 9)), ((0, 5), (5, 0)), ((3, 3), (3, 3))])
def test_few_answers_are_tested_exactly(table):
    (agree, disagree), (agree_else, disagree_else) = table
    ours = two_sided(
        np.array([agree]), np.array([agree + disagree]),
        np.array([agree_else]), np.array([agree_else + disagree_else]),
    )  # fmt: skip
    assert ours[0] == pytest.approx(fisher_exact(table)[1])


def test_discoveries_follow_benjamini_and_hochberg():
    # Their own example of 1995, page 296: fifteen tests, four discoveries.
    chances = np.array([
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ])  # fmt: skip
    assert discoveries(chances).sum() == 4
