"""Ballots that may not be one person's own: copies of others, and one answer for everything.

No ballot is left out: these weights belong beside the plain counts. What is looked for are ballots
that are equal, or equal but for one vote, although that is improbable. Two ballots that differ in
one vote are equal once this vote is taken away, so sums of random numbers, one an answer, find all
such pairs by sorting (Carter and Wegman 1979, "Universal classes of hash functions").
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from civicdialog.analysis.vote_table import Floats, VoteTable

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

FEWEST_VOTES = 8
"""Shorter ballots are never called copies."""
FEWEST_COPYCATS = 5
SURE = 1e-3
"""How improbable so many copycats must be by chance."""
STRAIGHT_VOTES, STRAIGHT_CHANCE = 10, 1e-4
_LIKE_MINDED = 0.5
"""People of one mind vote alike more often than shares say: chances count with this power."""
_RARE = 0.1
_A_HALF = 0.5 - 1e-9
_NOTHING = -1


def ballot_weights(table: VoteTable) -> Floats:
    """How much each ballot counts (participants,), above 0 and at most 1.

    Equal ballots count as many as chance explains, and one more. Copycat ballots, which add the same
    vote to somebody else's ballot, count as one together; ballots they were copied from count in
    full. Short ballots and those that many like-minded people would cast keep their weight.
    """
    ballots = _Ballots(table)
    weights = np.ones(table.participant_count)
    people = ballots.long
    if len(people):
        explained = 1 + ballots.expected + ballots.nearly_equal
        weights[people] = np.minimum(1.0, explained[people] / ballots.equal[people])
        for copycats in _copycats(ballots):
            weights[copycats] = np.minimum(weights[copycats], 1 / len(copycats))
    return weights


def without_copies(table: VoteTable, weights: Floats) -> VoteTable:
    """The votes of ballots that count a half or more: what opinion groups should be found in.

    Otherwise many copies of one ballot are an opinion group, however little they weigh later.
    """
    return table.only((weights >= _A_HALF)[table.participant])


def straight_liners(table: VoteTable) -> Bools:
    """Who gave the same answer 10 times or more and never another, improbable as it is (people,).

    Improbable: less than 1 in 10,000 by the shares of these answers among everybody.
    """
    sides = np.stack(table.counts()[::-1]).astype(np.float64)
    shares = (sides + 1) / (sides.sum(axis=0) + 3)
    own = np.log(shares[_side(table), table.submission])
    chance = np.bincount(table.participant, own, minlength=table.participant_count)
    votes = table.votes_of_participants
    same = np.zeros(table.participant_count, bool)
    for opinion in (1, -1, 0):
        given = table.participant[table.opinion == opinion]
        same |= np.bincount(given, minlength=table.participant_count) == votes
    found: Bools = same & (votes >= STRAIGHT_VOTES) & (chance < np.log(STRAIGHT_CHANCE))
    return found


def _side(table: VoteTable) -> Ints:
    """Row of a vote in the sums: 0 pass, 1 disagree, 2 agree."""
    return np.array([1, 0, 2])[table.opinion + 1]


@dataclass(frozen=True, eq=False)
class _Ballots:
    """What is compared of the ballots of a table."""

    table: VoteTable

    @cached_property
    def long(self) -> Ints:
        """Who has enough votes to be compared."""
        return np.flatnonzero(self.table.votes_of_participants >= FEWEST_VOTES)

    @cached_property
    def answer(self) -> Ints:
        """(votes,): submission and opinion as one number."""
        return self.table.submission * np.int64(3) + self.table.opinion + 1

    @cached_property
    def key(self) -> Keys:
        """(votes,): a random number for each answer."""
        size = 3 * self.table.submission_count
        return np.random.default_rng(0).integers(2**64, size=size, dtype=np.uint64)[self.answer]

    @cached_property
    def whole(self) -> Keys:
        """(participants,): sums of the keys modulo 2 to the 64, the same for equal ballots."""
        sums = np.zeros(len(self.table) + 1, np.uint64)
        np.cumsum(self.key, out=sums[1:])
        return sums[self.table.indptr[1:]] - sums[self.table.indptr[:-1]]

    @cached_property
    def equal(self) -> Ints:
        """(participants,): how many long ballots are equal to this one, itself included; else 0."""
        counted = np.zeros(self.table.participant_count, np.int64)
        _, which, same = np.unique(self.whole[self.long], return_inverse=True, return_counts=True)
        counted[self.long] = same[which]
        return counted

    @cached_property
    def expected(self) -> Floats:
        """(participants,): how many others would cast such a ballot by chance."""
        counted = np.zeros(self.table.participant_count, bool)
        counted[self.long] = True
        answers = self.answer[counted[self.table.participant]]
        times = np.bincount(answers, minlength=3 * self.table.submission_count)
        rare = np.log(np.maximum(times, 1) / max(len(self.long), 1))[self.answer]
        chance = np.bincount(self.table.participant, rare, minlength=len(counted))
        expected: Floats = len(self.long) * np.exp(_LIKE_MINDED * chance)
        return expected

    @cached_property
    def rare(self) -> Bools:
        """(participants,): long ballots nobody else is likely to cast."""
        found: Bools = (self.equal > 0) & (self.expected < _RARE)
        return found

    @cached_property
    def votes(self) -> Ints:
        """The votes of long ballots, as places in the table."""
        return np.flatnonzero((self.equal > 0)[self.table.participant])

    @cached_property
    def twins(self) -> tuple[Ints, Ints]:
        """How many other ballots are equal once a vote is left out, or one vote of each.

        For each of `votes`, and for each of `long` as it is.
        """
        left = self.whole[self.table.participant[self.votes]] - self.key[self.votes]
        out = np.concatenate([self.answer[self.votes], np.full(len(self.long), _NOTHING)])
        _, rest, size = np.unique(
            np.concatenate([left, self.whole[self.long]]), return_inverse=True, return_counts=True
        )
        twins = size[rest] - 1
        shared = np.flatnonzero(twins)
        cells = rest[shared] * np.int64(3 * self.table.submission_count + 1) + out[shared] + 1
        _, cell, same = np.unique(cells, return_inverse=True, return_counts=True)
        twins[shared] = size[rest[shared]] - same[cell]
        return twins[: len(self.votes)], twins[len(self.votes) :]

    @cached_property
    def nearly_equal(self) -> Ints:
        """(participants,): how many ballots differ from a long one in one vote."""
        of_votes, of_whole = self.twins
        who = self.table.participant[self.votes]
        found = np.bincount(who, of_votes, minlength=self.table.participant_count).astype(np.int64)
        found[self.long] += of_whole
        return found


def _copycats(ballots: _Ballots) -> list[Ints]:
    """Groups of people whose ballots are others' ballots with the same vote added or changed.

    By chance as many of those who cast this vote would have a twin as of those who did not. What is
    surest is found first; then its copycats are no measure of chance for the next any more.
    """
    table, found = ballots.table, list[Ints]()
    honest = ballots.rare.copy()
    campaigns = _campaigns(ballots)
    while campaigns:
        chances = [_chance(ballots, honest, *campaign) for campaign in campaigns]
        surest = int(np.argmin(chances))
        if chances[surest] >= SURE:
            break
        _, answer = campaigns.pop(surest)
        odd = _odd(ballots)
        copycats = table.participant[odd[ballots.answer[odd] == answer]]
        honest[copycats] = False
        found.append(copycats)
    return found


def _odd(ballots: _Ballots) -> Ints:
    """Votes of rare ballots without which the ballot would be equal to another one."""
    rare = ballots.rare[ballots.table.participant[ballots.votes]]
    return ballots.votes[rare & (ballots.twins[0] > 0)]


def _campaigns(ballots: _Ballots) -> list[tuple[int, int]]:
    """(submission, answer) that enough ballots have beside a twin."""
    carried = np.bincount(
        ballots.answer[_odd(ballots)], minlength=3 * ballots.table.submission_count
    ).reshape(-1, 3)
    many = np.flatnonzero(carried.max(axis=1, initial=0) >= FEWEST_COPYCATS)
    return [(int(each), int(each) * 3 + int(carried[each].argmax())) for each in many]


def _chance(ballots: _Ballots, honest: Bools, submission: int, answer: int) -> float:
    """How probable so many copycats of this answer are, by the twins of those who did not give it."""
    table, odd = ballots.table, _odd(ballots)
    rare = ballots.votes[ballots.rare[table.participant[ballots.votes]]]
    copycats = np.count_nonzero(ballots.answer[odd] == answer)
    voters = table.participant[rare[ballots.answer[rare] == answer]]
    others = honest.copy()
    others[voters] = False
    twins = ballots.equal > 1
    twins[table.participant[odd[table.submission[odd] != submission]]] = True
    usual = (np.sum(twins & others) + 1) / (np.sum(others) + 2)
    return float(bdtrc(copycats - 1, len(voters), usual))
