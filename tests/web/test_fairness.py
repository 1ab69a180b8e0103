"""The seed of the fair order."""

from datetime import date, timedelta

import pytest

from civicdialog.core.permissions import VISITOR, Actor, Role
from civicdialog.web.fairness import LARGEST_SEED, seed_for

ADA = Actor(1, frozenset({Role.PARTICIPANT}))
BO = Actor(2, frozenset({Role.PARTICIPANT}))
TODAY = date(2026, 6, 1)


def test_a_person_keeps_the_order_for_a_day(app):
    assert seed_for(ADA, TODAY, None) == seed_for(ADA, TODAY, "7")


def test_a_person_gets_a_new_order_the_next_day(app):
    assert seed_for(ADA, TODAY, None) != seed_for(ADA, TODAY + timedelta(days=1), None)


def test_two_people_get_different_orders(app):
    assert seed_for(ADA, TODAY, None) != seed_for(BO, TODAY, None)


def test_a_visitor_keeps_the_seed_of_the_address(app):
    assert seed_for(VISITOR, TODAY, "4294967295") == LARGEST_SEED


@pytest.mark.parametrize("given", ["", "-1", "4294967296", "x", "٣x", "9" * 400, None, "1.5"])
def test_a_seed_that_makes_no_sense_is_drawn_anew(app, given):
    drawn = {seed_for(VISITOR, TODAY, given) for _ in range(4)}
    assert len(drawn) > 1
    assert all(0 <= seed <= LARGEST_SEED for seed in drawn)
