"""Each format of a report: accessible, and safe whatever citizens have written."""

import io
import json
import re
import unicodedata
import zipfile
import zlib
from dataclasses import replace

import docx
import html5lib
import pytest
from lxml import etree

from civicdialog.committee.reporting.blocks import (
    Bar,
    Chart,
    Column,
    Document,
    Facts,
    Heading,
    Hidden,
    Imprint,
    Items,
    Link,
    Quotes,
    Said,
    Share,
    Table,
    Text,
)
from civicdialog.committee.reporting.formats import FORMATS, writer_of
from civicdialog.committee.reporting.plain import line, plain
from civicdialog.core.paper import OMITTED, SHOWN, fit_for_paper, to_pdf
from civicdialog.core.speaking import speaking

URL = "http://localhost/submissions/x1"
WORDS = ("page", "contents", "version", "as_of", "hash", "hidden", "people", "share", "low", "high",
         "quote_open", "quote_close", "overview")  # fmt: skip
SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", '=HYPERLINK("http://evil")', "{=1+1}")
MARKUP = ("#strong[x]", "$5$", "<b>b</b>", "<script>alert(1)</script>", "*fett*", '#read("/etc/passwd")',
          "@cite", "\\u{41}", "{{ 7*7 }}", "]]>", "&lt;", "</w:t>", "//")  # fmt: skip


def document(texts=("Ein Satz.",), *, language="de"):
    """A report that says these texts in every place where texts of citizens stand."""
    texts = tuple(map(plain, texts))
    lines = tuple(map(line, texts))
    source = Link("Nr. 7", URL)
    return Document(
        language=language,
        site="KI-Dialog",
        operator="Stadt",
        title=lines[0] or "Titel",
        subtitle="Bericht",
        question=lines[0],
        facts=(("Themen", "3"),),
        notices=("Das sind Beispieldaten.",),
        words=tuple((word, word) for word in WORDS),
        blocks=(
            Heading(1, "Das Wichtigste", breaks=True),
            Text(("Hier steht es.", source), "note"),
            Heading(2, "Thema"),
            *(Heading(3, each) for each in lines if each),
            Quotes(tuple(Said(each, source) for each in texts)),
            Items(tuple((each, source) for each in texts)),
            Facts(tuple(("Name", each) for each in texts)),
            Chart("Bild", f"Was zu sehen ist: {lines[0]}", tuple(Bar(e, 0.4, "4", 0.3, 0.5) for e in lines)),
            Table(
                "Zahlen",
                "Alle Zahlen",
                (Column("Was", 2), Column("Wie viele", 1, numeric=True),
                 Column("Zustimmung", 1, numeric=True, is_share=True)),
                (*((each, 12, Share(0.62, 0.55, 0.68, 120)) for each in texts),
                 (source, 3.5, Hidden()), (Link(lines[0] or "leer", URL), None, None)),
            ),
        ),
    )  # fmt: skip


IMPRINT = Imprint(3, "3. Juni 2026, 14:05", "2026-06-03T12:05:00+00:00", "a" * 64)


@pytest.fixture
def write(app):
    """`write("pdf", texts)` gives the bytes of a report."""

    def written(key, texts=("Ein Satz.",), *, language="de"):
        with speaking(language):
            return writer_of(key)(document(texts, language=language), IMPRINT)

    return written


@pytest.fixture(scope="session")
def bad_texts(real_data):
    """Bad input of all kinds."""
    path = real_data / "badinput" / "badinput-dev-smoke.jsonl"
    rows = [json.loads(each) for each in path.read_text("utf-8").splitlines()]
    return [row["payload"][:2000] for row in rows if not row.get("base64")]


