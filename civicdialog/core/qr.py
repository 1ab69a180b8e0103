"""QR codes: the only module that knows segno."""

import io
from functools import lru_cache

import segno
from markupsafe import Markup

from civicdialog.core.html import drawing


@lru_cache(maxsize=256)
def qr_svg(text: str, *, border: int = 4, is_file: bool = False) -> Markup:
    """A QR code as SVG without any style attribute, to stand in a page or in a file of its own."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        border=border,
        xmldecl=False,
        svgns=is_file,
        omitsize=True,
        svgclass=None if is_file else "qr",
        lineclass=None,
        light="#fff",
    )
    return drawing(out.getvalue().decode())
