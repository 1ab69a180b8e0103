"""Files of a contribution as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import format_decimal

from civicdialog.core.pictures import preview_size
from civicdialog.submissions.models import Attachment


@dataclass(frozen=True)
class ShownFile:
    """A file: its address, and its preview if it is a picture."""

    id: str
    name: str
    text: str
    """What one sees in it, or what it is."""
    url: str
    size: str
    preview_url: str = ""
    width: int = 0
    height: int = 0
    is_hidden: bool = False
    """The moderation has taken it off the page: its author and the moderation see it still."""


def shown(files: Sequence[Attachment], *, hidden_too: bool = False) -> list[ShownFile]:
    """The files; in the place of a hidden one nothing but that, unless `hidden_too`."""
    return [_shown(each, hidden_too=hidden_too) for each in files]


def _shown(file: Attachment, *, hidden_too: bool) -> ShownFile:
    if file.is_hidden and not hidden_too:
        return ShownFile(file.public_id, "", "", "", "", is_hidden=True)
    width, height = preview_size(file.width, file.height) if file.width and file.height else (0, 0)
    return ShownFile(
        id=file.public_id,
        name=file.file_name,
        text=file.alternative_text,
        url=url_for("attachments.show", public_id=file.public_id),
        size=_in_words(file.size),
        preview_url=url_for("attachments.preview", public_id=file.public_id) if width else "",
        width=width,
        height=height,
        is_hidden=file.is_hidden,
    )


def _in_words(size: int) -> str:
    if size < 1_000_000:
        return f"{format_decimal(max(1, round(size / 1_000)))} kB"
    return f"{format_decimal(round(size / 1_000_000, 1))} MB"
