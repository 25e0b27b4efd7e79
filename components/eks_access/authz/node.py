"""The Node authorizer: what a kubelet may do, without any binding, by being a node.

A part of it depends on which pods run on the node, which nobody knows here: such requests get the answer of a node
without pods, and a hint among the decision's `errors`. So does what a node may do to the objects of its own name
alone: which node is meant, a kind of node does not tell.
Source: k8s.io/kubernetes plugin/pkg/auth/authorizer/node/node_authorizer.go (every minor's), whose rules for
everything else are those of the ClusterRole system:node of the same minor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..plan.model import RbacRule
from .bootstrap import bootstrap_objects, used_minor
from .go_text import quote
from .impersonation import NODE_PREFIX, NODES
from .model import Decision, Ground, Identity, Request
from .rules import rule_allows

NODE = "Node"
LEASES = "kube-node-lease"
"""Namespace in which nodes have their Leases."""

_ALLOWED = Decision(allowed=True, grounds=(Ground(authorizer=NODE, reason=""),))
_NO = Decision(allowed=False)
_OWN_VERBS = ("get", "create", "update", "patch", "delete")

_Judge = Callable[["NodeAuthorizer", str, Request], Decision]


def _no(reason: str, hint: str = "") -> Decision:
    return Decision(allowed=False, reason=reason, errors=(hint,) if hint else ())


class NodeAuthorizer:
    """Decides for nodes.

    Args:
        minor: Kubernetes minor such as ``1.33``; the newest known one where it is not known.
    """

    def __init__(self, minor: str | None = None) -> None:
        self._minor = int(used_minor(minor).removeprefix("1."))
        self._rules = next(role.rules for role in bootstrap_objects(minor).roles if role.name == "system:node")
        # gates that are on are told by the rules that they bring
        self._reads_accounts = self._has_rule("get", "", "serviceaccounts")
        self._reads_certificate_requests = self._has_rule("get", "certificates.k8s.io", "podcertificaterequests")

    def decide(self, identity: Identity, request: Request) -> Decision:
        """Decide a request; whoever isn't a node gets no answer at all."""
        decision = self._verdict(identity, request)
        if decision.allowed or decision.errors or not is_node(identity):
            return decision
        return replace(decision, errors=self._own_only(identity.username.removeprefix(NODE_PREFIX), request))

    def allows(self, identity: Identity, request: Request) -> bool:
        """Tell the verdict alone."""
        return self._verdict(identity, request).allowed

    def _verdict(self, identity: Identity, request: Request) -> Decision:
        if not is_node(identity):
            return _NO
        node = identity.username.removeprefix(NODE_PREFIX)
        if not node:
            return _no(f"unknown node for user {quote(identity.username)}")
        if request.path is None and (judge := self._judge(request)) is not None:
            return judge(self, node, request)
        return _ALLOWED if any(rule_allows(rule, request) for rule in self._rules) else _NO

    @property
    def rules(self) -> tuple[RbacRule, ...]:
        """What holds for every node alike; requests about its own things are cut down further."""
        return self._rules

    @property
    def judged(self) -> frozenset[tuple[str, str]]:
        """API groups and resources that are judged by themselves, not by the rules."""
        return frozenset(key for key, (since, _) in _JUDGES.items() if self._minor >= since)

    def _judge(self, request: Request) -> _Judge | None:
        since, judge = _JUDGES.get((request.api_group, request.resource), (0, None))
        return judge if self._minor >= since else None

    def _own_only(self, node: str, request: Request) -> tuple[str, ...]:
        """Say of what is refused for its name, or for having none, that a node may do it to its own."""
        judge = self._judge(request)
        if judge is None or not _names_one(request):
            return ()
        asked = request if request.namespace else replace(request, namespace=LEASES)
        own = replace(asked, name=asked.name or node)
        if judge(self, node, asked).allowed or not judge(self, own.name, own).allowed:
            return ()
        each = f"each node may {request.verb} {request.full_resource} of its own name alone"
        return (f"the node of that name, {request.name}, may: {each}" if request.name else each,)

    def _has_rule(self, verb: str, group: str, resource: str) -> bool:
        request = Request(verb=verb, api_group=group, resource=resource)
        return any(rule_allows(rule, request) for rule in self._rules)

    def _namespaced(self, node: str, request: Request) -> Decision:
        """Judge Secrets and ConfigMaps of its pods."""
        if request.verb not in ("get", "list", "watch"):
            return _no("can only read resources of this type")
        if request.subresource:
            return _no("cannot read subresource")
        if not request.namespace:
            return _no("can only read namespaced object of this type", _hint(request))
        return self._related(node, request)

    def _individual(self, node: str, request: Request) -> Decision:
        """Judge what its pods mount and claim, one at a time."""
        if request.verb != "get":
            return _no("can only get individual resources of this type")
        if request.subresource:
            return _no("cannot get subresource")
        return self._related(node, request)

    def _claim(self, node: str, request: Request) -> Decision:
        if request.subresource != "status":
            return self._individual(node, request)
        if request.verb not in ("update", "patch"):
            return _no("can only get/update/patch this type")
        return self._related(node, request)

    def _service_account(self, node: str, request: Request) -> Decision:
        if self._minor >= 33 and request.verb == "get" and not request.subresource:
            if not self._reads_accounts:
                return _no("not allowed to get service accounts")
            return self._namespaced(node, request)
        if request.verb != "create" or not request.name:
            return _no("can only create tokens for individual service accounts")
        if request.subresource != "token":
            return _no("can only create token subresource of serviceaccount")
        return self._related(node, request)

    def _lease(self, node: str, request: Request) -> Decision:
        if request.verb not in _OWN_VERBS:
            return _no("can only get, create, update, patch, or delete a node lease")
        if request.namespace != LEASES:
            return _no(f"can only access leases in the {quote(LEASES)} system namespace")
        if request.verb != "create" and request.name != node:
            return _no("can only access node lease with the same name as the requesting node")
        return _ALLOWED

    def _csi_node(self, node: str, request: Request) -> Decision:
        if self._minor >= 37 and request.subresource == "status":
            return _no("CSINode status access requires CSIVolumeHealth feature")
        if self._minor >= 37 and request.subresource:
            return _no("cannot authorize CSINode subresources")
        if request.verb not in _OWN_VERBS:
            return _no("can only get, create, update, patch, or delete a CSINode")
        if request.subresource:
            return _no("cannot authorize CSINode subresources")
        if request.verb != "create" and request.name != node:
            return _no("can only access CSINode with the same name as the requesting node")
        return _ALLOWED

    def _resource_slice(self, node: str, request: Request) -> Decision:
        if request.subresource:
            return _no("cannot authorize ResourceSlice subresources")
        match request.verb:
            case "create":  # the admission plugin NodeRestriction looks at the node in it
                return _ALLOWED
            case "get" | "update" | "patch" | "delete":
                return self._related(node, request)
            case "deletecollection" if self._minor < 31:
                return _no("can only get, create, update, patch, or delete a ResourceSlice")
            case "watch" | "list" | "deletecollection":
                if self._minor < 32:
                    return _ALLOWED
                reason = "can only list/watch/deletecollection resourceslices with nodeName field selector"
                return _no(reason, _with_selector(request))
        if self._minor < 31:
            return _no("can only get, create, update, patch, or delete a ResourceSlice")
        verbs = "get, watch, list, create, update, patch, delete, deletecollection"
        return _no(f"only the following verbs are allowed for a ResourceSlice: {verbs}")

    def _node(self, node: str, request: Request) -> Decision:
        match request.subresource, request.verb:
            case ("", "create" | "update" | "patch") | ("status", "update" | "patch"):
                return _ALLOWED  # NodeRestriction holds it to its own Node
            case "", "get" | "list" | "watch":
                if request.name == node:
                    return _ALLOWED
                if not request.name:
                    return _no(f"node '{node}' cannot read all nodes, only its own Node object")
                return _no(f"node '{node}' cannot read '{request.name}', only its own Node object")
        return _NO

    def _pod(self, node: str, request: Request) -> Decision:
        match request.subresource, request.verb:
            case "", "get":
                return self._individual(node, request)
            case "", "list" | "watch":
                if request.name:
                    return self._related(node, request)
                return _no("can only list/watch pods with spec.nodeName field selector", _with_selector(request))
            case ("", "create" | "delete") | ("status", "update" | "patch") | ("eviction", "create"):
                return _ALLOWED  # NodeRestriction holds it to its own pods, and to mirror pods
        return _NO

    def _certificate_request(self, node: str, request: Request) -> Decision:
        if not self._reads_certificate_requests:
            return _NO
        if request.subresource:
            return _no("nodes may not access the status subresource of PodCertificateRequests")
        match request.verb:
            case "create":
                return _ALLOWED
            case "get":
                return self._related(node, request)
            case "list" | "watch":
                reason = "can only list/watch podcertificaterequests with nodeName field selector"
                return _no(reason, _with_selector(request))
        return _no(f"nodes may not {request.verb} podcertificaterequests")

    def _related(self, node: str, request: Request) -> Decision:
        if not request.name:
            return _no("No Object name found", _hint(request))
        return _no(f"no relationship found between node '{node}' and this object", _hint(request))


