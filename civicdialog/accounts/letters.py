"""Letters about an account."""

from civicdialog.accounts.models import Person
from civicdialog.core.letters import write_letter


def write_to(person: Person, kind: str, *, url: str, **facts: object) -> None:
    """Write to somebody with an account; sample people have no mailbox."""
    if not person.is_sample:
        write_letter(person.email, kind, language=person.language, url=url, **facts)
