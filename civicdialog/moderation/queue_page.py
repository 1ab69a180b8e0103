"""What the page of the queue shows, and where one goes from something decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext, ngettext

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.i18n import mark
from civicdialog.core.room import current_actor, page
from civicdialog.core.view_models import FilterChoice, Filters, FilterSelect
from civicdialog.discussion.models import Stance
from civicdialog.moderation import appeal_queries, notice_queries, queue_queries
from civicdialog.moderation.forms import RejectForm
from civicdialog.moderation.models import SubjectKind
from civicdialog.moderation.queue_queries import SITUATIONS, Entry, Held, Open, Place, Tab, Wanted
from civicdialog.moderation.queue_sources import Situation
from civicdialog.moderation.signs import NAMES
from civicdialog.moderation.target import overdue_before
from civicdialog.submissions.models import Kind

ON_A_PAGE = 25
LONGEST_WORDS = 140
KINDS: Mapping[SubjectKind, str] = {
    SubjectKind.SUBMISSION: mark("Contributions"),
    SubjectKind.REVISION: mark("Changes of published texts"),
    SubjectKind.ARGUMENT: mark("Arguments, questions and answers"),
}
ENDPOINTS: Mapping[SubjectKind, str] = {
    SubjectKind.SUBMISSION: "moderation.show",
    SubjectKind.REVISION: "moderation.change",
    SubjectKind.ARGUMENT: "argument_moderation.show",
}
VARIANTS: Mapping[str, Kind | Stance] = {each.value: each for each in (*Kind, *Stance)}


@dataclass(frozen=True)
class Row:
    """One thing that waits, as the list shows it."""

    key: str
    url: str
    words: str
    title: str
    """Of the contribution, where the words are not its title."""
    variant: Kind | Stance
    is_change: bool
    is_unread: bool
    age: str
    is_late: bool
    author: str
    is_own: bool
    round_title: str
    holder: str
    is_mine: bool
    signs: Sequence[str]


def wanted_here() -> Wanted:
    """What the address of this page narrows the queue to."""
    return Wanted.of(request.args)


def address_of(entry: Entry, wanted: Wanted) -> str:
    """The page on which one decides."""
    return url_for(ENDPOINTS[entry.place.kind], public_id=entry.public_id, **wanted.args)


def go_on(decided: Place, done: str) -> ResponseReturnValue:
    """To the next thing that waits, or to the empty queue."""
    following = next_address(decided)
    if not following:
        flash(done, "success")
        return redirect(url_for("moderation.queue"), 303)
    flash(gettext("%(done)s Here is the next one.", done=done), "success")
    return redirect(following, 303)


def next_address(place: Place) -> str:
    """Where the next thing that waits is decided on; empty if there is none."""
    wanted = wanted_here()
    cutoff = overdue_before(clock.now())
    following = queue_queries.next_one(current_actor(), wanted, place, cutoff=cutoff)
    return address_of(following, wanted) if following else ""


def queue_page(form: RejectForm, ticked: Sequence[str] = (), status: int = 200) -> Any:
    """The page, with what was ticked and typed in it."""
    actor, now = current_actor(), clock.now()
    cutoff = overdue_before(now)
    waits = queue_queries.what_is_open(actor, cutoff=cutoff)
    wanted = wanted_here()
    if wanted.round not in {each.round_slug for each in waits}:
        wanted = Wanted.of({**wanted.args, "round": ""})
    after = Place.of(request.args.get("after", ""))
    listed, following = queue_queries.entries(
        actor, wanted, cutoff=cutoff, limit=ON_A_PAGE, after=after
    )
    counted = [each for each in waits if _is_wanted(each, wanted, actor.id)]
    return page(
        "moderation/queue.html",
        status,
        form=form,
        ticked=ticked,
        wanted=wanted,
        reported=notice_queries.waiting_count(),
        objections=appeal_queries.waiting_count(),
        tabs=_tabs(waits, wanted),
        filters_view=_filters(waits, wanted),
        rows=[
            _row(each, wanted, now, cutoff, is_own=each.entry.author_id == actor.id)
            for each in listed
        ],
        count=sum(each.overdue if wanted.is_late else each.count for each in counted),
        overdue=sum(each.overdue for each in counted),
        days=city().decision_days,
        oldest=format_timedelta(now - min(each.oldest_at for each in counted)) if counted else "",
        first_url=url_for("moderation.queue", **wanted.args) if after else "",
        next_url=url_for("moderation.queue", **wanted.args, after=str(following))
        if following
        else "",
    )


def _row(
    listed: queue_queries.Listed, wanted: Wanted, now: datetime, cutoff: datetime, *, is_own: bool
) -> Row:
    entry = listed.entry
    is_argument = entry.place.kind is SubjectKind.ARGUMENT
    named = {each.means: gettext(NAMES[each.means]) for each in listed.signs}
    return Row(
        key=listed.key,
        url=address_of(entry, wanted),
        words=_shortened(entry.words),
        title=entry.title if is_argument else "",
        variant=VARIANTS[entry.variant],
        is_change=entry.place.kind is SubjectKind.REVISION,
        is_unread=entry.situation is Situation.UNREAD,
        age=format_timedelta(now - entry.place.since),
        is_late=entry.place.since < cutoff,
        author=entry.author_name or gettext("without a name"),
        is_own=is_own and entry.author_id is not None,
        round_title=entry.round_title,
        holder=entry.holder_name,
        is_mine=entry.holder_id is not None and entry.holder_id == current_actor().id,
        signs=list(named.values()),
    )


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS].rstrip()} …"


def _is_wanted(each: Open, wanted: Wanted, viewer_id: int | None) -> bool:
    held = {
        None: True,
        Held.ME: each.holder_id is not None and each.holder_id == viewer_id,
        Held.NOBODY: each.holder_id is None,
        Held.OTHERS: each.holder_id is not None and each.holder_id != viewer_id,
    }
    return (
        each.situation in SITUATIONS[wanted.tab]
        and wanted.round in {"", each.round_slug}
        and wanted.kind in {None, each.kind}
        and held[wanted.held]
    )


def _tabs(waits: Sequence[Open], wanted: Wanted) -> list[dict[str, Any]]:
    def count(tab: Tab) -> int:
        return sum(each.count for each in waits if each.situation in SITUATIONS[tab])

    names = {Tab.WAITING: gettext("For the moderation"), Tab.AUTHOR: gettext("For the author")}
    return [
        {
            "label": name,
            "url": url_for("moderation.queue", **Wanted(tab).args),
            "count": count(tab),
            "current": tab is wanted.tab,
        }
        for tab, name in names.items()
    ]


def _filters(waits: Sequence[Open], wanted: Wanted) -> Filters:
    rounds = {each.round_slug: each.round_title for each in waits}
    held = {
        "": gettext("All"),
        Held.ME.value: gettext("Mine"),
        Held.NOBODY.value: gettext("In nobody's hands"),
        Held.OTHERS.value: gettext("In other hands"),
    }
    kinds = {kind.value: gettext(words) for kind, words in KINDS.items()}
    return Filters(
        url_for("moderation.queue"),
        selects=(
            _select("round", gettext("Round"), {"": gettext("All rounds"), **rounds}, wanted.round),
            _select(
                "kind", gettext("Kind"), {"": gettext("All kinds"), **kinds}, wanted.kind or ""
            ),
            _select("held", gettext("In hand"), held, wanted.held or ""),
            _select(
                "late",
                gettext("Waiting time"),
                {"": gettext("All"), "1": gettext("Overdue only")},
                "1" if wanted.is_late else "",
            ),
            _select(
                "marked",
                gettext("Hints"),
                {"": gettext("All"), "1": gettext("Only with a hint")},
                "1" if wanted.is_marked else "",
            ),
        ),
        hidden={} if wanted.tab is Tab.WAITING else {"tab": wanted.tab.value},
        reset_url=url_for("moderation.queue", **Wanted(wanted.tab).args)
        if wanted != Wanted(wanted.tab)
        else "",
    )


def _select(name: str, label: str, choices: Mapping[str, str], chosen: str) -> FilterSelect:
    return FilterSelect(
        name,
        label,
        [FilterChoice(value, text, selected=value == chosen) for value, text in choices.items()],
    )


def said_of(count: int, own: Sequence[str], too_late: Sequence[str]) -> list[tuple[str, str]]:
    """What was done with several things, and what was not: words and their weight."""
    said = [
        (
            ngettext("%(num)s thing decided.", "%(num)s things decided.", count),
            "success" if count else "warning",
        )
    ]
    if own:
        words = gettext("Left to somebody else, because you wrote it: %(titles)s", titles=_all(own))
        said.append((words, "warning"))
    if too_late:
        words = gettext(
            "Not decided, because somebody was faster or the text has changed: %(titles)s",
            titles=_all(too_late),
        )
        said.append((words, "warning"))
    return said


def _all(titles: Sequence[str]) -> str:
    return ", ".join(gettext("“%(title)s”", title=title) for title in titles)
