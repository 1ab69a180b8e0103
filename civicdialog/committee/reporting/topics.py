"""The chapters about topics: all at a glance, then one by one."""

from civicdialog.committee.reporting.blocks import (
    Bar,
    Block,
    Chart,
    Column,
    Facts,
    Heading,
    Items,
    Quotes,
    Said,
    Share,
    Table,
    Text,
    Words,
)
from civicdialog.committee.reporting.figures import group_name, topic_cell
from civicdialog.committee.reporting.gathered import (
    Argument,
    Contribution,
    Gathered,
    Sentence,
    Topic,
)
from civicdialog.committee.reporting.plain import shortened
from civicdialog.committee.reporting.wording import day, gettext, ngettext, number, percent
from civicdialog.discussion.models import Stance

ARGUMENTS_SHOWN = 3
QUESTIONS_SHOWN = 5
LONGEST_ARGUMENT = 320


def glance(gathered: Gathered) -> list[Block]:
    """Topics by size and agreement: pictures, and the table that says the same."""
    topics = gathered.topics
    blocks: list[Block] = [Heading(1, gettext("The topics at a glance"), breaks=True)]
    if not topics:
        return [*blocks, Text((gettext("The contributions have not been grouped yet."),))]
    blocks.append(
        Text(
            (
                gettext(
                    "A program has put together what is about the same thing. It judges nothing; "
                    "a large topic is not a better one."
                ),
            )
        )
    )
    blocks.append(_sizes(topics))
    if any(topic.opinion and topic.opinion.everybody for topic in topics):
        blocks.append(_agreement(topics))
    return [*blocks, _table(gathered, topics)]


def _sizes(topics: tuple[Topic, ...]) -> Chart:
    most = max(topic.size for topic in topics) or 1
    return Chart(
        gettext("Topics by the number of their contributions"),
        gettext(
            "Bar chart of %(n)s topics. The largest is “%(first)s” with %(most)s contributions, "
            "the smallest “%(last)s” with %(least)s. The table below has all figures.",
            n=len(topics),
            first=topics[0].name,
            most=number(topics[0].size),
            last=min(topics, key=lambda topic: topic.size).name,
            least=number(min(topic.size for topic in topics)),
        ),
        tuple(Bar(_name(topic), topic.size / most, number(topic.size)) for topic in topics),
    )


def _agreement(topics: tuple[Topic, ...]) -> Chart:
    known = [
        (topic, topic.opinion.everybody)
        for topic in topics
        if topic.opinion and topic.opinion.everybody
    ]
    known.sort(key=lambda pair: (-pair[1].share, pair[0].key))
    return Chart(
        gettext("Topics by agreement"),
        gettext(
            "Bar chart: how many agree, out of those who took a side. Most do on “%(first)s” with "
            "%(most)s, fewest on “%(last)s” with %(least)s. The thin line is the range in which "
            "the share probably lies. The table below has all figures.",
            first=known[0][0].name,
            most=percent(known[0][1].share),
            last=known[-1][0].name,
            least=percent(known[-1][1].share),
        ),
        tuple(
            Bar(_name(topic), cell.share, percent(cell.share), cell.low, cell.high)
            for topic, cell in known
        ),
    )


def _table(gathered: Gathered, topics: tuple[Topic, ...]) -> Table:
    everything = sum(topic.size for topic in topics) or 1
    has_opinions = any(topic.opinion for topic in topics)
    agreement = (Column(gettext("Everybody agrees"), 1.3, numeric=True, is_share=True),)
    return Table(
        gettext("Topics"),
        gettext("Topics by size and agreement"),
        (
            Column(gettext("Topic"), 3),
            Column(gettext("Contributions"), 1, numeric=True),
            Column(gettext("Part of all (percent)"), 1, numeric=True),
            *(agreement if has_opinions else ()),
        ),
        tuple(
            (
                _name(topic),
                topic.size,
                round(100 * topic.size / everything, 1),
                *(
                    (topic_cell(topic.opinion.everybody if topic.opinion else None),)
                    if has_opinions
                    else ()
                ),
            )
            for topic in topics
        ),
    )


