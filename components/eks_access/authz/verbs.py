"""What is said about verbs: requests have few, and people call them by others."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from .lookup import Asked
from .resources import VERBS

SPECIAL_VERBS = (
    "*",
    "approve",
    "attest",
    "bind",
    "escalate",
    "impersonate",
    "sign",
    "use",
)
"""Verbs that authorization is asked for beside those (https://kubernetes.io/docs/reference/access-authn-authz/)."""
_COMMANDS = {
    "read": "get or list",
    "view": "get or list",
    "describe": "get",
    "write": "create, update or patch",
    "edit": "get and patch",
    "apply": "get, create and patch",
    "scale": "patch deployments/scale",
    "rollout": "patch",
    "restart": "patch",
    "log": "get pods/log",
    "logs": "get pods/log",
    "exec": "create pods/exec",
    "attach": "create pods/attach",
    "port-forward": "create pods/portforward",
    "evict": "create pods/eviction",
    "drain": "create pods/eviction",
    "put": "update",
    "post": "create",
    "head": "get",
}
"""What kubectl's commands, HTTP and people call verbs → what the API server asks."""
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_METHOD_OF = {"list": "get", "watch": "get", "read": "get", "view": "get", "create": "post", "update": "put"}


def path_notices(verb: str) -> tuple[str, ...]:
    """Say where no request for a path has a verb: it is an HTTP method, in lower case."""
    if verb in (*_METHODS, "*"):
        return ()
    meant = _METHOD_OF.get(verb, "")
    return (f"paths are asked with {', '.join(_METHODS)}, never {verb}{f'; did you mean {meant}?' if meant else ''}",)


def verb_notices(verb: str, asked: Asked) -> tuple[str, ...]:
    """Say where a verb is none that this resource is ever asked with."""
    if verb in (*VERBS, *SPECIAL_VERBS) or verb.startswith("impersonate"):
        return ()
    meant = _meant(verb.lower(), (*asked.resource.verbs, *VERBS))
    return (f"no request has the verb {verb}{f'; did you mean {meant}?' if meant else ''}",)


def _meant(verb: str, verbs: Sequence[str]) -> str:
    if verb in verbs:
        return verb
    return _COMMANDS.get(verb) or next(iter(difflib.get_close_matches(verb, verbs, n=1)), "")
