"""What lies on the table of the voting room. The browser keeps it; never what was answered."""

from dataclasses import dataclass, replace

from flask import session

from civicdialog.rounds.models import Round
from civicdialog.voting.actions import Shown

KEY = "voting"
LONGEST = 20
"""So many cards are remembered as answered, and as many as put aside."""


@dataclass(frozen=True)
class Table:
    """The card to answer, and the ones before it, by their public ids."""

    card: str = ""
    shown: Shown | None = None
    """How the card came to lie here; None if it was put back."""
    answered: tuple[str, ...] = ()
    """For undoing, the newest at the end."""
    skipped: tuple[str, ...] = ()
    """Put aside for now, the newest at the end."""

    def after_answering(self, card: str) -> "Table":
        """The answered card goes to the end of the trail; the table is empty."""
        return replace(self, card="", shown=None, answered=_at_the_end(self.answered, card))

    def after_skipping(self, card: str) -> "Table":
        """The card waits until there is no other."""
        return replace(self, card="", shown=None, skipped=_at_the_end(self.skipped, card))

    def after_undoing(self) -> "Table":
        """The card answered last lies on the table again."""
        return replace(self, card=self.answered[-1], shown=None, answered=self.answered[:-1])


def _at_the_end(cards: tuple[str, ...], card: str) -> tuple[str, ...]:
    return (*(each for each in cards if each != card), card)[-LONGEST:]


def table_of(round: Round) -> Table:
    """What lies before this browser in a round."""
    kept = session.get(KEY, {})
    if kept.get("round") != round.slug:
        return Table()
    shown = kept["shown"]
    return Table(
        kept["card"],
        Shown(*shown) if shown else None,
        tuple(kept["answered"]),
        tuple(kept["skipped"]),
    )


def keep_table(round: Round, table: Table) -> None:
    """Remember it for the next visit; the table of another round is cleared."""
    shown = table.shown
    session[KEY] = {
        "round": round.slug,
        "card": table.card,
        "shown": [shown.policy, shown.candidate_count, shown.probability] if shown else None,
        "answered": list(table.answered),
        "skipped": list(table.skipped),
    }
