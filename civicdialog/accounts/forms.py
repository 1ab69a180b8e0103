"""What people type to register, to sign in and to choose a password."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import Email, EqualTo, InputRequired, Length

from civicdialog.accounts.actions import Profile, Registration

_ADDRESS_MISSING = _l("Please enter your e-mail address.")
_ADDRESS_WRONG = _l("Please enter an address like name@example.org.")
_PASSWORD_MISSING = _l("Please enter your password.")
_NEW_PASSWORD_MISSING = _l("Please choose a password.")


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


def _address(*checks: object) -> EmailField:
    return EmailField(
        _l("E-mail address"), [InputRequired(_ADDRESS_MISSING), *checks], filters=[_stripped]
    )


class RegistrationForm(FlaskForm):
    email = _address(Length(max=254, message=_ADDRESS_WRONG), Email(_ADDRESS_WRONG))
    public_name = StringField(
        _l("Public name"),
        [InputRequired(_l("Please enter the name that others shall read."))],
        filters=[_stripped],
        description=_l("Everybody can read it next to your proposals. It may be a pseudonym."),
    )

    def draft(self) -> Registration:
        return Registration(self.email.data or "", self.public_name.data or "")


class SignInForm(FlaskForm):
    email = _address()
    password = PasswordField(_l("Password"), [InputRequired(_PASSWORD_MISSING)])


class ResetForm(FlaskForm):
    email = _address(Length(max=254, message=_ADDRESS_WRONG), Email(_ADDRESS_WRONG))


class NewPasswordForm(FlaskForm):
    password = PasswordField(
        _l("New password"),
        [InputRequired(_NEW_PASSWORD_MISSING)],
        description=_l("At least 8 characters. Several words are easier to remember than signs."),
    )
    password_again = PasswordField(
        _l("New password again"),
        [
            InputRequired(_l("Please enter the password a second time.")),
            EqualTo("password", _l("The two passwords are not the same.")),
        ],
    )


class ProfileForm(FlaskForm):
    public_name = StringField(
        _l("Public name"),
        [InputRequired(_l("Please enter the name that others shall read."))],
        filters=[_stripped],
        description=_l("Everybody can read it next to your proposals. It may be a pseudonym."),
    )
    language = SelectField(
        _l("Language of our letters"),
        [InputRequired(_l("Please choose a language."))],
        validate_choice=False,
    )

    def draft(self) -> Profile:
        return Profile(self.public_name.data or "", self.language.data or "")


class ProofForm(FlaskForm):
    """Where somebody shows once more who they are; right after signing in it stays empty."""

    present = PasswordField(_l("Present password"))


class PasskeyForm(ProofForm):
    name = StringField(
        _l("Name of the passkey"),
        [
            InputRequired(_l("Please give the passkey a name.")),
            Length(max=60, message=_l("Please use at most 60 characters.")),
        ],
        filters=[_stripped],
        description=_l("By which you recognise it later, such as “my phone”."),
    )
    credential = HiddenField()


class CityAccountForm(FlaskForm):
    public_name = StringField(
        _l("Public name"),
        [InputRequired(_l("Please enter the name that others shall read."))],
        filters=[_stripped],
        description=_l("Everybody can read it next to your proposals. It may be a pseudonym."),
    )


class ChangePasswordForm(NewPasswordForm):
    present = PasswordField(_l("Present password"), [InputRequired(_PASSWORD_MISSING)])
