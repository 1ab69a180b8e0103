"""docs/permissions.csv is what the program does, cell by cell."""

from pathlib import Path

from civicdialog.web.law import law_as_csv

FILE = Path(__file__).parent.parent / "docs" / "permissions.csv"


def test_the_published_table_of_permissions_is_the_law_in_force(database_app):
    assert FILE.read_text("utf-8") == law_as_csv(database_app)
