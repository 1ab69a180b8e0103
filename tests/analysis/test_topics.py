import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from civicdialog.analysis.topics import WITHOUT_TOPIC, Topics, cluster_texts
from tests.analysis.conftest import THEMES
from tests.analysis.sound import assert_sound


def grouped(sample, **options) -> Topics:
    return cluster_texts(sample.titles, sample.texts, **options)


def test_four_themes_are_found(sample):
    topics = grouped(sample, k=4)
    assert_sound(topics, len(sample.texts))
    assert adjusted_rand_score(sample.truth, topics.labels) > 0.95


def test_the_number_of_topics_is_chosen_without_being_told(sample):
    topics = grouped(sample)
    assert 4 <= len(topics.topics) <= 20
    assert adjusted_rand_score(sample.truth, topics.labels) > 0.5


@pytest.mark.parametrize("k", [1, 2, 7, 30])
def test_the_committee_may_choose_the_number_of_topics(sample, k):
    topics = grouped(sample, k=k)
    assert_sound(topics, len(sample.texts))
    assert len(topics.topics) == k


@pytest.mark.parametrize("k", [0, -1, 201])
def test_an_impossible_number_of_topics_is_refused(sample, k):
    with pytest.raises(ValueError, match="k must be"):
        grouped(sample, k=k)


def test_the_order_of_the_rows_does_not_matter(sample):
    order = list(range(len(sample.texts)))
    random.Random(3).shuffle(order)
    straight = grouped(sample)
    mixed = cluster_texts([sample.titles[i] for i in order], [sample.texts[i] for i in order])
    assert mixed.labels == tuple(straight.labels[i] for i in order)
    assert mixed.probability == tuple(straight.probability[i] for i in order)
    assert mixed.sublabels == tuple(straight.sublabels[i] for i in order)
    assert [topic.label for topic in mixed.topics] == [topic.label for topic in straight.topics]
    assert [[s.text for s in topic.summary] for topic in mixed.topics] == [
        [s.text for s in topic.summary] for topic in straight.topics
    ]


def test_the_same_input_gives_the_same_result(sample):
    assert grouped(sample, seed=5) == grouped(sample, seed=5)


def test_the_number_of_threads_does_not_matter(sample):
    with threadpool_limits(2):
        assert grouped(sample) == grouped(sample)
    with threadpool_limits(1):
        alone = grouped(sample)
    assert alone == grouped(sample)


def test_labels_are_words_of_their_own_theme(sample):
    topics = grouped(sample, k=4)
    for topic in topics.topics:
        inside = [
            true
            for true, own in zip(sample.truth, topics.labels, strict=True)
            if own == topic.theme
        ]
        theme = max(set(inside), key=inside.count)
        assert set(topic.label.split(" · ")) <= set(THEMES[theme])


def test_topics_are_listed_by_size(sample):
    sizes = [topic.size for topic in grouped(sample, k=7).topics]
    assert sizes == sorted(sizes, reverse=True)


def test_summary_sentences_are_verbatim_parts_of_their_source(sample):
    for topic in grouped(sample, k=4).topics:
        assert 1 <= len(topic.summary) <= 5
        assert len({sentence.source_index for sentence in topic.summary}) == len(topic.summary)
        for sentence in topic.summary:
            assert sentence.text in sample.texts[sentence.source_index]
            assert 7 <= len(sentence.text.split()) <= 28


def test_large_topics_have_parts_that_add_up(sample):
    topics = grouped(sample, k=2)
    divided = [topic for topic in topics.topics if topic.subtopics]
    assert divided
    for topic in divided:
        assert sum(part.size for part in topic.subtopics) == topic.size
        named = {part.sublabel for part in topic.subtopics}
        inside = {
            sub
            for sub, own in zip(topics.sublabels, topics.labels, strict=True)
            if own == topic.theme
        }
        assert inside == named


def test_identical_contributions_share_a_topic(sample):
    titles, texts = sample.titles + sample.titles[:20] * 3, sample.texts + sample.texts[:20] * 3
    topics = cluster_texts(titles, texts)
    for row in range(20):
        copies = {topics.labels[row + 160 + 20 * turn] for turn in range(3)}
        assert copies == {topics.labels[row]}


def test_nine_contributions_are_one_group():
    topics = cluster_texts(["Ampel", "Buch", "Baum"] * 3, ["grün", "lesen", "gießen"] * 3)
    assert_sound(topics, 9)
    assert set(topics.labels) == {0}


def test_few_different_texts_sent_by_many_are_told_apart():
    topics = cluster_texts(["Ampel", "Bücherei", "Bäume"] * 20, ["Grün!", "Lesen!", "Gießen!"] * 20)
    assert_sound(topics, 60)
    assert len(topics.topics) == 3


def test_contributions_without_words_are_put_aside(sample):
    topics = cluster_texts([*sample.titles, "🙂🙂", ""], [*sample.texts, "👍", "..."], k=5)
    assert_sound(topics, 162)
    assert topics.topics[-1].leftover
    assert topics.topics[-1].label == WITHOUT_TOPIC
    assert topics.labels[-2:] == (4, 4)
    assert topics.probability[-1] == 0


# An answer that says what it is worth, never a crash, for whatever people send.
@pytest.mark.parametrize(
    ("titles", "texts"),
    [
        ([], []),
        ([""], [""]),
        ([""] * 50, [""] * 50),
        (["Ampel"], [""]),
        (["x"] * 60, ["Ampel"] * 60),
        (["Gleich"] * 10_000, ["Immer derselbe Satz."] * 10_000),
        (["🙂"] * 30, [chr(0x1F600 + i) for i in range(30)]),
        (["und"] * 60, [f"{i}" for i in range(60)]),
        ([""] * 60, [("Wort" + chr(97 + i % 26)) * 1200 for i in range(60)]),
        ([""] * 60, [f"Ampel {chr(97 + i % 26) * 4} " * 500 for i in range(60)]),
        ([""] * 26, [chr(97 + i) * 8 for i in range(26)]),
        ([""] * 130, [f"{chr(97 + i % 26) * 5}{chr(97 + i // 26) * 5}" for i in range(130)]),
        (["مرحبا"] * 30, [f"مرحبا بالعالم {chr(0x627 + i)}بتث" for i in range(30)]),
        (["\ud800"] * 12, ["\x00" * i for i in range(12)]),
    ],
    ids=[
        "nothing",
        "one empty",
        "all empty",
        "one word",
        "one word sixty times",
        "ten thousand identical",
        "emoji only",
        "numbers only",
        "words of 5,000 letters",
        "texts of 5,000 characters",
        "no two alike, few",
        "no two alike, many",
        "another script",
        "broken characters",
    ],
)
@pytest.mark.filterwarnings("error")
def test_strange_input_gives_a_sound_answer(titles, texts):
    assert_sound(cluster_texts(titles, texts), len(texts))
    assert_sound(cluster_texts(titles, texts, k=8), len(texts))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.text(max_size=12),
            st.lists(st.sampled_from(["Ampel", "grün", "Baum", "Buch", "🙂", "."]), max_size=6).map(
                " ".join
            ),
        ),
        max_size=40,
    ),
    st.none() | st.integers(1, 50),
)
def test_any_texts_give_a_sound_answer_in_any_order(pairs, k):
    titles, texts = [title for title, _ in pairs], [text for _, text in pairs]
    topics = cluster_texts(titles, texts, k=k)
    assert_sound(topics, len(pairs))
    assert cluster_texts(titles[::-1], texts[::-1], k=k).labels == topics.labels[::-1]


def test_sentence_vectors_help_where_words_do_not(sample):
    themes = sorted(set(sample.truth))
    noise = np.random.RandomState(0).normal(scale=0.1, size=(len(sample.truth), 8))
    vectors = noise + np.eye(8)[[themes.index(theme) for theme in sample.truth]]
    texts = [f"wort{chr(97 + row % 26)} text" for row in range(len(sample.truth))]
    topics = cluster_texts([""] * len(texts), texts, k=4, embeddings=vectors)
    assert_sound(topics, len(texts))


def test_broken_sentence_vectors_never_reach_the_result(sample):
    vectors = np.full((len(sample.texts), 4), np.nan)
    assert_sound(grouped(sample, embeddings=vectors), len(sample.texts))


def test_sentence_vectors_of_another_shape_are_refused(sample):
    with pytest.raises(ValueError, match="shape"):
        grouped(sample, embeddings=np.ones((3, 4)))


def test_titles_and_texts_must_be_as_many():
    with pytest.raises(ValueError, match="2 titles, but 1 texts"):
        cluster_texts(["a", "b"], ["c"])


def test_progress_goes_from_nothing_to_all(sample):
    told: list[tuple[float, str]] = []
    grouped(sample, progress=lambda share, step: told.append((share, step)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(step for _, step in told)
