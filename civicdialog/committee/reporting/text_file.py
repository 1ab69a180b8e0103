"""A report for word processors (DOCX); the only module that knows python-docx."""

import io
from datetime import datetime
from typing import Any

from docx import Document as NewFile
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from civicdialog.committee.reporting.blocks import (
    Block,
    Cell,
    Chart,
    Document,
    Facts,
    Heading,
    Hidden,
    Imprint,
    Items,
    Link,
    Quotes,
    Share,
    Table,
    Text,
    Words,
)
from civicdialog.committee.reporting.pdf import picture
from civicdialog.committee.reporting.wording import number, percent
from civicdialog.core.city import city

WIDTH = Cm(16.4)
TWIPS = 635
"""English metric units in the unit that widths of cells are given in."""
LOCALES = {"de": "de-DE", "en": "en-GB"}


def write(document: Document, imprint: Imprint) -> bytes:
    """Real headings, header rows that repeat, texts instead of pictures, the language set."""
    writer = _Writer(document, imprint)
    writer.title_page()
    for block in document.blocks:
        writer.add(block)
    file = io.BytesIO()
    writer.file.save(file)
    return file.getvalue()


class _Writer:
    """The file being written."""

    def __init__(self, document: Document, imprint: Imprint) -> None:
        self.document, self.imprint = document, imprint
        self.file: Any = NewFile()
        self.addresses: dict[str, str] = {}
        self._properties()
        self._styles()
        self._page()

    # ---- the whole ------------------------------------------------------------------------------

    def _properties(self) -> None:
        properties = self.file.core_properties
        properties.title = f"{self.document.title}: {self.document.subtitle}"[:255]
        properties.author = self.document.operator[:255]
        properties.language = LOCALES[self.document.language]
        properties.comments = ""
        made_at = datetime.fromisoformat(self.imprint.iso).replace(tzinfo=None)
        properties.created = properties.modified = made_at

    def _styles(self) -> None:
        accent = RGBColor.from_string(city().accent_light.lstrip("#").upper())
        styles = self.file.styles
        sizes = {"Normal": 10, "Title": 26, "Subtitle": 13, "Heading 1": 18, "Heading 2": 13,
                 "Heading 3": 11, "Caption": 9}  # fmt: skip
        for name, size in sizes.items():
            style = styles[name]
            style.font.size, style.font.name, style.font.italic = Pt(size), "Arial", False
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            fonts.set(qn("w:hAnsi"), "Arial")
            style.font.color.rgb = accent if name == "Heading 2" else RGBColor(0x1A, 0x1A, 0x1A)
        styles["Caption"].paragraph_format.keep_with_next = True
        for border in styles["Title"].element.xpath(".//w:pBdr"):
            border.getparent().remove(border)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), LOCALES[self.document.language])
        usual = styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")[0]
        for old in usual.findall(qn("w:lang")):
            usual.remove(old)
        usual.append(language)

    def _page(self) -> None:
        section = self.file.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.3)
        section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.4)
        section.different_first_page_header_footer = True
        section.header.paragraphs[0].text = f"{self.document.site} · {self.document.title}"
        words = self.document.word
        foot = section.footer.paragraphs[0]
        foot.text = (
            f"{words('version')} {self.imprint.number} · {words('as_of')} {self.imprint.moment} · "
            f"{words('page')} "
        )
        self._field(foot, "PAGE")
        foot.add_run("/")
        self._field(foot, "NUMPAGES")
        for paragraph in (section.header.paragraphs[0], foot):
            for run in paragraph.runs:
                run.font.size = Pt(8)

    def _field(self, paragraph: Any, name: str) -> None:
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), name)
        paragraph._p.append(field)  # noqa: SLF001 (the library has no fields)
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "1"
        run.append(text)
        field.append(run)

    def title_page(self) -> None:
        document, word = self.document, self.document.word
        self.file.add_paragraph(document.site).runs[0].bold = True
        self.file.add_paragraph(document.subtitle, "Subtitle")
        self.file.add_paragraph(document.title, "Title")
        self.file.add_paragraph(document.question)
        for notice in document.notices:
            self.file.add_paragraph(notice).runs[0].bold = True
        self._facts(document.facts)
        self._facts(
            (
                (word("version"), str(self.imprint.number)),
                (word("as_of"), self.imprint.moment),
                (word("hash"), self.imprint.sha256),
            )
        )

    # ---- blocks ---------------------------------------------------------------------------------

    def add(self, block: Block) -> None:
        match block:
            case Heading():
                heading = self.file.add_heading(block.text, block.level)
                heading.paragraph_format.page_break_before = block.breaks
            case Text():
                self._words(self.file.add_paragraph(), block.words)
            case Items():
                for item in block.items:
                    self._words(self.file.add_paragraph(style="List Bullet"), item)
            case Quotes():
                self._quotes(block)
            case Facts():
                self._facts(block.items)
            case Chart():
                self._chart(block)
            case Table():
                self._table(block)

    def _quotes(self, block: Quotes) -> None:
        word = self.document.word
        for each in block.items:
            quoted = f"{word('quote_open')}{each.text}{word('quote_close')} "
            self._words(self.file.add_paragraph(style="List Bullet"), (quoted, each.source))

    def _facts(self, items: tuple[tuple[str, str], ...]) -> None:
        for name, value in items:
            paragraph = self.file.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.add_run(f"{name}: ").bold = True
            paragraph.add_run(value)

    def _words(self, paragraph: Any, words: tuple[Words, ...]) -> None:
        for each in words:
            if isinstance(each, Link):
                paragraph._p.append(self._link(each))  # noqa: SLF001 (the library has no links)
            else:
                paragraph.add_run(each)

    def _link(self, link: Link) -> Any:
        if link.url not in self.addresses:
            self.addresses[link.url] = self.file.part.relate_to(
                link.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
            )
        element = OxmlElement("w:hyperlink")
        element.set(qn("r:id"), self.addresses[link.url])
        run = _run(link.text)
        style = OxmlElement("w:rPr")
        colour, line = OxmlElement("w:color"), OxmlElement("w:u")
        colour.set(qn("w:val"), "0B5394")
        line.set(qn("w:val"), "single")
        style.extend((colour, line))
        run.insert(0, style)
        element.append(run)
        return element

    def _chart(self, chart: Chart) -> None:
        self.file.add_paragraph(chart.title, "Caption")
        image = io.BytesIO(picture(chart, self.document.language))
        shape = self.file.add_picture(image, width=WIDTH)
        shape._inline.docPr.set("descr", chart.alternative)  # noqa: SLF001
        shape._inline.docPr.set("title", chart.title)  # noqa: SLF001

    # ---- tables ---------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        """Row by row as XML: the library takes a minute for a table of two thousand rows."""
        self.file.add_paragraph(table.caption, "Caption")
        made = self.file.add_table(rows=1, cols=len(table.columns), style="Table Grid")
        made.autofit = False
        together = sum(column.weight for column in table.columns)
        widths = [int(WIDTH * column.weight / together / TWIPS) for column in table.columns]
        grid = made._tbl.tblGrid.findall(qn("w:gridCol"))  # noqa: SLF001
        for column, width in zip(grid, widths, strict=True):
            column.set(qn("w:w"), str(width))
        body = made._tbl  # noqa: SLF001
        body.remove(made.rows[0]._tr)  # noqa: SLF001
        labels: tuple[Cell, ...] = tuple(column.label for column in table.columns)
        body.append(self._row(table, labels, widths, is_head=True))
        for row in table.rows:
            body.append(self._row(table, row, widths))
        self.file.add_paragraph()

    def _row(
        self, table: Table, cells: tuple[Cell, ...], widths: list[int], *, is_head: bool = False
    ) -> Any:
        row, properties = OxmlElement("w:tr"), OxmlElement("w:trPr")
        properties.append(OxmlElement("w:cantSplit"))
        if is_head:
            properties.append(OxmlElement("w:tblHeader"))
        row.append(properties)
        for column, cell, width in zip(table.columns, cells, widths, strict=True):
            row.append(self._cell(cell, width, is_right=column.numeric, is_bold=is_head))
        return row

    def _cell(self, cell: Cell, width: int, *, is_right: bool, is_bold: bool) -> Any:
        element, properties = OxmlElement("w:tc"), OxmlElement("w:tcPr")
        size = OxmlElement("w:tcW")
        size.set(qn("w:w"), str(width))
        size.set(qn("w:type"), "dxa")
        properties.append(size)
        paragraph = OxmlElement("w:p")
        format_ = OxmlElement("w:pPr")
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:after"), "20")
        format_.append(spacing)
        if is_right:
            side = OxmlElement("w:jc")
            side.set(qn("w:val"), "right")
            format_.append(side)
        paragraph.append(format_)
        if isinstance(cell, Link):
            paragraph.append(self._link(cell))
        else:
            paragraph.append(_run(self._in_words(cell), is_bold=is_bold))
        element.extend((properties, paragraph))
        return element

    def _in_words(self, cell: Cell) -> str:
        match cell:
            case None:
                return "–"
            case str():
                return cell
            case Hidden():
                return self.document.word("hidden")
            case Share():
                low, high = percent(cell.low), percent(cell.high)
                return f"{percent(cell.value)} ({low}–{high}, n\u00a0{number(cell.people)})"
            case Link():
                return cell.text
            case _:
                return number(cell)


def _run(words: str, *, is_bold: bool = False) -> Any:
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    if is_bold:
        properties = OxmlElement("w:rPr")
        properties.append(OxmlElement("w:b"))
        run.append(properties)
    text.text = words
    text.set(qn("xml:space"), "preserve")
    run.append(text)
    return run
