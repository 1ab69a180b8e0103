"""Personal data is marked by its shape; ordinary texts stay without marks."""

import csv
import json
from itertools import pairwise

import pytest

from civicdialog.submissions.personal_data import PersonalKind, find, marks_in

PLANTED = {
    PersonalKind.EMAIL: (
        "Schreiben Sie mir: erika.mustermann@example.org",
        "erika_m@mail.example.de ist meine Adresse",
        "Kontakt: e.m+halle@sub.example.com, danke",
        "erika (at) example (dot) org",
        "erika[at]example.org",
        "mustermann(ät)example(punkt)de",
        "ERIKA@EXAMPLE.ORG",
        "Mail an büro@müller-example.de",
        "e-mail:info@verein-example.de.",
        "Bitte an <kim@example.net> antworten",
        "max.m%example@example.org schreibt",
        "x@example.museum",
    ),
    PersonalKind.PHONE: (
        "Rufen Sie an: 0345 1234567",
        "0345/123 45 67 ist meine Nummer",
        "Tel. 0345-1234567",
        "mobil 0171 2345678",
        "Handy: 0171-23 45 678",
        "+49 345 1234567",
        "+49 (0)345 123456",
        "0049 345 123456",
        "(0345) 12 34 567",
        "Ich bin unter 034512345678 zu sprechen",
        "Telefonnummer 1234567",
        "erreichbar abends unter 55 12 34",
        "Fax 0345 / 22 33 445",
        "WhatsApp 01712345678",
    ),
    PersonalKind.ADDRESS: (
        "Ich wohne in der Ludwig-Wucherer-Straße 12",
        "wohnhaft Merseburger Str. 88b",
        "Frau Müller, Am Kirchtor 3, 06108 Halle",
        "Ludwig-Wucherer-Straße 12, 06108 Halle (Saale)",
        "Große Ulrichstraße 5\n06108 Halle",
        "Meine Adresse: Reilstraße 100",
        "Mein Nachbar im Mühlweg 7 hat recht",
        "Familie Schulze, Zum Heizkraftwerk 4",
        "Bei mir in der Geiststraße 21",
        "Anschrift: Unter den Linden 17",
        "Ich lebe am Universitätsring 9",
        "Steinweg 14, D-06110 Halle",
    ),
    PersonalKind.IBAN: (
        "DE89 3704 0044 0532 0130 00",
        "Bitte auf DE89370400440532013000 überweisen",
        "IBAN: de89 3704 0044 0532 0130 00",
        "AT61 1904 3002 3457 3201",
        "CH93 0076 2011 6238 5295 7",
        "GB29NWBK60161331926819",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NL91 ABNA 0417 1643 00 gehört dem Verein",
        "PL61109010140000071219812874",
        "BE68-5390-0754-7034",
        "Mein Konto ist ES91 2100 0418 4502 0005 1332.",
        "LU28 0019 4006 4475 0000, danke",
    ),
}


def test_at_least_95_of_a_hundred_planted_cases_are_marked():
    cases = [(kind, text) for kind, texts in PLANTED.items() for text in texts]
    missed = [text for kind, text in cases if kind not in {each.kind for each in find(text)}]
    assert len(cases) >= 50
    assert len(missed) <= 0.05 * len(cases), missed


@pytest.mark.parametrize(
    "text",
    [
        "Am 12. 03. 2026 um 14:30 Uhr, Sitzung vom 2026-03-12",
        "Das kostet 1.200.000 Euro, also 3,50 € je Einwohner.",
        "Postleitzahlen wie 06108 und 06110",
        "§ 25 Abs. 2 Nr. 3 TDDDG, Artikel 6 Absatz 1",
        "Von 2017 bis 2026 waren es 12345 Anträge.",
        "Die Linie 5 hält am Steintor, die 12 nicht.",
        "An der Merseburger Straße fehlt eine Ampel.",
        "Kreuzung Reilstraße 100 Meter weiter",
        "Version 10.0.19045.3803",
        "DE12 3456 7890 1234 5678 90",
        "@stadt folgen wir alle",
    ],
)
def test_ordinary_words_and_figures_are_not_marked(text):
    assert find(text) == []


