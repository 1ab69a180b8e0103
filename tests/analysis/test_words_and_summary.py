import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.analysis.counting import Counts, Tokens
from civicdialog.analysis.language import NOTHING_IGNORED
from civicdialog.analysis.sentences import quotable, sentences
from civicdialog.analysis.summary import summarise
from civicdialog.analysis.vocabulary import Vocabulary
from civicdialog.analysis.words import (
    TELLING,
    log_odds,
    telling_words,
    telling_words_of_texts,
)


def vocabulary_of(texts):
    tokens = Tokens.of_contributions([""] * len(texts), texts)
    return Vocabulary.of(tokens, Counts.of(tokens, NOTHING_IGNORED), NOTHING_IGNORED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Eins. Zwei! Drei?", ["Eins.", "Zwei!", "Drei?"]),
        ("Die Ampel z. B. an der B 56 ist rot. Immer.", None),
        ("Das kostet ca. 20 Euro bzw. 30. Danke.", None),
        ("Am 3. Mai geht es los. Gut.", ["Am 3. Mai geht es los.", "Gut."]),
        ("Zeile eins\nZeile zwei", ["Zeile eins", "Zeile zwei"]),
        ("- Erstens Licht\n2. Zweitens Grün", ["Erstens Licht", "Zweitens Grün"]),
        ("Er sagte „Nein.“ Dann ging er.", ["Er sagte „Nein.“", "Dann ging er."]),
        ("", []),
    ],
)
def test_texts_are_cut_where_sentences_end(text, expected):
    if expected is None:
        first = sentences(text)[0]
        assert first.endswith(("rot.", "Danke."))
    else:
        assert sentences(text) == expected


@given(st.text(alphabet="Aab .!?\n-1z", max_size=80))
def test_sentences_are_verbatim_and_in_order(text):
    place = 0
    for sentence in sentences(text):
        place = text.index(sentence, place) + len(sentence)


# A sentence is quoted alone, so it must stand alone and give nobody away.
@pytest.mark.parametrize(
    "sentence",
    [
        "Zu kurz.",
        "Dieser Satz hat zwar genug Wörter, aber kein Ende",
        "DAS HIER IST LAUTER ALS ES SEIN MUSS, BITTE.",
        "Rufen Sie mich bitte unter 0345 123 4567 heute noch an.",
        "Schreiben Sie mir bitte heute noch an ada@example.org zurück.",
        "Mehr dazu steht auf www.example.org und in der Zeitung von gestern.",
        "so beginnt ein halber Satz, der keinen Anfang mehr hat.",
        "Wort " * 28 + "Ende.",
    ],
)
def test_some_sentences_are_not_quoted(sentence):
    assert not quotable(sentence)


def test_a_summary_takes_one_sentence_per_contribution_and_none_twice():
    same = "Die Ampel an der Schule zeigt viel zu lange nur Rot."
    other = "Kinder warten an der Ampel vor der Schule fast drei Minuten."
    chosen = summarise([(4, f"{same} {other}"), (7, same), (9, other)])
    assert len({sentence.source_index for sentence in chosen}) == len(chosen) == 2
    assert {sentence.text for sentence in chosen} == {same, other}


def test_a_summary_prefers_sentences_with_the_telling_words():
    about = "Die Beleuchtung am Radweg reicht im Winter bei Dunkelheit nicht aus."
    aside = "Der Park in der Mitte der Stadt besteht seit vielen Jahren."
    chosen = summarise([(0, aside), (1, about)], terms=["Beleuchtung", "Dunkelheit"], most=1)
    assert [sentence.text for sentence in chosen] == [about]


def test_texts_without_a_whole_sentence_have_no_summary():
    assert summarise([(0, ""), (1, "Licht"), (2, "🙂 🙂 🙂")]) == ()


def test_a_word_of_one_group_scores_highest_there():
    counts = np.array([[9.0, 5.0, 0.0], [0.0, 5.0, 0.0]])
    scores = log_odds(counts)
    assert scores[0, 0] > 0 > scores[1, 0]
    assert scores[0, 0] > scores[0, 1]


@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=5))
def test_log_odds_are_finite_and_words_that_occur_nowhere_score_nothing(table):
    counts = np.array(table, dtype=float)
    scores = log_odds(counts)
    assert np.isfinite(scores).all()
    assert (scores[:, counts.sum(axis=0) == 0] == 0).all()


