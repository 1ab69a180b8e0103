"""Requests as we want them: no NUL in what somebody typed, whatever their program sends."""

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

NUL = "\0"


class CleanRequest(Request):
    """NUL is no letter: PostgreSQL cannot store it and HTML cannot show it."""

    def _load_form_data(self) -> None:
        super()._load_form_data()
        form = self.__dict__["form"]
        if any(NUL in value for value in form.values()):
            self.__dict__["form"] = ImmutableMultiDict(
                (name, value.replace(NUL, "")) for name, value in form.items(multi=True)
            )