def test_on_real_contributions_at_most_two_of_a_hundred_are_marked(real_data):
    with (real_data / "contributions" / "bonn.csv").open(encoding="utf-8", newline="") as opened:
        texts = [f"{row['title']}\n{row['text']}" for row in csv.DictReader(opened)]
    assert sum(bool(find(text)) for text in texts) <= 0.02 * len(texts)


def test_nothing_is_marked_twice_and_marks_stand_in_the_order_of_the_text():
    text = "Tel. 0345 1234567, Konto DE89 3704 0044 0532 0130 00, kim@example.org"
    found = find(text)
    assert [each.kind for each in found] == ["phone", "iban", "email"]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_a_warning_says_the_words_and_where_they_stand():
    (warned,) = marks_in([("Titel", "Nichts"), ("Problem", "Fragen Sie kim@example.org.")])
    assert (warned.words, warned.heading) == ("kim@example.org", "Problem")


HARD = [
    # followed by a comma
    (PersonalKind.PHONE, "Festnetz 0345 1234567, abends", "0345 1234567"),
    (PersonalKind.PHONE, "Tel.: +49 (345) 2 02 02 02", "+49 (345) 2 02 02 02"),
    (PersonalKind.PHONE, "Tel: 0345–2020202", "0345–2020202"),
    (PersonalKind.EMAIL, "erika(a)example.org", "erika(a)example.org"),
    # without a blank, with a dash or a stroke before the town
    (PersonalKind.ADDRESS, "Reilstr.100, 06114 Halle", "Reilstr.100, 06114 Halle"),
    (PersonalKind.ADDRESS, "Reilstraße 100 - 06114 Halle", "Reilstraße 100 - 06114 Halle"),
    (PersonalKind.ADDRESS, "Händelstr. 7 / 06114 Halle", "Händelstr. 7 / 06114 Halle"),
    # a word follows the last group
    (PersonalKind.IBAN, "DE89370400440532013000 bitte", "DE89370400440532013000"),
]


@pytest.mark.parametrize(("kind", "text", "words"), HARD)
def test_a_hard_case_is_marked_from_its_first_to_its_last_sign(kind, text, words):
    assert [(each.kind, text[each.start : each.end]) for each in find(text)] == [(kind, words)]


@pytest.mark.parametrize(
    "text",
    [
        "Die ISO 9001 und die DIN EN ISO/IEC 27001:2022 gelten, auch DIN 18040-1.",
        "ISBN 978-3-16-148410-0, ISSN 0028-0836",
        "Der Haushalt 2026/2027 sieht 12 000 000 Euro vor.",
        "Am Marktplatz 1 steht das Rathaus, am Bahnhof 7 fehlt ein Aufzug.",
        "Frau Müller wartet Am Steintor 20 Minuten.",
        "Vorlage VII/2021/02345, Drucksache 20/12345, Az. 2 BvR 1234/19",
        "Koordinaten 51.4826, 11.9697 und IP 192.168.100.200",
        "Die Hotline ist an 365 Tagen 24 Stunden erreichbar.",
        "Die Behördennummer 115 anrufen, nachts die 116 117.",
        "EU-Verordnung 2024/1689, WCAG 2.2, EN 301 549",
    ],
)
def test_names_of_rules_places_and_things_are_not_marked(text):
    assert find(text) == []


@pytest.mark.parametrize(
    "piece", ["0", "0 ", "a@", "a.", "DE00", "A-", "Ä", "Wa-", "+4", "(at)", "é"]
)
def test_long_odd_texts_come_to_an_end(piece):
    """A regular expression that explodes would not."""
    find(piece * (20_000 // len(piece)))


def test_everything_made_to_hang_programs_comes_to_an_end(real_data):
    recipes = json.loads((real_data / "badinput" / "pathological.json").read_text(encoding="utf-8"))
    assert recipes
    for each in recipes:
        text = each["prefix"] * each["n"] + each["mid"] + each["suffix"] * each["m"]
        assert all(0 <= mark.start < mark.end <= len(text) for mark in find(text))
