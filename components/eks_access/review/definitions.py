"""CustomResourceDefinitions → what custom resources are called, and whether they live in namespaces.

Source: k8s.io/apiextensions-apiserver pkg/apis/apiextensions/v1/types.go; a list kind and categories name no resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..authz.resources import ApiResource

_SCOPES = {"Namespaced": True, "Cluster": False}


def defined_by(document: Mapping[str, Any]) -> ApiResource | None:
    """Return what a CustomResourceDefinition defines; None where it has not the form of one."""
    spec = document.get("spec")
    names = spec.get("names") if isinstance(spec, Mapping) else None
    if not isinstance(spec, Mapping) or not isinstance(names, Mapping):
        return None
    group, plural, kind, scope = spec.get("group"), names.get("plural"), names.get("kind"), spec.get("scope")
    if not (isinstance(group, str) and isinstance(plural, str) and isinstance(kind, str) and isinstance(scope, str)):
        return None
    singular, short = names.get("singular"), names.get("shortNames")
    return ApiResource(
        group=group,
        plural=plural,
        singular=singular if isinstance(singular, str) and singular else kind.lower(),
        kind=kind,
        short=tuple(each for each in short if isinstance(each, str)) if isinstance(short, list) else (),
        namespaced=_SCOPES.get(scope),
    )
