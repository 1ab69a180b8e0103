"""Names of fields as pages of the moderation show them."""

from collections.abc import Iterable

from flask_babel import gettext

from civicdialog.core.i18n import mark

NAMES = {
    "title": mark("Title"),
    "problem": mark("Problem"),
    "solution": mark("Solution"),
    "beneficiaries": mark("Who is affected"),
    "benefit": mark("What gets better"),
    "data_used": mark("Data"),
    "without_ai": mark("Without AI"),
    "worries": mark("Worries"),
}


def headings_of(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Texts with the names of their fields in words; what has no name, has none."""
    return [(gettext(NAMES[name]), text) if name in NAMES else ("", text)
            for name, text in texts if name in NAMES or not name]  # fmt: skip
