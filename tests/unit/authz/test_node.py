"""What a kubelet may do by being a node. The exhaustive comparison with upstream is in tests/conformance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.authz.model import Identity, Request
from eks_access.authz.node import NodeAuthorizer

NODE = Identity(username="system:node:n1", groups=("system:nodes", "system:authenticated"))


def ask(verb: str, what: str, name: str = "", namespace: str = "", minor: str | None = "1.36") -> tuple[bool, str, int]:
    kind, _, group = what.partition(".")
    resource, _, subresource = kind.partition("/")
    request = Request(
        verb=verb, resource=resource, subresource=subresource, api_group=group, name=name, namespace=namespace
    )
    decision = NodeAuthorizer(minor).decide(NODE, request)
    return decision.allowed, decision.reason, len(decision.errors)


ALLOWED = (True, "", 0)
SILENT = (False, "", 0)


@pytest.mark.parametrize(
    "identity",
    [
        Identity(username="system:node:n1", groups=("system:authenticated",)),
        Identity(username="n1", groups=("system:nodes",)),
        Identity(username="arn:aws:sts::111122223333:assumed-role/node/i-0", groups=("system:nodes",)),
    ],
)
def test_a_name_without_the_group_or_a_group_without_the_name_is_no_node(identity: Identity) -> None:
    decision = NodeAuthorizer("1.36").decide(identity, Request(verb="create", resource="nodes"))
    assert (decision.allowed, decision.reason) == (False, "")


def test_a_node_without_a_name_is_told_so() -> None:
    nameless = Identity(username="system:node:", groups=("system:nodes",))
    decision = NodeAuthorizer("1.36").decide(nameless, Request(verb="get", resource="services"))
    assert decision.reason == 'unknown node for user "system:node:"'


def test_a_node_registers_and_reads_itself_and_no_other() -> None:
    assert ask("create", "nodes") == ALLOWED
    assert ask("patch", "nodes/status", "n1") == ALLOWED
    assert ask("get", "nodes", "n1") == ALLOWED
    assert ask("get", "nodes", "n2") == (False, "node 'n1' cannot read 'n2', only its own Node object", 1)
    assert ask("list", "nodes") == (False, "node 'n1' cannot read all nodes, only its own Node object", 0)
    assert ask("delete", "nodes", "n1") == SILENT


def test_leases_and_csi_nodes_go_by_the_nodes_name() -> None:
    assert ask("update", "leases.coordination.k8s.io", "n1", "kube-node-lease") == ALLOWED
    assert ask("create", "leases.coordination.k8s.io", "", "kube-node-lease") == ALLOWED
    assert ask("update", "leases.coordination.k8s.io", "n2", "kube-node-lease")[0] is False
    assert ask("get", "leases.coordination.k8s.io", "n1", "default")[1] == (
        'can only access leases in the "kube-node-lease" system namespace'
    )
    assert ask("get", "csinodes.storage.k8s.io", "n1") == ALLOWED
    assert ask("get", "csinodes.storage.k8s.io", "n2")[0] is False


LEASES = "leases.coordination.k8s.io"


@pytest.mark.parametrize("name", ["n2", ""])
@pytest.mark.parametrize(
    ("verb", "what", "namespace"),
    [
        ("get", "nodes", ""),
        ("update", LEASES, "kube-node-lease"),
        ("update", LEASES, ""),
        ("delete", "csinodes.storage.k8s.io", ""),
    ],
)
def test_what_is_refused_for_the_name_alone_is_allowed_to_the_node_of_that_name_and_a_hint_says_so(
    verb: str, what: str, namespace: str, name: str
) -> None:
    resource, _, group = what.partition(".")
    request = Request(verb=verb, resource=resource, api_group=group, name=name, namespace=namespace)
    (hint,) = NodeAuthorizer("1.36").decide(NODE, request).errors
    own = replace(request, name=name or "n1", namespace="kube-node-lease")

    assert hint.startswith("the node of that name, n2, may: " if name else "each node may ")
    assert NodeAuthorizer("1.36").allows(replace(NODE, username=f"system:node:{own.name}"), own)


@pytest.mark.parametrize(
    ("verb", "what", "name", "namespace"),
    [
        ("update", LEASES, "n2", "default"),
        ("create", LEASES, "n2", ""),
        ("list", LEASES, "", "kube-node-lease"),
        ("delete", "nodes", "n2", ""),
        ("get", "csinodes/status.storage.k8s.io", "n2", ""),
    ],
)
def test_what_no_node_may_whatever_its_name_comes_without_a_hint(
    verb: str, what: str, name: str, namespace: str
) -> None:
    assert (ask(verb, what, name, namespace)[0], ask(verb, what, name, namespace)[2]) == (False, 0)


def test_a_question_without_a_name_about_what_always_has_one_gets_the_hint_too() -> None:
    assert ask("get", "secrets", "", "a") == (False, "No Object name found", 1)
    assert ask("get", "secrets") == (False, "can only read namespaced object of this type", 1)
    assert ask("list", "secrets", "", "a") == (False, "No Object name found", 0)


@pytest.mark.parametrize(
    ("verb", "what", "namespace"),
    [
        ("get", "secrets", "a"),
        ("watch", "configmaps", "a"),
        ("get", "persistentvolumeclaims", "a"),
        ("get", "persistentvolumes", ""),
        ("get", "pods", "a"),
        ("create", "serviceaccounts/token", "a"),
        ("get", "volumeattachments.storage.k8s.io", ""),
        ("get", "resourceclaims.resource.k8s.io", "a"),
    ],
)
def test_what_depends_on_its_pods_is_refused_with_a_hint(verb: str, what: str, namespace: str) -> None:
    assert ask(verb, what, "x", namespace) == (False, "no relationship found between node 'n1' and this object", 1)


def test_pods_are_listed_only_with_a_field_selector_which_a_hint_says() -> None:
    assert ask("list", "pods") == (False, "can only list/watch pods with spec.nodeName field selector", 1)
    assert ask("create", "pods/eviction", "x", "a") == ALLOWED


def test_secrets_are_never_listed_in_the_whole_cluster() -> None:
    assert ask("list", "secrets") == (False, "can only read namespaced object of this type", 0)
    assert ask("update", "secrets", "x", "a") == (False, "can only read resources of this type", 0)


@pytest.mark.parametrize(
    ("verb", "what", "name", "reason"),
    [
        ("list", "persistentvolumes", "", "can only get individual resources of this type"),
        ("get", "pods/log", "x", ""),
        ("get", "persistentvolumes/status", "x", "cannot get subresource"),
        ("get", "secrets/x", "x", "cannot read subresource"),
        ("get", "pods", "", "No Object name found"),
        ("delete", "persistentvolumeclaims/status", "x", "can only get/update/patch this type"),
        ("patch", "persistentvolumeclaims/status", "", "No Object name found"),
        ("create", "serviceaccounts", "x", "can only create token subresource of serviceaccount"),
        (
            "list",
            "leases.coordination.k8s.io",
            "",
            "can only get, create, update, patch, or delete a node lease",
        ),
        ("list", "csinodes.storage.k8s.io", "", "can only get, create, update, patch, or delete a CSINode"),
        ("get", "csinodes/status.storage.k8s.io", "n1", "cannot authorize CSINode subresources"),
        ("get", "resourceslices/x.resource.k8s.io", "x", "cannot authorize ResourceSlice subresources"),
        ("update", "resourceslices.resource.k8s.io", "", "No Object name found"),
        (
            "use",
            "resourceslices.resource.k8s.io",
            "",
            "only the following verbs are allowed for a ResourceSlice: "
            "get, watch, list, create, update, patch, delete, deletecollection",
        ),
        ("update", "pods", "x", ""),
    ],
)
def test_refusals_read_as_upstreams(verb: str, what: str, name: str, reason: str) -> None:
    namespace = "" if what.startswith("persistentvolumes") else "a"
    assert ask(verb, what, name, namespace)[:2] == (False, reason)


def test_a_single_pod_is_watched_by_whoever_runs_it() -> None:
    assert ask("watch", "pods", "x", "a") == (False, "no relationship found between node 'n1' and this object", 1)


def test_everything_else_goes_by_the_rules_of_its_minor() -> None:
    assert ask("list", "services") == ALLOWED
    assert ask("create", "certificatesigningrequests.certificates.k8s.io") == ALLOWED
    assert ask("list", "namespaces") == SILENT
    assert NodeAuthorizer("1.36").decide(NODE, Request(verb="get", path="/metrics")).allowed is False


@pytest.mark.parametrize(("minor", "allowed"), [("1.29", True), ("1.31", True), ("1.32", False), ("1.36", False)])
def test_until_1_31_a_node_lists_all_nodes_and_pods(minor: str, allowed: bool) -> None:
    assert ask("list", "nodes", minor=minor)[:2] == (
        (True, "") if allowed else (False, "node 'n1' cannot read all nodes, only its own Node object")
    )
    assert ask("list", "pods", minor=minor)[0] is allowed


@pytest.mark.parametrize(
    ("minor", "reason"),
    [
        ("1.32", "can only create tokens for individual service accounts"),
        ("1.33", "not allowed to get service accounts"),
        ("1.34", "no relationship found between node 'n1' and this object"),
    ],
)
def test_service_accounts_are_read_from_1_34_on(minor: str, reason: str) -> None:
    assert ask("get", "serviceaccounts", "x", "a", minor=minor)[1] == reason


@pytest.mark.parametrize(
    ("minor", "verb", "answer"),
    [
        ("1.29", "list", SILENT),
        ("1.30", "list", ALLOWED),
        ("1.30", "deletecollection", (False, "can only get, create, update, patch, or delete a ResourceSlice", 0)),
        ("1.30", "use", (False, "can only get, create, update, patch, or delete a ResourceSlice", 0)),
        ("1.31", "deletecollection", ALLOWED),
        ("1.33", "create", ALLOWED),
        (
            "1.33",
            "list",
            (False, "can only list/watch/deletecollection resourceslices with nodeName field selector", 1),
        ),
    ],
)
def test_resource_slices_follow_their_history(minor: str, verb: str, answer: tuple[bool, str, int]) -> None:
    assert ask(verb, "resourceslices.resource.k8s.io", minor=minor) == answer


def test_pod_certificates_come_with_1_37() -> None:
    what = "podcertificaterequests.certificates.k8s.io"
    assert ask("create", what, namespace="a", minor="1.36") == SILENT
    assert ask("create", what, namespace="a", minor="1.37") == ALLOWED
    assert ask("get", what, "x", "a", minor="1.37")[2] == 1
    assert ask("list", what, namespace="a", minor="1.37")[2] == 1
    assert ask("delete", what, "x", "a", minor="1.37")[1] == "nodes may not delete podcertificaterequests"
    assert ask("get", f"podcertificaterequests/status.{what.partition('.')[2]}", "x", "a", minor="1.37")[1] == (
        "nodes may not access the status subresource of PodCertificateRequests"
    )


def test_the_status_of_a_csi_node_needs_a_gate_that_is_off() -> None:
    assert ask("get", "csinodes/status.storage.k8s.io", "n1", minor="1.37")[1] == (
        "CSINode status access requires CSIVolumeHealth feature"
    )
    for verb in ("get", "list"):  # before, the verb was looked at first
        said = ask(verb, "csinodes/x.storage.k8s.io", "n1", minor="1.37")[1]
        assert said == "cannot authorize CSINode subresources"


def test_a_verdict_alone_is_that_of_the_decision() -> None:
    authorizer = NodeAuthorizer("1.36")
    assert authorizer.allows(NODE, Request(verb="list", resource="services"))
    assert not authorizer.allows(Identity(username="alice"), Request(verb="list", resource="services"))
    assert any("services" in rule.resources for rule in authorizer.rules)
