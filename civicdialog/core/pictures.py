"""Pictures people send: judged by their content, and drawn anew without what was hidden in them."""

from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image

from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark

MEDIA_TYPE = "image/webp"
LONGEST_SIDE = 1_600
PREVIEW_SIDE = 480
LARGEST_PREVIEW = 15_000
MOST_PIXELS = {"PNG": 12_000_000, "WEBP": 6_000_000}
"""WebP takes most room while it is read."""
MOST_PIXELS_OF_A_PHOTO = {False: 50_000_000, True: 12_000_000}
"""By whether it is a progressive JPEG; the others can be read in a smaller size at once."""

_FORMATS = ("JPEG", "PNG", "WEBP")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_ORIENTATION = 0x0112
# How a camera was held, and what puts its picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_QUALITIES = (75, 55, 35)
# The limits above are stricter, and say what is wrong.
Image.MAX_IMAGE_PIXELS = None
# Reading takes room: one picture after the other in every process.
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept and shown."""

    data: bytes
    width: int
    height: int
    preview: bytes


def is_picture(data: bytes) -> bool:
    """Whether it begins like a picture we take; what it is called does not count."""
    return data.startswith(_BEGINNINGS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def redrawn(data: bytes) -> Picture:
    """Only what one can see: upright, not too large, no place, no camera, nothing behind its end.

    Of moving pictures the first one stays.

    :raise RuleBroken: if it is too large, or cannot be read
    """
    try:
        with _one_at_a_time:
            return _drawn_from(data)
    except RuleBroken:
        raise
    except Exception as error:  # whatever a broken file makes of the reader
        raise RuleBroken(
            mark("We cannot read this picture; it may be damaged. Please choose another one."),
            field="file",
        ) from error


def preview_size(width: int, height: int) -> tuple[int, int]:
    """How large the preview of such a picture is shown."""
    return _within(width, height, PREVIEW_SIDE)


def _drawn_from(data: bytes) -> Picture:
    with Image.open(BytesIO(data), formats=_FORMATS) as found:
        is_progressive = bool(found.info.get("progressive"))
        most = MOST_PIXELS.get(found.format or "", MOST_PIXELS_OF_A_PHOTO[is_progressive])
        if found.width * found.height > most:
            raise RuleBroken(
                mark("This picture has too many pixels. Please make it smaller first."),
                field="file",
            )
        turn = _TURNS.get(found.getexif().get(_ORIENTATION, 1))
        found.draft(None, _within(found.width, found.height, LONGEST_SIDE))
        mode = "RGBA" if found.has_transparency_data else "RGB"
        seen = found if found.mode == mode else found.convert(mode)
        seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = seen.transpose(turn) if turn is not None else seen.copy()
    return Picture(
        _encoded(upright, quality=82), upright.width, upright.height, _preview_of(upright)
    )


def _preview_of(picture: Image.Image) -> bytes:
    side = PREVIEW_SIDE
    while True:
        small = picture.copy()
        small.thumbnail((side, side))
        for quality in _QUALITIES:
            preview = _encoded(small, quality=quality)
            if len(preview) <= LARGEST_PREVIEW:
                return preview
        side = side * 2 // 3


def _encoded(picture: Image.Image, *, quality: int) -> bytes:
    written = BytesIO()
    # Said in so many words: not every version of the library leaves them out by itself.
    picture.save(written, "WEBP", quality=quality, exif=b"", xmp=b"", icc_profile=b"")
    return written.getvalue()


def _within(width: int, height: int, side: int) -> tuple[int, int]:
    share = min(1.0, side / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))
