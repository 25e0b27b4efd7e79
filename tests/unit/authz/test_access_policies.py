"""EKS access policies, held against the sandbox's own evaluation of the same table."""

from __future__ import annotations

from itertools import product

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.access_policies import PRINCIPAL_ID, AccessPolicyAuthorizer, access_policies
from eks_access.authz.model import Identity, Request
from eks_access.plan.model import EntryType, PolicyScope

from sandbox.eks.access_policies import Association, decide

ARN = "arn:aws:iam::111122223333:role/ops/admin"
HANAKO = Identity(
    username="arn:aws:sts::111122223333:assumed-role/admin/hanako",
    groups=("system:authenticated",),
    principal_arn=ARN,
    extra={PRINCIPAL_ID: ("AROAEXAMPLE",)},
)
LIST_PODS = Request(verb="list", resource="pods", namespace="dev-a")


def policy_arn(policy: str) -> str:
    return f"arn:aws:eks::aws:cluster-access-policy/{policy}"


def scope(policy: str, *namespaces: str) -> PolicyScope:
    return PolicyScope(policy=policy, arn=policy_arn(policy), namespaces=namespaces)


def entry(*policies: PolicyScope, arn: str = ARN) -> AccessEntry:
    return AccessEntry(
        key="admin", principal_arn=arn, type=EntryType.STANDARD, username=None, groups=(), policies=policies
    )


def test_the_reason_reads_as_in_an_audit_log() -> None:
    policy = policy_arn("AmazonEKSViewPolicy")
    decision = AccessPolicyAuthorizer([entry(scope("AmazonEKSViewPolicy"))]).decide(HANAKO, LIST_PODS)
    assert decision.reason == (
        f'EKS Access Policy: allowed by ClusterRoleBinding "{ARN}+{policy}" of ClusterRole "{policy}" '
        'to User "AROAEXAMPLE"'
    )
    assert [ground.policy for ground in decision.grounds] == ["AmazonEKSViewPolicy"]


def test_without_a_known_id_the_reason_names_the_principal() -> None:
    unknown = Identity(username="hanako", principal_arn=ARN)
    decision = AccessPolicyAuthorizer([entry(scope("AmazonEKSViewPolicy"))]).decide(unknown, LIST_PODS)
    assert decision.reason.endswith(f'to User "{ARN}"')


def test_every_policy_that_allows_is_a_ground() -> None:
    entries = [entry(scope("AmazonEKSViewPolicy", "dev-*"), scope("AmazonEKSSecretReaderPolicy")), entry()]
    authorizer = AccessPolicyAuthorizer([*entries, entry(scope("AmazonEKSAdminViewPolicy"))])
    decision = authorizer.decide(HANAKO, LIST_PODS)
    assert [ground.policy for ground in decision.grounds] == ["AmazonEKSViewPolicy", "AmazonEKSAdminViewPolicy"]


def test_a_policy_that_does_not_reach_the_namespace_hides_no_other() -> None:
    authorizer = AccessPolicyAuthorizer(
        [entry(scope("AmazonEKSViewPolicy", "prod"), scope("AmazonEKSAdminViewPolicy"))]
    )
    assert [each.policy for each in authorizer.decide(HANAKO, LIST_PODS).grounds] == ["AmazonEKSAdminViewPolicy"]


@pytest.mark.parametrize(
    "identity", [Identity(username="hanako"), Identity(username="hanako", principal_arn=f"{ARN}-other")]
)
def test_only_the_entrys_principal_holds_its_policies(identity: Identity) -> None:
    authorizer = AccessPolicyAuthorizer([entry(scope("AmazonEKSClusterAdminPolicy"))])
    assert not authorizer.decide(identity, LIST_PODS).allowed
    assert not authorizer.allows(identity, LIST_PODS)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (
            "AmazonEKSAutoNodePolicy",
            "what access policy AmazonEKSAutoNodePolicy allows is not published by AWS, so it is not counted",
        ),
        (
            "AmazonEKSTomorrowPolicy",
            "access policy AmazonEKSTomorrowPolicy is not known to this version of eks-access, so it is not counted",
        ),
    ],
)
def test_a_policy_whose_rules_are_not_known_never_says_no_silently(policy: str, says: str) -> None:
    authorizer = AccessPolicyAuthorizer([entry(scope(policy, "dev-*"), scope("AmazonEKSViewPolicy"))])
    assert authorizer.decide(HANAKO, LIST_PODS).errors == (says,)
    assert authorizer.decide(HANAKO, LIST_PODS).allowed
    elsewhere = Request(verb="delete", resource="pods", namespace="prod")
    assert authorizer.decide(HANAKO, elsewhere).errors == ()


def test_the_catalogue_tells_what_is_for_aws_services_alone() -> None:
    policies = access_policies()
    assert policies["AmazonEKSComputePolicy"].service_linked_only
    assert policies["AmazonEKSViewPolicy"].rules
    assert policies["AmazonEKSAutoNodePolicy"].rules is None


RESOURCES = (
    "pods", "pods/log", "pods/exec", "pods/eviction", "secrets", "serviceaccounts", "serviceaccounts/token", "nodes",
    "deployments.apps", "deployments/scale.apps", "rolebindings.rbac.authorization.k8s.io", "widgets.example.org",
    "localsubjectaccessreviews.authorization.k8s.io", "ingresses.networking.k8s.io", "namespaces", "bindings",
)  # fmt: skip
VERBS = ("get", "list", "create", "delete", "impersonate", "bind", "*", "GET")
SCOPES: tuple[tuple[str, ...], ...] = (
    (),
    ("dev-*",),
    ("*",),
    ("a", "dev-?"),
    ("*-a", "d.v-b"),
    ("d*-*a",),
    ("dev-*a*",),
    ("*v*-*-*", "dev-a*dev-a"),
)


def requests() -> list[Request]:
    found = [Request(verb=verb, path=path) for verb in VERBS for path in ("/metrics", "/version")]
    for verb, what, namespace in product(VERBS, RESOURCES, ("", "a", "dev-a", "dev-b")):
        kind, _, group = what.partition(".")
        resource, _, subresource = kind.partition("/")
        found.append(
            Request(verb=verb, resource=resource, subresource=subresource, api_group=group, namespace=namespace)
        )
    return found


@pytest.mark.parametrize("policy", sorted(access_policies()))
def test_package_and_sandbox_read_the_table_alike(policy: str) -> None:
    for namespaces in SCOPES:
        authorizer = AccessPolicyAuthorizer([entry(scope(policy, *namespaces))])
        reach = "namespace" if namespaces else "cluster"
        association = Association("AROAEXAMPLE", ARN, policy_arn(policy), reach, namespaces)
        for request in requests():
            judged = decide(spec_of(request), [association])
            ours = authorizer.decide(HANAKO, request)
            assert (ours.allowed, ours.reason) == (judged["allowed"], judged.get("reason", "")), request
            assert authorizer.allows(HANAKO, request) == ours.allowed


def spec_of(request: Request) -> dict[str, object]:
    extra = {PRINCIPAL_ID: ["AROAEXAMPLE"]}
    if request.path is not None:
        return {"extra": extra, "nonResourceAttributes": {"verb": request.verb, "path": request.path}}
    attributes = {
        "verb": request.verb,
        "group": request.api_group,
        "resource": request.resource,
        "subresource": request.subresource,
        "namespace": request.namespace,
    }
    return {"extra": extra, "resourceAttributes": attributes}
