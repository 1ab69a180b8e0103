"""Signing in with a passkey or with the city's service. Neither asks for an address.

The service's answer arrives by a link, and a link changes nothing: the person confirms with a
button who they are here.
"""

from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.accounts import city_sign_in, passkeys, queries, session, ways_in
from civicdialog.accounts.account_routes import is_proven, proof_values
from civicdialog.accounts.challenges import take_challenge
from civicdialog.accounts.city_sign_in import CityIdentity, CitySignInFailed
from civicdialog.accounts.forms import CityAccountForm, ProofForm, SignInForm
from civicdialog.accounts.models import Person
from civicdialog.accounts.routes import city_label, go_on, here_language, sign_in_page
from civicdialog.core.db import transaction
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.kept import restore
from civicdialog.core.permissions import Permission
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Room, broken_rule_on, current_actor, page

room = Room("ways", __name__)


@room.route("/sign-in/passkey", methods=["POST"], needs=Permission.PUBLIC, own_transaction=True)
def with_passkey() -> Any:
    target = safe_target(request.form.get("next"), url_for("web.home"))
    kept = restore(request.form.get("kept"))
    if _admitted_by_passkey(request.form.get("credential", "")):
        return go_on(target, kept)
    form = SignInForm(formdata=None)
    broken_rule_on(
        form, RuleBroken(mark("That did not work. Please try again, or use your password."))
    )
    return sign_in_page(form, target, request.form.get("kept", "") if kept else "")


def _admitted_by_passkey(answer: str) -> bool:
    challenge = take_challenge()
    name = passkeys.credential_in(answer)
    passkey = queries.passkey_by_credential(name) if challenge and name else None
    if challenge is None or passkey is None:
        return False
    count = passkeys.proven_count(passkey, answer, challenge.value)
    if count is None:
        return False
    with transaction():
        person = ways_in.admit_by_passkey(
            current_actor(), name, sign_count=count, asked_at=challenge.given_at
        )
        if person is not None:
            session.sign_in(person, by_password=False)
    return person is not None


@room.route("/sign-in/city", needs=Permission.PUBLIC)
def to_city() -> Any:
    if not city_sign_in.is_offered():
        abort(404)
    settings = current_app.extensions["settings"]
    target = safe_target(request.args.get("next"), url_for("web.home"))
    try:
        return city_sign_in.begin(settings.base_url + url_for("ways.from_city"), target)
    except CitySignInFailed:
        return _city_failed()


@room.route("/sign-in/city/return", needs=Permission.PUBLIC)
def from_city() -> Any:
    if not city_sign_in.is_offered():
        abort(404)
    try:
        city_sign_in.finish()
    except CitySignInFailed:
        return _city_failed()
    return redirect(url_for("ways.confirm_city"), 303)


def _city_failed() -> Any:
    return page("accounts/city-failed.html", 502, city_label=city_label())


@room.route(
    "/sign-in/city/confirm", methods=["GET", "POST"], needs=Permission.PUBLIC, own_transaction=True
)
def confirm_city() -> Any:
    """Who the person is here: known, about to be linked, or new."""
    identity = city_sign_in.arrived()
    if identity is None:
        return redirect(url_for("accounts.sign_in"), 303)
    known = queries.by_identity(identity.issuer, identity.subject)
    if known is not None and known.id == current_actor().id:
        city_sign_in.forget()
        return redirect(url_for("account.show"), 303)
    if known is None and current_actor().is_signed_in:
        return _link(identity)
    return _meet(identity) if known is None else _come_in(identity, known)


def _meet(identity: CityIdentity) -> Any:
    """Somebody whom nobody knows by this identity yet: perhaps by their address."""
    if not identity.email:
        return _city_page("unverified")
    if ways_in.known_by_address(identity) is not None:
        return _link_by_address(identity)
    return _register(identity)


def _come_in(identity: CityIdentity, known: Person) -> Any:
    if request.method == "GET":
        return _city_page("known", name=known.public_name)
    target = _next()
    with transaction():
        known = ways_in.admit_by_identity(current_actor(), identity)
        session.sign_in(known, by_password=False)
    return redirect(target, 303)


def _link(identity: CityIdentity) -> Any:
    person = queries.of_actor(current_actor())
    form = ProofForm()
    if request.method == "POST" and form.validate() and is_proven(form, person):
        with transaction():
            ways_in.link_identity(current_actor(), identity)
        city_sign_in.forget()
        flash(gettext("From now on you can sign in with the city account."), "success")
        return redirect(url_for("account.show"), 303)
    return _city_page("link", form=form, name=person.public_name, **proof_values(form, person))


def _link_by_address(identity: CityIdentity) -> Any:
    form = ProofForm()
    if request.method == "POST" and form.validate():
        target = _next()
        try:
            with transaction():
                person = ways_in.link_by_address(current_actor(), identity)
                session.sign_in(person, by_password=False)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(target, 303)
    return _city_page("by-address", form=form, email=identity.email)


def _register(identity: CityIdentity) -> Any:
    form = CityAccountForm()
    if request.method == "POST" and form.validate():
        target = _next()
        try:
            with transaction():
                name, language = form.public_name.data or "", here_language()
                person = ways_in.register_by_identity(
                    current_actor(), identity, name, language=language
                )
                session.sign_in(person, by_password=False)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your account is ready, and you are signed in."), "success")
            return redirect(target, 303)
    return _city_page("register", form=form, email=identity.email)


def _next() -> str:
    """Asked before signing in: a new session remembers nothing of the one before."""
    return safe_target(city_sign_in.next_url(), url_for("web.home"))


def _city_page(state: str, *, form: Any = None, **values: Any) -> Any:
    status = 422 if form is not None and form.errors else 200
    return page(
        "accounts/city-confirm.html",
        status,
        state=state,
        form=form or ProofForm(),
        city_label=city_label(),
        **values,
    )
