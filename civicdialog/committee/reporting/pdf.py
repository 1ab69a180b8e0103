"""A report as PDF for everybody and for keeps (PDF/UA-1, PDF/A-2a)."""

from datetime import datetime
from typing import Any

from flask import current_app

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
from civicdialog.committee.reporting.wording import gettext, number, percent
from civicdialog.core.city import city
from civicdialog.core.paper import OMITTED, fit_for_paper, to_pdf, to_png

REGIONS = {"de": "DE", "en": "GB"}


def write(document: Document, imprint: Imprint) -> bytes:
    """Set the report. The same document and imprint give the same bytes."""
    blocks = [_block(each) for each in document.blocks]
    if _is_anything_left_out(document):
        blocks.append(_left_out())
    values: dict[str, Any] = {
        "language": document.language,
        "region": REGIONS[document.language],
        "accent": city().accent_light,
        "site": document.site,
        "operator": document.operator,
        "title": document.title,
        "subtitle": document.subtitle,
        "head": f"{document.title} · {document.subtitle}" if document.subtitle else document.title,
        "question": document.question,
        "facts": document.facts,
        "notices": document.notices,
        "words": dict(document.words),
        "number": str(imprint.number),
        "moment": imprint.moment,
        "hash": imprint.sha256,
        "blocks": blocks,
    }
    made_at = datetime.fromisoformat(imprint.iso)
    return to_pdf(_source("report"), _fit(values), _chart_file(), at=made_at)


def picture(chart: Chart, language: str) -> bytes:
    """A chart as PNG."""
    values = {"language": language, "accent": city().accent_light, **_block(chart)}
    return to_png(_source("report-picture"), _fit(values), _chart_file())


def _source(name: str) -> str:
    environment = current_app.jinja_env
    assert environment.loader is not None
    return str(environment.loader.get_source(environment, f"paper/{name}.typ")[0])


def _chart_file() -> dict[str, str]:
    return {"chart.typ": _source("report-chart")}


def _fit(value: Any) -> Any:
    """Every string without what the fonts do not have; addresses stay as they are."""
    if isinstance(value, str):
        return fit_for_paper(value)
    if isinstance(value, dict):
        return {key: each if key == "url" else _fit(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_fit(each) for each in value]
    return value


def _is_anything_left_out(document: Document) -> bool:
    return OMITTED in fit_for_paper(repr(document)) and OMITTED not in repr(document)


def _left_out() -> dict[str, Any]:
    note = gettext(
        "“%(mark)s” stands for characters this font does not have, such as emoji. The other "
        "formats of this report show them.",
        mark=OMITTED,
    )
    return _block(Text((note,), "note"))


def _block(block: Block) -> dict[str, Any]:  # noqa: PLR0911 (one answer for each kind)
    match block:
        case Heading():
            return {
                "kind": "heading",
                "level": block.level,
                "text": block.text,
                "breaks": block.breaks,
            }
        case Text():
            return {"kind": "text", "tone": block.tone, "words": _words(block.words)}
        case Items():
            return {"kind": "items", "items": [_words(each) for each in block.items]}
        case Quotes():
            said = [{"text": each.text, "source": _link(each.source)} for each in block.items]
            return {"kind": "quotes", "items": said}
        case Facts():
            return {"kind": "facts", "items": block.items}
        case Chart():
            bars = [
                {"label": b.label, "value": b.value, "words": b.words, "low": b.low, "high": b.high}
                for b in block.bars
            ]
            return {
                "kind": "chart",
                "title": block.title,
                "alternative": block.alternative,
                "bars": bars,
            }
        case Table():
            columns = [
                {"label": c.label, "weight": c.weight, "numeric": c.numeric} for c in block.columns
            ]
            rows = [[{"cell": _cell(each)} for each in row] for row in block.rows]
            return {"kind": "table", "caption": block.caption, "columns": columns, "rows": rows}


def _words(words: tuple[Words, ...]) -> list[Any]:
    return [_link(each) if isinstance(each, Link) else each for each in words]


def _link(link: Link) -> dict[str, str]:
    return {"kind": "link", "text": link.text, "url": link.url}


def _cell(cell: Cell) -> Any:
    match cell:
        case None | str():
            return cell
        case Link():
            return _link(cell)
        case Hidden():
            return {"kind": "hidden"}
        case Share():
            return {
                "kind": "share",
                "share": percent(cell.value),
                "range": f"{percent(cell.low)}–{percent(cell.high)}",
                "people": number(cell.people),
            }
        case _:
            return number(cell)
