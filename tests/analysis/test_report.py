import re

import html5lib
import pytest

from civicdialog.analysis.report.origin import Origin
from civicdialog.analysis.report.page import html_report
from civicdialog.analysis.report.wording import counted, decimal, first_word, percent, safe
from civicdialog.analysis.topics import cluster_texts, steer

ORIGIN = Origin(
    "civicdialog cluster a.csv --out b.csv",
    "civicdialog verify-run b",
    "0" * 64,
    "1" * 64,
    {"Startwert": "0"},
)
SVG, HTML = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xhtml}"


def parsed(page):
    """The page as a strict reader sees it."""
    return html5lib.HTMLParser(strict=True).parse(page)


def drawn(topics):
    return html_report(topics, [f"B{row}" for row in range(len(topics.labels))], ORIGIN)


@pytest.fixture(scope="module")
def topics(sample):
    return cluster_texts([*sample.titles, "🙂"], [*sample.texts, "👍👍"], k=3, words_only=True)


@pytest.fixture(scope="module")
def page(topics):
    return drawn(topics)


@pytest.fixture(scope="module")
def tree(page):
    return parsed(page)


def texts(tree, tag):
    return ["".join(each.itertext()) for each in tree.iter(tag)]


def test_the_page_is_valid_and_in_german(tree):
    assert tree.get("lang") == "de"
    assert texts(tree, HTML + "h1") == ["Themen aus 161 Beiträgen"]


def test_nothing_is_loaded_from_anywhere(page):
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    assert re.findall(r'\b(?:src|srcset|data|action)="', page) == []
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', page))


def test_every_link_leads_to_a_part_of_the_page(tree):
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    links = {each.get("href")[1:] for each in tree.iter() if each.get("href")}
    assert links <= set(ids)


def test_the_map_has_a_title_a_description_and_a_named_link_per_topic(tree, topics):
    (picture,) = tree.iter(SVG + "svg")
    named = {each.get("id"): "".join(each.itertext()) for each in picture if each.get("id")}
    assert named[picture.get("aria-labelledby")] == "Karte: 3 Themen"
    assert "Tabelle darunter sagt dasselbe" in named[picture.get("aria-describedby")]
    links = list(picture.iter(SVG + "a"))
    assert [link.get("aria-label").split(",")[0] for link in links] == [
        f"{topic.index + 1}: {topic.label}" for topic in topics.topics
    ]


def test_the_table_says_what_the_map_shows(tree, topics):
    (table,) = tree.iter(HTML + "table")
    rows = [
        ["".join(cell.itertext()) for cell in row]
        for row in next(table.iter(HTML + "tbody")).iter(HTML + "tr")
    ]
    for topic, (place, name, size) in zip(topics.topics, rows, strict=True):
        assert place == str(topic.index + 1)
        assert name.startswith(topic.label)
        assert size.startswith(str(topic.size))


def test_every_topic_shows_its_words_its_sentences_and_its_parts(page, topics):
    for topic in topics.topics:
        for shown in (
            *(sentence.text for sentence in topic.summary),
            *(part.label for part in topic.subtopics),
            ", ".join(topic.terms),
        ):
            assert safe(shown) in page


def test_few_contributions_are_called_provisional(page):
    assert "Vorläufig" in page


def test_stability_that_was_not_checked_is_not_claimed(tree):
    told = dict(zip(texts(tree, HTML + "dt"), texts(tree, HTML + "dd"), strict=True))
    assert told["Beständigkeit"] == "nicht geprüft"


def test_contributions_without_words_are_said_to_be_so(page):
    assert "steht nichts, das sich vergleichen lässt" in page


def test_the_page_says_how_to_compute_it_again(page):
    assert ORIGIN.command in page
    assert ORIGIN.check in page
    assert ORIGIN.input_sha256 in page
    assert ORIGIN.result_sha256 in page


def test_what_people_wrote_stays_text():
    hostile = "<img src=x onerror=alert(1)> & \"' </title><script>alert(1)</script> \x01\x7f\u202e"
    page = drawn(steer(cluster_texts([hostile] * 12, [hostile] * 12), names={0: hostile}))
    parsed(page)
    assert "<img" not in page
    assert "<script" not in page


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_very_few_contributions_make_a_page(count):
    parsed(drawn(cluster_texts(["Ampel"] * count, [f"Satz {n}." for n in range(count)])))


def test_as_many_topics_as_can_be_asked_for_make_a_page():
    words = [f"{chr(97 + n % 26) * 4}{chr(97 + n // 26) * 4}" for n in range(400)]
    page = drawn(cluster_texts(words, [f"{word} hier" for word in words], k=200))
    parsed(page)
    assert page.count('<section class="topic"') == 200


def test_the_same_result_gives_the_same_page(topics, page):
    assert drawn(topics) == page


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (counted(1, "Beitrag", "Beiträge"), "1 Beitrag"),
        (counted(2314, "Beitrag", "Beiträge"), "2.314 Beiträge"),
        (decimal(-0.001), "0,00"),
        (decimal(0.715), "0,71"),
        (percent(0.125), "12,5\u00a0%"),
        (first_word("Ampel · grün"), "Ampel"),
        (first_word("Donaudampfschifffahrtsgesellschaft"), "Donaudampfschifffah…"),
        (safe("a\x00<b>"), "a\ufffd&lt;b&gt;"),
    ],
)
def test_numbers_and_words_are_shown_the_german_way(shown, expected):
    assert shown == expected
