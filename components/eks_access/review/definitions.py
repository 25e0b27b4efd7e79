"""What is called how, and lives in namespaces or not, beside Kubernetes' own: by its definition, or by discovery.

Sources: k8s.io/apiextensions-apiserver pkg/apis/apiextensions/v1/types.go, k8s.io/api apidiscovery/v2/types.go; a list
kind and categories name no resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..authz.resources import ApiResource, by_group

_SCOPES = {"Namespaced": True, "Cluster": False}


def defined_in(document: Mapping[str, Any]) -> Iterator[ApiResource]:
    """Yield the resources that a document tells of; none where it is of another kind, or has not the form of its own.

    What Kubernetes serves by default is left out, which discovery tells as well.
    """
    match document.get("kind"):
        case "CustomResourceDefinition":
            spec = _mapping(document.get("spec"))
            yield from _resource(spec.get("group"), spec.get("scope"), _mapping(spec.get("names")))
        case "APIGroupDiscovery":
            group = _mapping(document.get("metadata")).get("name")
            for version in _list(document.get("versions")):
                for raw in map(_mapping, _list(_mapping(version).get("resources"))):
                    names = {
                        "plural": raw.get("resource"),
                        "singular": raw.get("singularResource"),
                        "kind": _mapping(raw.get("responseKind")).get("kind"),
                        "shortNames": raw.get("shortNames"),
                    }
                    found = _resource(group, raw.get("scope"), names)
                    yield from (each for each in found if not _is_usual(each))


def _is_usual(found: ApiResource) -> bool:
    """Tell what Kubernetes serves by default; a newer minor serves more, and alpha and beta can be turned on."""
    known = by_group().get(found.group, {}).get(found.plural)
    return known is not None and known.served


def _resource(group: object, scope: object, names: Mapping[str, Any]) -> Iterator[ApiResource]:
    """Yield a resource by the names that a definition has for it, unless something of it is no text."""
    plural, kind = names.get("plural"), names.get("kind")
    if isinstance(group, str) and isinstance(plural, str) and isinstance(kind, str) and isinstance(scope, str):
        singular = names.get("singular")
        yield ApiResource(
            group=group,
            plural=plural,
            singular=singular if isinstance(singular, str) and singular else kind.lower(),
            kind=kind,
            short=tuple(each for each in _list(names.get("shortNames")) if isinstance(each, str)),
            namespaced=_SCOPES.get(scope),
        )


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []
