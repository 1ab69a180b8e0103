"""What the minutes do not hold: refused requests, and files that staff take away.

Signing in and out, failed attempts, roles, decisions of the moderation and copies of the own data
stand in the minutes (core/audit.py). Neither holds what somebody typed, an address, or a secret.
"""

import structlog
from flask import Response, request

from civicdialog.core.permissions import GRANTABLE_ROLES
from civicdialog.core.room import current_actor

log = structlog.get_logger("security")

REFUSALS = frozenset({400, 401, 403, 429})
STAFF = frozenset(GRANTABLE_ROLES)


def note_for_security(response: Response) -> Response:
    """One line for a refusal, one for a download by somebody with a role."""
    if response.status_code in REFUSALS:
        log.warning("refused", **_facts(response))
    elif _is_file(response) and current_actor().roles & STAFF:
        log.info("export", **_facts(response))
    return response


def _is_file(response: Response) -> bool:
    return "attachment" in response.headers.get("Content-Disposition", "")


def _facts(response: Response) -> dict[str, object]:
    actor = current_actor()
    return {
        "method": request.method,
        "endpoint": request.endpoint,
        "status": response.status_code,
        "person": actor.id,
        "roles": " ".join(sorted(actor.roles)),
    }
