"""What becomes of requests without credentials, before anything is decided about them."""

from __future__ import annotations

from ..authn.authenticating import HEALTH_PATHS
from ..authz.model import Request

_ENDS_AT = 32
"""Minor from which EKS answers anonymous requests on health paths only."""


def answers_anonymous(version: str | None, request: Request) -> bool:
    """Tell whether EKS looks at a request without credentials at all, rather than answering it with 401."""
    if request.path in HEALTH_PATHS:
        return True
    return version is not None and int(version.partition(".")[2]) < _ENDS_AT
