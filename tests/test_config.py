"""Settings: a wrong value stops the start with a sentence."""

import pytest

from civicdialog.config import SettingsError, load_settings


@pytest.fixture
def environ(tmp_path):
    return {"CIVICDIALOG_INSTANCE_PATH": str(tmp_path)}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eight", "CIVICDIALOG_PORT must be a whole number"),
        ("PORT", "70000", "between 1 and 65535"),
        ("THREADS", "0", "between 1 and 64"),
        ("ENVIRONMENT", "staging", "one of development, production"),
        ("MAIL_STARTTLS", "maybe", "true or false"),
        ("DATABASE_URL", "mysql://x/y", "mysql is not supported"),
        ("DATABASE_URL", "no address", "must look like"),
        ("BASE_URL", "ki-dialog.example", "must begin with http"),
        ("SECRET_KEY", "short", "at least 32 characters"),
    ],
)
def test_a_wrong_value_is_told_in_a_sentence(environ, name, value, sentence):
    with pytest.raises(SettingsError, match=sentence):
        load_settings({**environ, f"CIVICDIALOG_{name}": value})


def test_an_unknown_setting_in_the_file_is_refused(environ, tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('colour = "red"\n', "utf-8")
    with pytest.raises(SettingsError, match="no setting 'colour'"):
        load_settings({**environ, "CIVICDIALOG_CONFIG": str(path)})


def test_the_environment_wins_over_the_file(environ, tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("port = 9000\nthreads = 3\n", "utf-8")
    settings = load_settings(
        {**environ, "CIVICDIALOG_CONFIG": str(path), "CIVICDIALOG_PORT": "9001"}
    )
    assert (settings.port, settings.threads) == (9001, 3)


def test_a_secret_may_stand_in_a_file(environ, tmp_path):
    path = tmp_path / "key"
    path.write_text("k" * 40 + "\n", "utf-8")
    settings = load_settings({**environ, "CIVICDIALOG_SECRET_KEY_FILE": str(path)})
    assert settings.secret_key == "k" * 40


def test_production_refuses_to_make_up_a_secret(environ):
    with pytest.raises(SettingsError, match="SECRET_KEY is missing"):
        load_settings({**environ, "CIVICDIALOG_ENVIRONMENT": "production"})


def test_development_keeps_its_secret(environ):
    assert load_settings(environ).secret_key == load_settings(environ).secret_key


@pytest.mark.parametrize("name", ["SESSIONS", "UNCONFIRMED", "TOKENS", "LETTERS", "BACKUPS"])
def test_a_period_of_no_days_is_refused(environ, name):
    with pytest.raises(SettingsError, match="at least 1"):
        load_settings({**environ, f"CIVICDIALOG_KEEP_{name}_DAYS": "0"})


def test_half_a_city_sign_in_is_refused(environ):
    with pytest.raises(SettingsError, match="OIDC_CLIENT_ID"):
        load_settings({**environ, "CIVICDIALOG_OIDC_ISSUER": "https://konto.example"})


@pytest.mark.parametrize(
    ("environment", "issuer"), [("production", "http://konto.example"), ("development", "konto")]
)
def test_a_city_sign_in_without_encryption_is_refused(environ, environment, issuer):
    values = {"ISSUER": issuer, "CLIENT_ID": "a", "CLIENT_SECRET": "b"}
    city = {f"CIVICDIALOG_OIDC_{name}": value for name, value in values.items()}
    secret = {"CIVICDIALOG_SECRET_KEY": "k" * 40, "CIVICDIALOG_ENVIRONMENT": environment}
    with pytest.raises(SettingsError, match="OIDC_ISSUER must begin"):
        load_settings({**environ, **city, **secret})
