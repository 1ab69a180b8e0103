"""The first chapter: what people want, what unites, what divides, what is open, on one page."""

from civicdialog.committee.reporting.blocks import Block, Heading, Items, Link, Text, Words
from civicdialog.committee.reporting.figures import in_words
from civicdialog.committee.reporting.gathered import Gathered, Topic
from civicdialog.committee.reporting.plain import shortened
from civicdialog.committee.reporting.topics import proven, summed_up
from civicdialog.committee.reporting.wording import gettext, ngettext, number
from civicdialog.discussion.models import Stance
from civicdialog.insights.opinion_result import Shelf, Statement

TOPICS_SHOWN = 6
STATEMENTS_SHOWN = 3
LONGEST_TITLE = 110

Item = tuple[Words, ...]


def chapter(gathered: Gathered) -> list[Block]:
    """One page for a reader with ten minutes."""
    blocks: list[Block] = [
        Heading(1, gettext("The most important on one page"), breaks=True),
        Heading(2, gettext("What people want")),
    ]
    blocks += _wishes(gathered)
    shelves: tuple[tuple[str, Shelf, str], ...] = (
        (
            gettext("What unites"),
            "common",
            gettext("So far there is no contribution that clearly unites."),
        ),
        (
            gettext("What divides"),
            "divides",
            gettext("So far there is no contribution that clearly divides."),
        ),
    )
    for heading, shelf, none in shelves:
        found = statements(gathered, shelf)[:STATEMENTS_SHOWN]
        blocks.append(Heading(2, heading))
        if gathered.told is None:
            blocks.append(Text((gettext("The votes of this round have not been summed up yet."),)))
        elif found:
            blocks.append(Items(tuple(_statement(gathered, each) for each in found)))
        else:
            blocks.append(Text((none,)))
    blocks += [Heading(2, gettext("What is open")), Items(tuple(_open(gathered)))]
    return blocks


def _wishes(gathered: Gathered) -> list[Block]:
    """A sentence of each of the largest topics, or all those of the one topic."""
    if gathered.only is not None:
        said = summed_up(gathered.only)
        return said or [Text((gettext("There is no summary of this topic."),))]
    told = [t for t in gathered.topics if t.summary.sentences and not t.is_leftover]
    if not told:
        return [Text((gettext("The contributions have not been grouped yet."),))]
    return [
        Text(
            (
                gettext(
                    "From the largest topics, one sentence each. What stands in quotation marks "
                    "was written by somebody who took part, the rest by the committee; the number "
                    "leads to the whole contribution."
                ),
            ),
            "note",
        ),
        Items(tuple(_wish(topic) for topic in told[:TOPICS_SHOWN])),
    ]


def _wish(topic: Topic) -> Item:
    size = ngettext("%(n)s contribution", "%(n)s contributions", topic.size, n=number(topic.size))
    return f"{topic.name} ({size}): ", *proven(topic.summary.sentences[0])


def statements(gathered: Gathered, shelf: Shelf) -> list[Statement]:
    """Votes on contributions that are still public, those that tell most first."""
    if gathered.told is None:
        return []
    known = gathered.by_public_id()
    found = [
        each
        for each in gathered.told.statements.values()
        if each.shelf == shelf
        and each.id in known
        and (gathered.only is None or known[each.id].topic == gathered.only.key)
    ]
    if shelf == "common":
        return sorted(found, key=lambda s: (-_uniting(s), known[s.id].number))
    if shelf == "divides":
        return sorted(found, key=lambda s: (-(s.gap or s.controversy), known[s.id].number))
    return sorted(found, key=lambda s: (s.votes, known[s.id].number))


def _uniting(statement: Statement) -> float:
    """Common ground may also be that nobody wants it."""
    share = statement.everybody.share if statement.everybody else None
    refused = 0.0 if share is None else 1 - share
    return max(statement.bridging or 0.0, refused)


def _statement(gathered: Gathered, each: Statement) -> Item:
    assert gathered.told is not None
    contribution = gathered.by_public_id()[each.id]
    title = Link(shortened(contribution.title, LONGEST_TITLE), contribution.url)
    words = in_words(each, gathered.told)
    return title, f" ({contribution.source.text}). {words}."


def _open(gathered: Gathered) -> list[Item]:
    items: list[Item] = []
    few = len(statements(gathered, "few"))
    if few:
        items.append((
            ngettext(
                "%(n)s contribution has been answered by fewer than ten people: too early to say "
                "what people think of it.",
                "%(n)s contributions have been answered by fewer than ten people: too early to "
                "say what people think of them.",
                few,
                n=number(few),
            ),
        ))  # fmt: skip
    topics = gathered.topics if gathered.only is None else (gathered.only,)
    ids = {each.id for topic in topics for each in topic.members}
    if gathered.only is None:
        ids = set(gathered.contributions)
    asked = sum(
        1
        for each in gathered.arguments
        if each.stance is Stance.QUESTION and not each.is_answered and each.submission_id in ids
    )
    if asked:
        items.append((
            ngettext(
                "%(n)s question to the administration has no answer yet.",
                "%(n)s questions to the administration have no answer yet.",
                asked,
                n=number(asked),
            ),
        ))  # fmt: skip
    nowhere = sum(1 for topic in topics for each in topic.members if not each.fits)
    if nowhere:
        items.append((
            ngettext(
                "%(n)s contribution fits no topic well and should be read for itself.",
                "%(n)s contributions fit no topic well and should be read for themselves.",
                nowhere,
                n=number(nowhere),
            ),
        ))  # fmt: skip
    return items or [(gettext("Nothing that the figures could tell."),)]
