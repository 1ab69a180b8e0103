import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.analysis.growth import difference, match, place

GROUPINGS = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 4))


@pytest.fixture(scope="module")
def grown(sample):
    """160 contributions, of which every fourth is new, and the theme each should get."""
    numbers = {theme: number for number, theme in enumerate(dict.fromkeys(sample.truth))}
    truth = [numbers[theme] for theme in sample.truth]
    labels = [None if row % 4 == 0 else theme for row, theme in enumerate(truth)]
    return sample, labels, truth


def test_new_contributions_get_the_topic_of_those_most_like_them(grown):
    sample, labels, truth = grown
    placed = place(sample.titles, sample.texts, labels)
    assert placed.labels == tuple(truth)


def test_what_had_a_topic_keeps_it(grown):
    sample, labels, _ = grown
    wrong = [None if label is None else 7 for label in labels]
    placed = place(sample.titles, sample.texts, wrong)
    assert set(placed.labels) == {7}
    assert {placed.probability[row] for row, label in enumerate(wrong) if label} == {1.0}


@pytest.fixture(scope="module")
def between():
    """Two contributions on each of two topics, and one that is on both, more on the first."""
    return place(
        [""] * 5,
        ["Ampel rot warten", "Ampel grün", "Buch leihen", "Buch Regal lesen", "Ampel rot Buch"],
        [4, 4, 8, 8, None],
    )


def test_probability_is_the_share_of_the_neighbours(between):
    assert between.probability[:4] == (1.0, 1.0, 1.0, 1.0)
    assert 0.5 < between.probability[4] < 1


def test_the_second_topic_is_the_next_one(between):
    assert between.labels[4] == 4
    assert between.second == (None, None, None, None, 8)


def test_the_order_of_the_rows_does_not_matter(grown):
    sample, labels, _ = grown
    order = random.Random(3).sample(range(len(labels)), len(labels))
    placed = place(sample.titles, sample.texts, labels)
    again = place(
        [sample.titles[row] for row in order],
        [sample.texts[row] for row in order],
        [labels[row] for row in order],
    )
    assert again.labels == tuple(placed.labels[row] for row in order)
    assert again.probability == tuple(placed.probability[row] for row in order)


def test_an_identical_text_shares_the_topic_whatever_the_others_say(grown):
    sample, labels, _ = grown
    own = ("Ampel schnell verbessern", "Ampel Kreuzung Verkehr")
    placed = place(
        [own[0], *sample.titles, own[0]], [own[1], *sample.texts, own[1]], [9, *labels, None]
    )
    assert (placed.labels[-1], placed.probability[-1]) == (9, 1.0)


def test_a_hundred_identical_texts_have_one_voice(grown):
    sample, labels, truth = grown
    own = ("Ampel", "Ampel Kreuzung Verkehr warten")
    placed = place(
        [*sample.titles, *[own[0]] * 100],
        [*sample.texts, *[own[1]] * 100],
        [*labels, *[9] * 100],
    )
    assert placed.labels[: len(truth)] == tuple(truth)


@pytest.mark.parametrize("text", ["", "🙂 🙂", "und oder aber"])
def test_a_contribution_nothing_compares_with_gets_no_topic(grown, text):
    sample, labels, _ = grown
    placed = place([*sample.titles, ""], [*sample.texts, text], [*labels, None])
    assert (placed.labels[-1], placed.probability[-1], placed.second[-1]) == (None, 0.0, None)


def test_a_contribution_that_is_unlike_all_others_does_not_fit(grown):
    sample, labels, _ = grown
    placed = place([*sample.titles, ""], [*sample.texts, "qwxyz zyxwq"], [*labels, None])
    assert not placed.fits[-1]
    assert sum(placed.fits) / len(placed.fits) > 0.95


def test_what_people_placed_fits():
    assert place(["", ""], ["Ampel", ""], [0, 1]).fits == (True, True)


def test_without_any_topic_nothing_is_placed(sample):
    placed = place(sample.titles, sample.texts, [None] * len(sample.titles))
    assert set(placed.labels) == {None}


def test_sentence_vectors_place_what_shares_no_word():
    vectors = [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9], [1, 0.05]]
    placed = place(
        [""] * 5, ["Bus", "Bahn", "Buch", "Regal", "tram"], [0, 0, 1, 1, None], embeddings=vectors
    )
    assert placed.labels[-1] == 0


def test_nothing_can_be_placed():
    assert place([], [], []).labels == ()


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(ValueError):
        place(["a"], ["b"], [])


def test_topics_keep_their_identity_when_their_numbers_change():
    before = {"a": 0, "b": 0, "c": 1, "d": 1, "e": 2}
    after = {"a": 5, "b": 5, "c": 3, "d": 3, "e": 4, "f": 3}
    assert match(before, after) == {5: 0, 3: 1, 4: 2}


def test_a_topic_that_shares_too_little_is_new():
    before = dict.fromkeys("abcdefgh", 0)
    after = {**dict.fromkeys("abcdef", 0), "g": 1, "h": 1}
    assert match(before, after) == {0: 0}


def test_only_contributions_in_both_count():
    before = {"a": 0, "b": 0, "gone": 1}
    after = {"a": 0, "b": 0, **{f"new{n}": 0 for n in range(50)}}
    assert match(before, after) == {0: 0}


def test_when_a_topic_is_split_the_larger_part_continues_it():
    before = dict.fromkeys("abcdefghij", 0)
    after = {**dict.fromkeys("abcd", 0), **dict.fromkeys("efghij", 1)}
    assert match(before, after) == {1: 0}


@given(GROUPINGS, GROUPINGS)
def test_a_match_is_one_to_one_and_shares_enough(before, after):
    matched = match(before, after)
    assert len(set(matched.values())) == len(matched)
    for new, old in matched.items():
        both = before.keys() & after.keys()
        left = {each for each in both if before[each] == old}
        right = {each for each in both if after[each] == new}
        assert len(left & right) / len(left | right) >= 0.3


@given(GROUPINGS)
def test_a_grouping_matches_itself(grouping):
    matched = match(grouping, grouping)
    assert matched == {group: group for group in grouping.values()}
    assert difference(grouping, grouping, matched).moved == []


def test_a_difference_says_who_moved_and_what_is_new():
    before = {"a": 0, "b": 0, "c": 1, "d": 1, "gone": 2}
    after = {"a": 0, "b": 1, "c": 1, "d": 1, "e": 3}
    changes = difference(before, after, {0: 0, 1: 1})
    assert changes.moved == [("b", 0, 1)]
    assert (changes.stayed, changes.added) == (3, 1)
    assert (changes.new_groups, changes.gone_groups) == ([3], [2])


@given(GROUPINGS, GROUPINGS)
def test_everyone_in_both_either_moved_or_stayed(before, after):
    changes = difference(before, after, match(before, after))
    assert len(changes.moved) + changes.stayed == len(before.keys() & after.keys())
    assert changes.added == len(after.keys() - before.keys())
