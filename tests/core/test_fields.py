"""Fields more than one room needs."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import NumberRange, Optional

from civicdialog.core.fields import WholeNumberField


class Pages(Form):
    count = WholeNumberField(validators=[Optional(), NumberRange(1, 60, message="From 1 to 60.")])


def typed(text):
    form = Pages(MultiDict({"count": text}))
    form.validate()
    return form.count


@pytest.mark.parametrize("text", ["61", "1" + "0" * 20, "9" * 2000, "9" * 5000, "-" + "9" * 2000])
def test_a_number_of_any_length_out_of_the_range_gets_the_words_of_the_range(app, text):
    with app.test_request_context():
        assert list(typed(text).errors) == ["From 1 to 60."]


def test_a_number_that_is_too_long_stays_as_it_was_typed(app):
    with app.test_request_context():
        assert typed("9" * 2000)._value() == "9" * 2000


def test_what_is_no_number_is_named_as_such(app):
    with app.test_request_context():
        assert "ganze Zahl" in str(typed("zwölf").errors[0])


@pytest.mark.parametrize(("text", "number"), [("12", 12), (" 12 ", 12), ("", None)])
def test_a_number_or_nothing_is_taken(app, text, number):
    with app.test_request_context():
        field = typed(text)
    assert (field.data, list(field.errors)) == (number, [])
