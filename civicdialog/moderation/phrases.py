"""Ready explanations for each ground: to be sent as they are, or to begin from."""

from collections.abc import Mapping

from civicdialog.core.i18n import mark
from civicdialog.moderation.models import Ground

PHRASES: Mapping[Ground, str] = {
    Ground.OFF_TOPIC: mark(
        "Your text is not about the question of this round: what artificial intelligence should do "
        "in the administration, and what it should not. You are welcome to hand it in again with "
        "that in view."
    ),
    Ground.DUPLICATE: mark(
        "Another contribution already says the same. Please support that one: so the voices come "
        "together. If yours means something else, hand it in again and say what is different."
    ),
    Ground.PERSONAL_DATA: mark(
        "Your text contains personal data, such as a name, an address or a telephone number. To "
        "protect the people concerned we cannot publish it like this. Without these details it is "
        "welcome."
    ),
    Ground.INSULT: mark(
        "Your text puts people down. Criticism is welcome here, also sharp criticism, if it speaks "
        "about the matter. Please put it in other words and hand it in again."
    ),
    Ground.DISCRIMINATION: mark(
        "Your text treats people as worth less because they belong to a group. That has no place "
        "here. The matter itself may be discussed if all people are respected."
    ),
    Ground.ADVERTISING: mark(
        "Your text is advertising for an offer. We do not publish that. A proposal that works "
        "without a certain product is welcome."
    ),
    Ground.UNLAWFUL: mark(
        "Your text breaks the law as we see it, so we must not publish it. Please leave out the "
        "passages concerned if you want to hand it in again."
    ),
    Ground.UNINTELLIGIBLE: mark(
        "We could not make out what you mean. Please say in one or two sentences what the problem "
        "is and what should change. You may write in your own language."
    ),
}
