"""Registering, signing in and out, choosing a password.

Every answer to a stranger is the same whether or not somebody has the address they typed.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, flash, redirect, request, url_for
from flask_babel import get_locale, gettext

from civicdialog.accounts import actions, city_sign_in, hashing, passkeys, queries, session
from civicdialog.accounts.challenges import open_challenge
from civicdialog.accounts.forms import (
    ChangePasswordForm,
    NewPasswordForm,
    RegistrationForm,
    ResetForm,
    SignInForm,
)
from civicdialog.accounts.models import OneTimeToken, Person, Purpose
from civicdialog.accounts.passwords import check_password
from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.kept import Kept, restore
from civicdialog.core.permissions import Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, broken_rule_on, current_actor, page

room = Room("accounts", __name__)

Finish = Callable[..., Person]

SAME_FOR_EVERYBODY = 0.05
"""Seconds an answer about an address takes at least: longer than the work for any address."""


@room.route("/register", methods=["GET", "POST"], needs=Permission.PUBLIC, own_transaction=True)
def register() -> Any:
    form = RegistrationForm()
    if request.method == "POST" and form.validate():
        try:
            with _same_for_everybody(), transaction():
                actions.register_person(current_actor(), form.draft(), language=here_language())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(url_for("accounts.register_sent"), 303)
    return page("accounts/register.html", _status(form), form=form)


@room.route("/register/sent", needs=Permission.PUBLIC)
def register_sent() -> Any:
    return page("accounts/register-sent.html", mailbox_url=_mailbox_url())


@room.route(
    "/confirm/<token>", methods=["GET", "POST"], needs=Permission.PUBLIC, own_transaction=True
)
def confirm(token: str) -> Any:
    return _choose_password(token, Purpose.CONFIRM, actions.confirm_person)


@room.route(
    "/reset-password", methods=["GET", "POST"], needs=Permission.PUBLIC, own_transaction=True
)
def ask_reset() -> Any:
    form = ResetForm()
    if request.method == "POST" and form.validate():
        with _same_for_everybody(), transaction():
            actions.ask_reset(current_actor(), form.email.data or "")
        return redirect(url_for("accounts.reset_sent"), 303)
    return page("accounts/ask-reset.html", _status(form), form=form)


@room.route("/reset-password/sent", needs=Permission.PUBLIC)
def reset_sent() -> Any:
    return page("accounts/reset-sent.html", mailbox_url=_mailbox_url())


@room.route(
    "/reset-password/<token>",
    methods=["GET", "POST"],
    needs=Permission.PUBLIC,
    own_transaction=True,
)
def reset(token: str) -> Any:
    return _choose_password(token, Purpose.RESET, actions.reset_password)


@room.route("/sign-in", methods=["GET", "POST"], needs=Permission.PUBLIC, own_transaction=True)
def sign_in() -> Any:
    form = SignInForm()
    target = safe_target(request.values.get("next"), url_for("web.home"))
    kept = restore(request.form.get("kept"))
    if request.method == "POST" and form.validate():
        person = _admitted(form.email.data or "", form.password.data or "")
        if person is not None:
            return go_on(target, kept)
        broken_rule_on(form, RuleBroken(mark("The address or the password is not right.")))
    elif request.method == "GET" and current_actor().is_signed_in:
        return redirect(target, 303)
    signed = request.form.get("kept", "") if kept else ""
    return sign_in_page(form, target, signed)


def sign_in_page(form: SignInForm, target: str, kept: str) -> Any:
    """The page to sign in, with every way there is; `kept` is what was typed before, signed."""
    possible = passkeys.are_possible()
    return page(
        "accounts/sign-in.html",
        _status(form),
        form=form,
        next=target,
        kept=kept,
        passkey_options=passkeys.options_to_sign_in(open_challenge().value) if possible else "",
        city_label=city_label() if city_sign_in.is_offered() and not kept else "",
    )


def city_label() -> str:
    """What people call the city's sign-in service."""
    label: str = current_app.extensions["settings"].oidc_label
    return label or gettext("city account")


@room.route("/sign-out", methods=["POST"], needs=Permission.ACCOUNT_USE)
def sign_out() -> Any:
    actions.sign_out_person(current_actor(), session.own_session_id())
    session.sign_out()
    flash(gettext("You are signed out."), "success")
    return redirect(safe_target(request.form.get("next"), url_for("web.home")), 303)


@room.route(
    "/my/password", methods=["GET", "POST"], needs=Permission.ACCOUNT_USE, own_transaction=True
)
def password() -> Any:
    form = ChangePasswordForm()
    if request.method == "POST" and form.validate():
        person = queries.of_actor(current_actor())
        proven = person.password_hash
        if not hashing.matches(proven, form.present.data or ""):
            proven = None
        changed = _with_new_password(
            form,
            person,
            lambda new: actions.change_password(
                current_actor(), proven_hash=proven, password_hash=new
            ),
        )
        if changed:
            flash(
                gettext("Your new password is in force. Other devices are signed out."), "success"
            )
            return redirect(url_for("account.show"), 303)
    person = queries.of_actor(current_actor())
    return page(
        "accounts/password.html",
        _status(form),
        form=form,
        email=person.email,
        has_password=person.password_hash is not None,
    )


def _choose_password(secret: str, purpose: Purpose, finish: Finish) -> Any:
    """A page behind a link in a letter. Looking at it changes nothing: mail scanners look, too."""
    token = queries.token_by_secret(secret, purpose)
    if token is None or not token.is_valid(clock.now()):
        return _link_ended(token, purpose)
    form = NewPasswordForm()
    person = token.person
    if request.method == "POST" and form.validate():
        done = _with_new_password(
            form, person, lambda new: finish(current_actor(), secret, password_hash=new)
        )
        if done:
            flash(gettext("You are signed in with your new password."), "success")
            return redirect(url_for("web.home"), 303)
    return page(
        f"accounts/{purpose}.html",
        _status(form),
        form=form,
        email=person.email,
        public_name=person.public_name,
    )


def _with_new_password(form: Any, person: Person, deed: Callable[[str], Person]) -> bool:
    """Check and hash what was chosen, do the deed in a transaction, and begin a new session."""
    chosen = form.password.data or ""
    try:
        check_password(chosen, email=person.email, public_name=person.public_name)
        new_hash = hashing.hash_password(chosen)
        with transaction():
            session.sign_in(deed(new_hash))
    except RuleBroken as error:
        broken_rule_on(form, error)
        return False
    return True


def _link_ended(token: OneTimeToken | None, purpose: Purpose) -> Any:
    is_used = token is not None and token.used_at is not None
    status = 410 if token else 404
    return page("accounts/link-ended.html", status, purpose=purpose, known=token, is_used=is_used)


def _admitted(email: str, password: str) -> Person | None:
    """Whoever proves to be the person; the same work whether or not there is one."""
    known = queries.by_email(email)
    stored = known.password_hash if known and known.may_sign_in else None
    right = hashing.matches(stored, password)
    better = (
        hashing.hash_password(password)
        if right and stored and hashing.is_outdated(stored)
        else None
    )
    with transaction():
        person = actions.admit_person(
            current_actor(), email, proven_hash=stored if right else None, better_hash=better
        )
        if person is not None:
            session.sign_in(person)
    return person


def go_on(target: str, kept: Kept | None) -> Any:
    """Where somebody goes who has just signed in: on, or to what they had typed before."""
    if kept is None:
        return redirect(target, 303)
    return page("errors/send-again.html", path=kept.path, fields=kept.fields, expired=False)


@contextmanager
def _same_for_everybody() -> Iterator[None]:
    """Wait until the time is over that tells nothing about the address."""
    begun = time.monotonic()
    yield
    time.sleep(max(0.0, begun + SAME_FOR_EVERYBODY - time.monotonic()))


def here_language() -> str:
    """The language of the page under way."""
    locale = get_locale()
    return locale.language if locale else "de"


def _status(form: Any) -> int:
    return 422 if form.errors else 200


def _mailbox_url() -> str:
    """Where letters lie during development; empty in production."""
    is_there = "mailbox.letters" in current_app.view_functions
    return url_for("mailbox.letters") if is_there else ""


def init_app(app: Flask) -> None:
    session.init_app(app)
    city_sign_in.init_app(app)
