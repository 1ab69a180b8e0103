"""The own account: name, language, ways to sign in, and the places where one is signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from civicdialog.accounts import actions, city_sign_in, hashing, passkeys, queries, session, ways_in
from civicdialog.accounts.challenges import open_challenge, take_challenge
from civicdialog.accounts.devices import browser_and_system
from civicdialog.accounts.forms import PasskeyForm, ProfileForm, ProofForm
from civicdialog.accounts.models import Person, PersonSession
from civicdialog.accounts.routes import city_label
from civicdialog.core.city import city
from civicdialog.core.db import transaction
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, broken_rule_on, current_actor, page

room = Room("account", __name__)

LANGUAGES = {"de": "Deutsch", "en": "English", "de-simple": "Leichte Sprache"}


@dataclass(frozen=True)
class Place:
    """One session as its owner recognises it."""

    id: int
    device: str
    session: PersonSession
    seen_on: datetime
    is_here: bool


@room.route("/my/account", needs=Permission.ACCOUNT_USE)
def show() -> Any:
    actor = current_actor()
    person = queries.of_actor(actor)
    return page(
        "accounts/account.html",
        person=person,
        language=LANGUAGES.get(person.language, person.language),
        places=[_place(each) for each in queries.sessions_of(actor)],
        passkeys=queries.passkeys_of(actor),
        passkeys_possible=passkeys.are_possible(),
        identities=queries.identities_of(actor),
        city_label=city_label() if city_sign_in.is_offered() else "",
    )


def _place(place: PersonSession) -> Place:
    noon = datetime.combine(place.seen_on, time(12), UTC)
    here = place.id == session.own_session_id()
    return Place(place.id, _in_words(place.device), place, noon, is_here=here)


def _in_words(device: str) -> str:
    """A device as one would name it: Firefox on Android."""
    browser, system = browser_and_system(device)
    if browser and system:
        return str(gettext("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(gettext("Unknown device"))


@room.route("/my/account/profile", methods=["GET", "POST"], needs=Permission.ACCOUNT_USE)
def profile() -> Any:
    person = queries.of_actor(current_actor())
    form = ProfileForm(obj=person)
    offered = (*city().languages, *city().simple_languages)
    form.language.choices = [SelectChoice(code, LANGUAGES[code]) for code in offered]
    if request.method == "POST" and form.validate():
        try:
            actions.change_profile(current_actor(), form.draft())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Saved. Others now read: %(name)s", name=person.public_name), "success")
            return redirect(url_for("account.show"), 303)
    return page("accounts/profile.html", 422 if form.errors else 200, form=form)


@room.route("/my/account/sessions/end", methods=["POST"], needs=Permission.ACCOUNT_USE)
def end_sessions() -> Any:
    """End one session, or all others when none is named."""
    here, wanted = session.own_session_id(), _number(request.form.get("session", ""))
    actions.sign_out_elsewhere(current_actor(), here=here, session_id=wanted)
    flash(gettext("Signed out there."), "success")
    return redirect(url_for("account.show"), 303)


def _number(text: str) -> int | None:
    """A key of a row; nonsense is refused, nothing stays nothing."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(400)
    return int(text)


@room.route(
    "/my/account/passkeys/new",
    methods=["GET", "POST"],
    needs=Permission.ACCOUNT_USE,
    own_transaction=True,
)
def new_passkey() -> Any:
    if not passkeys.are_possible():
        abort(404)
    person = queries.of_actor(current_actor())
    form = PasskeyForm()
    if request.method == "POST" and form.validate() and is_proven(form, person):
        try:
            _add_passkey(form)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("From now on you can sign in with this passkey."), "success")
            return redirect(url_for("account.show"), 303)
    known = queries.passkeys_of(current_actor())
    return page(
        "accounts/passkey-new.html",
        422 if form.errors else 200,
        form=form,
        options=passkeys.options_to_register(person, known, open_challenge().value),
        **proof_values(form, person),
    )


def _add_passkey(form: PasskeyForm) -> None:
    challenge = take_challenge()
    made = challenge and passkeys.new_passkey(form.credential.data or "", challenge.value)
    if not made:
        raise RuleBroken(
            mark("The passkey did not come about. Nothing has changed; please try again.")
        )
    with transaction():
        ways_in.add_passkey(current_actor(), made, name=form.name.data or "")


@room.route(
    "/my/account/passkeys/<int:passkey_id>/remove", methods=["POST"], needs=Permission.ACCOUNT_USE
)
def remove_passkey(passkey_id: int) -> Any:
    ways_in.remove_passkey(current_actor(), passkey_id)
    flash(
        gettext("The passkey no longer opens your account. You can delete it in your device, too."),
        "success",
    )
    return redirect(url_for("account.show"), 303)


@room.route(
    "/my/account/city/<int:identity_id>/remove", methods=["POST"], needs=Permission.ACCOUNT_USE
)
def unlink_city(identity_id: int) -> Any:
    ways_in.unlink_identity(current_actor(), identity_id)
    flash(gettext("The link to the city account has ended."), "success")
    return redirect(url_for("account.show"), 303)


def is_proven(form: ProofForm, person: Person, *, strict: bool = False) -> bool:
    """Whether it is the person: just signed in, or knows the password. Says so at the form if not.

    With `strict` having signed in by password just now is not enough; a passkey or the city is.
    """
    if session.is_fresh(strict=strict) or hashing.matches(
        person.password_hash, form.present.data or ""
    ):
        return True
    if person.password_hash is None:
        broken_rule_on(form, RuleBroken(mark("Please sign in again first.")))
    else:
        wrong = RuleBroken(mark("Your present password is not right."), field="present")
        broken_rule_on(form, wrong)
    return False


def proof_values(form: ProofForm, person: Person, *, strict: bool = False) -> dict[str, Any]:
    """What a page needs to ask for a proof: nothing, the password, or to sign in again."""
    missing, has_password = not session.is_fresh(strict=strict), person.password_hash is not None
    form.present.flags.required = True  # where it is shown at all
    return {
        "email": person.email,
        "asks_password": missing and has_password,
        "asks_to_sign_in": missing and not has_password,
    }
