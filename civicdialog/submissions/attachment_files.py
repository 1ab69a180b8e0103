"""Files people add to a contribution: what they are, and whether they can be taken."""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from civicdialog.core import pictures
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark

PDF = "application/pdf"
LONGEST_NAME = 80
_ENDINGS = {pictures.MEDIA_TYPE: ".webp", PDF: ".pdf"}
_HARMLESS_SIGNS = frozenset(" -_.()")


def _named(*names: str) -> re.Pattern[bytes]:
    """These names in a PDF; a letter may be written as a number: /J#61vaScript."""
    ways = ("".join(f"(?:{sign}|#(?i:{ord(sign):02x}))" for sign in name) for name in names)
    return re.compile(f"/(?:{'|'.join(ways)})(?![A-Za-z0-9])".encode())


# Scripts, programs that are started, files inside the file, forms that send something.
_ACTIVE = _named(
    "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "SubmitForm",
    "ImportData", "Rendition", "GoToE",
)  # fmt: skip
_PROTECTED = _named("Encrypt")
_PACKED = _named("ObjStm")
_STREAM = re.compile(rb"stream\r?\n")
_LARGEST_UNPACKED = 20_000_000


@dataclass(frozen=True)
class CheckedFile:
    """A file that can be kept, with a name that harms nobody."""

    name: str
    media_type: str
    data: bytes
    preview: bytes | None = None
    width: int | None = None
    height: int | None = None


def check_file(data: bytes, name: str, *, largest: int) -> CheckedFile:
    """Look at what somebody sent; pictures are drawn anew, documents stay as they are.

    :raise RuleBroken: saying what is wrong with the file
    """
    if not data:
        raise RuleBroken(mark("This file is empty. Please choose another one."), field="file")
    if len(data) > largest:
        raise RuleBroken(
            mark("This file is too large. It may have at most %(most)s MB."),
            field="file",
            most=largest // 1_000_000,
        )
    if pictures.is_picture(data):
        drawn = pictures.redrawn(data)
        return CheckedFile(
            file_name(name, pictures.MEDIA_TYPE), pictures.MEDIA_TYPE,
            drawn.data, drawn.preview, drawn.width, drawn.height,
        )  # fmt: skip
    if data.startswith(b"%PDF-"):
        _check_document(data)
        return CheckedFile(file_name(name, PDF), PDF, data)
    raise RuleBroken(
        mark("This is neither a picture (JPEG, PNG, WebP) nor a PDF. Please choose another file."),
        field="file",
    )


def file_name(given: str, media_type: str) -> str:
    """The name as it was meant: no folders, nothing invisible, the ending of what it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    stem = last.rpartition(".")[0] or last
    kept = "".join(
        sign if sign in _HARMLESS_SIGNS or unicodedata.category(sign)[0] in "LNM" else " "
        for sign in stem
    )
    kept = " ".join(kept.split()).strip(". ")[:LONGEST_NAME].strip(". ")
    return (kept or "file") + _ENDINGS[media_type]


def _check_document(data: bytes) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise RuleBroken(
            mark("We cannot read this PDF; it may be damaged. Please choose another one."),
            field="file",
        )
    if _PROTECTED.search(data):
        raise RuleBroken(
            mark("This PDF is protected, so we cannot look into it. Please save it unprotected."),
            field="file",
        )
    for part in _parts(data):
        if _ACTIVE.search(part):
            raise RuleBroken(
                mark(
                    "This PDF holds a script, a form or other files. Please print it into a new "
                    "PDF and choose that one."
                ),
                field="file",
            )


def _parts(data: bytes) -> Iterator[bytes]:
    """The document, and everything of it that lies packed in streams of objects.

    :raise RuleBroken: if something cannot be unpacked
    """
    yield data
    left, at = _LARGEST_UNPACKED, 0
    while (packed := _PACKED.search(data, at)) and (begin := _STREAM.search(data, packed.end())):
        end = data.find(b"endstream", begin.end())
        at = end if end >= 0 else len(data)
        try:
            part = zlib.decompressobj().decompress(data[begin.end() : at], left)
        except zlib.error:
            part = b""
        left -= len(part)
        if not part or left <= 0:
            raise RuleBroken(
                mark("We cannot look into this PDF. Please print it into a new PDF."), field="file"
            )
        yield part
