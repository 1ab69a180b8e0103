"""Numbers, days and words of a report in its language."""

from datetime import date, datetime

from babel.dates import format_date
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as babel_gettext
from flask_babel import ngettext as babel_ngettext

from civicdialog.core.city import city
from civicdialog.core.i18n import mark
from civicdialog.discussion.models import Stance
from civicdialog.moderation.models import Ground, Outcome
from civicdialog.submissions.models import Status


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


GROUNDS: dict[Ground, str] = {
    Ground.OFF_TOPIC: mark("Does not belong to the topic"),
    Ground.DUPLICATE: mark("Says the same as another contribution"),
    Ground.PERSONAL_DATA: mark("Contains personal data"),
    Ground.INSULT: mark("Insults somebody"),
    Ground.DISCRIMINATION: mark("Discriminates against a group"),
    Ground.ADVERTISING: mark("Is advertising"),
    Ground.UNLAWFUL: mark("Breaks the law"),
    Ground.UNINTELLIGIBLE: mark("Cannot be understood"),
}
OUTCOMES: dict[Outcome, str] = {
    Outcome.PUBLISHED: mark("Published"),
    Outcome.REJECTED: mark("Not published"),
}
STATUSES: dict[Status, str] = {
    Status.PENDING: mark("Being checked"),
    Status.PUBLISHED: mark("Published"),
    Status.REJECTED: mark("Not published"),
    Status.WITHDRAWN: mark("Withdrawn"),
    Status.HIDDEN: mark("Hidden"),
}
STANCES: dict[Stance, str] = {
    Stance.FOR: mark("Arguments in favour"),
    Stance.AGAINST: mark("Arguments against"),
}