def test_words_are_shown_the_way_people_write_them():
    vocabulary = vocabulary_of(["Die Ampeln", "Ampeln grün", "ampeln blau"])
    words = telling_words(vocabulary, np.zeros(3, dtype=int), 1)[0]
    assert "Ampeln" in words


def test_telling_words_do_not_repeat_one_another():
    texts = ["Radweg Radwege Radwegen Fahrradweg schmal Glas Laub Eis Schnee Sand Kies"] * 4
    words = telling_words(vocabulary_of(texts), np.zeros(4, dtype=int), 1)[0]
    assert len(words) == TELLING
    assert sum("radweg" in word.lower() for word in words) == 1


@pytest.fixture
def two_groups():
    """Eight texts about lamps, each with one of two words, and eight about books."""
    lamps = ["Laterne defekt", "Beleuchtung fehlt"] * 4
    books = [f"Bücherei {word}" for word in ["Regal", "Ausleihe"]] * 4
    texts = [f"{text} abends" for text in lamps] + [f"{text} Frist" for text in books]
    return vocabulary_of(texts), np.repeat([0, 1], 8)


def test_each_group_has_words_of_its_own(two_groups):
    lamps, books = telling_words(*two_groups, 2)
    assert "abends" in lamps
    assert {"Bücherei", "Frist"} <= set(books)
    assert not set(lamps) & set(books)


def test_a_label_prefers_words_that_together_stand_in_the_whole_group():
    # "Glatteis" and "Streusalz" always stand together; "Schlagloch" finds the other texts.
    ice, holes = ["Glatteis Streusalz Winterdienst Räumung"] * 6, ["Schlagloch"] * 5
    others = ["Buch"] * 30
    vocabulary = vocabulary_of(ice + holes + others)
    label = telling_words(vocabulary, np.repeat([0, 1], [11, 30]), 2)[0][:3]
    assert "Schlagloch" in label


def test_a_text_outside_all_groups_does_not_change_the_words(two_groups):
    vocabulary, labels = two_groups
    without = telling_words(vocabulary, np.where(np.arange(16) == 3, -1, labels), 2)
    assert without[0][0] in telling_words(vocabulary, labels, 2)[0]


def test_a_group_without_texts_has_no_words(two_groups):
    assert telling_words(*two_groups, 3)[2] == ()


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["Ampel", "Ampeln", "rot", "Buch", "Regal"]), max_size=4),
            st.integers(-1, 2),
        ),
        max_size=12,
    )
)
def test_words_are_told_for_any_grouping(texts):
    vocabulary = vocabulary_of([" ".join(words) for words, _ in texts])
    labels = np.array([label for _, label in texts], dtype=int)
    assert len(telling_words(vocabulary, labels, 3)) == 3
    assert len(telling_words_of_texts(vocabulary, labels, 3)) == len(texts)


def test_the_words_that_tell_for_a_text_stand_in_it(two_groups):
    vocabulary, labels = two_groups
    reasons = telling_words_of_texts(vocabulary, labels, 2)
    assert set(reasons[0]) == {"Laterne", "defekt", "abends"}
    assert set(reasons[8]) == {"Bücherei", "Regal", "Frist"}


def test_what_tells_most_comes_first():
    texts = ["Ampel rot heute"] * 6 + ["Ampel heute"] * 2 + ["Buch heute"] * 8
    reasons = telling_words_of_texts(vocabulary_of(texts), np.repeat([0, 1], 8), 2)
    assert reasons[0][0] == "Ampel"
    assert "heute" not in reasons[0]


def test_a_text_has_only_so_many_telling_words(two_groups):
    assert {len(words) for words in telling_words_of_texts(*two_groups, 2, most=2)} == {2}


def test_a_text_outside_all_groups_has_no_telling_words(two_groups):
    vocabulary, labels = two_groups
    labels = np.where(np.arange(16) == 3, -1, labels)
    assert telling_words_of_texts(vocabulary, labels, 2)[3] == ()


def test_texts_without_words_have_no_telling_words():
    assert telling_words_of_texts(vocabulary_of(["", ""]), np.array([0, 1]), 2) == [(), ()]
