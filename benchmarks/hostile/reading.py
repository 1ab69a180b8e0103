"""What is wrong with an answer, after texts that should have been nothing but texts."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import html5lib
from lxml import etree, html
from werkzeug.test import TestResponse

HEADERS = frozenset(
    {
        "content-type", "content-length", "content-security-policy", "x-content-type-options",
        "referrer-policy", "permissions-policy", "cross-origin-opener-policy", "x-frame-options",
        "cache-control", "vary", "set-cookie", "location", "content-disposition", "etag", "link",
        "last-modified", "retry-after", "content-language", "allow", "x-robots-tag", "expires",
        "date", "accept-ranges", "access-control-allow-origin", "content-encoding",
        "cross-origin-resource-policy",
    }
)  # fmt: skip
COOKIES = {"session", "language", "theme", "guest"}
SUSPICIOUS = re.compile(
    r"<(?:script(?![^>]*\snonce=)|iframe|object|embed|base\b|applet|frame|marquee|style\b|meta[^>]*http-equiv"
    r"|[a-z][^>]*\s(?:on[a-z]+|style|srcdoc)\s*=)"
    r"|(?:href|src|action|formaction|data|poster|background)\s*=\s*[\"']?[\s\x00-\x20]*"
    r"(?:javascript|vbscript|data:text)",
    re.IGNORECASE,
)
ACTIVE = {"iframe", "object", "embed", "base", "applet", "frame", "frameset", "marquee", "style"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background", "xlink:href"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?( ?%)?")


def faults(answer: TestResponse, *, thorough: bool = False) -> Iterator[str]:
    """Everything wrong with one answer."""
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    yield from _wrong_headers(answer)
    if answer.mimetype == "text/html":
        page = answer.get_data(as_text=True)
        if thorough or SUSPICIOUS.search(page):
            yield from traces(page)
    elif thorough:
        yield from wrong_in_file(answer.mimetype, answer.get_data())


def _wrong_headers(answer: TestResponse) -> Iterator[str]:
    for name, value in answer.headers:
        if name.lower() not in HEADERS:
            yield f"header {name}"
        if name.lower() == "set-cookie" and value.split("=")[0] not in COOKIES:
            yield f"cookie {value[:40]}"
        if name.lower() == "location":
            place = urlsplit(value)
            if place.netloc not in {"", "localhost"} or value.startswith(("//", "/\\")):
                yield f"leads to {value[:60]}"


def traces(page: str) -> list[str]:
    """What in a page would run or reach elsewhere: scripts, handlers, styles, bad schemes."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        tag = element.tag.rpartition("}")[2]
        if tag == "script" and not (
            element.get("nonce") or element.get("type") == "application/json"
        ):
            found.append(f"script {(element.text or '')[:60]}")
        if tag in ACTIVE or (tag == "meta" and element.get("http-equiv")):
            found.append(f"element {tag}")
        for key, value in element.attrib.items():
            name = (key if isinstance(key, str) else key[-1]).lower()
            where = re.sub(r"[\x00-\x20\x7f]+", "", str(value)).lower()
            if name.startswith("on") or name in {"style", "srcdoc"}:
                found.append(f"{tag} {name}={str(value)[:60]}")
            if name in ADDRESSES and where.startswith(("javascript:", "vbscript:", "data:text")):
                found.append(f"{tag} {name}={str(value)[:60]}")
    return found


def vocabulary(page: str) -> set[str]:
    """The elements of a page with the names of their attributes."""
    tree = html.document_fromstring(page)
    words = set()
    for element in tree.iter():
        if isinstance(element.tag, str):
            words.add(str(element.tag))
            words.update(f"{element.tag}[{name}]" for name in element.attrib)
    return words


# ---- files --------------------------------------------------------------------------


def wrong_in_file(kind: str, content: bytes) -> Iterator[str]:
    """What is wrong with a file that somebody downloads."""
    try:
        if kind == "text/csv":
            yield from _formulas(content.decode("utf-8-sig"))
        elif kind in {"application/json", "application/manifest+json"}:
            json.loads(content)
        elif kind in {"application/atom+xml", "image/svg+xml"}:
            yield from _wrong_in_xml(content)
        elif kind == "application/zip":
            yield from _wrong_in_archive(content)
        elif kind.endswith("spreadsheetml.sheet"):
            yield from _wrong_in_sheets(content)
        elif kind.endswith("wordprocessingml.document"):
            yield from _wrong_in_office(content)
        elif kind == "application/pdf" and not content.startswith(b"%PDF-"):
            yield "no PDF"
    except (ValueError, etree.XMLSyntaxError, zipfile.BadZipFile, csv.Error) as error:
        yield f"unreadable {kind}: {error}"


def _formulas(content: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(content)):
        for cell in row:
            if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell):
                yield f"formula {cell[:40]!r}"


def _wrong_in_xml(content: bytes) -> Iterator[str]:
    tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    for element in tree.iter():
        tag = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if tag in {"script", *ACTIVE}:
            yield f"element {tag} in XML"
        for name, value in element.attrib.items():
            if str(name).startswith("on") or str(value).lower().startswith("javascript:"):
                yield f"{tag} {name}={value[:40]} in XML"
        if tag in {"content", "summary", "title"} and element.get("type") in {"html", "xhtml"}:
            yield from traces(element.text or "")


def _wrong_in_archive(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("/") or ".." in name:
                yield f"file name {name}"
            kinds = {"csv": "text/csv", "json": "application/json"}
            kind = kinds.get(name.rpartition(".")[2], "")
            yield from wrong_in_file(kind, archive.read(name))


def _wrong_in_sheets(content: bytes) -> Iterator[str]:
    for name, tree in _parts(content):
        for cell in tree.iter("{*}f"):
            yield f"formula in {name}: {cell.text}"
    yield from _links(content)


def _wrong_in_office(content: bytes) -> Iterator[str]:
    for name, tree in _parts(content):
        for field in [*tree.iter("{*}instrText"), *tree.iter("{*}fldSimple")]:
            told = field.text or field.get(next(iter(field.attrib), ""), "")
            if not re.match(r"\s*(PAGE|NUMPAGES|TOC|SEQ)\b", told or ""):
                yield f"field in {name}: {told}"
    yield from _links(content)


def _parts(content: bytes) -> Iterable[tuple[str, etree._Element]]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for name in file.namelist():
            if name.endswith((".xml", ".rels")):
                yield name, etree.fromstring(file.read(name))


def _links(content: bytes) -> Iterator[str]:
    for name, tree in _parts(content):
        for link in tree.iter("{*}Relationship"):
            target = link.get("Target", "")
            if link.get("TargetMode") == "External" and not target.startswith("http://localhost"):
                yield f"link in {name}: {target[:60]}"
