"""Chapters about who took part, what moderation did, and what the committee recommends."""

from collections import defaultdict

from civicdialog.committee.recommendation_forms import REPLIES
from civicdialog.committee.reporting.blocks import (
    Block,
    Cell,
    Column,
    Heading,
    Link,
    Table,
    Text,
)
from civicdialog.committee.reporting.figures import FLOOR, floored
from civicdialog.committee.reporting.gathered import Gathered, Recommendation, address
from civicdialog.committee.reporting.wording import day, gettext, label, number
from civicdialog.moderation.models import AppealState
from civicdialog.moderation.transparency import FEWEST, Figures
from civicdialog.submissions.models import Channel, Status


def taking_part(gathered: Gathered) -> list[Block]:
    """By which ways people took part, never with a figure below five."""
    return [
        Heading(1, gettext("Who took part")),
        Table(
            gettext("Participation"),
            gettext("People and voices"),
            (Column(gettext("What"), 3), Column(gettext("How many"), 1, numeric=True)),
            tuple(_people(gathered)),
        ),
        Table(
            gettext("Ways"),
            gettext("Published contributions by the way they came"),
            (Column(gettext("Way"), 3), Column(gettext("Contributions"), 1, numeric=True)),
            tuple(_ways(gathered)),
        ),
        Text(
            (
                gettext(
                    "Figures below five are not shown, and neither is one from which such a figure "
                    "could be worked out. Age, sex and the like are not asked, so nothing can be "
                    "said about them."
                ),
            ),
            "note",
        ),
    ]


def _people(gathered: Gathered) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [
        (gettext("Published contributions"), len(gathered.contributions)),
        (gettext("Accounts behind them"), floored([gathered.author_count])[0]),
        (gettext("Public arguments, questions and remarks"), len(gathered.arguments)),
    ]
    if gathered.told is not None:
        told = gathered.told
        rows += [
            (gettext("People who voted"), floored([told.people])[0]),
            (gettext("Of these without an account"), told.guests),
        ]
        if told.people >= FLOOR:
            rows.append((gettext("Voices"), told.votes))
    return [row for row in rows if row[1] is not None]


def _ways(gathered: Gathered) -> list[tuple[Cell, ...]]:
    counts: defaultdict[str, int] = defaultdict(int)
    for channel, has_account, imported, count in gathered.by_way:
        counts[_way(channel, has_account, imported)] += count
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    cells = floored([count for _, count in ordered])
    return [(way, cell) for (way, _), cell in zip(ordered, cells, strict=True)]


def _way(channel: Channel, has_account: bool, imported: bool) -> str:
    if channel is not Channel.ONLINE:
        return label(channel)
    if imported:
        return gettext("Taken over from another collection")
    return (
        gettext("Online, with an account") if has_account else gettext("Online, without an account")
    )


def moderation(gathered: Gathered) -> list[Block]:
    """What was published and what was not, with the grounds."""
    shown = (Status.PUBLISHED, Status.PENDING, Status.REJECTED, Status.HIDDEN, Status.WITHDRAWN)
    states = tuple((label(status), gathered.by_status.get(status, 0)) for status in shown)
    blocks: list[Block] = [
        Heading(1, gettext("What moderation did")),
        Table(
            gettext("Moderation"),
            gettext("Where contributions stand"),
            (Column(gettext("State"), 3), Column(gettext("Contributions"), 1, numeric=True)),
            states,
        ),
    ]
    grounds = sorted(
        ((label(outcome), label(ground) if ground else "–", n)
         for outcome, ground, n in gathered.decisions),
        key=lambda row: (-row[2], row),
    )  # fmt: skip
    if not grounds:
        return [*blocks, Text((gettext("No moderator had to decide yet."),))]
    return [
        *blocks,
        Table(
            gettext("Decisions"),
            gettext("Decisions by outcome and ground"),
            (
                Column(gettext("Outcome"), 1.5),
                Column(gettext("Ground"), 3),
                Column(gettext("Decisions"), 1, numeric=True),
            ),
            tuple(grounds),
        ),
        *_by_year(gathered),
    ]


def _by_year(gathered: Gathered) -> list[Block]:
    """How much was decided and how fast, and what people answered to it."""
    if not gathered.moderation:
        return []
    return [
        Table(
            gettext("Moderation"),
            gettext("How the moderation worked, year by year"),
            (
                Column(gettext("Year"), 1),
                Column(gettext("Decisions"), 1, numeric=True),
                Column(gettext("Restrictions"), 1, numeric=True),
                Column(gettext("Median time"), 1, numeric=True),
                Column(gettext("Objections"), 1, numeric=True),
                Column(gettext("Of these granted"), 1, numeric=True),
                Column(gettext("Reports by readers"), 1, numeric=True),
            ),
            tuple(_year(year, told) for year, told in gathered.moderation),
        ),
        Text(
            (
                gettext(
                    "The median time runs from handing in to the decision; below %(count)s "
                    "decisions it is not given. The same numbers and every single decision, "
                    "without names, stand on the page about the moderation.",
                    count=FEWEST,
                )
                + " ",
                Link(
                    gettext("To the numbers of the moderation"),
                    address(f"/transparency/moderation?round={gathered.round.slug}"),
                ),
            ),
            "note",
        ),
    ]


def _year(year: int, told: Figures) -> tuple[Cell, ...]:
    hours = told.median_hours
    return (
        str(year),
        told.decided,
        told.restricted,
        "–" if hours is None else gettext("%(hours)s h", hours=number(hours)),
        told.appealed,
        told.appeals.get(AppealState.GRANTED, 0),
        told.noticed,
    )


def recommendations(gathered: Gathered) -> list[Block]:
    """What the committee has published, with its votes and the city's answer."""
    if not gathered.recommendations:
        return []
    blocks: list[Block] = [Heading(1, gettext("Recommendations of the committee"), breaks=True)]
    for each in gathered.recommendations:
        blocks += _recommendation(each)
    return blocks


def _recommendation(each: Recommendation) -> list[Block]:
    decided = "" if each.decided_at is None else f"{day(each.decided_at)}. "
    vote = gettext(
        "Vote: %(yes)s in favour, %(no)s against, %(abstained)s abstentions.",
        yes=number(each.yes),
        no=number(each.no),
        abstained=number(each.abstained),
    )
    blocks: list[Block] = [
        Heading(2, each.title),
        *_paragraphs(each.text),
        Heading(3, gettext("Reasons")),
        *_paragraphs(each.reasons),
        Text((decided + vote + " ", Link(gettext("To the recommendation"), each.url)), "note"),
    ]
    for dissent in each.dissents:
        blocks += [Heading(3, gettext("Dissent")), *_paragraphs(dissent)]
    if each.reply is not None:
        blocks += [
            Heading(3, gettext("Answer of the administration")),
            Text((gettext(REPLIES[each.reply]) + ".",)),
            *_paragraphs(each.reply_reasons),
        ]
    return blocks


def _paragraphs(text: str) -> list[Block]:
    return [Text((part.strip(),)) for part in text.split("\n") if part.strip()]
