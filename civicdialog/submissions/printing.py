"""Receipts as they are printed: title, four words, QR code."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from markupsafe import Markup

from civicdialog.analysis.language import plain
from civicdialog.core.qr import qr_svg
from civicdialog.submissions.models import Receipt, Submission
from civicdialog.submissions.receipts import words_on


@dataclass(frozen=True)
class PrintedReceipt:
    """What stands on a receipt."""

    public_id: str
    title: str
    words: tuple[str, ...]
    created_at: datetime
    address: str
    """Where the words are typed, to read and to type."""
    qr: Markup


def printed(receipt: Receipt, submission: Submission) -> PrintedReceipt:
    """A receipt in words and as a picture.

    The words stand behind the address's #: browsers keep that part to themselves, so they lie in
    no log.
    """
    address = str(current_app.extensions["settings"].base_url) + url_for("receipts.find")
    words = words_on(receipt, submission.public_id)
    code = "-".join(plain(word.lower()) for word in words)
    return PrintedReceipt(
        submission.public_id,
        submission.title,
        words,
        receipt.created_at,
        address.partition("://")[2],
        qr_svg(f"{address}#{code}"),
    )
