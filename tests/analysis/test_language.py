import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.analysis.language import (
    STOP_WORDS,
    content_stems,
    fold,
    fold_terms,
    stem,
    tokens,
)

HEAVY = ("numpy", "scipy", "sklearn", "flask", "sqlalchemy")


def test_importing_language_loads_no_numerical_library():
    code = (
        "import sys, civicdialog.analysis.language;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("strasse", "Straße"),
        ("AMPEL", "Ampeln"),
        ("bucher", "Bücher"),
        ("gefaehrlich", "gefährlich"),
        ("chatbot", "KI-Chatbot"),
        ("ki", "Die KI der Stadt"),
        ("B56", "an der B56"),
        ("cafe", "Café"),
    ],
)
def test_search_finds_other_spellings(typed, written):
    assert set(fold_terms(typed).split()) <= set(fold_terms(written).split())


def test_function_words_do_not_narrow_a_search():
    assert fold_terms("die Ampel an der Schule") == fold_terms("Ampel Schule")


def test_a_text_of_function_words_alone_keeps_them():
    assert fold_terms("wie") == "wie"


def test_a_composed_and_a_decomposed_umlaut_are_the_same_word():
    assert tokens(unicodedata.normalize("NFD", "Grünfläche")) == tokens("Grünfläche")


def test_addresses_are_no_words():
    assert content_stems("Siehe https://example.org/ampel oder ada@example.org") == ["sieh"]


def test_endless_words_are_read_in_no_time():
    began = time.process_time()
    content_stems("a" * 100_000 + " " + "@" * 100_000 + "." * 100_000)
    assert time.process_time() - began < 5


def test_the_stop_words_know_both_spellings():
    assert {"für", "fuer", "außer", "ausser"} <= STOP_WORDS


def test_topic_words_are_no_stop_words():
    assert STOP_WORDS.isdisjoint({"ampel", "verkehr", "schule", "daten", "künstliche", "stadt"})


def test_many_threads_get_the_same_stems():
    words = [f"{start}{end}" for start in ("ampel", "straß", "büch") for end in ("en", "er", "ung")]
    expected = [stem(word) for word in words * 50]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(stem, words * 50)) == expected


@given(st.text(max_size=200))
def test_folded_terms_are_plain_lower_case_words(text):
    terms = fold_terms(text)
    assert terms == " ".join(terms.split())
    assert fold(terms) == terms
