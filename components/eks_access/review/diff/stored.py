"""What a program keeps of a plan's access, so that its next run can say what changes: one JSON text, with a format.

It holds what was deployed rather than the declaration, so a newer version of the package that derives something else
from the same declaration shows as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ...authn.access_entries import AccessEntry
from ...authz.manifests import manifests
from ...authz.reading import read_objects
from ...declaration.kinds import AuthenticationMode
from ...errors import Refused
from ...plan.model import AccessPlan, EntryType, PolicyScope
from ..declared import state_of_plan
from ..objects import finished
from ..state import AccessState, Way

FORMAT = 1
"""Number of the layout; a text of another one is not read."""
_PLAIN = ("name", "arn", "version", "creator_arn", "creator_unknown", "people", "namespaces")
_WAY = tuple(each.name for each in fields(Way))


def stored_access(plan: AccessPlan) -> str:
    """Return the access of a plan with a cluster as JSON, the same for the same plan."""
    state = state_of_plan(plan)
    content = {
        "format": FORMAT,
        **{key: getattr(state, key) for key in _PLAIN},
        "mode": str(state.mode),
        "aws_auth": None if state.aws_auth is None else dict(state.aws_auth),
        "entries": [_entry(entry) for entry in state.entries],
        "objects": [*manifests(plan.rbac), *manifests(plan.metrics)],
        "ways": [{key: getattr(way, key) for key in _WAY} for way in state.ways],
        "node_roles": dict(state.node_roles),
    }
    return json.dumps(content, separators=(",", ":"), sort_keys=True)


def read_stored_access(text: object) -> AccessState | None:
    """Read it again; None where it is of another format, or not one."""
    try:
        content = json.loads(text) if isinstance(text, str) else None
        return _state(content) if isinstance(content, Mapping) and content.get("format") == FORMAT else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, Refused):
        return None


def _state(content: Mapping[str, Any]) -> AccessState:
    plain: dict[str, Any] = {
        key: tuple(content[key]) if isinstance(content[key], list) else content[key] for key in _PLAIN
    }
    state = AccessState(
        **plain,
        mode=AuthenticationMode(content["mode"]),
        aws_auth=content["aws_auth"],
        entries=tuple(_read_entry(entry) for entry in content["entries"]),
        ways=tuple(Way(**{key: way[key] for key in _WAY if key in way}) for way in content["ways"]),
        node_roles=content["node_roles"],
    )
    return finished(state, read_objects(content["objects"]))


def _entry(entry: AccessEntry) -> dict[str, object]:
    return {
        "arn": entry.principal_arn,
        "key": entry.key,
        "type": str(entry.type),
        "username": entry.username,
        "groups": entry.groups,
        "policies": [{"policy": each.policy, "arn": each.arn, "in": each.namespaces} for each in entry.policies],
        "made_by_eks": entry.made_by_eks,
    }


def _read_entry(raw: Mapping[str, Any]) -> AccessEntry:
    return AccessEntry(
        key=raw["key"],
        principal_arn=raw["arn"],
        type=EntryType(raw["type"]),
        username=raw["username"],
        groups=tuple(raw["groups"]),
        policies=tuple(
            PolicyScope(policy=p["policy"], arn=p["arn"], namespaces=tuple(p["in"])) for p in raw["policies"]
        ),
        made_by_eks=raw["made_by_eks"],
    )
