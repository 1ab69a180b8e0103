"""The words of the report in English and German, with numbers as people write them there."""

from dataclasses import dataclass

from civicdialog.analysis.opinion_report.german import GERMAN
from civicdialog.analysis.report import wording


@dataclass(frozen=True)
class Voice:
    """Says English sentences in a language: `say("{votes} votes", votes=say.number(3))`."""

    language: str

    def __call__(self, english: str, **values: object) -> str:
        text = GERMAN[english] if self.language == "de" else english
        return text.format(**values) if values else text

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return wording.number(value) if self.language == "de" else f"{value:,}"

    def decimal(self, value: float) -> str:
        """Two places."""
        return wording.decimal(value) if self.language == "de" else f"{value:.2f}"

    def percent(self, share: float) -> str:
        """Whole percent: no more is known."""
        return f"{100 * share:.0f}\u00a0%" if self.language == "de" else f"{100 * share:.0f}%"

    def span(self, low: float, high: float) -> str:
        """From … to … percent."""
        unit = "\u00a0%" if self.language == "de" else "%"
        return f"{100 * low:.0f}–{100 * high:.0f}{unit}"

    def counted(self, count: int, one: str, many: str) -> str:
        """A number with its noun, both nouns in English."""
        return f"{self.number(count)} {self(one if count == 1 else many)}"
