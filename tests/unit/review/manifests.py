"""RBAC manifests with something odd about them, and whether the API server takes them: it is asked as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from eks_access.authz.model import RbacObjects
from eks_access.review.applying import applied
from eks_access.review.dumps import read_dump

API = "rbac.authorization.k8s.io"
RULE = {"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}


def role(**changes: Any) -> dict[str, Any]:
    """A Role that reads Secrets, changed."""
    sound = {"apiVersion": f"{API}/v1", "kind": "Role", "metadata": {"name": "r", "namespace": "a"}, "rules": [RULE]}
    return sound | changes


def binding(**changes: Any) -> dict[str, Any]:
    """Bind it to ann, changed."""
    sound = {
        "apiVersion": f"{API}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "r", "namespace": "a"},
        "roleRef": {"apiGroup": API, "kind": "Role", "name": "r"},
        "subjects": [{"apiGroup": API, "kind": "User", "name": "ann"}],
    }
    return sound | changes


def there(documents: Iterable[dict[str, Any]]) -> RbacObjects:
    """Return what of manifests counts here."""
    return replace(applied(read_dump(documents).objects(), RbacObjects()).objects, refused=())


def counts(document: dict[str, Any]) -> bool:
    """Tell whether anything of a manifest counts here."""
    return there([document]) != RbacObjects()


def _metadata(**more: Any) -> dict[str, Any]:
    return {"name": "r", "namespace": "a", **more}


def _aggregated(selector: Any) -> dict[str, Any]:
    return role(kind="ClusterRole", rules=[], aggregationRule={"clusterRoleSelectors": [selector]})


CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "sound": (role(), True),
    "a sound binding": (binding(), True),
    "a version of old": (role(apiVersion=f"{API}/v1beta1"), False),
    "an older version": (binding(apiVersion=f"{API}/v1alpha1"), False),
    "a version that never was": (role(apiVersion=f"{API}/v2"), False),
    "a group with a slip in it": (role(apiVersion="rbac.authorization.k8.io/v1"), False),
    "half of the group": (binding(apiVersion="authorization.k8s.io/v1"), False),
    "no version": (role(apiVersion=API), False),
    "the core group": (role(apiVersion="v1"), False),
    "a kind in other letters": (role(kind="role"), False),
    "a label that is a boolean": (role(metadata=_metadata(labels={f"{API}/aggregate-to-view": True})), False),
    "a label that is a number": (binding(metadata=_metadata(labels={"version": 1.0})), False),
    "a label without a value": (role(metadata=_metadata(labels={"version": None})), True),
    "a selector without a value": (_aggregated({"matchLabels": {"version": None}}), True),
    "an empty label": (role(metadata=_metadata(labels={"version": ""})), True),
    "a label with blanks": (role(metadata=_metadata(labels={"owner": "team a"})), False),
    "a long label": (role(metadata=_metadata(labels={"owner": "a" * 64})), False),
    "the longest label": (role(metadata=_metadata(labels={"owner": "a" * 63})), True),
    "a label of letters from elsewhere": (role(metadata=_metadata(labels={"owner": "équipe"})), False),
    "a label's name with blanks": (role(metadata=_metadata(labels={"the owner": "a"})), False),
    "a label's name in a domain": (role(metadata=_metadata(labels={"a.b/C_d": "a"})), True),
    "a label's name in capital letters of a domain": (role(metadata=_metadata(labels={"A.b/c": "a"})), False),
    "a label's name in two domains": (role(metadata=_metadata(labels={"a/b/c": "a"})), False),
    "an annotation that is a boolean": (role(metadata=_metadata(annotations={"x": True})), False),
    "an annotation of any text": (role(metadata=_metadata(annotations={"A.b/c": "any text, é"})), True),
    "an annotation's name with blanks": (binding(metadata=_metadata(annotations={"an x": "y"})), False),
    "a selector that is a boolean": (_aggregated({"matchLabels": {"x": True}}), False),
    "a selector with blanks": (_aggregated({"matchLabels": {"x": "a b"}}), False),
    "an expression with blanks": (_aggregated({"matchExpressions": [{"key": "a b", "operator": "Exists"}]}), False),
    "an expression's value with blanks": (
        _aggregated({"matchExpressions": [{"key": "a", "operator": "In", "values": ["a b"]}]}),
        False,
    ),
    "a selector of everything": (_aggregated({}), True),
    "a field that is unknown": (role(rule=[]), True),
    "fields with a letter too many": (
        binding(
            roleRef={"apiGroups": API, "kind": "Role", "name": "r"},
            subjects=[{"apiGroups": API, "kind": "User", "name": "ann"}],
        ),
        True,
    ),
    "a name of any letters": (role(metadata={"name": "A:b c", "namespace": "a"}), True),
    "a name with a slash": (role(metadata={"name": "a/b", "namespace": "a"}), False),
    "a namespace that can't be": (role(metadata={"name": "r", "namespace": "Web_1"}), False),
    "a binding in a namespace that can't be": (binding(metadata={"name": "r", "namespace": "a.b"}), False),
    "a namespace where there is none": (role(kind="ClusterRole", metadata={"name": "r", "namespace": "Web_1"}), True),
    "no metadata": (role(metadata=None), False),
    "no name": (binding(metadata={"namespace": "a"}), False),
    "a name that is to be generated": (binding(metadata={"generateName": "r-", "namespace": "a"}), True),
    "a role whose name is to be generated": (role(metadata={"generateName": "r-", "namespace": "a"}), True),
    "a name that can't be generated": (binding(metadata={"generateName": "a/", "namespace": "a"}), False),
    "an API group that is null": (role(rules=[{**RULE, "apiGroups": [None]}]), True),
    "a verb that is null": (role(rules=[{**RULE, "verbs": [None]}]), True),
    "a rule that is null": (role(rules=[None]), False),
    "rules that are null": (role(rules=None), True),
    "a subject that is null": (binding(subjects=[None]), False),
    "subjects that are null": (binding(subjects=None), True),
    "no roleRef": (binding(roleRef=None), False),
    "a selector that is null": (_aggregated(None), True),
    "selectors that are null": (role(kind="ClusterRole", aggregationRule={"clusterRoleSelectors": None}), False),
    "an expression that is null": (_aggregated({"matchExpressions": [None]}), False),
    "labels that are a list": (role(metadata=_metadata(labels=["x"])), False),
    "annotations that are a list": (role(metadata=_metadata(annotations=[])), False),
    "labels that are a text": (role(metadata=_metadata(labels="")), False),
}
