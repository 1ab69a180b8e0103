import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from civicdialog.analysis.duplicates import MOST, folded, identical, similar_pairs
from tests.analysis.conftest import WORDS

TEXT = (
    "Die Ampel an der Schule zeigt viel zu lange nur Rot. Kinder warten dort fast drei Minuten "
    "und gehen dann trotzdem über die Straße."
)
OTHER = (
    "Ein Programm der Bücherei sollte mir Bücher vorschlagen, die zu dem passen, was ich im "
    "letzten Jahr gern gelesen habe."
)
FEW_WORDS = st.lists(
    st.lists(
        st.sampled_from(["rot", "rote", "grün", "Ampel", "Ampeln", "Buch", "Bücher."]), max_size=9
    ).map(" ".join),
    max_size=9,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ampel  ROT!", "ampel rot"),
        ("Über-\nfällige Straßen", "ueber faellige strassen"),
        ("STRASSE", "strasse"),
        ("Bu\u0308cher", "buecher"),
        ("„Ja“, sagte sie …", "ja sagte sie"),
        ("snake_case 3", "snake case 3"),
        ("🙂 🙂", ""),
        ("", ""),
    ],
)
def test_texts_are_compared_without_case_umlauts_and_punctuation(text, expected):
    assert folded(text) == expected


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


def test_equal_texts_are_found_however_they_are_written():
    texts = ["Die Straße.", "Anders", "die  STRASSE", "Noch anders", "die strasse"]
    assert identical(texts) == [[0, 2, 4]]


def test_texts_without_words_are_never_identical():
    assert identical(["", " ", "...", "🙂", "🙂"]) == []


# How people send something again.
@pytest.mark.parametrize(
    "copy",
    [
        TEXT.replace("Schule", "Grundschule"),
        TEXT.replace("lange", "lagne").replace("warten", "watren"),
        "Guten Tag! " + TEXT + " Bitte tun Sie etwas, vielen Dank.",
        " ".join(reversed(TEXT.split(". "))),
        TEXT[: len(TEXT) // 2],
    ],
)
def test_an_edited_copy_is_similar(copy):
    (pair,) = similar_pairs([OTHER, TEXT, copy])
    assert (pair.first, pair.second) == (1, 2)
    assert pair.cosine >= 0.6 or pair.containment >= 0.5


def test_different_texts_are_not_similar():
    assert similar_pairs([TEXT, OTHER]) == []


def test_a_short_text_is_not_contained_in_every_long_one():
    assert similar_pairs([TEXT, "Zeigt viel zu lange", OTHER]) == []


def test_equal_texts_are_left_to_identical():
    assert similar_pairs([TEXT, TEXT.upper()]) == []


def test_the_first_of_equal_texts_stands_for_all():
    pairs = similar_pairs([OTHER, TEXT, TEXT.upper(), TEXT + " Danke dafür."])
    assert [(pair.first, pair.second) for pair in pairs] == [(1, 3)]


def test_every_row_asked_for_stands_for_itself():
    texts = [OTHER, TEXT, TEXT.upper(), TEXT + " Danke dafür."]
    pairs = similar_pairs(texts, among={2, 1})
    assert [(pair.first, pair.second) for pair in pairs] == [(1, 3), (2, 3)]


def test_only_pairs_with_the_rows_asked_for_are_given():
    texts = [TEXT, TEXT + " Danke dafür.", OTHER, OTHER + " Danke dafür."]
    pairs = similar_pairs(texts, among=[3])
    assert [(pair.first, pair.second) for pair in pairs] == [(2, 3)]


@pytest.mark.parametrize("texts", [[], [""], ["", "🙂", "..."], ["a", "b"], [TEXT], [TEXT, ""]])
def test_where_nothing_can_be_compared_nothing_is_similar(texts):
    assert similar_pairs(texts) == []


def test_a_text_in_many_versions_names_only_the_most_similar():
    words = TEXT.split()
    versions = [" ".join([*words[:9], f"Nummer{n}", *words[9:]]) for n in range(60)]
    pairs = similar_pairs(versions, among=[0])
    assert len(pairs) == MOST


@given(FEW_WORDS, st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_matter(texts, draw):
    order = draw.sample(range(len(texts)), len(texts))
    shuffled = similar_pairs([texts[row] for row in order])

    def content(pairs, texts):
        return sorted(
            (
                *sorted((folded(texts[pair.first]), folded(texts[pair.second]))),
                pair.cosine,
                pair.containment,
            )
            for pair in pairs
        )

    assert content(shuffled, [texts[row] for row in order]) == content(similar_pairs(texts), texts)


@given(FEW_WORDS)
def test_every_pair_is_given_once_and_is_similar_enough(texts):
    pairs = similar_pairs(texts)
    assert len({(pair.first, pair.second) for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert pair.first < pair.second
        assert pair.cosine >= 0.6 or pair.containment >= 0.5
        assert 0 <= pair.cosine <= 1
        assert 0 <= pair.containment <= 1


@given(FEW_WORDS)
def test_asking_for_each_text_gives_all_pairs(texts):
    texts = list({folded(text): text for text in texts}.values())
    asked = {pair for row in range(len(texts)) for pair in similar_pairs(texts, among=[row])}
    assert asked == set(similar_pairs(texts))


def test_no_similar_pair_is_missed_by_looking_at_rare_terms_first():
    draw = random.Random(1)
    words = " ".join(WORDS.values()).lower().split()
    texts = []
    for _ in range(120):
        text = draw.choices(words, k=12)
        changed = draw.sample(range(12), draw.randrange(1, 6))
        texts.append(" ".join(text))
        texts.append(
            " ".join(draw.choice(words) if at in changed else text[at] for at in range(12))
        )
    weights = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(5, 5), sublinear_tf=True
    ).fit_transform([folded(text) for text in texts])
    cosines = (weights @ weights.T).toarray()
    expected = {
        (one, other)
        for one in range(len(texts))
        for other in range(one + 1, len(texts))
        if cosines[one, other] >= 0.6
    }
    found = {(pair.first, pair.second) for pair in similar_pairs(texts) if pair.cosine >= 0.6}
    assert len(expected) > 40
    assert found == expected
