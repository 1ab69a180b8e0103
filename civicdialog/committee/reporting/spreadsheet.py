"""The tables of a report as a spreadsheet; the only module that knows XlsxWriter."""

import io
import re
from datetime import datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from civicdialog.committee.reporting.blocks import (
    Cell,
    Document,
    Hidden,
    Imprint,
    Link,
    Share,
    Table,
)
from civicdialog.committee.reporting.wording import gettext

LONGEST = 32_000
LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
WIDEST, NARROWEST = 80, 10


def write(document: Document, imprint: Imprint) -> bytes:
    """One sheet a table, the header frozen, numbers as numbers. Nothing in it is a formula."""
    file = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, settings)
    book.set_properties(
        {
            "title": f"{document.title}: {document.subtitle}",
            "author": document.operator,
            "created": datetime.fromisoformat(imprint.iso).replace(tzinfo=None),
        }
    )
    sheets = _Sheets(book, document)
    sheets.overview(imprint)
    for block in document.blocks:
        if isinstance(block, Table) and block.name:
            sheets.add(block)
    for table in document.sheets:
        sheets.add(table)
    book.close()
    return file.getvalue()


class _Sheets:
    """The workbook with its formats."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document = book, document
        self.names: set[str] = set()
        # Marked as text, a cell stays text even after somebody has edited it.
        self.text = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "quote_prefix": True}
        )
        self.link = book.add_format(
            {
                "text_wrap": True,
                "valign": "top",
                "quote_prefix": True,
                "font_color": "#0b5394",
                "underline": 1,
            }
        )
        self.whole = book.add_format({"valign": "top", "num_format": "#,##0"})
        self.broken = book.add_format({"valign": "top", "num_format": "0.0"})

    def overview(self, imprint: Imprint) -> None:
        """The title page."""
        document = self.document
        rows: list[tuple[str, str]] = [
            (gettext("Report"), f"{document.title}: {document.subtitle}"),
            (gettext("Question"), document.question),
            *document.facts,
            *((gettext("Note"), notice) for notice in document.notices),
            (document.word("version"), str(imprint.number)),
            (document.word("as_of"), imprint.moment),
            (document.word("hash"), imprint.sha256),
            (gettext("Published by"), document.operator),
        ]
        sheet = self._sheet(document.word("overview"))
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 1, WIDEST)
        for n, (name, value) in enumerate(rows):
            sheet.write_string(n, 0, name, self.head)
            sheet.write_string(n, 1, value[:LONGEST], self.text)

    def add(self, table: Table) -> None:
        """A table: shares get a column each for themselves, their bounds and their people."""
        sheet = self._sheet(table.name)
        at = 0
        for column, cells in zip(
            table.columns, zip(*table.rows, strict=True) if table.rows else (), strict=False
        ):
            labels = [column.label]
            if column.is_share:
                words = ("share", "low", "high", "people")
                labels = [f"{column.label}: {self.document.word(word)}" for word in words]
            for n, label in enumerate(labels):
                sheet.write_string(0, at + n, label, self.head)
            longest = max(len(label) for label in labels)
            for row, cell in enumerate(cells, start=1):
                longest = max(longest, self._write(sheet, row, at, cell))
            sheet.set_column(at, at + len(labels) - 1, min(WIDEST, max(NARROWEST, longest + 2)))
            at += len(labels)
        if not table.rows:
            for n, column in enumerate(table.columns):
                sheet.write_string(0, n, column.label, self.head)
        sheet.freeze_panes(1, 0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), at - 1)

    def _write(  # noqa: PLR0911 (one answer for each kind of cell)
        self, sheet: Any, row: int, at: int, cell: Cell
    ) -> int:
        """Write a cell and say how many letters it has."""
        match cell:
            case None:
                return 0
            case str():
                sheet.write_string(row, at, cell[:LONGEST], self.text)
                return len(cell)
            case Link():
                sheet.write_url(row, at, cell.url, self.link, cell.text[:LONGEST])
                return len(cell.text)
            case Hidden():
                words = self.document.word("hidden")
                sheet.write_string(row, at, words, self.text)
                return len(words)
            case Share():
                for n, value in enumerate((cell.value, cell.low, cell.high)):
                    sheet.write_number(row, at + n, round(100 * value, 1), self.broken)
                sheet.write_number(row, at + 3, cell.people, self.whole)
                return 6
            case int():
                sheet.write_number(row, at, cell, self.whole)
                return len(str(cell))
            case _:
                sheet.write_number(row, at, cell, self.broken)
                return 6

    def _sheet(self, wanted: str) -> Any:
        """A sheet with a name no other has."""
        name = _NOT_IN_NAMES.sub(" ", wanted).strip("' ")[:LONGEST_NAME] or "-"
        n = 2
        while name.casefold() in self.names:
            name = f"{name[: LONGEST_NAME - 3]} {n}"
            n += 1
        self.names.add(name.casefold())
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet
