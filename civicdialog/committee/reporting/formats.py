"""The formats a report may have, and what writes each."""

from collections.abc import Callable
from dataclasses import dataclass

from civicdialog.committee.reporting.blocks import Document, Imprint
from civicdialog.core.i18n import mark


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    key: str
    label: str
    """A marked message."""
    media_type: str


FORMATS: dict[str, Format] = {
    each.key: each
    for each in (
        Format("pdf", mark("PDF, for reading and printing"), "application/pdf"),
        Format(
            "docx",
            mark("Word (DOCX), for working on"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        Format(
            "xlsx",
            mark("Excel (XLSX), the tables with all figures"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        Format("html", mark("HTML, one file for the browser"), "text/html"),
    )
}


def writer_of(key: str) -> Callable[[Document, Imprint], bytes]:
    """What writes a format. Loaded when it is needed: pages need none of these libraries."""
    from civicdialog.committee.reporting import pdf, spreadsheet, text_file, web_file

    return {
        "pdf": pdf.write,
        "docx": text_file.write,
        "xlsx": spreadsheet.write,
        "html": web_file.write,
    }[key]
