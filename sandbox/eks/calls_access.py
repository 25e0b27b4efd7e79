"""Access entries and access-policy associations."""

from __future__ import annotations

from sandbox.eks import access_rules as rules
from sandbox.eks.clusters import Cluster
from sandbox.eks.policy_rules import catalogue
from sandbox.eks.principals import Principal, foreign
from sandbox.eks.registry import Answer, Call, Registry, Route, route

ENTRIES = "/clusters/{name}/access-entries"
ENTRY = ENTRIES + "/{principal*}"


def routes(registry: Registry) -> list[Route]:
    """Return the calls about access; an ARN has slashes, so the longer paths come first."""
    calls = AccessCalls(registry)
    return [
        route("GET", "/access-policies", calls.list_policies),
        route("DELETE", ENTRY + "/access-policies/{policy*}", calls.disassociate),
        route("POST", ENTRY + "/access-policies", calls.associate),
        route("GET", ENTRY + "/access-policies", calls.list_associated),
        route("POST", ENTRIES, calls.create),
        route("GET", ENTRIES, calls.list),
        route("GET", ENTRY, calls.describe),
        route("POST", ENTRY, calls.update),
        route("DELETE", ENTRY, calls.delete),
    ]


class AccessCalls:
    """Every write reaches the authenticator before it is answered."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def list_policies(self, call: Call) -> Answer:
        """ListAccessPolicies."""
        base = f"arn:{self._registry.partition}:eks::aws:cluster-access-policy"
        return call.page("accessPolicies", [{"name": name, "arn": f"{base}/{name}"} for name in catalogue().names])

    def create(self, call: Call, name: str) -> Answer:
        """CreateAccessEntry."""
        cluster, body = self._cluster(name), call.body
        type_ = body.get("type") or rules.STANDARD
        username, groups = body.get("username"), body.get("kubernetesGroups") or []
        arn = body.get("principalArn") or ""
        rules.check_principal_form(arn, type_)
        rules.check_principal_home(arn, type_, cluster.arn)
        rules.check_identity(type_, username, groups)
        entry = cluster.entries.add(self._principal(arn, cluster), type_, username, groups, body.get("tags"))
        cluster.publish()
        return {"accessEntry": cluster.entries.describe(entry)}

    def list(self, call: Call, name: str) -> Answer:
        """ListAccessEntries."""
        return call.page("accessEntries", self._cluster(name).entries.names(call.first("associatedPolicyArn")))

    def describe(self, call: Call, name: str, principal: str) -> Answer:
        """DescribeAccessEntry."""
        entries = self._cluster(name).entries
        return {"accessEntry": entries.describe(entries.get(principal))}

    def update(self, call: Call, name: str, principal: str) -> Answer:
        """UpdateAccessEntry."""
        cluster = self._cluster(name)
        entry = cluster.entries.update(principal, call.body.get("username"), call.body.get("kubernetesGroups"))
        cluster.publish()
        return {"accessEntry": cluster.entries.describe(entry)}

    def delete(self, call: Call, name: str, principal: str) -> Answer:
        """DeleteAccessEntry."""
        cluster = self._cluster(name)
        cluster.entries.remove(principal)
        cluster.publish()
        return {}

    def associate(self, call: Call, name: str, principal: str) -> Answer:
        """AssociateAccessPolicy."""
        scope = call.body.get("accessScope") or {}
        cluster = self._cluster(name)
        policy = cluster.entries.associate(
            principal, call.body.get("policyArn") or "", scope.get("type") or "", scope.get("namespaces") or ()
        )
        cluster.publish()
        return {"clusterName": name, "principalArn": principal, "associatedAccessPolicy": policy}

    def disassociate(self, call: Call, name: str, principal: str, policy: str) -> Answer:
        """DisassociateAccessPolicy."""
        cluster = self._cluster(name)
        cluster.entries.disassociate(principal, policy)
        cluster.publish()
        return {}

    def list_associated(self, call: Call, name: str, principal: str) -> Answer:
        """ListAssociatedAccessPolicies."""
        entries = self._cluster(name).entries
        entry = entries.get(principal)
        policies = [entries.describe_policy(entry, arn) for arn in entry.policies]
        return {"clusterName": name, "principalArn": principal, **call.page("associatedAccessPolicies", policies)}

    def _principal(self, arn: str, cluster: Cluster) -> Principal:
        return foreign(arn) if rules.is_foreign(arn, cluster.arn) else self._registry.principals.require(arn)

    def _cluster(self, name: str) -> Cluster:
        cluster = self._registry.cluster(name)
        rules.require_entry_mode(cluster.mode)
        return cluster
