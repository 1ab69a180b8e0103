"""The last chapters: the method in plain words, the cards of the runs, all contributions."""

from civicdialog.committee.opinion_card import steadiness as group_steadiness
from civicdialog.committee.quality import largest_topic
from civicdialog.committee.quality import steadiness as topic_steadiness
from civicdialog.committee.reading import PROVISIONAL_BELOW
from civicdialog.committee.reporting.blocks import Block, Column, Facts, Heading, Items, Table, Text
from civicdialog.committee.reporting.gathered import Gathered
from civicdialog.committee.reporting.wording import gettext, label, moment, number
from civicdialog.insights.models import ClusterRun, OpinionRun


def chapter(gathered: Gathered) -> list[Block]:
    """How the figures came about, in words everybody understands."""
    return [
        Heading(1, gettext("How this report came about"), breaks=True),
        Heading(2, gettext("How contributions become topics")),
        Text((gettext(
            "A program puts side by side what is about the same thing, so that the advisory "
            "committee can read it together. It judges nothing and decides nothing."
        ),)),
        Text((gettext(
            "It reads title and text of every published contribution, and nothing else: not who "
            "wrote it, not how people voted. Contributions with the same words or the same meaning "
            "are tied together; where few threads run, the net is cut. What hangs together is a "
            "topic, called after the words that stand out in it."
        ),)),
        Text((gettext(
            "Summaries consist of whole sentences that people wrote, each with its source. The "
            "program writes none itself. The committee may write a text of its own instead, whose "
            "sentences have to lead to contributions as well; it stands here once it is signed off. "
            "The program asks no AI service and runs on the city's machines."
        ),)),
        Heading(2, gettext("How votes become opinion groups")),
        Text((gettext(
            "People answer contributions with “agree”, “disagree” or “undecided”. Who answers "
            "alike forms an opinion group. Groups are shown only if they come about again when a "
            "fifth of the voices is left out. Age, origin or party play no part."
        ),)),
        Text((gettext(
            "“Common ground” is what all groups see alike, “what divides” is what they see "
            "differently, both clearly enough that it is no chance. Every share comes with the "
            "range in which it probably lies and with the number of people."
        ),)),
        Heading(2, gettext("What the figures cannot tell")),
        Items((
            (gettext("Whoever takes part has chosen to. The figures do not speak for the whole city."),),
            (gettext("They are an opinion poll, not an election. Nothing is decided by them. The committee reads the reasons as well."),),
            (gettext("A small group is not wrong because it is small."),),
            (gettext("Each contribution stands in one topic only, even if it is about several things. Irony and very short texts mislead the program."),),
        )),
        *_cards(gathered),
    ]  # fmt: skip


def _cards(gathered: Gathered) -> list[Block]:
    blocks: list[Block] = []
    if gathered.run is not None:
        blocks += [
            Heading(2, gettext("Card of the topics")),
            Facts(tuple(_topic_card(gathered.run))),
        ]
        if gathered.run.submission_count < PROVISIONAL_BELOW:
            blocks.append(Text((gettext(
                "With fewer than 500 contributions other groups could be just as good. Read the "
                "topics as a help, not as a result."
            ),), "note"))  # fmt: skip
    if gathered.opinion_run is not None:
        card = tuple(_opinion_card(gathered.opinion_run))
        blocks += [Heading(2, gettext("Card of the opinion groups")), Facts(card)]
    if blocks:
        blocks.append(Text((gettext(
            "The same contributions and voices with the same settings always give the same result. "
            "The committee can download both runs; the command “civicdialog verify-run” calculates "
            "them again and compares."
        ),), "note"))  # fmt: skip
    return blocks


def _topic_card(run: ClusterRun) -> list[tuple[str, str]]:
    by_sentences = run.method == "words+sentences"
    wanted = run.settings.get("topics_wanted")
    return [
        (gettext("Made on"), moment(run.ran_at)),
        (gettext("Contributions"), number(run.submission_count)),
        (gettext("Number of topics"), gettext("%(n)s, set by the committee", n=wanted) if wanted
            else gettext("chosen by the method")),
        (gettext("What was compared"), gettext("words and the meaning of sentences")
            if by_sentences else gettext("words alone")),
        (gettext("How steady?"), topic_steadiness(run)),
        (gettext("Largest topic"), largest_topic(run)),
        *_common(run),
    ]  # fmt: skip


def _opinion_card(run: OpinionRun) -> list[tuple[str, str]]:
    groups = number(run.group_count) if run.group_count > 1 else gettext("none")
    return [
        (gettext("Made on"), moment(run.ran_at)),
        (gettext("Voices"), number(run.vote_count)),
        (gettext("Opinion groups"), groups),
        (gettext("How steady are the groups?"), group_steadiness(run)),
        *_common(run),
    ]


def _common(run: ClusterRun | OpinionRun) -> list[tuple[str, str]]:
    software = ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))
    return [
        (gettext("Seed"), str(run.seed)),
        (gettext("Software"), software or "–"),
        (gettext("Fingerprint of what went in (SHA-256)"), run.input_hash),
        (gettext("Fingerprint of the result (SHA-256)"), run.result_hash or "–"),
    ]


def appendix(gathered: Gathered) -> list[Block]:
    """Every published contribution, of the topic or of the round."""
    names = {topic.key: topic.name for topic in gathered.topics}
    listed = [
        each
        for each in gathered.contributions.values()
        if gathered.only is None or each.topic == gathered.only.key
    ]
    return [
        Heading(1, gettext("All contributions"), breaks=True),
        Table(
            gettext("Contributions"),
            gettext("All published contributions by number"),
            (
                Column(gettext("No."), 0.5, numeric=True),
                Column(gettext("Contribution"), 3.5),
                Column(gettext("Kind"), 1.1),
                Column(gettext("Topic"), 2.2),
                Column(gettext("State"), 1.3),
            ),
            tuple(
                (
                    each.number,
                    each.link,
                    label(each.kind),
                    names.get(each.topic, "–") if each.topic is not None else "–",
                    gettext("Published"),
                )
                for each in listed
            ),
        ),
    ]
