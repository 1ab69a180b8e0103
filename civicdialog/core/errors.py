"""What can go wrong, in words the web layer can turn into pages."""


class CivicDialogError(Exception):
    """Base of every error raised on purpose."""


class NotAllowed(CivicDialogError):
    """The actor may not do this."""


class NotFound(CivicDialogError):
    """There is no such thing, or not for this viewer."""


class RuleBroken(CivicDialogError):
    """A rule of the dialogue forbids this; the message is shown to the person.

    `message` is a marked English sentence, `values` fill its placeholders,
    `field` names the form field it belongs to, if any.
    """

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.field = field
        self.values = values
