"""What people type to register, to sign in and to choose a password."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import Email, EqualTo, InputRequired, Length

from civicdialog.accounts.actions import Registration

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


class ChangePasswordForm(NewPasswordForm):
    present = PasswordField(_l("Present password"), [InputRequired(_PASSWORD_MISSING)])
