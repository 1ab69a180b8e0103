"""User text becomes HTML in one place: harmless text unchanged, harmful text harmless."""

import json
import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicdialog.core.html import MAX_LENGTH, render_formatted, render_text

HARMFUL = re.compile(
    r"<(script|svg|math|style|img|iframe|template|form|input)|<[^>]*\son\w+\s*=|href=\"\s*javascript:",
    re.IGNORECASE,
)
FRAGMENTS = st.sampled_from(
    ["<script>", "</p>", "<svg>", "<img src=x onerror=1>", "[x](javascript:a)", "**", "`", "\n",
     "http://a.b", "<a href='jav&#97;script:1'>", "<!--", "-->", "&lt;", '"', "'", "text", "* a\n"]
)  # fmt: skip


RENDERERS = pytest.mark.parametrize("render", [render_text, render_formatted])


@RENDERERS
@given(text=st.lists(FRAGMENTS, max_size=14).map("".join))
def test_no_combination_of_fragments_becomes_active(render, text):
    assert not HARMFUL.search(render(text))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Guten Tag", "<p>Guten Tag</p>"),
        ("**wichtig**", "<strong>wichtig</strong>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<b>fett</b>", "&lt;b&gt;fett&lt;/b&gt;"),
        ("- eins\n- zwei", "<li>eins</li>"),
    ],
)
def test_offices_format_their_texts(text, html):
    assert html in render_formatted(text)


@pytest.mark.parametrize(
    "text",
    ["_unterstrichen_ und *Stern*", "1. Punkt ohne Liste", "- Strich am Anfang", "5 \\* 3 = 15",
     "[so](https://example.org)", "`code`", "# Nummer 1", "> Zitat"],
)  # fmt: skip
def test_citizens_signs_stay_as_they_typed_them(text):
    assert re.sub(r"<[^>]+>", "", render_text(text)).strip() == escape(text)


def test_lines_and_paragraphs_stay():
    assert render_text("eins\nzwei\n\ndrei").split() == [
        "<p>eins<br>", "zwei</p>", "<p>drei</p>",
    ]  # fmt: skip


def test_an_address_becomes_a_link():
    assert 'href="https://example.org"' in render_text("siehe https://example.org")


def test_links_are_marked_and_only_harmless_schemes_stay():
    html = render_formatted("[a](https://example.org) [b](javascript:alert(1))")
    assert 'rel="nofollow ugc noopener"' in html
    assert html.count("<a ") == 1


def test_very_long_text_is_cut_before_any_parser_sees_it():
    assert len(render_text("ab " * MAX_LENGTH)) < 3 * MAX_LENGTH


@pytest.mark.real_data
def test_no_hostile_input_becomes_active(real_data):
    path = real_data / "badinput" / "badinput-dev-smoke.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    active = [
        r["id"]
        for r in rows
        if not r.get("base64") and HARMFUL.search(render_text(str(r["payload"])))
    ]
    assert active == []
