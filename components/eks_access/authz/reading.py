"""Kubernetes documents → RbacObjects: any manifests or a dump of a live cluster, not only ours.

Documents come from others, so nothing in them is trusted: what has not the form of RBAC is refused with its place.
A null is what a field or an item that isn't written would be (https://pkg.go.dev/encoding/json#Unmarshal).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import Problem, Refused
from ..plan.model import RbacRule
from .manifests import RBAC_API
from .model import BindingSubject, RbacObjects, Requirement, Role, RoleBinding, Selector

ROLE_KINDS = ("Role", "ClusterRole")
BINDING_KINDS = ("RoleBinding", "ClusterRoleBinding")
CLUSTER_KINDS = ("ClusterRole", "ClusterRoleBinding")
DEFAULT_NAMESPACE = "default"
"""Where kubectl puts a namespaced object that names no namespace."""


def each_object(documents: Iterable[object]) -> Iterator[Mapping[str, Any]]:
    """Unfold Lists; what is no object is passed over."""
    for document in documents:
        if not isinstance(document, Mapping):
            continue
        kind = document.get("kind")
        items = document.get("items")
        if isinstance(kind, str) and kind.endswith("List") and isinstance(items, list):
            # what a typed list (RoleList) holds may leave out its own kind
            yield from each_object(_with_kind(item, document, kind.removesuffix("List")) for item in items)
        else:
            yield document


def _with_kind(item: object, of: Mapping[str, Any], kind: str) -> object:
    if not isinstance(item, Mapping) or not kind:
        return item
    return {"apiVersion": of.get("apiVersion"), "kind": kind, **item}


def is_rbac(document: Mapping[str, Any]) -> bool:
    """Tell RBAC objects from others, whatever version of the API group they are of."""
    version, kind = document.get("apiVersion"), document.get("kind")
    return isinstance(version, str) and version.startswith(f"{RBAC_API}/") and kind in ROLE_KINDS + BINDING_KINDS


def counts_within(document: Mapping[str, Any], namespace: str) -> bool:
    """Tell whether an RBAC object may decide about a namespace: one of its own, or of the cluster.

    What has not the form of an object counts, so that reading it refuses it.
    """
    if document["kind"] in CLUSTER_KINDS:
        return True
    metadata = document.get("metadata")
    own = metadata.get("namespace") if isinstance(metadata, Mapping) else namespace
    return (own or DEFAULT_NAMESPACE) == namespace or not isinstance(own, str | None)


def read_objects(documents: Iterable[object]) -> RbacObjects:
    """Read all RBAC objects, in their order; several may have one name (`review.applying`).

    Raises:
        Refused: with every RBAC object that has not the form of one.
    """
    return read_judged((document, "") for document in each_object(documents) if is_rbac(document))


def read_judged(documents: Iterable[tuple[Mapping[str, Any], str]]) -> RbacObjects:
    """Read RBAC objects, beside each of which stands why the API server refuses it unread; nothing where it doesn't.

    Raises:
        Refused: with every RBAC object that has not the form of one.
    """
    roles: list[Role] = []
    bindings: list[RoleBinding] = []
    problems: list[Problem] = []
    for document, why in documents:
        try:
            read = _unread(document, why) if why else _read(document)
        except _MalformedError as error:
            problems.append(error.problem(document))
            continue
        if isinstance(read, Role):
            roles.append(read)
        else:
            bindings.append(read)
    if problems:
        raise Refused(problems)
    return RbacObjects(roles=tuple(roles), bindings=tuple(bindings))


def _read(document: Mapping[str, Any]) -> Role | RoleBinding:
    return _role(document) if document["kind"] in ROLE_KINDS else _binding(document)


def _unread(document: Mapping[str, Any], why: str) -> Role | RoleBinding:
    """Keep what it is called; its kind may be one of no API."""
    kind = str(document["kind"]).lower()
    metadata = document.get("metadata")
    found = metadata if isinstance(metadata, Mapping) else {}
    name = str(found.get("name") or "")
    namespace = None if kind.startswith("cluster") else str(found.get("namespace") or DEFAULT_NAMESPACE)
    if "bind" in kind:
        return RoleBinding(name=name, namespace=namespace, role_kind="", role_name="", unread=why)
    return Role(name=name, namespace=namespace, unread=why)


class _MalformedError(Exception):
    """Something in one object that the API server would not have stored."""

    def __init__(self, path: str, value: object, rule: str) -> None:
        super().__init__(path)
        self.path, self.value, self.rule = path, value, rule

    def problem(self, document: Mapping[str, Any]) -> Problem:
        """Name the object and the place in it."""
        metadata = document.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        return Problem(
            path=f"{document['kind']} {name or 'without a name'}: {self.path}",
            value=repr(self.value)[:80],
            rule=self.rule,
            fix="write it as the API server would take it: `kubectl apply --dry-run=server -f` tells",
        )


def _role(document: Mapping[str, Any]) -> Role:
    cluster = document["kind"] == "ClusterRole"
    name, namespace, labels = _metadata(document, cluster=cluster)
    rules = tuple(_rule(raw, f"rules[{index}]") for index, raw in enumerate(_list(document, "rules", "rules")))
    aggregation = document.get("aggregationRule") if cluster else None
    return Role(name=name, namespace=namespace, rules=rules, labels=labels, aggregation=_aggregation(aggregation))


def _binding(document: Mapping[str, Any]) -> RoleBinding:
    name, namespace, _ = _metadata(document, cluster=document["kind"] == "ClusterRoleBinding")
    reference = _mapping(document.get("roleRef"), "roleRef")
    return RoleBinding(
        name=name,
        namespace=namespace,
        role_kind=_text(reference, "kind", "roleRef.kind"),
        role_name=_text(reference, "name", "roleRef.name"),
        foreign_group=_foreign_group(reference, "roleRef", RBAC_API),
        subjects=tuple(
            _subject(_mapping(raw, f"subjects[{index}]"), f"subjects[{index}]")
            for index, raw in enumerate(_list(document, "subjects", "subjects"))
        ),
    )


def _subject(raw: Mapping[str, Any], path: str) -> BindingSubject:
    kind = _text(raw, "kind", f"{path}.kind")
    return BindingSubject(
        kind=kind,
        name=_text(raw, "name", f"{path}.name"),
        namespace=_text(raw, "namespace", f"{path}.namespace"),
        foreign_group=_foreign_group(raw, path, "" if kind == "ServiceAccount" else RBAC_API),
    )


def _foreign_group(raw: Mapping[str, Any], path: str, own: str) -> str:
    """Return the apiGroup where it is another than the one that it may be, or be left out for."""
    group = _text(raw, "apiGroup", f"{path}.apiGroup")
    return "" if group == own else group


def _metadata(document: Mapping[str, Any], *, cluster: bool) -> tuple[str, str | None, Mapping[str, str]]:
    metadata = _mapping(document.get("metadata"), "metadata")
    name = _text(metadata, "name", "metadata.name")
    namespace = None if cluster else _text(metadata, "namespace", "metadata.namespace") or DEFAULT_NAMESPACE
    raw = metadata.get("labels")
    return name, namespace, _labels(raw, "metadata.labels") if raw else {}


def _rule(raw: object, path: str) -> RbacRule:
    rule = _mapping(raw, path)
    return RbacRule(
        verbs=_texts(rule, "verbs", path),
        api_groups=_texts(rule, "apiGroups", path),
        resources=_texts(rule, "resources", path),
        resource_names=_texts(rule, "resourceNames", path),
        non_resource_urls=_texts(rule, "nonResourceURLs", path),
    )


def _aggregation(raw: object) -> tuple[Selector, ...] | None:
    if raw is None:
        return None
    path = "aggregationRule.clusterRoleSelectors"
    found = _list(_mapping(raw, "aggregationRule"), "clusterRoleSelectors", path)
    return tuple(_selector(_mapping(each, f"{path}[{index}]"), f"{path}[{index}]") for index, each in enumerate(found))


def _selector(raw: Mapping[str, Any], path: str) -> Selector:
    labels = _labels(raw.get("matchLabels") or {}, f"{path}.matchLabels")
    expressions = []
    for index, each in enumerate(_list(raw, "matchExpressions", path)):
        at = f"{path}.matchExpressions[{index}]"
        expression = _mapping(each, at)
        expressions.append(
            Requirement(
                key=_text(expression, "key", f"{at}.key"),
                operator=_text(expression, "operator", f"{at}.operator"),
                values=_texts(expression, "values", at),
            )
        )
    return Selector(labels=labels, expressions=tuple(expressions))


def _labels(raw: object, path: str) -> Mapping[str, str]:
    return {str(key): "" if value is None else str(value) for key, value in _mapping(raw, path).items()}


def _mapping(raw: object, path: str) -> Mapping[str, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise _MalformedError(path, raw, "this is a mapping")
    return raw


def _list(raw: Mapping[str, Any], key: str, path: str) -> Sequence[object]:
    found = raw.get(key)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise _MalformedError(path, found, "this is a list")
    return found


def _text(raw: Mapping[str, Any], key: str, path: str) -> str:
    found = raw.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise _MalformedError(path, found, "this is a text; write it in quotes")
    return found


def _texts(raw: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
    found = raw.get(key)
    if found is None:
        return ()
    if isinstance(found, list) and None in found:
        found = ["" if each is None else each for each in found]
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise _MalformedError(f"{path}.{key}", found, "this is a list of texts; write each in quotes")
    return tuple(found)
