"""Texts as they are stored: nothing visible is changed, nothing invisible and harmful stays."""

import json

import pytest

from civicdialog.submissions.texts import cleaned, cleaned_line


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        # control signs go, tabs and line ends stay
        ("a\x00b\x07c", "abc"),
        ("a\tb\nc", "a\tb\nc"),
        # line ends of all machines are one
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        # overrides of the reading direction go, marks of Arabic and Hebrew stay
        ("abc\u202edef\u202c \u2066x\u2069", "abcdef x"),
        ("a\u200fb\u200e", "a\u200fb\u200e"),
        # blanks around, before line ends, and heaps of empty lines
        ("  a  \n\n\n\n b ", "a\n\n b"),
        # half of a surrogate pair cannot be stored
        ("a\ud800b", "ab"),
        # letters written in two ways are one
        ("u\u0308", "ü"),
    ],
)
def test_a_text_is_cleaned(typed, stored):
    assert cleaned(typed) == stored


def test_a_title_is_one_line():
    assert cleaned_line(" Ein\r\n  Titel\t hier ") == "Ein Titel hier"


def test_harmless_texts_stay_as_they_are(real_data):
    texts = json.loads((real_data / "badinput" / "benign-roundtrip.json").read_text("utf-8"))
    assert [cleaned_line(text) for text in texts] == texts
