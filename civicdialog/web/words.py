"""Words with types: what the façade says in the reader's language."""

from civicdialog.web.languages import language_now, translations


def gettext(message: str, **values: object) -> str:
    """A message in the reader's language."""
    text = translations(language_now()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A message for this many things in the reader's language."""
    return translations(language_now()).ngettext(one, many, num) % {"num": num, **values}
