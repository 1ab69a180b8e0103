"""The chapter about opinions: common ground, what divides, what needs voices."""

from civicdialog.committee.opinion_findings import findings
from civicdialog.committee.opinions import name_of
from civicdialog.committee.reporting.blocks import (
    Block,
    Cell,
    Column,
    Heading,
    Items,
    Link,
    Table,
    Text,
)
from civicdialog.committee.reporting.figures import figure_cell, group_columns, topic_cell
from civicdialog.committee.reporting.gathered import Gathered
from civicdialog.committee.reporting.plain import shortened
from civicdialog.committee.reporting.summary import statements
from civicdialog.committee.reporting.wording import gettext, ngettext, number
from civicdialog.insights.opinion_result import Shelf, Statement, Told

ROWS_SHOWN = 12
LONGEST_TITLE = 100


def chapter(gathered: Gathered) -> list[Block]:
    """What the votes say."""
    blocks: list[Block] = [
        Heading(1, gettext("What people think"), breaks=gathered.told is not None)
    ]
    told = gathered.told
    if told is None:
        none = gettext("The votes of this round have not been summed up yet.")
        return [*blocks, Text((none,))]
    blocks += [Text((_intro(told),)), Text((_how_to_read(),), "note")]
    if gathered.only is None:
        blocks += _findings(gathered, told)
        blocks += _matrix(gathered, told)
    shelves: tuple[tuple[Shelf, str, str], ...] = (
        ("common", gettext("Common ground"), _meaning_common(told)),
        ("divides", gettext("What divides"), _meaning_divides(told)),
        (
            "few",
            gettext("Needs more voices"),
            gettext("Fewer than ten people have answered. It is too early for a result."),
        ),
    )
    for shelf, heading, meaning in shelves:
        blocks += _shelf(gathered, told, shelf, heading, meaning)
    return blocks


def _intro(told: Told) -> str:
    people = ngettext(
        "%(n)s person has voted", "%(n)s people have voted", told.people, n=number(told.people)
    )
    votes = gettext(
        "%(people)s and given %(votes)s voices on %(submissions)s contributions.",
        people=people,
        votes=number(told.votes),
        submissions=number(told.submissions),
    )
    if not told.groups:
        return f"{votes} {gettext(told.why_no_groups)}"
    groups = ngettext(
        "Their answers form %(num)d opinion group.",
        "Their answers form %(num)d opinion groups.",
        len(told.groups),
    )
    tentative = gettext("The groups are not steady yet.") if told.tentative else ""
    return f"{votes} {groups} {tentative}".strip()


def _how_to_read() -> str:
    return gettext(
        "The share counts those who agree among those who took a side. Below it stand the range in "
        "which it probably lies and the number of people. Figures of fewer than five people are "
        "not shown. Whoever takes part has chosen to: the figures do not speak for the whole city."
    )


def _findings(gathered: Gathered, told: Told) -> list[Block]:
    keys = {
        each.public_id: each.topic
        for each in gathered.contributions.values()
        if each.topic is not None
    }
    names = gathered.opinion_topic_names

    def link(key: int) -> tuple[str, str]:
        return name_of(key, names), ""

    items = tuple(
        (f"{each.heading}: " + (f"{each.label}. " if each.label else "") + each.sentence,)
        for each in findings(told, keys, link)
    )
    return [Heading(2, gettext("The most important first")), Items(items)]


def _matrix(gathered: Gathered, told: Told) -> list[Block]:
    if not told.topics:
        return []
    return [
        Heading(2, gettext("Topics and opinion groups")),
        Table(
            gettext("Opinions by topic"),
            gettext("Agreement by topic and opinion group"),
            (Column(gettext("Topic"), 2.4), *group_columns(told)),
            tuple(
                (
                    f"{each.key} {name_of(each.key, gathered.opinion_topic_names)}",
                    *(topic_cell(cell) for cell in (each.everybody, *each.groups)),
                )
                for each in told.topics
            ),
        ),
    ]


def _meaning_common(told: Told) -> str:
    if told.groups:
        return gettext("On these, all groups are on the same side. That is more than chance.")
    return gettext("On these, most people are on the same side. That is more than chance.")


def _meaning_divides(told: Told) -> str:
    if told.groups:
        return gettext("On these, groups think differently, and that is more than chance.")
    return gettext("On these, nearly as many are in favour as against.")


def _shelf(gathered: Gathered, told: Told, shelf: Shelf, heading: str, meaning: str) -> list[Block]:
    found = statements(gathered, shelf)
    blocks: list[Block] = [Heading(2, heading)]
    if not found and shelf == "few":
        return []
    if not found:
        return [*blocks, Text((gettext("There is none at present."),))]
    blocks.append(Text((meaning,)))
    if len(found) > ROWS_SHOWN:
        shown = gettext(
            "The table shows %(n)s of %(all)s contributions.",
            n=ROWS_SHOWN,
            all=number(len(found)),
        )
        blocks.append(Text((shown,), "note"))
    known = gathered.by_public_id()
    return [
        *blocks,
        Table(
            heading,
            gettext("Agreement of everybody and of each group"),
            (Column(gettext("Contribution"), 2.4), *group_columns(told)),
            tuple(_row(each, known[each.id].title, known[each.id].url, known[each.id].number)
                  for each in found[:ROWS_SHOWN]),
        ),
    ]  # fmt: skip


def _row(each: Statement, title: str, url: str, place: int) -> tuple[Cell, ...]:
    name = f"{gettext('No. %(number)s', number=place)} {shortened(title, LONGEST_TITLE)}"
    return Link(name, url), *(figure_cell(figure) for figure in (each.everybody, *each.groups))
