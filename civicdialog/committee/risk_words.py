"""The classes of risk in words, and how they look."""

from collections.abc import Mapping

from civicdialog.committee.screening_questions import RiskClass
from civicdialog.core.i18n import mark

RISKS: Mapping[RiskClass, str] = {
    RiskClass.NOT_AI: mark("Not AI"),
    RiskClass.MINIMAL: mark("Minimal risk"),
    RiskClass.TRANSPARENCY: mark("People must be told"),
    RiskClass.HIGH_RISK: mark("High risk"),
    RiskClass.OPEN: mark("Open: must be clarified"),
    RiskClass.PROHIBITED: mark("Prohibited"),
}
# Kind and icon of the badge; the words say it all without them.
LOOKS: Mapping[RiskClass, tuple[str, str]] = {
    RiskClass.NOT_AI: ("default", ""),
    RiskClass.MINIMAL: ("success", "success"),
    RiskClass.TRANSPARENCY: ("info", "info"),
    RiskClass.HIGH_RISK: ("warning", "warning"),
    RiskClass.OPEN: ("default", "help"),
    RiskClass.PROHIBITED: ("danger", "danger"),
}
