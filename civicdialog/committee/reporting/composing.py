"""Composes a report in its language from what was gathered."""

from civicdialog.committee.reporting import method, opinions, reach, summary, topics
from civicdialog.committee.reporting.blocks import Block, Document
from civicdialog.committee.reporting.figures import FLOOR
from civicdialog.committee.reporting.gathered import Gathered
from civicdialog.committee.reporting.plain import line
from civicdialog.committee.reporting.wording import day, gettext, number
from civicdialog.core import clock
from civicdialog.core.city import city


def compose(gathered: Gathered, language: str, *, with_list: bool) -> Document:
    """All chapters, in the order of a reader with ten minutes."""
    blocks: list[Block] = summary.chapter(gathered)
    if gathered.only is None:
        blocks += topics.glance(gathered)
    blocks += topics.one_by_one(gathered)
    blocks += opinions.chapter(gathered)
    if gathered.only is None:
        blocks += reach.taking_part(gathered)
        blocks += reach.moderation(gathered)
        blocks += reach.recommendations(gathered)
    blocks += method.chapter(gathered)
    if with_list:
        blocks += method.appendix(gathered)
    profile, round = city(), gathered.round
    return Document(
        language=language,
        site=profile.site_name[language],
        operator=profile.operator,
        title=line(round.title),
        subtitle=_subtitle(gathered),
        question=line(round.question),
        facts=tuple(_facts(gathered)),
        notices=tuple(_notices(gathered)),
        words=tuple(_words()),
        blocks=tuple(blocks),
        sheets=topics.sheets(gathered),
    )


def _subtitle(gathered: Gathered) -> str:
    if gathered.only is None:
        return gettext("Report on the round")
    return gettext("Report on the topic “%(topic)s”", topic=gathered.only.name)


def _facts(gathered: Gathered) -> list[tuple[str, str]]:
    facts = []
    phases = gathered.round.phases
    if phases:
        begin, end = min(p.starts_at for p in phases), max(p.ends_at for p in phases)
        period = gettext("%(begin)s to %(end)s", begin=day(begin), end=day(end))
        facts.append((gettext("Period"), period))
    count = gathered.only.size if gathered.only else len(gathered.contributions)
    facts.append((gettext("Published contributions"), number(count)))
    if gathered.only is None and gathered.topics:
        facts.append((gettext("Topics"), number(len(gathered.topics))))
    if gathered.told is not None:
        told = gathered.told
        few = gettext("fewer than 5")
        facts.append(
            (gettext("People who voted"), few if told.people < FLOOR else number(told.people))
        )
        if told.people >= FLOOR:
            facts.append((gettext("Voices"), number(told.votes)))
    return facts


def _notices(gathered: Gathered) -> list[str]:
    notices = []
    if gathered.round.is_sample:
        notices.append(gettext("These are sample data. Nothing in this report was really said."))
    if gathered.round.accepts_votes(clock.now()):
        notices.append(gettext("The voting is still going on. All figures are provisional."))
    return notices


def _words() -> list[tuple[str, str]]:
    return [
        ("page", gettext("Page")),
        ("contents", gettext("Contents")),
        ("version", gettext("Version")),
        ("as_of", gettext("As of")),
        ("hash", gettext("Fingerprint of the content (SHA-256)")),
        ("hidden", gettext("fewer than 5")),
        ("people", gettext("people")),
        ("share", gettext("share in percent")),
        ("low", gettext("lower bound")),
        ("high", gettext("upper bound")),
        ("quote_open", gettext("“%(text)s”").partition("%(text)s")[0]),
        ("quote_close", gettext("“%(text)s”").partition("%(text)s")[2]),
        ("overview", gettext("Overview")),
    ]
