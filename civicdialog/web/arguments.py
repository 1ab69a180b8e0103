"""A discussion as pages show it: both sides, questions, answers, and notes for what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import url_for

from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.discussion import queries as discussion
from civicdialog.discussion.models import Argument, Stance
from civicdialog.discussion.queries import Place
from civicdialog.discussion.ranking import drawn
from civicdialog.moderation.models import ModerationDecision, SubjectKind
from civicdialog.moderation.queries import restrictions_on
from civicdialog.rounds.models import Deed
from civicdialog.submissions.models import Submission
from civicdialog.web.templating import day_in_words, label
from civicdialog.web.words import gettext

SHORT = 3
"""So many of each kind stand on the page of a contribution."""
ON_A_PAGE = 20


class Sort(StrEnum):
    FAIR = "fair"
    NEWEST = "newest"
    OLDEST = "oldest"
    HELPFUL = "helpful"


@dataclass(frozen=True)
class Said:
    """An argument, question, remark or answer; a note stands for the text of what is gone."""

    public_id: str
    url: str
    text: str
    note: str
    """Why there is no text, or who alone can read it."""
    byline: str
    stance: str
    is_official: bool
    versions_url: str
    helpful: int
    is_marked: bool
    may_mark: bool
    answer_url: str
    edit_url: str
    withdraw_url: str
    moderate_url: str
    answers: Sequence["Said"]


@dataclass(frozen=True)
class Column:
    """Arguments of one kind."""

    stance: str
    heading: str
    said: Sequence[Said]
    count: int
    more_url: str
    """All of them; empty if all stand here."""


@dataclass(frozen=True)
class Discussion:
    """What is said about a contribution."""

    columns: Sequence[Column]
    count: int
    write_url: str
    """Empty while nobody can write."""
    why_not: str


def columns_of(actor: Actor, submission: Submission, seed: str, now: datetime) -> Discussion:
    """The first few of each kind, in the fair order."""
    places = discussion.places(actor, submission.id)
    by_stance = {stance: [p for p in places if p.stance is stance] for stance in Stance}
    first = {
        stance: _ordered(found, Sort.FAIR, seed, now)[:SHORT] for stance, found in by_stance.items()
    }
    said = _said(actor, submission, [each for ids in first.values() for each in ids], now)
    columns = [
        Column(
            stance.value,
            heading(stance),
            [said[each] for each in ids if each in said],
            len(by_stance[stance]),
            _all_url(submission, stance) if len(by_stance[stance]) > SHORT else "",
        )
        for stance, ids in first.items()
    ]
    return Discussion(columns, len(places), *_writing(actor, submission, now))


def heading(stance: Stance) -> str:
    """The heading above arguments of one kind."""
    return {
        Stance.FOR: gettext("For it"),
        Stance.AGAINST: gettext("Against it"),
        Stance.QUESTION: gettext("Questions"),
        Stance.REMARK: gettext("Remarks"),
    }[stance]


def _all_url(submission: Submission, stance: Stance) -> str:
    return url_for("said.listed", public_id=submission.public_id, stance=stance.value)


def _writing(actor: Actor, submission: Submission, now: datetime) -> tuple[str, str]:
    round = submission.round
    if round.permits(Deed.ARGUE, now):
        return url_for("discussion.write", public_id=submission.public_id), ""
    begin = round.next_chance_for(Deed.ARGUE, now)
    if begin is not None:
        return "", gettext("You can discuss from %(date)s on.", date=day_in_words(begin))
    ended = round.last_chance_for(Deed.ARGUE)
    return "", gettext("The discussion has ended.") if ended else ""


@dataclass(frozen=True)
class ArgumentList:
    """All arguments of one kind, a page of them."""

    stance: str
    heading: str
    sort: str
    said: Sequence[Said]
    count: int
    first_url: str
    next_url: str
    write_url: str
    why_not: str


def argument_list(
    actor: Actor,
    submission: Submission,
    stance: Stance,
    sort: Sort,
    seed: str,
    start: int,
    now: datetime,
) -> ArgumentList:
    """A page of arguments from place `start` on; `seed` keeps the fair order from page to page."""
    places = [each for each in discussion.places(actor, submission.id) if each.stance is stance]
    ids = _ordered(places, sort, seed, now)
    shown = ids[start : start + ON_A_PAGE]
    said = _said(actor, submission, shown, now)

    def url(at: int) -> str:
        return url_for(
            "said.listed",
            public_id=submission.public_id,
            stance=stance.value,
            sort=sort.value,
            seed=seed if sort is Sort.FAIR and not actor.is_signed_in else None,
            start=at or None,
        )

    return ArgumentList(
        stance.value,
        heading(stance),
        sort.value,
        [said[each] for each in shown if each in said],
        len(ids),
        url(0) if start else "",
        url(start + ON_A_PAGE) if start + ON_A_PAGE < len(ids) else "",
        *_writing(actor, submission, now),
    )


def one_argument(actor: Actor, argument: Argument, submission: Submission, now: datetime) -> Said:
    """An argument with the answers to it; of an answer, what it answers."""
    top = argument.parent_id or argument.id
    return _said(actor, submission, [top], now)[top]


def _ordered(places: Sequence[Place], sort: Sort, seed: str, now: datetime) -> list[int]:
    if sort is Sort.FAIR:
        rows = ((each.id, each.helpful_count, each.created_at) for each in places)
        return drawn(rows, seed=seed, now=now)
    newest_first = sorted((each.id for each in places), reverse=True)
    if sort is Sort.NEWEST:
        return newest_first
    if sort is Sort.OLDEST:
        return newest_first[::-1]
    marks = {each.id: each.helpful_count for each in places}
    return sorted(newest_first, key=lambda each: -marks[each])


def _said(
    actor: Actor, submission: Submission, ids: Sequence[int], now: datetime
) -> dict[int, Said]:
    found = discussion.with_answers(actor, ids)
    gone = [each.id for each, _ in found if each.is_hidden or each.is_refused]
    restrictions = restrictions_on(SubjectKind.ARGUMENT, gone) if gone else {}
    can_write = submission.round.permits(Deed.ARGUE, now)
    answers: dict[int, list[Said]] = {}
    for each, is_marked in found:
        if each.parent_id is not None:
            why = restrictions.get(each.id)
            one = _one(actor, each, is_marked, can_write, (), why)
            answers.setdefault(each.parent_id, []).append(one)
    return {
        each.id: _one(
            actor, each, is_marked, can_write, answers.get(each.id, ()), restrictions.get(each.id)
        )
        for each, is_marked in found
        if each.parent_id is None
    }


def _one(
    actor: Actor,
    argument: Argument,
    is_marked: bool,
    can_write: bool,
    answers: Sequence[Said],
    why: ModerationDecision | None,
) -> Said:
    name = argument.author.public_name if argument.author else argument.author_name
    is_mine = actor.id is not None and argument.author_id == actor.id
    is_changeable = argument.is_public or argument.waits
    is_readable = argument.is_public or (is_mine and (argument.waits or argument.is_refused))
    may_answer = (can_write and actor.is_signed_in) or may(actor, Permission.ARGUMENT_ANSWER)
    here = argument.public_id
    may_edit = is_mine and is_changeable and (can_write or argument.is_official)
    return Said(
        public_id=here,
        url=url_for("said.one", public_id=here),
        text=argument.text if is_readable else "",
        note=_note(argument, is_mine, why),
        byline=gettext(
            "%(name)s, %(date)s",
            name=_signature(argument, name),
            date=day_in_words(argument.created_at),
        )
        if is_readable
        else day_in_words(argument.created_at),
        stance=argument.stance.value,
        is_official=argument.is_official,
        versions_url=url_for("discussion.show_versions", public_id=here)
        if argument.edited_at and is_changeable
        else "",
        helpful=argument.helpful_count,
        is_marked=is_marked,
        may_mark=argument.is_public and may(actor, Permission.ARGUMENT_HELPFUL, argument),
        answer_url=url_for("discussion.answer", public_id=here)
        if may_answer and argument.can_be_answered
        else "",
        edit_url=url_for("discussion.edit", public_id=here) if may_edit else "",
        withdraw_url=url_for("discussion.withdraw", public_id=here)
        if is_mine and is_changeable
        else "",
        moderate_url=url_for("argument_moderation.show", public_id=here)
        if argument.is_public and may(actor, Permission.ARGUMENT_MODERATE, argument)
        else "",
        answers=answers,
    )


def _signature(argument: Argument, name: str) -> str:
    if argument.is_official:
        return gettext("%(name)s for the administration", name=name)
    return name or gettext("without a name")


def _note(argument: Argument, is_mine: bool, why: ModerationDecision | None) -> str:
    if argument.is_public:
        return ""
    if argument.is_hidden:
        return _why_hidden(why)
    if argument.is_withdrawn:
        return gettext("This was taken back by its author.")
    if argument.is_refused:
        return gettext("The moderation team has not published this text.")
    if is_mine:
        return gettext("Being checked: until then only you can read it.")
    return gettext("Its author has changed this text. The new one is being checked.")


def _why_hidden(why: ModerationDecision | None) -> str:
    if why is None or why.ground is None:
        return gettext("The moderation team has hidden this text.")
    return gettext(
        "The moderation team has hidden this text on %(day)s. Reason: %(ground)s.",
        day=day_in_words(why.decided_at),
        ground=label(why.ground),
    )
