"""A second city needs no code: nothing of the first one is left on its pages."""

from pathlib import Path

import pytest

from civicdialog import create_app
from civicdialog.config import load_settings
from civicdialog.core.city import ProfileError, load_profile
from civicdialog.core.db import db
from tests.editor import EditorClient

PROFILE = Path(__file__).parent / "data" / "musterstadt.toml"
PUBLIC = ["/", "/rounds", "/register", "/sign-in", "/legal/imprint", "/legal/privacy",
          "/who-may-do-what", "/how-it-works", "/nothing-here"]  # fmt: skip


@pytest.fixture(scope="module")
def second_city(tmp_path_factory):
    from flask_migrate import upgrade

    instance = tmp_path_factory.mktemp("musterstadt")
    settings = load_settings(
        {
            "CIVICDIALOG_INSTANCE_PATH": str(instance),
            "CIVICDIALOG_CITY_PROFILE": str(PROFILE),
            "CIVICDIALOG_SECRET_KEY": "a secret for tests only, long enough",
        }
    )
    app = create_app(settings, TESTING=True, RATELIMIT_ENABLED=False)
    app.test_client_class = EditorClient
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("path", PUBLIC)
def test_no_page_of_a_second_city_names_the_first(second_city, path):
    text = second_city.test_client().get(path).get_data(as_text=True)
    assert "Musterstadt" in text
    assert "Halle" not in text.replace("Hallenbad", "")


def test_the_city_chooses_its_first_language(second_city):
    page = second_city.test_client().get("/").get_data(as_text=True)
    assert '<html lang="en"' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("Europe/Vienna", "Europe/Nowhere"), "time_zone 'Europe/Nowhere' is unknown"),
        (('en = "Musterstadt asks"', ""), "site_name has no text in 'en'"),
        (("[legal.contact]", "[legal.other]"), "legal.contact is missing"),
        (('name = "Musterstadt"\n', ""), "missing 1 required"),
        (("[site_name]", "[site_name"), "not valid TOML"),
        (("decision_days = 5", "decision_days = 0"), "decision_days must be a whole number"),
        (("decision_days = 5", 'decision_days = "5"'), "decision_days must be a whole number"),
    ],
)
def test_a_wrong_profile_is_told_in_a_sentence(tmp_path, change, sentence):
    path = tmp_path / "city.toml"
    path.write_text(PROFILE.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(ProfileError, match=sentence):
        load_profile(str(path))
