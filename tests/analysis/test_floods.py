"""A text handed in over and over, with small changes, has no hold over the topics of the others."""

import csv
import random

import pytest
from sklearn.metrics import adjusted_rand_score

from civicdialog.analysis.duplicates import floods
from civicdialog.analysis.topics import cluster_texts

SENTENCE = (
    "Die Stadt soll endlich kostenlose Parkplätze für alle Autofahrer in der Innenstadt bauen, "
    "damit niemand mehr suchen muss und die Geschäfte wieder Kunden haben"
)
FILLERS = ("wirklich", "bitte", "sofort", "jetzt", "auch", "doch")


def flood(count, seed=1):
    """The same sentence, each time with two words more."""
    lot, found = random.Random(seed), []
    for _ in range(count):
        words = SENTENCE.split()
        for _ in range(2):
            words.insert(lot.randrange(1, len(words)), lot.choice(FILLERS))
        found.append(" ".join(words))
    return found


@pytest.fixture(scope="module")
def bonn(real_data):
    with (real_data / "contributions" / "bonn.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["title"] for row in rows], [row["text"] for row in rows]


def test_real_contributions_are_no_flood(bonn):
    assert floods(bonn[1]) == []


@pytest.mark.parametrize("count", [20, 200])
def test_a_flood_is_found_as_one_whatever_it_is_mixed_with(bonn, count):
    texts = bonn[1][:300] + flood(count)
    assert floods(texts) == [list(range(300, 300 + count))]


def test_nine_times_the_same_are_no_flood():
    assert floods([SENTENCE] * 9) == []
    assert floods([SENTENCE] * 10) == [list(range(10))]


@pytest.mark.parametrize("texts", [[], [""] * 20, ["!"] * 20, ["kurz"] * 20])
def test_texts_with_hardly_a_word_do_not_disturb(texts):
    floods(texts)


def test_the_order_of_the_texts_does_not_matter(bonn):
    texts = bonn[1][:200] + flood(40)
    order = list(range(len(texts)))
    random.Random(3).shuffle(order)
    mixed = floods([texts[row] for row in order])
    assert [sorted(order[row] for row in each) for each in mixed] == floods(texts)


def test_two_hundred_near_duplicates_leave_the_topics_of_the_others_as_they_were(bonn):
    titles, texts = bonn
    before = cluster_texts(titles, texts, words_only=True, floods_once=True)
    after = cluster_texts(
        [*titles, *["Parkplätze"] * 200], [*texts, *flood(200)], words_only=True, floods_once=True
    )
    assert adjusted_rand_score(before.labels, after.labels[: len(texts)]) >= 0.9


def test_all_of_a_flood_is_in_one_topic_and_counted_there(bonn):
    titles, texts = bonn[0][:400], bonn[1][:400]
    topics = cluster_texts(
        [*titles, *["P"] * 60], [*texts, *flood(60)], words_only=True, floods_once=True
    )
    assert len(set(topics.labels[400:])) == 1
    assert sum(topic.size for topic in topics.topics) == 460


def test_where_most_texts_resemble_each_other_they_are_grouped_like_all_others():
    texts = [*flood(40), *(f"Ganz anderes Anliegen Nummer {n}" for n in range(20))]
    titles = [""] * len(texts)
    counted = cluster_texts(titles, texts, words_only=True)
    assert cluster_texts(titles, texts, words_only=True, floods_once=True).labels == counted.labels