def opened(pdf):
    """A PDF with its compressed streams unpacked, for looking into."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found.group(1)))
        except zlib.error:
            continue
    return b"\n".join(parts)


def sheet_cells(xlsx, number):
    """Every cell of a sheet: (type, value, is a formula)."""
    with zipfile.ZipFile(io.BytesIO(xlsx)) as file:
        strings = [
            "".join(each.itertext())
            for each in etree.fromstring(file.read("xl/sharedStrings.xml")).iter(f"{SHEETS}si")
        ]
        root = etree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
    cells = []
    for cell in root.iter(f"{SHEETS}c"):
        value = cell.findtext(f"{SHEETS}v")
        if cell.get("t") == "s":
            value = strings[int(value)]
        cells.append((cell.get("t"), value, cell.find(f"{SHEETS}f") is not None))
    return cells


# ---- PDF ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign",
    [
        rb"/MarkInfo<</Marked true",  # tagged
        rb"/Lang\(de-DE\)",
        rb"/DisplayDocTitle true",
        rb"<pdfuaid:part>1<",
        rb"<pdfaid:part>2<",
        rb"<pdfaid:conformance>A<",
        rb"<dc:title><rdf:Alt><rdf:li[^>]*>Ein Satz\.: Bericht<",
        rb"/S/TOC\b",
        rb"/S/H1\b",
        rb"/S/TH\b",
        rb"/Scope/Column",
        rb"/FontFile2",
        rb"/OutputIntents",
    ],
)
def test_a_pdf_has_the_signs_of_an_accessible_lasting_file(write, sign):
    assert re.search(sign, opened(write("pdf")))


def test_every_figure_of_a_pdf_has_an_alternative_text(write):
    inside = opened(write("pdf"))
    alternatives = re.findall(rb"/Alt", inside)
    assert len(re.findall(rb"/S/Figure", inside)) == len(alternatives) == 1


def test_a_pdf_runs_nothing_and_carries_no_files(write):
    assert not re.search(rb"/JavaScript|/JS\b|/Launch|/EmbeddedFile", opened(write("pdf", MARKUP)))


def test_an_english_pdf_says_that_it_is_english(write):
    assert b"/Lang(en-GB)" in opened(write("pdf", language="en"))


def test_the_same_report_gives_the_same_bytes(write):
    assert write("pdf") == write("pdf")


def test_markup_of_citizens_is_set_as_it_is(write):
    """What is set from one place ends up in the outline of the file, as UTF-16."""
    inside = opened(write("pdf", MARKUP)).upper()
    assert all(each.encode("utf-16-be").hex().upper().encode() in inside or each.encode().upper() in inside
               for each in ("#strong[x]", "<b>b</b>"))  # fmt: skip


def test_every_character_that_counts_as_shown_can_be_set():
    template = '#set document(title: "x")\n#set text(lang: "de", font: "Fira Sans")\n'
    everything = [chr(code) for first, last in SHOWN for code in range(first, last + 1)]
    own = [each for each in everything if unicodedata.is_normalized("NFC", each)]
    values = {"text": fit_for_paper(" ".join(own))}
    assert OMITTED not in values["text"]
    assert to_pdf(template + '#json("values.json").text', values)


def test_characters_without_a_glyph_are_left_out_and_it_is_said_so(write):
    assert fit_for_paper("gut 😀👍 שלום!") == f"gut {OMITTED} {OMITTED}!"
    assert len(opened(write("pdf", ("gut 😀",)))) > len(opened(write("pdf", ("gut",))))


def test_an_endless_word_can_be_broken(write):
    pieces = fit_for_paper("x" * 5000).split("\u200b")
    assert max(map(len, pieces)) < 41
    assert write("pdf", ("x" * 5000,))


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", FORMATS)
def test_bad_input_breaks_no_format(write, bad_texts, key):
    assert write(key, bad_texts)


def test_bad_input_stays_text_in_html(write, bad_texts):
    page = write("html", [*bad_texts, *MARKUP]).decode("utf-8")
    root = html5lib.parse(page, namespaceHTMLElements=False)
    names = {each.tag for each in root.iter() if isinstance(each.tag, str)}
    assert not names & {"script", "img", "iframe", "svg:script", "object", "form", "input"}
    links = {each.get("href") for each in root.iter("a")}
    assert all(each == URL or each.startswith("#b") for each in links)
    assert not [each for each in root.iter() for name in each.attrib if name.startswith("on")]


def test_bad_input_stays_text_in_docx(write, bad_texts):
    with zipfile.ZipFile(io.BytesIO(write("docx", [*bad_texts, *MARKUP]))) as file:
        root = etree.fromstring(file.read("word/document.xml"))
        targets = re.findall(
            r'Target="(http[^"]*)"', file.read("word/_rels/document.xml.rels").decode()
        )
    assert set(targets) == {URL}
    said = "".join(root.itertext())
    assert all(each in said for each in MARKUP)


def test_no_cell_of_a_spreadsheet_is_a_formula(write, bad_texts):
    xlsx = write("xlsx", [*FORMULAS, *bad_texts])
    cells = [cell for number in (1, 2) for cell in sheet_cells(xlsx, number)]
    assert not [cell for cell in cells if cell[2]]
    assert {"=1+1", "+1+1", "-1+1", "@SUM(1)"} <= {value for kind, value, _ in cells if kind == "s"}


def test_text_cells_stay_text_when_somebody_edits_them(write):
    with zipfile.ZipFile(io.BytesIO(write("xlsx"))) as file:
        styles = etree.fromstring(file.read("xl/styles.xml"))
        sheet = etree.fromstring(file.read("xl/worksheets/sheet2.xml"))
    quoted = [each.get("quotePrefix") for each in styles.find(f"{SHEETS}cellXfs")]
    texts = [int(cell.get("s")) for cell in sheet.iter(f"{SHEETS}c") if cell.get("t") == "s"]
    assert {quoted[style] for style in texts} == {"1"}


# ---- spreadsheets -------------------------------------------------------------------------------


def test_numbers_are_numbers_and_a_share_has_four_columns(write):
    cells = [(kind, value) for kind, value, _ in sheet_cells(write("xlsx"), 2)]
    row = [value for kind, value in cells[6:12]]
    assert row == ["Ein Satz.", "12", "62", "55", "68", "120"]
    assert [kind for kind, _ in cells[7:12]] == [None] * 5


def test_the_header_of_a_sheet_is_frozen(write):
    with zipfile.ZipFile(io.BytesIO(write("xlsx"))) as file:
        assert b'<pane ySplit="1"' in file.read("xl/worksheets/sheet2.xml")


def test_hidden_figures_are_words_not_numbers(write):
    assert ("s", "hidden", False) in sheet_cells(write("xlsx"), 2)


# ---- DOCX ---------------------------------------------------------------------------------------


def test_headings_of_a_docx_are_real_headings(write):
    file = docx.Document(io.BytesIO(write("docx")))
    styles = [(each.style.name, each.text) for each in file.paragraphs]
    assert ("Heading 1", "Das Wichtigste") in styles
    assert ("Heading 2", "Thema") in styles


def test_the_header_row_of_a_docx_repeats(write):
    table = docx.Document(io.BytesIO(write("docx"))).tables[0]
    heads = [row._tr.find(f"{WORD}trPr/{WORD}tblHeader") is not None for row in table.rows]
    assert heads == [True, False, False, False]


def test_pictures_of_a_docx_say_what_they_show(write):
    shapes = docx.Document(io.BytesIO(write("docx"))).inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes] == ["Was zu sehen ist: Ein Satz."]


@pytest.mark.parametrize(("language", "code"), [("de", "de-DE"), ("en", "en-GB")])
def test_a_docx_knows_its_language(write, language, code):
    file = docx.Document(io.BytesIO(write("docx", language=language)))
    assert file.core_properties.language == code
    assert file.styles.element.find(f".//{WORD}docDefaults//{WORD}lang").get(f"{WORD}val") == code


# ---- HTML ---------------------------------------------------------------------------------------


def test_an_html_report_needs_no_other_file(write):
    page = write("html").decode("utf-8")
    assert not re.search(r"\b(src|srcset)=|@import|url\(|<link", page)
    assert "default-src 'none'" in page


def test_an_html_report_is_valid_and_has_language_and_headings(write):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root = parser.parse(write("html", ("Ein Satz.", *MARKUP)).decode("utf-8"))
    assert root.get("lang") == "de"
    assert len(list(root.iter("h1"))) == 1


# ---- the content --------------------------------------------------------------------------------


def test_the_same_content_has_the_same_hash_and_another_has_another():
    assert document().sha256 == document().sha256
    assert document().sha256 != document(("Ein anderer.",)).sha256


def test_kinds_of_blocks_count_for_the_hash():
    """A list and a paragraph may hold the same words."""
    one = replace(document(), blocks=(Text(("a",)),))
    other = replace(document(), blocks=(Items((("a",),)),))
    assert one.sha256 != other.sha256


def test_control_characters_do_not_survive():
    assert plain("a\x00b\x0bc\ud800d\u202ee\ufffe") == "abcde"
