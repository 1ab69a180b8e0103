"""Numbers, days and words of a report in its language."""

from datetime import date, datetime
from enum import StrEnum

from babel.dates import format_date
from flask import current_app
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as babel_gettext
from flask_babel import ngettext as babel_ngettext

from civicdialog.core.city import city


def gettext(message: str, **values: object) -> str:
    return str(babel_gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    return str(babel_ngettext(one, many, num, **values))


def number(value: float) -> str:
    return str(format_decimal(value))


def percent(share: float) -> str:
    return gettext("%(n)s%%", n=int(100 * share + 0.5))


def day(value: datetime | date) -> str:
    """3. Juni 2026, 3 June 2026."""
    if isinstance(value, datetime):
        value = value.astimezone(city().zone).date()
    locale = str(get_locale() or "de")
    pattern = "d. MMMM y" if locale.startswith("de") else "d MMMM y"
    return format_date(value, pattern, locale=locale)


def moment(value: datetime) -> str:
    return f"{day(value)}, {value.astimezone(city().zone):%H:%M}"


def label(value: StrEnum) -> str:
    """The word people read for a value of a closed set, the same as on the pages."""
    return str(current_app.jinja_env.filters["label"](value))
