"""Composes what the list of proposals and the page of one proposal show, from several rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import format_decimal

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.core.view_models import (
    Fact,
    FilterChoice,
    Filters,
    FilterSelect,
    Opinion,
    OpinionBar,
    ProposalCard,
    ThreadStep,
    VoteView,
)
from civicdialog.insights.queries import members_of
from civicdialog.moderation.hints import Hint
from civicdialog.moderation.models import ModerationDecision
from civicdialog.notifications.follows import follows
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions import listing, passages
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.attachments import sees_hidden
from civicdialog.submissions.exposure import exposure
from civicdialog.submissions.fields import Part
from civicdialog.submissions.listing import Order
from civicdialog.submissions.marking import Marker
from civicdialog.submissions.models import Channel, Kind, Status, Submission
from civicdialog.submissions.ranking import MOST_RANKED
from civicdialog.submissions.shown_files import ShownFile, shown
from civicdialog.trace import queries as trace
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.voting import queries as voting
from civicdialog.web import hints, presenting
from civicdialog.web.arguments import Discussion, columns_of
from civicdialog.web.fairness import seed_for, to_make_up_for
from civicdialog.web.presenting import OPINION_WORDS, Topic
from civicdialog.web.queries import topic_labels, topics_of
from civicdialog.web.templating import day_in_words, label
from civicdialog.web.thread import short_thread
from civicdialog.web.words import gettext

CARDS_ON_FRONT = 3
LONGEST_SEARCH = 200

NOTICES = {
    Status.PENDING: (
        mark("Not public yet"),
        mark("Somebody from the moderation team reads this text before it appears."),
        "info",
    ),
    Status.REJECTED: (
        mark("Not published"),
        mark("Only the author and the moderation team can see this page."),
        "warning",
    ),
    Status.WITHDRAWN: (
        mark("Taken back"),
        mark("The author has taken this contribution back. It is no longer public."),
        "info",
    ),
    Status.REPLACED: (
        mark("Other contributions stand in its place"),
        mark(
            "The moderation has split or merged it; the thread says why and leads to them. "
            "Votes stay here with the original. Who voted can vote on the others."
        ),
        "info",
    ),
    Status.HIDDEN: (
        mark("Hidden"),
        mark("The moderation team has hidden this contribution. It is no longer public."),
        "warning",
    ),
}
"""Title, text and tone of what somebody who may see an unpublished text has to know about it."""

WAITS_ALL_THE_SAME = mark(
    "In this round texts appear at once. This one waits all the same, for it may "
    "contain personal data or was written down for somebody; a moderator reads it first."
)


# ---- a few proposals, drawn by lot --------------------------------------------------------------


def drawn_cards(actor: Actor, round: Round) -> list[ProposalCard]:
    """Some proposals of the round, drawn anew for every visitor of a front page."""
    if round.submission_count == 0:
        return []
    seed = seed_for(actor, _today(), None)
    found = listing.page_of(
        actor,
        round,
        listing.ListFilter(),
        seed,
        size=CARDS_ON_FRONT,
        seen=to_make_up_for(round, ""),
    )
    return _cards(actor, round, found.rows)


def _cards(
    actor: Actor,
    round: Round,
    rows: Sequence[listing.Row],
    marker: Marker | None = None,
    *,
    with_topics: bool = True,
) -> list[ProposalCard]:
    ids = [row.id for row in rows]
    exposure().note(ids)
    topics = topic_labels(round.id, ids) if with_topics else {}
    opinions = voting.own_opinions(actor, round, ids)
    return presenting.cards(
        rows, round, actor=actor, topics=topics, opinions=opinions, marker=marker
    )


def _today() -> date:
    return clock.now().astimezone(city().zone).date()


# ---- the list -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """What somebody looks for; every value has been checked against what there is."""

    search: str = ""
    topic: int | None = None
    kind: Kind | None = None
    department: str = ""
    order: Order = Order.FAIR

    @property
    def usual_order(self) -> Order:
        return Order.BEST if self.search else Order.FAIR

    @property
    def narrows(self) -> bool:
        return bool(self.search or self.kind or self.department) or self.topic is not None


def _chosen(
    args: Mapping[str, str], topics: Sequence[tuple[int, str, int]], orders: Sequence[Order]
) -> Chosen:
    """Read the address; what makes no sense is left out."""
    topic, kind, order = args.get("topic", ""), args.get("kind", ""), args.get("order", "")
    department = args.get("department", "")
    known = {str(position): position for position, _, _ in topics}
    chosen = Chosen(
        search=" ".join(args.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH],
        topic=known.get(topic),
        kind=Kind(kind) if kind in set(Kind) else None,
        department=department if department in city().departments else "",
    )
    return replace(chosen, order=Order(order) if order in orders else chosen.usual_order)


def _orders(round: Round, now: datetime) -> list[Order]:
    """What somebody may choose; what most agree with is told when the voting has ended."""
    last_chance = round.last_chance_for(Deed.VOTE)
    orders = [Order.FAIR, Order.NEWEST, Order.DISCUSSED, Order.NEEDS_VOTES]
    return [*orders, Order.AGREED] if last_chance and last_chance <= now else orders


@dataclass(frozen=True)
class ProposalList:
    """Everything the list shows."""

    heading: str
    filters: Filters | None
    cards: list[ProposalCard]
    order_note: str
    order_url: str
    topic_note: str
    topic_how_url: str
    follow_topic_url: str
    topic_feed_url: str
    first_url: str
    next_url: str
    note: str
    search_note: str
    propose_url: str
    empty_title: str
    empty_text: str
    empty_label: str
    empty_url: str


def proposal_list(
    actor: Actor, round: Round, args: Mapping[str, str], now: datetime
) -> ProposalList:
    """The proposals of a round as somebody wants to see them."""
    topics = topics_of(round.id)
    orders = _orders(round, now)
    chosen = _chosen(args, topics.listed if topics else [], orders)
    seed = seed_for(actor, _today(), args.get("seed"))
    members = None
    if topics and chosen.topic is not None:
        members = members_of(topics.run_id, chosen.topic)
    wanted = listing.ListFilter(
        search=chosen.search,
        kind=chosen.kind,
        department=chosen.department,
        among=members,
        order=chosen.order,
    )
    after = args.get("after", "")
    seen = to_make_up_for(round, after)
    found = listing.page_of(actor, round, wanted, seed, after, seen=seen)
    marker = Marker(found.sought) if found.sought else None
    address = _Address(round.slug, chosen, "" if actor.is_signed_in else str(seed))
    propose_url = ""
    if round.accepts_submissions(now):
        propose_url = url_for("submissions.propose", slug=round.slug)
    return ProposalList(
        heading=gettext("Proposals"),
        filters=_filters(address, topics.listed if topics else [], orders)
        if round.submission_count
        else None,
        # What only comes close took one statement more to find, and does without this one.
        cards=_cards(actor, round, found.rows, marker, with_topics=not found.is_close),
        order_note=_order_note(Order.BEST if found.is_close else chosen.order),
        order_url=url_for("web.order_card"),
        topic_note=_topic_note(topics.ran_at) if topics else "",
        topic_how_url=_how("machine-grouping"),
        follow_topic_url=""
        if members is None
        else url_for("following.of_topic", slug=round.slug, position=chosen.topic),
        topic_feed_url=""
        if members is None
        else url_for("feeds.topic_at", slug=round.slug, position=chosen.topic),
        first_url=address.page("") if after else "",
        next_url=address.page(found.next_key) if found.next_key else "",
        note=_note(round, chosen),
        search_note=_search_note(found),
        propose_url=propose_url,
        **_empty(round, chosen, address, propose_url, after),
    )


@dataclass(frozen=True)
class _Address:
    """The address of the list with what was chosen in it."""

    slug: str
    chosen: Chosen
    seed: str

    @property
    def parameters(self) -> dict[str, Any]:
        chosen = self.chosen
        found = {
            "q": chosen.search,
            "topic": "" if chosen.topic is None else str(chosen.topic),
            "kind": chosen.kind.value if chosen.kind else "",
            "department": chosen.department,
            "order": "" if chosen.order is chosen.usual_order else chosen.order.value,
        }
        return {name: value for name, value in found.items() if value}

    def page(self, after: str) -> str:
        more: dict[str, Any] = {"seed": self.seed} if self.seed and self.is_drawn else {}
        if after:
            more["after"] = after
        return url_for("web.proposals", slug=self.slug, **self.parameters, **more)

    @property
    def is_drawn(self) -> bool:
        """Whether the lot decides, be it among equals."""
        return self.chosen.order in {Order.FAIR, Order.BEST}

    @property
    def everything(self) -> str:
        return url_for("web.proposals", slug=self.slug)


def _filters(
    address: _Address, topics: Sequence[tuple[int, str, int]], orders: Sequence[Order]
) -> Filters:
    chosen = address.chosen
    departments = presenting.department_names()
    selects = [
        _select("kind", gettext("Kind"), chosen.kind, [(k.value, label(k)) for k in Kind]),
        _select("department", gettext("Area"), chosen.department, list(departments.items())),
    ]
    if topics:
        listed = (
            FilterChoice("", gettext("All")),
            *(
                FilterChoice(str(position), name, size, selected=position == chosen.topic)
                for position, name, size in topics
            ),
        )
        title = gettext("Topic (by machine)")
        selects.insert(0, FilterSelect("topic", title, listed))
    # The usual order has no value: whoever begins a search then sees what fits best.
    choices = [
        FilterChoice(
            "" if each is chosen.usual_order else each.value,
            gettext(ORDER_WORDS[each]),
            selected=each is chosen.order,
        )
        for each in ([Order.BEST] if chosen.search else []) + list(orders)
    ]
    selects.append(FilterSelect("order", gettext("Order"), choices))
    return Filters(
        action=address.everything,
        search_label=gettext("Search"),
        search_value=chosen.search,
        selects=selects,
        hidden={"seed": address.seed} if address.seed and address.is_drawn else {},
        reset_url=address.everything if chosen.narrows else "",
    )


def _select(
    name: str, title: str, chosen: str | None, choices: Sequence[tuple[str, str]]
) -> FilterSelect:
    listed = (FilterChoice(value, text, selected=value == chosen) for value, text in choices)
    return FilterSelect(name, title, (FilterChoice("", gettext("All")), *listed))


def _how(anchor: str) -> str:
    return url_for("web.how_it_works", _anchor=anchor)


ORDER_WORDS: Mapping[Order, str] = {
    Order.FAIR: mark("Drawn by lot"),
    Order.BEST: mark("Best fit first"),
    Order.NEWEST: mark("Newest first"),
    Order.DISCUSSED: mark("Most discussed first"),
    Order.NEEDS_VOTES: mark("Fewest voices first"),
    Order.AGREED: mark("Most agreement first"),
}
ORDER_NOTES: Mapping[Order, str] = {
    Order.FAIR: mark(
        "The order is drawn by lot for you, so that every proposal has the same chance. "
        "What was seen little so far gets some places more."
    ),
    Order.BEST: mark(
        "What fits your words best comes first. Where several fit alike, the lot decides."
    ),
    Order.NEWEST: mark("The newest proposals come first."),
    Order.DISCUSSED: mark("Proposals with the most arguments come first."),
    Order.NEEDS_VOTES: mark("Proposals that few people have voted on come first."),
    Order.AGREED: mark("Proposals that the largest share of voters agrees with come first."),
}


def _order_note(order: Order) -> str:
    return gettext(ORDER_NOTES[order])


def _search_note(found: listing.ListPage) -> str:
    """What one has to know about the hits: that they are only close, or only some of many."""
    if found.is_close:
        return gettext(
            "No proposal holds all of your words. These hold some of them, or words that look "
            "similar."
        )
    if found.is_cut:
        return gettext(
            "Very many proposals fit. Here are the newest %(count)s of them; more words narrow "
            "the search down.",
            count=format_decimal(MOST_RANKED),
        )
    return ""


def _topic_note(ran_at: datetime) -> str:
    date = day_in_words(ran_at)
    return gettext("A program grouped the proposals into topics on %(date)s.", date=date)


def _note(round: Round, chosen: Chosen) -> str:
    """How many there are, where that is known without counting."""
    return "" if chosen.narrows else presenting.count_of_proposals(round.submission_count)


def _empty(
    round: Round, chosen: Chosen, address: _Address, propose_url: str, after: str
) -> dict[str, str]:
    """What stands in place of a list without entries, and the way on."""
    names = ("empty_title", "empty_text", "empty_label", "empty_url")
    if chosen.narrows or after or round.submission_count:
        words = (
            gettext("Nothing found"),
            gettext("No proposal fits what you are looking for. Try fewer words or another topic."),
            gettext("Show everything"),
            address.everything,
        )
    elif propose_url:
        words = (
            gettext("No proposals yet"),
            gettext("Nobody has proposed anything so far. You can be the first."),
            "",
            "",
        )
    else:
        round_url = url_for("web.round_page", slug=round.slug)
        words = (
            gettext("No proposals yet"),
            gettext("Proposals appear here as soon as the collecting phase begins."),
            gettext("To the round"),
            round_url,
        )
    return dict(zip(names, words, strict=True))


# ---- one proposal -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposalPage:
    """Everything the page of one proposal shows."""

    submission: Submission
    title: str
    crumb: str
    kind: str
    is_published: bool
    status_badge: str
    byline: str
    parts: list[Part]
    is_mark_gone: bool
    """Whether the link leads to a sentence that no longer stands here."""
    files: list[ShownFile]
    notice_title: str
    notice_text: str
    notice_kind: str
    resembling: Sequence[Hint]
    """Published contributions like this one, for its author."""
    vote: VoteView | None
    bar: OpinionBar | None
    bar_later: str
    secrecy_url: str
    discussion: Discussion | None
    is_followed: bool | None
    """None: nobody can follow it."""
    thread: list[ThreadStep]
    facts: list[Fact]
    list_url: str
    profile_url: str
    """Where the city has described the application, if it has."""
    redaction: ModerationDecision | None
    """The decision that took passages out of the text."""
    statement_url: str
    """Where its author reads why it was restricted, and can object."""


def proposal_page(actor: Actor, public_id: str, now: datetime, mark_key: str = "") -> ProposalPage:
    """One proposal with its votes, arguments and thread, as far as the viewer may see it."""
    submission = submissions.by_public_id(actor, public_id, with_files=True)
    round = submission.round
    published = submission.status is Status.PUBLISHED
    topic = topic_labels(round.id, [submission.id]).get(submission.id) if published else None
    opinion = _own_opinion(actor, round, submission) if published else ""
    links = db.session.scalars(trace.hops_from("submission", submission.id)).all()
    listed = url_for("web.proposals", slug=round.slug)
    topic_url = f"{listed}?topic={topic[0]}" if topic else ""
    bar, later = _result(round, submission, opinion, now) if published else (None, "")
    notice = _notice(submission)
    name = presenting.author_name(submission)
    parts = passages.with_mark(presenting.parts(submission), mark_key)
    return ProposalPage(
        submission=submission,
        title=submission.title,
        crumb=_crumb(submission),
        kind=submission.kind.value,
        is_published=published,
        status_badge="" if published else submission.status.value,
        byline=_byline(name, submission.published_at or submission.created_at),
        parts=parts,
        is_mark_gone=bool(mark_key) and not any(part.marked for part in parts),
        files=shown(submission.files, hidden_too=sees_hidden(actor, submission)),
        notice_title=notice[0],
        notice_text=notice[1],
        notice_kind=notice[2],
        resembling=hints.for_author(actor, submission),
        vote=_vote(actor, round, submission, opinion, now) if published else None,
        bar=bar,
        bar_later=later,
        secrecy_url=_how("secrecy"),
        discussion=columns_of(actor, submission, str(seed_for(actor, _today(), None)), now)
        if published
        else None,
        is_followed=follows(actor, "submission", submission.id) if published else None,
        thread=short_thread(submission, links, topic, topic_url),
        facts=_facts(submission, name, topic, topic_url),
        list_url=listed,
        profile_url=url_for("profiles.show", public_id=public_id)
        if published and any(link.relation is Relation.DESCRIBED_IN for link in links)
        else "",
        redaction=_redaction(submission, links),
        statement_url=url_for("statements.of_submission", public_id=public_id)
        if _is_restricted(submission) and may(actor, Permission.SUBMISSION_EDIT, submission)
        else "",
    )


def _is_restricted(submission: Submission) -> bool:
    return submission.awaits_author or submission.status in {Status.REJECTED, Status.HIDDEN}


def _redaction(submission: Submission, links: Sequence[TraceLink]) -> ModerationDecision | None:
    """The newest one that still holds."""
    last = next(
        (
            link
            for link in reversed(links)
            if link.relation in {Relation.REDACTED, Relation.RESTORED}
        ),
        None,
    )
    if last is None or last.relation is Relation.RESTORED:
        return None
    return db.session.get(ModerationDecision, last.to_id)


def _own_opinion(actor: Actor, round: Round, submission: Submission) -> Opinion:
    opinions = voting.own_opinions(actor, round, [submission.id])
    return OPINION_WORDS[opinions[submission.id]] if submission.id in opinions else ""


def _byline(name: str, moment: datetime) -> str:
    return gettext("%(name)s, %(date)s", name=name, date=day_in_words(moment))


def _crumb(submission: Submission) -> str:
    if submission.number is None:
        return gettext("One proposal")
    return gettext("No. %(number)s", number=format_decimal(submission.number))


def _result(
    round: Round, submission: Submission, opinion: Opinion, now: datetime
) -> tuple[OpinionBar | None, str]:
    """The result, for those who have voted or when nobody can any more; else why not yet."""
    last_chance = round.last_chance_for(Deed.VOTE)
    if last_chance is None:
        return None, ""
    if opinion or last_chance <= now:
        counts = submission.agree_count, submission.pass_count, submission.disagree_count
        return OpinionBar.from_counts(*counts), ""
    if not round.accepts_votes(now):
        return None, ""
    later = gettext("You will see what others think as soon as you have answered yourself.")
    return None, later


def _vote(
    actor: Actor, round: Round, submission: Submission, opinion: Opinion, now: datetime
) -> VoteView | None:
    """The three buttons, or a sentence why there are none; nothing in a round without voting."""
    last_chance = round.last_chance_for(Deed.VOTE)
    if last_chance is None:
        return None
    here = url_for("web.proposal", public_id=submission.public_id)
    if not round.accepts_votes(now):
        return VoteView("", opinion, can_vote=False, why_not=_why_no_vote(round, last_chance, now))
    if not may(actor, Permission.VOTE_CAST, round):
        return VoteView(
            "",
            can_vote=False,
            why_not=gettext("To say what you think of it, you need an account."),
            why_not_url=url_for("accounts.sign_in", next=here),
            why_not_url_label=gettext("Sign in"),
        )
    url = url_for("voting.cast", public_id=submission.public_id)
    return VoteView(url, opinion, next=f"{here}#vote", title=submission.title)


def _why_no_vote(round: Round, last_chance: datetime, now: datetime) -> str:
    if last_chance <= now:
        return gettext("The voting has ended.")
    begin = round.next_chance_for(Deed.VOTE, now)
    if begin is None:
        return gettext("You cannot vote at the moment.")
    return gettext("You can vote from %(date)s on.", date=day_in_words(begin))


def _notice(submission: Submission) -> tuple[str, str, str]:
    title, text, tone = NOTICES.get(submission.status, ("", "", "info"))
    if submission.status is Status.PENDING and not submission.round.submissions_wait:
        text = WAITS_ALL_THE_SAME
    return title and gettext(title), text and gettext(text), tone


def _facts(submission: Submission, name: str, topic: Topic | None, topic_url: str) -> list[Fact]:
    facts = [Fact(gettext("By"), name)]
    if submission.published_at is not None:
        facts.append(Fact(gettext("Published on"), day_in_words(submission.published_at)))
    if submission.edited_at is not None:
        words = gettext("%(date)s, read all versions", date=day_in_words(submission.edited_at))
        facts.append(
            Fact(
                gettext("Changed on"),
                words,
                url_for("versions.show", public_id=submission.public_id),
            )
        )
    if submission.number is not None:
        facts.append(Fact(gettext("Number"), format_decimal(submission.number)))
    area = presenting.department_names().get(submission.department)
    if area:
        facts.append(Fact(gettext("Area"), area))
    if topic is not None:
        facts.append(Fact(gettext("Topic"), topic[1], topic_url))
    if submission.channel is not Channel.ONLINE:
        facts.append(Fact(gettext("Received"), label(submission.channel)))
    return facts
