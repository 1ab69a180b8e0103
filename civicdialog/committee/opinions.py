"""Finished values for the committee's pages of opinions: topics × opinion groups, and how sure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import format_decimal, gettext, ngettext

from civicdialog.committee.reading import topic_name, whole_percent
from civicdialog.insights.models import Cluster, OpinionRun
from civicdialog.insights.opinion_result import (
    Figure,
    OpinionGroup,
    Statement,
    Told,
    TopicOpinion,
    TopicShare,
)
from civicdialog.rounds.models import Round

SORTS = ("agreement", "division", "bridge", "uncertainty", "size")


@dataclass(frozen=True)
class CellView:
    """A share of agreement with its interval; not shown where too few people answered."""

    percent: int = 0
    low: int = 0
    high: int = 0
    people: int = 0
    width: str = "0%"
    is_shown: bool = False


@dataclass(frozen=True)
class RowView:
    """A topic or a contribution with what everybody and each group thinks of it."""

    label: str
    url: str
    size: int
    """Contributions of a topic, voices of a contribution."""
    cells: tuple[CellView, ...]
    rest: tuple[str, ...]
    """Gap where there are groups, bridge, uncertainty."""


@dataclass(frozen=True)
class HeaderView:
    """A column; the address sorts by it."""

    label: str
    url: str = ""
    sorted: str = ""
    """descending or ascending, where the rows are sorted by this column."""
    hint: str = ""


@dataclass(frozen=True)
class Matrix:
    """Rows and columns of a table of agreement."""

    headers: tuple[HeaderView, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class Sort:
    """By what a table is sorted, and whether the smallest comes first."""

    key: str
    is_ascending: bool

    @classmethod
    def read(cls, args: Mapping[str, str], usual: str) -> "Sort":
        """From the address; what makes no sense becomes the usual order."""
        key = args.get("sort", "")
        return cls(key if key in SORTS else usual, args.get("order") == "ascending")

    def header(self, key: str, label: str, url: Callable[..., str], hint: str = "") -> HeaderView:
        """The head of a column; a second click turns the order round."""
        mine = key == self.key
        turned = "ascending" if mine and not self.is_ascending else None
        sorted_how = ("ascending" if self.is_ascending else "descending") if mine else ""
        return HeaderView(label, url(sort=key, order=turned), sorted_how, hint)

    def topics(self, lines: Sequence[TopicOpinion]) -> list[TopicOpinion]:
        """Topics in this order; those without such a value come last."""
        return [lines[n] for n in self._places([_topic_value(line, self.key) for line in lines])]

    def statements(self, lines: Sequence[Statement]) -> list[Statement]:
        """Contributions in this order; those without such a value come last."""
        values = [_statement_value(line, self.key) for line in lines]
        return [lines[n] for n in self._places(values)]

    def _places(self, values: Sequence[float | None]) -> list[int]:
        sign = 1 if self.is_ascending else -1
        known = [(sign * value, n) for n, value in enumerate(values) if value is not None]
        return [n for _, n in sorted(known)] + [n for n, v in enumerate(values) if v is None]


# ---- topics × groups ----------------------------------------------------------------------------


def topic_matrix(
    round: Round, run: OpinionRun, told: Told, names: Mapping[int, str], sort: Sort
) -> Matrix:
    """One line a topic; needs the names of topics by their keys."""

    def url(**values: Any) -> str:
        return url_for("committee.opinions", slug=round.slug, run=run.id, **values)

    rows = [
        RowView(
            label=name_of(line.key, names),
            url=statements_url(round, run, line.key),
            size=line.statements,
            cells=tuple(map(_topic_cell, (line.everybody, *line.groups))),
            rest=_rest(told, line.gap, line.bridging, line.uncertainty),
        )
        for line in sort.topics(told.topics)
    ]
    return Matrix(_headers(told.groups, sort, url, gettext("Topic")), tuple(rows))


def _topic_value(line: TopicOpinion, key: str) -> float | None:
    if key == "agreement":
        return line.everybody.share if line.everybody else None
    if key == "division":
        return line.gap
    if key == "bridge":
        return line.bridging
    return line.uncertainty if key == "uncertainty" else line.statements


def _headers(
    groups: Sequence[OpinionGroup], sort: Sort, url: Callable[..., str], first: str
) -> tuple[HeaderView, ...]:
    split = (
        (sort.header("division", gettext("Gap"), url, gettext("percentage points")),)
        if groups
        else ()
    )
    return (
        sort.header("size", first, url),
        sort.header("agreement", gettext("Everybody"), url),
        *(
            HeaderView(
                gettext("Group %(letter)s", letter=group.letter),
                hint=ngettext("%(n)s person", "%(n)s people", group.size, n=number(group.size)),
            )
            for group in groups
        ),
        *split,
        sort.header("bridge", gettext("Bridge"), url),
        sort.header("uncertainty", gettext("Uncertainty"), url, gettext("percentage points")),
    )


def _topic_cell(cell: TopicShare | None) -> CellView:
    return _cell(cell.share, cell.low, cell.high, cell.people) if cell else CellView()


def _cell(share: float, low: float, high: float, people: int) -> CellView:
    return CellView(
        percent=whole_percent(share),
        low=whole_percent(low),
        high=whole_percent(high),
        people=people,
        width=f"{100 * share:.1f}%",
        is_shown=True,
    )


# ---- contributions × groups ---------------------------------------------------------------------


def statement_matrix(
    told: Told,
    lines: Sequence[Statement],
    titles: Mapping[str, str],
    sort: Sort,
    url: Callable[..., str],
) -> Matrix:
    """One line a contribution, in this order; needs their titles by public id."""
    rows = [
        RowView(
            label=titles[line.id],
            url=url_for("web.proposal", public_id=line.id),
            size=line.votes,
            cells=tuple(map(_figure_cell, (line.everybody, *line.groups))),
            rest=_rest(told, line.gap, line.bridging, line.uncertainty),
        )
        for line in lines
    ]
    return Matrix(_headers(told.groups, sort, url, gettext("Contribution")), tuple(rows))


def _statement_value(line: Statement, key: str) -> float | None:
    if key == "agreement":
        return line.everybody.share if line.everybody else None
    if key == "division":
        return line.gap or line.controversy
    if key == "bridge":
        return line.bridging
    return line.uncertainty if key == "uncertainty" else line.votes


def _figure_cell(figure: Figure | None) -> CellView:
    if figure is None or figure.share is None or figure.low is None or figure.high is None:
        return CellView()
    return _cell(figure.share, figure.low, figure.high, figure.voices)


# ---- numbers ------------------------------------------------------------------------------------


def topic_names(topics: Sequence[Cluster]) -> dict[int, str]:
    """Names of topics by their keys."""
    return {topic.key: topic_name(topic) for topic in topics}


def number(value: float) -> str:
    return str(format_decimal(value))


def name_of(key: int, names: Mapping[int, str]) -> str:
    """What a topic is called; its number where it is gone."""
    return names.get(key) or str(gettext("Topic %(n)s", n=key))


def statements_url(round: Round, run: OpinionRun, topic: int | None = None) -> str:
    """The contributions of a topic, or all of them."""
    return url_for("committee.opinion_statements", slug=round.slug, topic=topic, run=run.id)


def _rest(
    told: Told, gap: float | None, bridging: float | None, uncertainty: float
) -> tuple[str, ...]:
    """The last cells of a row."""
    doubt = "–" if uncertainty >= 1 else f"±{_points(uncertainty / 2)}"
    first = (_points(gap),) if told.groups else ()
    return *first, _percent(bridging), doubt


def _percent(share: float | None) -> str:
    return "–" if share is None else str(gettext("%(n)s%%", n=whole_percent(max(share, 0.0))))


def _points(share: float | None) -> str:
    return "–" if share is None else str(whole_percent(share))
