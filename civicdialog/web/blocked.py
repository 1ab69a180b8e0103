"""What somebody sees who cannot write at the moment: why, until when, and how to object."""

from civicdialog.accounts.session import cannot_write
from civicdialog.core.permissions import Actor
from civicdialog.moderation.block_queries import OwnBlock, own


def notice_for(actor: Actor) -> OwnBlock | None:
    """The block that holds for the actor; asks the database only if there is one."""
    return own(actor) if actor.is_signed_in and cannot_write() else None
