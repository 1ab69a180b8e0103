"""The hits of a search from the best on; where there are none, what comes close."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select

from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries
from civicdialog.submissions.models import Submission
from civicdialog.submissions.order import fair_order
from civicdialog.submissions.queries import ListFilter
from civicdialog.submissions.search import Search, scores
from civicdialog.submissions.similar import corrected, vocabulary

MOST_RANKED = 1_000
"""Of so many hits, the newest ones, it is worked out how well they fit."""
MOST_READ = 3_000
"""Where nothing fits, so many of the newest contributions are read for something that comes close."""


@dataclass(frozen=True)
class Ranking:
    """The hits from the best on: how well each fits (negative), its place by lot, its number."""

    search: Search
    hits: list[tuple[int, int, int]]
    is_cut: bool


def ranked(
    viewer: Actor, round: Round, wanted: ListFilter, search: Search, count: int, seed: int
) -> Ranking:
    """The first `count` published submissions that fit; equals stand in the visitor's own order."""
    found = queries.listed(viewer, round.id, replace(wanted, sought=search))
    texts = _newest(found, count, MOST_RANKED + 1)
    return _ranking(search, texts[:MOST_RANKED], seed, count, is_cut=len(texts) > MOST_RANKED)


def close_to(
    viewer: Actor, round: Round, wanted: ListFilter, search: Search, count: int, seed: int
) -> Ranking:
    """What holds some of it, words nobody wrote replaced by similar ones; among the newest only."""
    everything = queries.listed(viewer, round.id, replace(wanted, search="", sought=None))
    texts = _newest(everything, count, MOST_READ)
    search = search.for_some(corrected(search.wanted, vocabulary(text for _, text in texts)))
    return _ranking(search, [each for each in texts if search.fits(each[1])], seed, count)


def _newest(found: Select[Any], count: int, most: int) -> list[tuple[int, str]]:
    """Number and search terms of the newest of these."""
    rows = db.session.execute(
        found.with_only_columns(Submission.number, Submission.search_terms)
        .where(Submission.number <= count)
        .order_by(Submission.id.desc())
        .limit(most)
    )
    return [(number, terms) for number, terms in rows if number is not None]


def _ranking(
    search: Search, texts: list[tuple[int, str]], seed: int, count: int, *, is_cut: bool = False
) -> Ranking:
    order = fair_order(count, seed)
    fits = scores(search, [terms for _, terms in texts])
    hits = sorted(
        (-fit, order.place_of(number), number) for fit, (number, _) in zip(fits, texts, strict=True)
    )
    return Ranking(search, hits, is_cut)
