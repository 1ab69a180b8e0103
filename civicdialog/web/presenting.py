"""From rows to what components show: cards, filters, the texts of one proposal."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from flask import url_for

from civicdialog.core.city import city
from civicdialog.core.permissions import Actor
from civicdialog.core.view_models import Opinion, ProposalCard
from civicdialog.moderation.redacting import PLACEHOLDER
from civicdialog.rounds.models import Round
from civicdialog.submissions import fields
from civicdialog.submissions.fields import Part
from civicdialog.submissions.listing import Row
from civicdialog.submissions.marking import Marker
from civicdialog.submissions.models import Submission
from civicdialog.web.languages import chosen_language
from civicdialog.web.words import gettext, ngettext

SUMMARY_LENGTH = 200
OPINION_WORDS: Mapping[int, Opinion] = {1: "agree", 0: "pass", -1: "disagree"}
Topic = tuple[int, str]
"""Position in the run, and label."""


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
    marker: Marker | None = None,
) -> list[ProposalCard]:
    """The rows as cards; whatever is the same for all of them is worked out once.

    With a marker the hits of a search are marked, and the summary begins shortly before the first.
    """
    if not rows:
        return []
    proposal_url = url_for("web.proposal", public_id="-").removesuffix("-")
    topic_url = url_for("web.proposals", slug=round.slug) + "?topic="
    departments = department_names()
    excerpts = [marker.around_hit(row.excerpt) if marker else row.excerpt for row in rows]
    return [
        ProposalCard(
            title=row.title,
            url=proposal_url + row.public_id,
            summary=(summary := summary_of(excerpt)),
            kind=row.kind.value,
            topic=topics[row.id][1] if row.id in topics else "",
            topic_url=f"{topic_url}{topics[row.id][0]}" if row.id in topics else "",
            department=departments.get(row.department, ""),
            voices_count=row.vote_count,
            arguments_count=row.argument_count,
            number=row.number,
            my_opinion=OPINION_WORDS[opinions[row.id]] if row.id in opinions else "",
            is_mine=actor.id is not None and row.author_id == actor.id,
            title_parts=marker.marked(row.title) if marker else (),
            summary_parts=marker.marked(summary) if marker else (),
        )
        for row, excerpt in zip(rows, excerpts, strict=True)
    ]


def department_names() -> dict[str, str]:
    """The areas of the administration in the reader's language, by key."""
    language = chosen_language()
    return {key: text[language] for key, text in city().departments.items()}


def parts(submission: Submission) -> list[Part]:
    """What was written, in the order of the page; empty fields are left out."""
    return fields.parts(submission, gettext)


def author_name(submission: Submission) -> str:
    """The public name, the name in the imported file, what is left of it, or that there is none."""
    if submission.author is not None and PLACEHOLDER not in submission.author_name:
        return submission.author.public_name
    return submission.author_name or gettext("without a name")


def count_of_proposals(count: int) -> str:
    return ngettext("%(num)d proposal", "%(num)d proposals", count)
