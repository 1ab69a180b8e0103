"""What a message in the inbox says, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext

from civicdialog.core.i18n import mark
from civicdialog.notifications.models import Notification

# kind: (what happened, the words of the link)
WORDS: dict[str, tuple[str, str]] = {
    "submission-received": (
        mark("Your contribution “%(title)s” has arrived. It is being checked."),
        mark("Read your contribution"),
    ),
    "submission-published": (
        mark("Your contribution “%(title)s” is published."),
        mark("Read your contribution"),
    ),
    "submission-moved": (
        mark("Your contribution “%(title)s” is in the round “%(round_title)s” now."),
        mark("Read your contribution"),
    ),
    "contribution-reshaped": (
        mark("The moderators have split, merged or copied the contribution “%(title)s”"),
        mark("Read what came of it"),
    ),
    "decision-restricts": (
        mark("The moderators have decided on something you wrote: “%(title)s”"),
        mark("Read the reasons"),
    ),
    "decision-undone": (
        mark("The moderators have taken back a decision on what you wrote: “%(title)s”"),
        mark("Show"),
    ),
    "revision-published": (
        mark("The change of your contribution “%(title)s” is published."),
        mark("Read your contribution"),
    ),
    "appeal-made": (
        mark("Somebody objects to a decision of the moderation: “%(title)s”"),
        mark("Decide on the objection"),
    ),
    "appeal-decided": (
        mark("We have decided on your objection: “%(title)s”"),
        mark("Read the reasons"),
    ),
    "meeting-planned": (
        mark("A meeting of the committee is planned: “%(title)s”, %(at)s"),
        mark("See the agenda"),
    ),
    "meeting-moved": (
        mark("Time or place of a meeting have changed: “%(title)s”, %(at)s"),
        mark("See the agenda"),
    ),
    "meeting-cancelled": (
        mark("A meeting of the committee was called off: “%(title)s”, %(at)s"),
        mark("Read why"),
    ),
    "burst-of-votes": (
        mark("Far more votes than usual: “%(title)s”"),
        mark("See what is unusual"),
    ),
    "burst-of-guests": (
        mark("Far more new guests than usual: “%(title)s”"),
        mark("See what is unusual"),
    ),
    "argument-added": (
        mark("Somebody says something about your proposal “%(title)s”."),
        mark("Read it"),
    ),
    "answer-added": (
        mark("Somebody has answered what you said about “%(title)s”."),
        mark("Read the answer"),
    ),
    "official-answer": (
        mark("The administration has answered what you said about “%(title)s”."),
        mark("Read the answer"),
    ),
    "own-step": (
        mark("What became of your contribution “%(title)s”: %(step)s"),
        mark("Read the whole way"),
    ),
    "followed-step": (
        mark("News of “%(title)s”: %(step)s"),
        mark("Read the whole way"),
    ),
    "new-in-round": (
        mark("New proposals in the round “%(title)s”: %(count)s"),
        mark("Read the proposals"),
    ),
    "new-in-topic": (
        mark("New proposals on the topic “%(title)s”: %(count)s"),
        mark("Read the proposals"),
    ),
    "phase-began": (
        mark("In the round “%(title)s” something new has begun: %(phase)s"),
        mark("To the round"),
    ),
}
PHASES = {
    "information": mark("Information"),
    "collecting": mark("Collecting"),
    "voting": mark("Voting"),
    "evaluating": mark("Evaluating"),
    "reporting": mark("Reporting back"),
}
STEP_WORDS = "step_words"
"""Where, among the application's extensions, lies what a step of the thread is called."""
OTHERS = (mark("There is news for you."), mark("Show"))


@dataclass(frozen=True)
class Message:
    """A message as the page shows it."""

    text: str
    link_text: str
    url: str
    at: datetime
    is_unread: bool


def message(notification: Notification) -> Message:
    """The message in words."""
    return Message(
        text=text_of(notification.kind, notification.facts),
        link_text=gettext(WORDS.get(notification.kind, OTHERS)[1]),
        url=notification.url,
        at=notification.created_at,
        is_unread=notification.read_at is None,
    )


def text_of(kind: str, facts: Mapping[str, Any]) -> str:
    """One sentence that says what happened."""
    said = dict(facts)
    if "relation" in said:
        said["step"] = _step(str(said["relation"]), str(said.get("reason", "")))
    if "phase" in said:
        said["phase"] = gettext(PHASES[str(said["phase"])])
    return str(gettext(WORDS.get(kind, OTHERS)[0])) % {"title": "", **said}


def _step(relation: str, reason: str) -> str:
    """What a step of the thread is called, with its reason."""
    words: Callable[[str], str] = current_app.extensions[STEP_WORDS]
    return f"{words(relation)}. {reason}".strip() if reason else words(relation)
