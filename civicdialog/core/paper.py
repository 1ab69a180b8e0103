"""Paper: the only module that knows Typst. A template and its values become an accessible PDF."""

import json
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).resolve().parent / "fonts"


def to_pdf(template: str, values: Mapping[str, Any], files: Mapping[str, str]) -> bytes:
    """Set a Typst template with `values` (its file `values.json`) and text files, such as SVG."""
    return _set(template, json.dumps(values, sort_keys=True), tuple(sorted(files.items())))


@lru_cache(maxsize=16)
def _set(template: str, values: str, files: tuple[tuple[str, str], ...]) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, text in (("main.typ", template), ("values.json", values), *files):
            (place / name).write_text(text, encoding="utf-8")
        pdf = typst.compile(
            str(place / "main.typ"),
            root=folder,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            # Readable for everybody, and in thirty years.
            pdf_standards=["ua-1", "a-2a"],
        )
    return bytes(pdf)
