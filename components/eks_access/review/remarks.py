"""What is to know of manifests beside their objects: what the API server would drop or take in another way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..authz.reading import CLUSTER_KINDS, DEFAULT_NAMESPACE
from .as_applied import is_template, unknown_fields
from .facts import AWS_AUTH
from .gaps import listed


@dataclass(slots=True)
class Remarks:
    """What was found so far."""

    about: list[str] = field(default_factory=list)
    """Sentences of whoever reads."""
    astray: list[str] = field(default_factory=list)
    """Namespaces with a ConfigMap called aws-auth that nobody reads."""
    in_default: list[str] = field(default_factory=list)
    """Roles and RoleBindings that name no namespace."""
    generated: list[str] = field(default_factory=list)
    """Objects that the API server would find a name for."""
    dropped_fields: list[str] = field(default_factory=list)
    """Fields of RBAC objects that the API server doesn't know."""
    templates: dict[str, None] = field(default_factory=dict)
    """Objects that say something else once they are rendered."""

    def name(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give an object that asks the API server for a name one that no other has."""
        metadata = item.get("metadata")
        if not isinstance(metadata, dict) or metadata.get("name"):
            return item
        begins = metadata.get("generateName")
        if not begins or not isinstance(begins, str):
            return item
        name = f"{begins}<generated {len(self.generated) + 1}>"
        named = {**item, "metadata": {**metadata, "name": name}}
        self.generated.append(_named(named))
        return named

    def look(self, item: Mapping[str, Any], *, taken: bool) -> None:
        """Remember what is odd about an RBAC object; less of one that the API server doesn't take."""
        if is_template(item):
            self.templates[_named(item)] = None
        if not taken:
            return
        for unknown in unknown_fields(item):
            self.dropped_fields.append(f"{_named(item)}: {unknown}")
        metadata = item.get("metadata")
        if isinstance(metadata, dict) and not metadata.get("namespace") and item["kind"] not in CLUSTER_KINDS:
            self.in_default.append(_named(item))

    def sentences(self) -> Iterator[str]:
        """Say all of it."""
        yield from self.about
        yield from (
            f"the ConfigMap aws-auth in the namespace {namespace} counts for nothing: {AWS_AUTH[0]} is where it is read"
            for namespace in self.astray
        )
        if number := len(self.in_default):
            one = "1 object names no namespace and counts", "it"
            more = f"{number} objects name no namespace and count", "them"
            said, them = one if number == 1 else more
            yield (
                f"{said} as in {DEFAULT_NAMESPACE}, where `kubectl apply` without -n puts {them} (the first: "
                f"{self.in_default[0]})"
            )
        if number := len(self.generated):
            ask = "1 object asks" if number == 1 else f"{number} objects ask"
            yield (
                f"{ask} the API server for a name, which `kubectl create` allows and `kubectl apply` refuses; counted "
                f"under one of our own (the first: {self.generated[0]})"
            )
        if self.templates:
            yield (
                f"of a template that isn't rendered, {listed(self.templates)} would say something else: render it "
                "first, e.g. `helm template … | eks-access can … -f -`"
            )
        if number := len(self.dropped_fields):
            fields = "1 field" if number == 1 else f"{number} fields"
            yield (
                f"the API server drops {fields} that it doesn't know, and kubectl refuses objects with "
                f"{'it' if number == 1 else 'them'} (the first: {self.dropped_fields[0]})"
            )


def _named(item: Mapping[str, Any]) -> str:
    metadata = item.get("metadata")
    name, namespace = (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, Mapping) else ("", "")
    return f"{item.get('kind')} {f'{namespace}/' if namespace else ''}{name or 'without a name'}"
