"""Form fields more than one room needs."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField

LONGEST = 9
BEYOND = 10**LONGEST


class WholeNumberField(IntegerField):
    """A whole number, or nothing.

    A number of more than nine digits counts as a thousand million, beyond every range a form
    allows: the field's own range says what to do, and what was typed stays in the field.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = "".join(valuelist[:1]).strip()
        if re.fullmatch(rf"[+-]?\d{{{LONGEST + 1},}}", typed):
            self.data = -BEYOND if typed.startswith("-") else BEYOND
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Please give a whole number, or leave the field empty.")) from error