def is_node(identity: Identity) -> bool:
    """Tell a node: its user name and its group must both say so (pkg/auth/nodeidentifier)."""
    return identity.username.startswith(NODE_PREFIX) and NODES in identity.groups


def _names_one(request: Request) -> bool:
    """Tell whether such a request is about one object; where it has no name, the question left it out."""
    return bool(request.name) or request.verb not in ("list", "watch", "deletecollection")


def _with_selector(request: Request) -> str:
    return (
        f"a node may {request.verb} {request.full_resource} with a field selector for its own name: field selectors "
        "are not part of a request here"
    )


def _hint(request: Request) -> str:
    if not _names_one(request):
        return ""
    return (
        f"a node may {request.verb} those {request.full_resource} that pods on it use, or that are its own: "
        "which they are is not known here"
    )


_JUDGES: dict[tuple[str, str], tuple[int, _Judge]] = {
    ("", "secrets"): (0, NodeAuthorizer._namespaced),
    ("", "configmaps"): (0, NodeAuthorizer._namespaced),
    ("", "persistentvolumeclaims"): (0, NodeAuthorizer._claim),
    ("", "persistentvolumes"): (0, NodeAuthorizer._individual),
    ("resource.k8s.io", "resourceclaims"): (0, NodeAuthorizer._individual),
    ("storage.k8s.io", "volumeattachments"): (0, NodeAuthorizer._individual),
    ("", "serviceaccounts"): (0, NodeAuthorizer._service_account),
    ("coordination.k8s.io", "leases"): (0, NodeAuthorizer._lease),
    ("storage.k8s.io", "csinodes"): (0, NodeAuthorizer._csi_node),
    ("resource.k8s.io", "resourceslices"): (30, NodeAuthorizer._resource_slice),
    # AuthorizeNodeWithSelectors is on from 1.32; before, nodes and pods were read by the rules alone
    ("", "nodes"): (32, NodeAuthorizer._node),
    ("", "pods"): (32, NodeAuthorizer._pod),
    ("certificates.k8s.io", "podcertificaterequests"): (34, NodeAuthorizer._certificate_request),
}
"""API group and resource → the minor since which it is judged by itself, and how."""
