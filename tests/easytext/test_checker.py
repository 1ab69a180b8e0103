"""The checker shows where an easy text may be hard to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.easytext.checker import Problem, check

EASY = """Die Stadt Halle will KI benutzen.
KI ist ein Computer-Programm.
Das Programm kann Texte schreiben.
Wir fragen Sie:
Wo soll KI helfen?"""


def test_an_easy_text_gets_no_hint():
    assert check(EASY) == []


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        # more than twelve words
        (
            Problem.LONG_SENTENCE,
            "Die Stadt will mit Ihnen im nächsten Jahr an vielen Orten über das Thema KI sprechen.",
        ),
        # more than two commas
        (Problem.MANY_PARTS, "Wir lesen, wir fragen, wir prüfen, wir sagen es."),
        # a word of more than fourteen letters in one piece
        (Problem.LONG_WORD, "Das ist die Stadtverwaltung Halle."),
        # nobody is named who does it
        (Problem.PASSIVE, "Ihr Vorschlag wird bald gelesen."),
        (Problem.SUBJUNCTIVE, "Das könnte gut sein."),
        (Problem.GENITIVE, "Das ist die Idee des Kindes."),
        (Problem.BIG_NUMBER, "Es sind 238.762 Menschen."),
        (Problem.HARD_WORD, "Wir machen eine Strategie."),
    ],
)
def test_what_is_hard_to_read_is_found(problem, text):
    assert problem in {hint.problem for hint in check(text)}


def test_a_word_parted_by_hyphens_is_not_long():
    assert check("Das ist die Stadt-Verwaltung.") == []


def test_the_word_list_says_what_to_write_instead():
    [hint] = [each for each in check("Das ist unsere Maßnahme.") if each.better]
    assert hint.better == "was wir tun"


def test_hints_name_the_line_they_stand_in():
    hints = check("Wir fragen Sie.\nWir machen eine Strategie.")
    assert [hint.line for hint in hints] == [2]


@given(st.text(max_size=400))
def test_every_hint_shows_words_of_the_text(text):
    for hint in check(text):
        assert hint.excerpt in text