def _name(topic: Topic) -> str:
    return f"{topic.key} {topic.name}"


# ---- one by one ---------------------------------------------------------------------------------


def one_by_one(gathered: Gathered) -> list[Block]:
    """Each topic with its summary, its arguments and what opinion groups think of it."""
    wanted = gathered.topics if gathered.only is None else (gathered.only,)
    if not wanted:
        return []
    title = gettext("The topics one by one") if gathered.only is None else gettext("The topic")
    blocks: list[Block] = [Heading(1, title, breaks=True)]
    for topic in wanted:
        blocks += _topic(gathered, topic)
    return blocks


def _topic(gathered: Gathered, topic: Topic) -> list[Block]:
    blocks: list[Block] = [Heading(2, _name(topic)), Facts(tuple(_facts(topic)))]
    said = summed_up(topic)
    if said and gathered.only is None:
        heading = gettext("Summary") if topic.summary.signed_at else gettext("What people write")
        blocks += [Heading(3, heading), *said]
    blocks += _groups(gathered, topic)
    if topic.parts:
        parts = tuple((f"{label}: " + _contributions(size),) for label, size in topic.parts)
        blocks += [Heading(3, gettext("Sub-topics")), Items(parts)]
    blocks += _listed(gettext("Typical contributions"), topic.typical)
    blocks += _listed(gettext("Contributions that fit least"), topic.outlying)
    blocks += _arguments(gathered, topic)
    return blocks


def _facts(topic: Topic) -> list[tuple[str, str]]:
    facts = [(gettext("Size"), _contributions(topic.size))]
    if topic.terms:
        facts.append((gettext("Telling words"), ", ".join(topic.terms)))
    everybody = topic.opinion.everybody if topic.opinion else None
    if everybody is not None:
        facts.append((gettext("Everybody agrees"), in_full(Share(
            everybody.share, everybody.low, everybody.high, everybody.people
        ))))  # fmt: skip
    return facts


def in_full(share: Share) -> str:
    """A share with its bounds and the number of people."""
    return gettext(
        "%(share)s (%(low)s to %(high)s, %(n)s people)",
        share=percent(share.value),
        low=percent(share.low),
        high=percent(share.high),
        n=number(share.people),
    )


def _contributions(count: int) -> str:
    return ngettext("%(n)s contribution", "%(n)s contributions", count, n=number(count))


def summed_up(topic: Topic) -> list[Block]:
    """The summary of a topic, each sentence with its sources; who stands for it comes first."""
    summary = topic.summary
    if not summary.sentences:
        return []
    if summary.signed_at is None:
        return [Quotes(tuple(Said(s.text, s.sources[0].source) for s in summary.sentences))]
    signed = gettext(
        "Checked by the committee and signed off on %(day)s. The numbers lead to the contributions "
        "each sentence rests on.",
        day=day(summary.signed_at),
    )
    since = gettext("Since then other contributions have come into the topic or left it.")
    note = f"{signed} {since}" if summary.is_overtaken else signed
    return [Text((note,), "note"), Items(tuple(proven(each) for each in summary.sentences))]


def proven(sentence: Sentence) -> tuple[Words, ...]:
    """A sentence, in quotation marks if somebody wrote it so, and the numbers of its sources."""
    text = sentence.text
    quoted = gettext("“%(text)s”", text=text) if sentence.is_verbatim else text
    links = [each.source for each in sentence.sources]
    between = [part for link in links for part in (", ", link)][1:]
    return f"{quoted} (", *between, ")"


def _listed(heading: str, found: tuple[Contribution, ...]) -> list[Block]:
    if not found:
        return []
    return [
        Heading(3, heading),
        Items(tuple((each.link, f" ({each.source.text})") for each in found)),
    ]


