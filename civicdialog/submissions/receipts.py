"""Receipts: four words in somebody's hand that stand for a contribution made without an account.

The words follow from the contribution and the site's secret key, so they can be printed again, and
only a fingerprint made with that key is stored: the database alone opens nothing. Four of 2,048
words are 44 bits; whoever guesses is slowed down (web/limits.py).
"""

import hmac
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from civicdialog.analysis.language import plain, tokens
from civicdialog.core.db import db
from civicdialog.submissions.models import Receipt, Submission
from civicdialog.trace.models import Relation, TraceLink

WORDS_OF_A_CODE = 4
BITS_OF_A_WORD = 11
LONGEST_WORD = 40
"""More of a mistyped word is not compared with the list: that would take minutes."""


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """Short German words that are hard to mistake for one another."""
    text = Path(__file__).with_name("receipt-words.txt").read_text("utf-8")
    return tuple(word for line in text.splitlines() if line[:1] != "#" for word in line.split())


@lru_cache(maxsize=1)
def _by_folded_word() -> dict[str, str]:
    return {plain(word.lower()): word for word in word_list()}


def _sealed(purpose: str, text: str) -> bytes:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, f"{purpose}:{text}".encode(), "sha256")


def _code_hash(words: Sequence[str]) -> str:
    return _sealed("receipt-code", " ".join(plain(word.lower()) for word in words)).hex()


def _words(public_id: str, attempt: int) -> tuple[str, ...]:
    number = int.from_bytes(_sealed("receipt-words", f"{public_id}:{attempt}")[:8], "big")
    known = word_list()
    return tuple(
        known[number >> BITS_OF_A_WORD * place & (1 << BITS_OF_A_WORD) - 1]
        for place in range(WORDS_OF_A_CODE)
    )


def issue_receipt(submission: Submission) -> Receipt:
    """A receipt for a contribution; two never have the same words."""
    attempt = 0
    while _with_hash(code := _code_hash(_words(submission.public_id, attempt))) is not None:
        attempt += 1
    receipt = Receipt(code_hash=code, submission_id=submission.id, channel=submission.channel)
    db.session.add(receipt)
    db.session.flush()
    return receipt


def words_on(receipt: Receipt, public_id: str) -> tuple[str, ...]:
    """The words of a receipt, for printing it."""
    attempt = 0
    while _code_hash(found := _words(public_id, attempt)) != receipt.code_hash:
        attempt += 1
        if attempt > 100:
            # The secret key has been changed since.
            return ()
    return found


def _with_hash(code_hash: str) -> Receipt | None:
    return db.session.scalar(select(Receipt).where(Receipt.code_hash == code_hash))


def receipt_of(submission_id: int) -> Receipt | None:
    """The receipt of a contribution, if it has one."""
    return db.session.scalar(select(Receipt).where(Receipt.submission_id == submission_id))


def typed_words(text: str) -> list[str]:
    """What somebody typed, word by word, however it is spelled and divided."""
    return [plain(token) for token in tokens(text)]


def unknown_words(typed: Sequence[str]) -> list[tuple[str, str]]:
    """Words that stand on no receipt, each with the one that was probably meant, or nothing."""
    known = _by_folded_word()
    found = []
    for word in typed:
        if word not in known:
            close = get_close_matches(word[:LONGEST_WORD], known, n=1, cutoff=0.6)
            found.append((word, known[close[0]] if close else ""))
    return found


def public_id_for(typed: Sequence[str]) -> str | None:
    """The contribution these words stand for."""
    wanted = (
        select(Submission.public_id)
        .join(Receipt, Receipt.submission_id == Submission.id)
        .where(Receipt.code_hash == _code_hash(typed), Receipt.claimed_by_id.is_(None))
    )
    return db.session.scalar(wanted)


def entered_by(
    person_id: int | None, round_id: int, first: int, last: int
) -> list[tuple[Receipt, Submission]]:
    """The receipts of what this person entered, of these numbers, for printing them."""
    rows = db.session.execute(
        select(Receipt, Submission)
        .join(Submission, Submission.id == Receipt.submission_id)
        .join(TraceLink, TraceLink.from_id == Submission.id)
        .options(joinedload(Submission.author))
        .where(
            TraceLink.from_kind == Submission.__tablename__,
            TraceLink.relation == Relation.HANDED_IN,
            TraceLink.actor_id == person_id,
            Submission.round_id == round_id,
            Receipt.id.between(first, last),
            Receipt.claimed_by_id.is_(None),
        )
        .order_by(Receipt.id)
    )
    return [(receipt, submission) for receipt, submission in rows]
