"""Whatever people send: an answer that says what it is worth, never a crash, never NaN."""

import base64
import json
import math
import zlib
from pathlib import Path

import html5lib
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from civicdialog.analysis.hashes import canonical_json
from civicdialog.analysis.report.origin import Origin
from civicdialog.analysis.report.page import html_report
from civicdialog.analysis.runs import topics_as_dict
from civicdialog.analysis.topics import ask_about, cluster_texts, steer
from tests.analysis.sound import assert_sound

BAD = Path(__file__).parents[3] / "shared" / "data" / "badinput"
LONGEST = 5_000
ORIGIN = Origin(
    "civicdialog cluster a.csv --out b.csv", "civicdialog verify-run b", "0" * 64, "1" * 64, {}
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def no_two_alike(count: int) -> list[str]:
    """Made-up words of which none occurs twice."""
    return [f"{LETTERS[n % 26] * 3}{LETTERS[n // 26 % 26] * 4}" for n in range(count)]


def assert_worth_saying(topics, count: int) -> None:
    """A sound result that can be stored, shown and judged."""
    assert_sound(topics, count)
    canonical_json(topics_as_dict(topics, [f"{row:05}" for row in range(count)]))  # Refuses NaN.
    assert math.isfinite(topics.quality.modularity)
    assert topics.quality.stability is None or math.isfinite(topics.quality.stability)
    assert topics.method in {"words", "words+sentences"}
    assert len(topics.fits) == len(topics.reasons) == count
    assert all(len(words) <= 4 and all(words) for words in topics.reasons)
    asked = ask_about(topics)
    assert len(set(asked)) == len(asked) <= 20
    assert set(asked) <= set(range(count))
    page = html_report(topics, [f"{row:05}" for row in range(count)], ORIGIN)
    html5lib.HTMLParser(strict=True).parse(page)


CASES = {
    "nothing at all": [],
    "one empty text": [""],
    "empty texts": [""] * 60,
    "blanks": [" ", "\t", "\n", "\u00a0", "\u200b"] * 12,
    "one word": ["Ampel"],
    "one word sixty times": ["Ampel"] * 60,
    "ten thousand identical": ["Die Ampel am Markt ist immer rot."] * 10_000,
    "emoji only": [chr(0x1F600 + n % 70) * (1 + n % 3) for n in range(80)],
    "one emoji among words": ["👍", *["Die Ampel ist rot und die Straße voll."] * 30],
    "digits and dots": [f"{n}." for n in range(60)],
    "function words": ["und oder aber"] * 30,
    "5,000 characters without a blank": [letter * LONGEST for letter in LETTERS[:12]],
    "5,000 characters of words": [f"{word} " * (LONGEST // 8) for word in no_two_alike(12)],
    "no two alike, few": no_two_alike(12),
    "no two alike, many": no_two_alike(400),
    "NUL and control characters": ["\0", "\x01\x02", "Ampel\0rot", "\x1b[31mrot", "\x7f"] * 12,
    "broken surrogates": ["\ud800", "Ampel \udfff rot", "\ud83d"] * 12,
    "marks without letters": ["\u0301" * n for n in range(1, 40)],
    "writing from right to left": ["\u202eAmpel", "إشارة المرور حمراء دائما", "אור אדום"] * 20,
}


@pytest.mark.parametrize("texts", CASES.values(), ids=CASES)
@pytest.mark.parametrize("k", [None, 8])
@pytest.mark.filterwarnings("error")
def test_strange_texts_get_an_answer_that_says_what_it_is_worth(texts, k):
    assert_worth_saying(cluster_texts([""] * len(texts), texts, k=k), len(texts))
    assert_worth_saying(cluster_texts(texts, texts, k=k, words_only=True), len(texts))


OTHERS = [
    "The traffic light at the market square is always red for cyclists.",
    "Kavşaktaki trafik ışığı bisikletliler için hep kırmızı.",
    "إشارة المرور في الساحة حمراء دائما لراكبي الدراجات.",
    "Светофор на рыночной площади всегда красный.",
    "Sygnalizacja świetlna na rynku jest zawsze czerwona.",
    "市场广场的红绿灯总是红的。",
]


def test_other_languages_among_german_texts_are_grouped_with_them(sample):
    texts = [*sample.texts, *OTHERS * 3]
    topics = cluster_texts([*sample.titles, *[""] * 18], texts)
    assert_worth_saying(topics, len(texts))
    for place in range(6):
        copies = {topics.labels[len(sample.texts) + place + 6 * turn] for turn in range(3)}
        assert len(copies) == 1


def test_texts_that_say_nothing_are_said_to_fit_nowhere(sample):
    topics = cluster_texts([*sample.titles, "", "🙂"], [*sample.texts, "...", "👍"])
    assert topics.fits[-2:] == (False, False)


def test_identical_texts_are_one_topic_and_not_a_discovery():
    topics = cluster_texts([""] * 500, ["Die Ampel am Markt ist immer rot."] * 500)
    assert len(topics.topics) == 1
    assert topics.largest_share == 1
    assert topics.quality.modularity == 0


def payloads() -> list[str]:
    """Texts collected from attacks and from mistakes, none longer than a contribution may be."""
    lines = (BAD / "badinput-dev-smoke.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [
        base64.b64decode(row["payload"]).decode("utf-8", "replace")
        if row.get("base64")
        else row["payload"]
        for row in rows
    ]
    texts += [
        recipe["prefix"] * recipe["n"] + recipe["mid"] + recipe["suffix"] * recipe["m"]
        for recipe in json.loads((BAD / "pathological.json").read_text(encoding="utf-8"))
    ]
    texts += json.loads((BAD / "benign-roundtrip.json").read_text(encoding="utf-8"))
    return [text[:LONGEST] for text in texts]


@pytest.mark.real_data
@pytest.mark.skipif(not BAD.exists(), reason=f"REAL INPUT IS MISSING: {BAD}")
def test_collected_attacks_get_an_answer():
    texts = payloads()
    assert len(texts) > 450
    assert_worth_saying(cluster_texts(texts, texts, words_only=True), len(texts))


@pytest.mark.real_data
@pytest.mark.skipif(not BAD.exists(), reason=f"REAL INPUT IS MISSING: {BAD}")
def test_collected_attacks_do_not_harm_the_topics_of_others(sample):
    texts = [*sample.texts, *payloads()[::7]]
    titles = [*sample.titles, *[""] * (len(texts) - len(sample.titles))]
    assert_worth_saying(cluster_texts(titles, texts), len(texts))


PIECES = st.sampled_from(
    [
        "Ampel",
        "grün",
        "Baum",
        "Bücherei",
        "Buch",
        "schnell",
        "und",
        "🙂",
        "\0",
        "—",
        "traffic",
        "ضوء",
    ]
)
TEXTS = st.lists(st.lists(PIECES, max_size=6).map(" ".join) | st.text(max_size=8), max_size=40)
TOPICS = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def meanings(texts: list[str]) -> np.ndarray:
    """Stand-ins for sentence vectors: any numbers, but the same for the same text."""
    seeds = [zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in texts]
    return np.array([np.random.RandomState(seed).normal(size=6) for seed in seeds]).reshape(-1, 6)


def grouped(texts: list[str], k: int | None):
    return cluster_texts([""] * len(texts), texts, k=k, embeddings=meanings(texts))


@TOPICS
@given(TEXTS, st.none() | st.integers(1, 50))
@example([*(" ".join(["Ampel"] * n) for n in range(1, 7)), "grün", "Baum", "Buch", "Ast"], 13)
def test_every_contribution_has_a_topic(texts, k):
    assert_worth_saying(grouped(texts, k), len(texts))


@TOPICS
@given(TEXTS, st.none() | st.integers(1, 50), st.randoms(use_true_random=False))
def test_the_order_of_the_contributions_does_not_matter(texts, k, chance):
    order = list(range(len(texts)))
    chance.shuffle(order)
    straight, mixed = grouped(texts, k), grouped([texts[row] for row in order], k)
    for name in ("labels", "probability", "second", "sublabels", "fits", "reasons"):
        expected = getattr(straight, name)
        assert getattr(mixed, name) == tuple(expected[row] for row in order), name
    assert mixed.quality == straight.quality
    assert [texts[order[row]] for row in ask_about(mixed)] == [
        texts[row] for row in ask_about(straight)
    ]


@TOPICS
@given(TEXTS, st.data())
def test_every_decision_is_honoured_exactly(texts, data):
    topics = grouped(texts, None)
    rows = st.integers(0, len(texts) - 1) if texts else st.nothing()
    decisions = data.draw(st.dictionaries(rows, st.sampled_from(["Ampeln", "Neues", 0, 7])))
    steered = steer(topics, decisions=decisions)
    assert_worth_saying(steered, len(texts))
    assert {row: steered.labels[row] for row in decisions} == decisions
    assert all(steered.probability[row] == 1 for row in decisions)
