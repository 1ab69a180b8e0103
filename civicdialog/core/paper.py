"""Paper: the only module that knows Typst. A template and its values become an accessible PDF."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

PICTURE_PPI = 200
FONTS = Path(__file__).resolve().parent / "fonts"
# What the fonts have: ours, and behind it the ones inside Typst. A file for keeps (PDF/A) cannot
# hold a character without a glyph, and some characters even break the typesetting.
SHOWN = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x370, 0x377), (0x384, 0x38A), (0x38E, 0x3A1),
    (0x3A3, 0x45F), (0x490, 0x49F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x2038),
    (0x2045, 0x204F), (0x2074, 0x208E), (0x20A0, 0x20AB), (0x20AD, 0x20BF), (0x2100, 0x211E),
    (0x2122, 0x2122), (0x2126, 0x2151), (0x2153, 0x2184), (0x2190, 0x2190), (0x2192, 0x2192),
    (0x2194, 0x2211), (0x2212, 0x2214), (0x2216, 0x226F), (0x25A0, 0x25FF), (0xFB00, 0xFB04),
)  # fmt: skip
OMITTED = "[…]"
_NOT_SHOWN = re.compile("[^\n" + "".join(f"{chr(a)}-{chr(b)}" for a, b in SHOWN) + "]+")
_LONG_WORD = re.compile(r"\S{41,}")
_PIECE = 24
_MAY_BREAK = "\u200b"


def fit_for_paper(text: str) -> str:
    """The text with `OMITTED` for what the fonts do not have; very long words may be broken."""
    text = _NOT_SHOWN.sub(OMITTED, unicodedata.normalize("NFC", text).replace("\t", " "))
    return _LONG_WORD.sub(lambda found: _in_pieces(found.group()), text)


def _in_pieces(word: str) -> str:
    return _MAY_BREAK.join(word[n : n + _PIECE] for n in range(0, len(word), _PIECE))


def to_pdf(
    template: str,
    values: Mapping[str, Any],
    files: Mapping[str, str] | None = None,
    *,
    at: datetime | None = None,
) -> bytes:
    """Set a Typst template with `values` (its file `values.json`) and text files, such as SVG.

    With `at` as the moment of making, the same values always give the same bytes.
    """
    packed = json.dumps(values, sort_keys=True), tuple(sorted((files or {}).items()))
    return _kept(template, *packed) if at is None else _set(template, *packed, at)


@lru_cache(maxsize=16)
def _kept(template: str, values: str, files: tuple[tuple[str, str], ...]) -> bytes:
    return _set(template, values, files, None)


def to_png(template: str, values: Mapping[str, Any], files: Mapping[str, str]) -> bytes:
    """The first page as a picture, for files of other programs."""
    packed = json.dumps(values, sort_keys=True), tuple(sorted(files.items()))
    return _set(template, *packed, None, format="png", ppi=PICTURE_PPI)


def _set(
    template: str,
    values: str,
    files: tuple[tuple[str, str], ...],
    at: datetime | None,
    **output: Any,
) -> bytes:
    import typst

    if not output:
        # Readable for everybody, and in thirty years.
        output = {"pdf_standards": ["ua-1", "a-2a"], "timestamp": at}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, text in (("main.typ", template), ("values.json", values), *files):
            (place / name).write_text(text, encoding="utf-8")
        made = typst.compile(
            str(place / "main.typ"),
            root=folder,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            **output,
        )
    return bytes(made)
