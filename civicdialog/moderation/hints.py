"""What rooms above know about a contribution that waits: others that resemble it.

The façade puts the finder in; without one there are no hints.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import current_app

from civicdialog.core.permissions import Actor
from civicdialog.submissions.models import Status, Submission


@dataclass(frozen=True)
class Hint:
    """A contribution that resembles another one, or says the same word for word."""

    public_id: str
    title: str
    url: str
    status: Status
    is_identical: bool


HintFinder = Callable[[Actor, Submission], Sequence[Hint]]
FINDER = "find_hints"
"""Where the finder lies among the application's extensions."""


def resembling(viewer: Actor, submission: Submission) -> Sequence[Hint]:
    """The contributions that resemble this one, the most alike first."""
    find: HintFinder | None = current_app.extensions.get(FINDER)
    return find(viewer, submission) if find else ()
