"""Who sees the result of a vote and when; everybody else learns why not yet."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import format_decimal

from civicdialog.core.permissions import Actor
from civicdialog.insights.models import OpinionRun
from civicdialog.insights.opinion_result import Told, told_by
from civicdialog.insights.queries import newest_opinions
from civicdialog.rounds.models import Deed, Round
from civicdialog.voting import queries as voting
from civicdialog.web.templating import day_in_words
from civicdialog.web.words import gettext, ngettext


@dataclass(frozen=True)
class Reason:
    """Why there is nothing to see, and the way on."""

    title: str
    text: str
    label: str = ""
    url: str = ""


def result_for(actor: Actor, round: Round, now: datetime) -> tuple[Told, OpinionRun] | Reason:
    """What the newest run says, or why this actor does not see it."""
    if round.last_chance_for(Deed.VOTE) is None and not round.vote_count:
        return _without_voting(round)
    if not voting.sees_results(actor, round, now):
        return _answer_first(actor, round)
    run = newest_opinions(round.id)
    told = told_by(run) if run else None
    return (told, run) if run and told else _not_yet(round, now)


def _without_voting(round: Round) -> Reason:
    return Reason(
        gettext("There is no voting in this round"),
        gettext("Here people write what they think. You can read all of it."),
        gettext("Read the proposals"),
        url_for("web.proposals", slug=round.slug),
    )


def _answer_first(actor: Actor, round: Round) -> Reason:
    """Whoever may still be swayed answers first."""
    left = voting.answers_left_before_results(actor, round)
    return Reason(
        gettext("Your own opinion first"),
        ngettext(
            "You see what others think after you have answered %(num)d more proposal yourself. "
            "This way nobody is swayed by the crowd. When the voting has ended, everybody sees the "
            "result.",
            "You see what others think after you have answered %(num)d more proposals yourself. "
            "This way nobody is swayed by the crowd. When the voting has ended, everybody sees the "
            "result.",
            max(left, 1),
        ),
        gettext("To the voting"),
        voting_room(round),
    )


def _not_yet(round: Round, now: datetime) -> Reason:
    if round.accepts_votes(now):
        return Reason(
            gettext("Not summed up yet"),
            gettext("The voices are summed up regularly while the voting goes on."),
            gettext("To the voting"),
            voting_room(round),
        )
    begin = round.next_chance_for(Deed.VOTE, now)
    text = (
        gettext("The voting begins on %(date)s.", date=day_in_words(begin))
        if begin
        else gettext("The voices of this round have not been summed up.")
    )
    return Reason(
        gettext("Not summed up yet"),
        text,
        gettext("Read the proposals"),
        url_for("web.proposals", slug=round.slug),
    )


def voting_room(round: Round) -> str:
    return url_for("web.voting_room", slug=round.slug)


def opinions_teaser(round: Round) -> str:
    """Who has voted, in a sentence for the page of the round; nothing of what they said."""
    run = newest_opinions(round.id) if round.vote_count else None
    if run is None:
        return ""
    return ngettext(
        "%(people)s person has voted so far. See where people agree and where they do not.",
        "%(people)s people have voted so far. See where people agree and where they do not.",
        run.participant_count,
        people=format_decimal(run.participant_count),
    )
