"""Figures of opinions as cells and as words; what counts fewer than five people is not shown."""

from collections.abc import Sequence

from civicdialog.committee.reporting.blocks import Cell, Column, Hidden, Share
from civicdialog.committee.reporting.wording import gettext, ngettext, number, percent
from civicdialog.insights.opinion_result import Figure, Statement, Told, TopicShare

FLOOR = 5


def figure_cell(figure: Figure | None) -> Cell:
    """The share of those who took a side."""
    if figure is None:
        return Hidden()
    if figure.share is None or figure.low is None or figure.high is None:
        return None
    return Share(figure.share, figure.low, figure.high, figure.voices)


def topic_cell(share: TopicShare | None) -> Cell:
    return Hidden() if share is None else Share(share.share, share.low, share.high, share.people)


def group_name(letter: str) -> str:
    return gettext("Group %(letter)s", letter=letter)


def group_columns(told: Told) -> tuple[Column, ...]:
    """Everybody, and each group with its size."""
    groups = (
        Column(
            f"{group_name(group.letter)} ({_people(group.size)})", 1.3, numeric=True, is_share=True
        )
        for group in told.groups
    )
    return Column(gettext("Everybody"), 1.3, numeric=True, is_share=True), *groups


def _people(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count, n=number(count))


def in_words(statement: Statement, told: Told) -> str:
    """How many agree: each group for itself, or everybody where there are no groups."""
    if not told.groups:
        return _told(gettext("Everybody"), statement.everybody)
    return ", ".join(
        _told(group_name(group.letter), figure)
        for group, figure in zip(told.groups, statement.groups, strict=True)
    )


def _told(who: str, figure: Figure | None) -> str:
    if figure is None:
        return gettext("%(who)s: not shown", who=who)
    if figure.share is None:
        return gettext("%(who)s: nobody took a side", who=who)
    return gettext("%(who)s: %(share)s agree", who=who, share=percent(figure.share))


def floored(counts: Sequence[int]) -> list[Cell]:
    """Counts of people without those below five, nor one that could be worked out from the sum."""
    hidden = {n for n, count in enumerate(counts) if 0 < count < FLOOR}
    shown = sorted((count, n) for n, count in enumerate(counts) if count and n not in hidden)
    if hidden and sum(counts[n] for n in hidden) < FLOOR and shown:
        hidden.add(shown[0][1])
    return [Hidden() if n in hidden else count for n, count in enumerate(counts)]
