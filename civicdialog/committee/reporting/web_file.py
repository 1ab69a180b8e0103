"""A report as one HTML file that needs nothing but a browser."""

from typing import Any

from flask import current_app

from civicdialog.committee.reporting.blocks import Document, Heading, Imprint, Table
from civicdialog.committee.reporting.wording import number, percent
from civicdialog.core.city import city


def write(document: Document, imprint: Imprint) -> bytes:
    """Draw the report; every text is escaped by the template."""
    template = current_app.jinja_env.get_template("committee/report-file.html")
    text = template.render(
        document=document,
        imprint=imprint,
        words=dict(document.words),
        blocks=[(type(block).__name__.lower(), block) for block in document.blocks],
        contents=[
            (n, block.text)
            for n, block in enumerate(document.blocks)
            if isinstance(block, Heading) and block.level == 1
        ],
        accent_light=city().accent_light,
        accent_dark=city().accent_dark,
        percent=percent,
        number=number,
        kind_of=kind_of,
        cells=cells,
        length=length,
    )
    return text.strip().encode("utf-8") + b"\n"


def kind_of(value: Any) -> str:
    """What a cell or a piece of a sentence is: str, link, share, hidden, number, none."""
    if value is None:
        return "none"
    if isinstance(value, int | float):
        return "number"
    return type(value).__name__.lower()


def cells(table: Table, row: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    """(numeric, cell) of a row behind its first cell."""
    return [(c.numeric, cell) for c, cell in zip(table.columns, row, strict=True)][1:]


def length(share: float) -> str:
    """As SVG wants it."""
    return f"{100 * share:.1f}%"
