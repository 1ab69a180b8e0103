"""The map of the topics: pure geometry."""

from itertools import combinations
from math import hypot

import pytest

from civicdialog.committee.topic_map import NARROW, WIDE, Spot, pictures


def spots(*rows):
    return tuple(
        Spot(n, ("Ampel", "Kreuzung"), size, x, y) for n, (size, x, y) in enumerate(rows, start=1)
    )


EVERYTHING_AT_ONE_PLACE = spots(*((10, 0.5, 0.5 + n / 1000) for n in range(12)))
WITHOUT_PLACES = spots(*((size, None, None) for size in (400, 90, 60, 20, 5, 1)))
SPREAD = spots((400, 0, 0), (200, 1, 0), (100, 0, 1), (5, 1, 1), (1, 0.5, 0.5))


@pytest.mark.parametrize("given", [EVERYTHING_AT_ONE_PLACE, WITHOUT_PLACES, SPREAD])
def test_no_bubble_covers_another(given):
    for picture in pictures(given):
        for one, other in combinations(picture.bubbles, 2):
            apart = hypot(one.x - other.x, one.y - other.y)
            assert apart >= one.radius + other.radius, (picture.format.name, one, other)


@pytest.mark.parametrize("given", [EVERYTHING_AT_ONE_PLACE, WITHOUT_PLACES, SPREAD])
def test_every_bubble_stays_inside_the_picture(given):
    for picture in pictures(given):
        for bubble in picture.bubbles:
            assert bubble.radius <= bubble.x <= picture.format.width - bubble.radius
            assert bubble.radius <= bubble.y <= picture.format.height - bubble.radius


def test_a_larger_topic_has_a_larger_bubble():
    wide, _ = pictures(SPREAD)
    radii = [bubble.radius for bubble in wide.bubbles]
    assert radii == sorted(radii, reverse=True)


@pytest.mark.parametrize("format", [WIDE, NARROW])
def test_every_bubble_can_be_hit(format):
    # A target is at least 24 pixels wide.
    assert 2 * format.least_radius >= 24


def test_neighbours_stay_neighbours():
    wide, _ = pictures(spots((30, 0, 0), (30, 0.1, 0), (30, 1, 0.4)))
    one, near, far = wide.bubbles
    assert hypot(one.x - near.x, one.y - near.y) < hypot(one.x - far.x, one.y - far.y)


def test_words_are_left_out_where_they_have_no_room():
    wide, narrow = pictures(spots((1000, 0, 0), (1, 1, 1)))
    assert [line.text for line in wide.bubbles[0].lines] == ["Ampel", "Kreuzung"]
    assert narrow.bubbles[1].lines == ()


def test_the_same_topics_give_the_same_map():
    pictures.cache_clear()
    first = pictures(SPREAD)
    pictures.cache_clear()
    assert pictures(SPREAD) == first


def test_sixty_topics_are_drawn_in_a_moment():
    given = spots(*((60 - n, n % 8, n // 8) for n in range(60)))
    for picture in pictures(given):
        assert len(picture.bubbles) == 60
