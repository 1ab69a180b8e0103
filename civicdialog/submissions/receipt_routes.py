"""Pages for receipts: four words open a contribution that was made without an account."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.accounts.session import close_receipt, open_receipt
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.submissions import actions, queries, receipts
from civicdialog.submissions.forms import ReceiptForm
from civicdialog.submissions.models import Submission
from civicdialog.submissions.printing import PrintedReceipt, printed

room = Room("receipts", __name__)


@room.route("/receipt", methods=["GET", "POST"], needs=Permission.PUBLIC)
def find() -> Any:
    """Type the four words."""
    form = ReceiptForm()
    if request.method == "POST" and form.validate():
        try:
            public_id = _found(form.words.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            open_receipt(public_id)
            return redirect(url_for("receipts.show", public_id=public_id), 303)
    return page("submissions/receipt-find.html", 422 if form.errors else 200, form=form)


def _found(text: str) -> str:
    typed = receipts.typed_words(text)
    few = len(typed) <= 2 * receipts.WORDS_OF_A_CODE
    unknown = receipts.unknown_words(typed) if few else []
    if unknown:
        word, meant = unknown[0]
        if meant:
            raise RuleBroken(
                mark("“%(word)s” stands on no receipt. Do you mean “%(meant)s”?"),
                field="words", word=word[:40], meant=meant,
            )  # fmt: skip
        raise RuleBroken(
            mark("“%(word)s” stands on no receipt. Please look again."),
            field="words", word=word[:40],
        )  # fmt: skip
    if len(typed) != receipts.WORDS_OF_A_CODE:
        raise RuleBroken(mark("A receipt has exactly four words."), field="words")
    public_id = receipts.public_id_for(typed)
    if public_id is None:
        raise RuleBroken(
            mark(
                "There is no receipt with these words in this order, or its contribution belongs "
                "to an account by now."
            ),
            field="words",
        )
    return public_id


@room.route("/receipt/<public_id>", needs=Permission.PUBLIC)
def show(public_id: str) -> Any:
    """What became of a contribution, and what one can do with it."""
    submission = _opened(public_id)
    if submission is None:
        return redirect(url_for("receipts.find"), 302)
    return page(
        "submissions/receipt.html",
        submission=submission,
        round=submission.round,
        receipt=_printed(submission),
        reason=queries.latest_reasons([submission]).get(submission.id, ""),
    )


@room.route("/receipt/<public_id>/print", needs=Permission.PUBLIC)
def print_one(public_id: str) -> Any:
    submission = _opened(public_id)
    if submission is None:
        return redirect(url_for("receipts.find"), 302)
    return page("submissions/receipts-print.html", receipts=[_printed(submission)], back_url="")


def _printed(submission: Submission) -> PrintedReceipt:
    receipt = receipts.receipt_of(submission.id)
    if receipt is None:
        raise NotFound(submission.public_id)
    return printed(receipt, submission)


@room.route("/receipt/<public_id>/claim", methods=["POST"], needs=Permission.RECEIPT_CLAIM)
def claim(public_id: str) -> Any:
    """Take the contribution into the account of whoever is signed in."""
    submission = queries.by_public_id(current_actor(), public_id, for_change=True)
    actions.claim_submission(current_actor(), submission)
    close_receipt(public_id)
    flash(gettext("The contribution now belongs to your account."), "success")
    return redirect(url_for("submissions.own"), 303)


@room.route("/receipt/<public_id>/close", methods=["POST"], needs=Permission.PUBLIC)
def close(public_id: str) -> Any:
    """On a computer others use: forget the receipt here."""
    close_receipt(public_id)
    flash(
        gettext("This device no longer knows the receipt. Your four words open it again."),
        "success",
    )
    return redirect(url_for("receipts.find"), 303)


def _opened(public_id: str) -> Submission | None:
    """The contribution, if this browser was shown its receipt and nobody has claimed it."""
    if public_id not in current_actor().receipts:
        return None
    try:
        submission = queries.by_public_id(current_actor(), public_id)
    except NotFound:
        return None
    return submission if submission.author_id is None else None
