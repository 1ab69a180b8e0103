"""From rows to what components show: cards, filters, one proposal with its thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import url_for

from civicdialog.core.city import city
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.core.view_models import Opinion, ProposalCard, ThreadStep
from civicdialog.rounds.models import Round
from civicdialog.submissions.listing import Row
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.web.languages import chosen_language
from civicdialog.web.templating import label
from civicdialog.web.words import gettext, ngettext

SUMMARY_LENGTH = 200
OPINION_WORDS: Mapping[int, Opinion] = {1: "agree", 0: "pass", -1: "disagree"}
Topic = tuple[int, str]
"""Position in the run, and label."""

# Headings of the four texts, fitting the kind of contribution.
HEADINGS: Mapping[Kind, tuple[str, str, str, str]] = {
    Kind.USE_CASE: (
        mark("What is the problem?"),
        mark("What should AI do?"),
        mark("Who benefits?"),
        mark("What could go wrong?"),
    ),
    Kind.PRINCIPLE: (
        mark("Why is this needed?"),
        mark("What should hold?"),
        mark("Whom does it protect?"),
        mark("What could speak against it?"),
    ),
    Kind.CONCERN: (
        mark("What is the worry?"),
        mark("What should the city do?"),
        mark("Whom does it concern?"),
        mark("What else is to be considered?"),
    ),
}


@lru_cache(maxsize=4096)
def summary_of(excerpt: str) -> str:
    """The first words of what was written, without line breaks and emphasis marks."""
    short = " ".join(excerpt[: 3 * SUMMARY_LENGTH].replace("*", "").replace("`", "").split())
    if len(short) <= SUMMARY_LENGTH:
        return short
    return short[:SUMMARY_LENGTH].rsplit(" ", 1)[0].rstrip(",;:.–- ") + " …"


def cards(
    rows: Sequence[Row],
    round: Round,
    *,
    actor: Actor,
    topics: Mapping[int, Topic],
    opinions: Mapping[int, int],
) -> list[ProposalCard]:
    """The rows as cards; whatever is the same for all of them is worked out once."""
    if not rows:
        return []
    proposal_url = url_for("web.proposal", public_id="-").removesuffix("-")
    topic_url = url_for("web.proposals", slug=round.slug) + "?topic="
    departments = department_names()
    return [
        ProposalCard(
            title=row.title,
            url=proposal_url + row.public_id,
            summary=summary_of(row.excerpt),
            kind=row.kind.value,
            topic=topics[row.id][1] if row.id in topics else "",
            topic_url=f"{topic_url}{topics[row.id][0]}" if row.id in topics else "",
            department=departments.get(row.department, ""),
            voices_count=row.vote_count,
            arguments_count=row.argument_count,
            number=row.number,
            my_opinion=OPINION_WORDS[opinions[row.id]] if row.id in opinions else "",
            is_mine=actor.id is not None and row.author_id == actor.id,
        )
        for row in rows
    ]


def department_names() -> dict[str, str]:
    """The areas of the administration in the reader's language, by key."""
    language = chosen_language()
    return {key: text[language] for key, text in city().departments.items()}


@dataclass(frozen=True)
class Part:
    """One text of a proposal under its heading."""

    heading: str
    text: str


def parts(submission: Submission) -> list[Part]:
    """What was written, in the order of the form; empty fields are left out."""
    texts = (
        submission.problem,
        submission.solution,
        submission.beneficiaries,
        submission.worries,
    )
    headings = HEADINGS[submission.kind]
    return [Part(gettext(h), text) for h, text in zip(headings, texts, strict=True) if text.strip()]


def author_name(submission: Submission) -> str:
    """The public name, the name in the imported file, or that there is none."""
    if submission.author is not None:
        return submission.author.public_name
    return submission.author_name or gettext("without a name")


# What a link of the thread is called, and whether it ends there.
THREAD_WORDS: Mapping[Relation, str] = {
    Relation.HANDED_IN: mark("Handed in"),
    Relation.PUBLISHED: mark("Published"),
    Relation.REJECTED: mark("Not published"),
    Relation.WITHDRAWN: mark("Taken back by its author"),
    Relation.GROUPED_UNDER: mark("Sorted into a topic"),
}
DEAD_ENDS = frozenset({Relation.REJECTED, Relation.WITHDRAWN})


def thread(
    submission: Submission, links: Sequence[TraceLink], topic: Topic | None, topic_url: str
) -> list[ThreadStep]:
    """What became of a contribution, and what is still open."""
    told = {link.relation for link in links}
    steps = [
        ThreadStep(
            gettext(THREAD_WORDS[link.relation]),
            "dead_end" if link.relation in DEAD_ENDS else "done",
            at=link.at,
            reason=link.reason,
        )
        for link in links
        if link.superseded_by_id is None and link.relation is not Relation.GROUPED_UNDER
    ]
    if Relation.HANDED_IN not in told:
        steps.insert(0, ThreadStep(gettext("Handed in"), "done", at=submission.created_at))
    if Relation.PUBLISHED not in told and submission.published_at is not None:
        at = submission.published_at
        steps.insert(1, ThreadStep(gettext("Published"), "done", at=at))
    return steps + _open_end(submission, topic, topic_url, told)


def _open_end(
    submission: Submission, topic: Topic | None, topic_url: str, told: set[Relation]
) -> list[ThreadStep]:
    if submission.status is Status.PENDING:
        waiting = gettext("Somebody from the moderation team reads your text before it appears.")
        return [ThreadStep(gettext("Being checked"), "current", reason=waiting)]
    if submission.status is Status.HIDDEN:
        return [ThreadStep(gettext("Hidden by the moderation"), "dead_end")]
    if submission.status is not Status.PUBLISHED:
        word = label(submission.status)
        return [] if told & DEAD_ENDS else [ThreadStep(word, "dead_end")]
    steps = []
    if topic is not None:
        steps.append(
            ThreadStep(
                gettext("Sorted into the topic “%(topic)s”", topic=topic[1]),
                "done",
                reason=gettext("Grouped by a program, from the words of all proposals."),
                url=topic_url,
                url_label=gettext("All proposals on this topic"),
            )
        )
    later = gettext(
        "The advisory committee reads the proposals, then the council answers. "
        "You will see here what becomes of this one."
    )
    return [*steps, ThreadStep(gettext("Still open"), "open", reason=later)]


def count_of_proposals(count: int) -> str:
    return ngettext("%(num)d proposal", "%(num)d proposals", count)
