"""What is to know of manifests beside their objects: what the API server would refuse, or take in another way."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..authz.manifests import RBAC_API
from ..authz.model import RbacObjects, Role, RoleBinding
from ..authz.reading import BINDING_KINDS, CLUSTER_KINDS, DEFAULT_NAMESPACE, ROLE_KINDS
from .gaps import listed

_KINDS = ROLE_KINDS + BINDING_KINDS
_SERVED = f"{RBAC_API}/v1"


@dataclass(slots=True)
class Remarks:
    """What was found so far."""

    about: list[str] = field(default_factory=list)
    """Sentences of whoever reads."""
    in_default: list[str] = field(default_factory=list)
    """Roles and RoleBindings that name no namespace."""
    refused: dict[str, list[str]] = field(default_factory=dict)
    """Why the API server has no such kind of object → the objects."""
    templates: dict[str, None] = field(default_factory=dict)
    twice: dict[str, None] = field(default_factory=dict)
    rebound: dict[str, None] = field(default_factory=dict)
    """Bindings that are there with another role."""
    _seen: dict[tuple[type, str | None, str], Role | RoleBinding] = field(default_factory=dict)

    def serves(self, item: Mapping[str, Any]) -> bool:
        """Tell whether the API server has such a kind of object; of RBAC objects that it hasn't, remember why."""
        version, kind = item.get("apiVersion"), item.get("kind")
        if not isinstance(version, str) or not isinstance(kind, str) or not version.startswith(f"{RBAC_API}/"):
            return True
        if kind not in _KINDS:
            if not kind.endswith("List"):
                near = next((each for each in _KINDS if each.lower() == kind.lower()), None)
                meant = near or next(iter(difflib.get_close_matches(kind, _KINDS, n=1)), "")
                hint = f"; did you mean {meant}?" if meant else ""
                self.refused.setdefault(f"{RBAC_API} has no kind {kind}{hint}", []).append(_named(item))
            return False
        if version != _SERVED:
            why = f"from Kubernetes 1.22 on there is {_SERVED} and no {version}"
            self.refused.setdefault(why, []).append(_named(item))
            return False
        return True

    def look_at(self, item: Mapping[str, Any]) -> None:
        """Remember what is odd about the name of an RBAC object."""
        metadata = item.get("metadata")
        if not isinstance(metadata, Mapping):
            return
        if item.get("kind") not in CLUSTER_KINDS and not metadata.get("namespace"):
            self.in_default.append(f"{item.get('kind')} {metadata.get('name')}")
        if any("{{" in str(metadata.get(key)) for key in ("name", "namespace")):
            self.templates[_named(item)] = None

    def compare(self, part: RbacObjects) -> None:
        """Remember objects that are here a second time, with something else in them."""
        objects: tuple[Role | RoleBinding, ...] = (*part.roles, *part.bindings)
        for each in objects:
            before = self._seen.setdefault((type(each), each.namespace, each.name), each)
            if before != each:
                kind = type(each).__name__
                told = f"{kind} {each.namespace}/{each.name}" if each.namespace else f"Cluster{kind} {each.name}"
                (self.rebound if _other_role(before, each) else self.twice)[told] = None
                self._seen[type(each), each.namespace, each.name] = each

    def sentences(self) -> Iterator[str]:
        """Say all of it."""
        yield from self.about
        if number := len(self.in_default):
            one = "1 object names no namespace and counts", "it"
            more = f"{number} objects name no namespace and count", "them"
            said, them = one if number == 1 else more
            yield (
                f"{said} as in {DEFAULT_NAMESPACE}, where `kubectl apply` without -n puts {them} (the first: "
                f"{self.in_default[0]})"
            )
        for why, names in self.refused.items():
            them = "they do not count" if len(names) > 1 else "it does not count"
            yield f"the API server refuses {listed(names)}, so {them}: {why}"
        if self.templates:
            yield (
                f"of a template that isn't rendered, {listed(self.templates)} would be named in another way: render it "
                "first, e.g. `helm template … | eks-access can … -f -`"
            )
        if self.twice:
            yield f"here more than once, not always the same, so that the last counts: {listed(self.twice)}"
        if self.rebound:
            yield (
                "here more than once, of another role, which `kubectl apply` can't change: the last counts, as if the "
                f"others had been deleted: {listed(self.rebound)}"
            )


def _other_role(before: Role | RoleBinding, after: Role | RoleBinding) -> bool:
    if not isinstance(before, RoleBinding) or not isinstance(after, RoleBinding):
        return False
    return (before.role_kind, before.role_name) != (after.role_kind, after.role_name)


def _named(item: Mapping[str, Any]) -> str:
    metadata = item.get("metadata")
    name, namespace = (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, Mapping) else ("", "")
    return f"{item.get('kind')} {namespace}/{name}" if namespace else f"{item.get('kind')} {name}"