def _arguments(gathered: Gathered, topic: Topic) -> list[Block]:
    blocks: list[Block] = []
    for stance, heading in (
        (Stance.FOR, gettext("Arguments in favour")),
        (Stance.AGAINST, gettext("Arguments against")),
    ):
        found = gathered.about(topic, stance)[:ARGUMENTS_SHOWN]
        if found:
            blocks += [Heading(3, heading), Items(tuple(_argued(gathered, a) for a in found))]
    asked = gathered.about(topic, Stance.QUESTION)
    if asked:
        asked.sort(key=lambda each: each.is_answered)
        shown = asked[:QUESTIONS_SHOWN]
        blocks += [
            Heading(3, gettext("Questions to the administration")),
            Items(tuple(_asked(gathered, each) for each in shown)),
        ]
    return blocks


def _argued(gathered: Gathered, argument: Argument) -> tuple[Words, ...]:
    source = gathered.contributions[argument.submission_id].source
    return gettext("“%(text)s”", text=shortened(argument.text, LONGEST_ARGUMENT)) + " ", source


def _asked(gathered: Gathered, argument: Argument) -> tuple[Words, ...]:
    state = gettext("answered") if argument.is_answered else gettext("not answered yet")
    return *_argued(gathered, argument), f" ({state})"


def _groups(gathered: Gathered, topic: Topic) -> list[Block]:
    if topic.opinion is None or gathered.told is None or not gathered.told.groups:
        return []
    groups = zip(gathered.told.groups, topic.opinion.groups, strict=True)
    rows = [(gettext("Everybody"), topic_cell(topic.opinion.everybody))]
    rows += [(group_name(group.letter), topic_cell(cell)) for group, cell in groups]
    return [
        Heading(3, gettext("What the opinion groups think")),
        Table(
            "",
            gettext("Agreement on “%(topic)s”", topic=topic.name),
            (Column(gettext("Who"), 2), Column(gettext("Agree"), 2, numeric=True, is_share=True)),
            tuple(rows),
        ),
    ]


def _writer(topic: Topic) -> str:
    return gettext("committee") if topic.summary.signed_at else gettext("program")


# ---- for spreadsheets ---------------------------------------------------------------------------


def sheets(gathered: Gathered) -> tuple[Table, ...]:
    """Sentences and arguments as tables, for those who want to sort and count them."""
    topics = gathered.topics if gathered.only is None else (gathered.only,)
    sentences = tuple(
        (_name(topic), each.text, _writer(topic), source.source)
        for topic in topics
        for each in topic.summary.sentences
        for source in each.sources
    )
    names = {
        Stance.FOR: gettext("in favour"),
        Stance.AGAINST: gettext("against"),
        Stance.QUESTION: gettext("question"),
    }
    topic_of = {each.id: _name(topic) for topic in topics for each in topic.members}
    said = tuple(
        (
            topic_of.get(each.submission_id, ""),
            names[each.stance],
            each.text,
            each.helpful,
            gathered.contributions[each.submission_id].source,
        )
        for each in gathered.arguments
        if each.stance in names
        and each.submission_id in gathered.contributions
        and (gathered.only is None or each.submission_id in topic_of)
    )
    source, topic_column = Column(gettext("Source"), 1), Column(gettext("Topic"), 2)
    return (
        Table(
            gettext("Summaries"),
            gettext("Sentences of the summaries"),
            (
                topic_column,
                Column(gettext("Sentence"), 6),
                Column(gettext("Chosen or written by"), 2),
                source,
            ),
            sentences,
        ),
        Table(
            gettext("Arguments"),
            gettext("Arguments and questions"),
            (
                topic_column,
                Column(gettext("Stance"), 1),
                Column(gettext("Text"), 6),
                Column(gettext("Marked as helpful"), 1, numeric=True),
                source,
            ),
            said,
        ),
    )
