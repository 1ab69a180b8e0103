"""A blueprint that cannot hold an unguarded page, and the edge where transactions begin and end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, abort, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from civicdialog.core.db import only_reading, transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import VISITOR, Actor, Permission, may

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def current_actor() -> Actor:
    """Whoever makes the request under way; a visitor if nobody said otherwise."""
    find = current_app.extensions.get("find_actor")
    if "actor" not in g:
        g.actor = find() if find else VISITOR
    actor: Actor = g.actor
    return actor


@dataclass
class Page:
    """What a view wants shown. Drawn by the room, after the transaction is over."""

    template: str
    status: int = 200
    values: dict[str, Any] = field(default_factory=dict)

    def draw(self) -> ResponseReturnValue:
        return make_response(render_template(self.template, **self.values), self.status)


def page(template: str, status: int = 200, **values: Any) -> Any:
    """Answer with this template, drawn with these values once the transaction is over."""
    return Page(template, status, values)


def broken_rule_on(form: Any, error: RuleBroken) -> None:
    """Show a broken rule at the form field it belongs to, or above the form."""
    name = error.field if error.field in form else None
    target = form[name].errors if name else form.form_errors
    target.append(error)


class Room(Blueprint):
    """`@room.route("/x", needs=Permission.X)`; leaving out `needs` fails at import."""

    def route(  # type: ignore[override]
        self, rule: str, *, needs: Permission, own_transaction: bool = False, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., ResponseReturnValue]]:
        """Add a page.

        `own_transaction` is for views with slow work (hashing a password) that must not hold the
        writers' lock: they open `transaction()` themselves, as late as possible.
        """

        def decorate(view: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
            guarded = _guarded(view, needs, own_transaction)
            super(Room, self).route(rule, **options)(guarded)
            return guarded

        return decorate


def _guarded(
    view: Callable[..., Any], needs: Permission, own_transaction: bool
) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if not may(current_actor(), needs):
            raise NotAllowed(needs)
        if own_transaction or request.method in READING_METHODS:
            answer = view(*args, **kwargs)
        else:
            with transaction():
                answer = view(*args, **kwargs)
        only_reading(True)
        return answer.draw() if isinstance(answer, Page) else answer

    guarded.needs = needs  # type: ignore[attr-defined]
    guarded.own_transaction = own_transaction  # type: ignore[attr-defined]
    return guarded


def begin_reading() -> None:
    """Every request begins as a reader, before its first query; `transaction()` makes a writer."""
    only_reading(True)


def refuse_unguarded_views() -> None:
    """Second lock: a view that came in some other way is not served."""
    if request.endpoint is None:
        return
    if not hasattr(current_app.view_functions[request.endpoint], "needs"):
        abort(403)
