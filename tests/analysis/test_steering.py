import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from civicdialog.analysis.topics import Topics, cluster_texts, steer
from tests.analysis.sound import assert_sound


@pytest.fixture(scope="module")
def topics(sample) -> Topics:
    return cluster_texts(sample.titles, sample.texts, k=6)


def test_without_wishes_nothing_is_lost(topics):
    assert_sound(steer(topics), len(topics.labels))


@settings(max_examples=25, deadline=None)
@given(
    decisions=st.dictionaries(
        st.integers(0, 159),
        st.sampled_from(["Ampeln", "Bücher", "Neues", 0, 3, 9]),
        max_size=30,
    ),
    names=st.dictionaries(st.integers(0, 5), st.sampled_from(["Ampeln", "Grün", 2]), max_size=6),
)
def test_every_decision_is_honoured_exactly(topics, decisions, names):
    steered = steer(topics, decisions=decisions, names=names)
    assert_sound(steered, len(topics.labels))
    assert {row: steered.labels[row] for row in decisions} == decisions
    assert all(steered.probability[row] == 1 for row in decisions)


def test_two_topics_with_one_name_become_one(topics):
    steered = steer(topics, names={0: "Zusammen", 1: "Zusammen"})
    assert [topic.label for topic in steered.topics].count("Zusammen") == 1
    merged = {row for row, label in enumerate(topics.labels) if label in {0, 1}}
    found = {row for row, label in enumerate(steered.labels) if label == "Zusammen"}
    assert len(merged & found) > 0.9 * len(merged)


def test_a_name_is_the_label_of_its_topic(topics):
    steered = steer(topics, names={0: "Bürgeramt"})
    assert "Bürgeramt" in {topic.label for topic in steered.topics}
    assert 0 not in steered.labels


def test_contributions_like_a_moved_one_follow(sample, topics):
    rows = [row for row, theme in enumerate(sample.truth) if theme == "Baum"]
    steered = steer(topics, decisions=dict.fromkeys(rows[:8], "Stadtgrün"))
    followers = [row for row in rows[8:] if steered.labels[row] == "Stadtgrün"]
    assert len(followers) > len(rows[8:]) / 2


def test_names_and_moves_bring_the_topics_nearer_to_what_people_mean(sample, topics):
    best = {
        topic.theme: max(
            set(sample.truth),
            key=lambda theme, own=topic.theme: sum(
                label == own and true == theme
                for label, true in zip(topics.labels, sample.truth, strict=True)
            ),
        )
        for topic in topics.topics
    }
    steered = steer(topics, names=best, decisions=dict(enumerate(sample.truth[:10])))
    before = adjusted_rand_score(sample.truth, topics.labels)
    assert adjusted_rand_score(sample.truth, steered.labels) > before


def test_earlier_decisions_stay_when_more_are_made(topics):
    once = steer(topics, decisions={3: "Neues"})
    twice = steer(once, decisions={4: "Anderes"}, names={"Neues": "Neuestes"})
    assert (twice.labels[3], twice.labels[4]) == ("Neuestes", "Anderes")


def test_identical_contributions_may_be_decided_apart(sample):
    topics = cluster_texts([*sample.titles, sample.titles[0]], [*sample.texts, sample.texts[0]])
    steered = steer(topics, decisions={0: "Links", 160: "Rechts"})
    assert_sound(steered, 161)
    assert (steered.labels[0], steered.labels[160]) == ("Links", "Rechts")


def test_steering_does_not_depend_on_the_order_of_the_rows(sample, topics):
    mirrored = cluster_texts(sample.titles[::-1], sample.texts[::-1], k=6)
    wishes = {5: "Ampeln", 17: "Bücher"}
    straight = steer(topics, decisions=wishes, names={0: "Ampeln"})
    turned = steer(mirrored, decisions={159 - r: t for r, t in wishes.items()}, names={0: "Ampeln"})
    assert turned.labels == straight.labels[::-1]


@pytest.mark.parametrize(
    "wish",
    [
        {"decisions": {160: "x"}},
        {"decisions": {-1: "x"}},
        {"decisions": {0: "  "}},
        {"decisions": {0: None}},
        {"names": {99: "x"}},
        {"names": {0: ""}},
    ],
)
def test_an_impossible_wish_is_refused(topics, wish):
    with pytest.raises(ValueError):
        steer(topics, **wish)


def test_a_single_group_can_be_steered():
    topics = cluster_texts(["a"] * 3, ["Ampel", "Buch", ""])
    steered = steer(topics, decisions={2: "Leer"})
    assert_sound(steered, 3)
    assert steered.labels[2] == "Leer"
