"""The figures of the page that explains opinions: those of the run people see right now."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import format_decimal

from civicdialog.core import clock
from civicdialog.insights.queries import newest_opinions
from civicdialog.rounds import queries as rounds
from civicdialog.web.templating import day_in_words


@dataclass(frozen=True)
class RunFigures:
    """Of the newest run of the round that is under way; nothing in it hangs on how people voted."""

    round_title: str
    url: str
    day: str
    people: str
    voices: str
    groups: int
    stability: str


def figures() -> RunFigures | None:
    """None where no round runs, or its voices have not been summed up."""
    round = rounds.current(clock.now())
    run = newest_opinions(round.id) if round else None
    if round is None or run is None:
        return None
    return RunFigures(
        round_title=round.title,
        url=url_for("web.opinions", slug=round.slug),
        day=day_in_words(run.ran_at),
        people=str(format_decimal(run.participant_count)),
        voices=str(format_decimal(run.vote_count)),
        groups=run.group_count,
        stability="" if run.stability is None else str(format_decimal(run.stability, "0.00")),
    )
