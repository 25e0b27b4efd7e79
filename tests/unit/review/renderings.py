"""A plan as each of the sources would show it, without the engine and without a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from eks_access.authn.access_entries import AccessEntry, access_entries
from eks_access.authn.aws_auth import aws_auth_manifest
from eks_access.authz.manifests import manifests
from eks_access.plan.model import AccessPlan, PolicyScope
from eks_access.plan.onboarding import access_list
from eks_access.review.creator import creator_entry
from eks_access.review.engine_reading import UNKNOWN
from eks_access.review.state import AccessState

Raw = dict[str, Any]
_TYPES = {"Namespace": "core/v1", "ResourceQuota": "core/v1", "LimitRange": "core/v1", "ConfigMap": "core/v1"}


def urn(type_: str, name: str) -> str:
    """A URN as the engine writes it."""
    return f"urn:pulumi:dev::eks-access::{type_}::{name}"


def resource(type_: str, name: str, inputs: Raw, outputs: Raw | None = None, **more: Any) -> Raw:
    """One resource of a state."""
    return {"urn": urn(type_, name), "type": type_, "custom": True, "inputs": inputs, "outputs": outputs or {}, **more}


def resources(plan: AccessPlan) -> list[Raw]:
    """What the stack of a plan holds, as far as it is about access."""
    assert plan.cluster
    found = [
        resource("pulumi:pulumi:Stack", "eks-access-dev", {}, {"access": access_list(plan)}),
        _cluster(plan),
        *(_role(role.name, role.arn, role.trust) for role in (*plan.entry_roles, *plan.node_roles)),
    ]
    for entry in access_entries(plan):
        if not entry.made_by_eks:
            found += _entry(plan.cluster.name, entry)
    if plan.cluster.mode.uses_aws_auth:
        found.append(_object(aws_auth_manifest(plan)))
    return [*found, *map(_object, (*manifests(plan.rbac), *manifests(plan.metrics)))]


def export_of(plan: AccessPlan) -> Raw:
    """What `pulumi stack export` prints."""
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources(plan)}}


def checkpoint_of(plan: AccessPlan) -> Raw:
    """The checkpoint file of a file backend."""
    return {"version": 3, "checkpoint": {"stack": "dev", "latest": {"resources": resources(plan)}}}


def preview_of(plan: AccessPlan) -> Raw:
    """What `pulumi preview --json` prints before the first update: nothing that AWS answers is known."""
    steps = [
        {
            "op": "create",
            "urn": each["urn"],
            "newState": {key: value for key, value in each.items() if key != "outputs"},
        }
        for each in resources(plan)
    ]
    for step in steps:
        if step["newState"]["type"] == "aws:eks/cluster:Cluster":
            step["newState"]["inputs"] = {**step["newState"]["inputs"], "roleArn": UNKNOWN}
    return {"steps": steps, "changeSummary": {"create": len(steps)}}


def dump_of(plan: AccessPlan) -> list[Raw]:
    """What `kubectl get -o json` and `aws eks` answer about the cluster."""
    assert plan.cluster
    mode = plan.cluster.mode
    described = {
        "name": plan.cluster.name,
        "arn": plan.cluster.arn,
        "version": plan.cluster.version,
        "accessConfig": {"authenticationMode": str(mode)},
    }
    items = [
        *manifests(plan.rbac),
        *manifests(plan.metrics),
        *([aws_auth_manifest(plan)] if mode.uses_aws_auth else []),
    ]
    answers = [answer for entry in _live_entries(plan) for answer in _answers(plan.cluster.name, entry)]
    return [{"cluster": described}, *answers, {"apiVersion": "v1", "kind": "List", "items": items}]


def access_of(state: AccessState) -> Raw:
    """Everything of a state that an answer can depend on."""
    return {
        "name": state.name,
        "version": state.version,
        "mode": state.mode,
        "creator": state.creator_arn,
        "aws-auth": {key: yaml.safe_load(text) for key, text in (state.aws_auth or {}).items()},
        "entries": {(e.principal_arn, e.type, e.username, tuple(sorted(e.groups)), e.policies) for e in state.entries},
        "roles": {repr(role) for role in state.rbac.roles},
        "bindings": {repr(binding) for binding in state.rbac.bindings},
        "namespaces": state.namespaces,
        "ways": set(state.ways),
        "node roles": set(state.node_roles.values()),
    }


def _live_entries(plan: AccessPlan) -> Iterator[AccessEntry]:
    assert plan.cluster
    entries = access_entries(plan)
    yield from entries
    mode, arn = plan.cluster.mode, plan.cluster.creator_arn
    if mode.uses_aws_auth and mode.uses_entries and arn not in {entry.principal_arn for entry in entries}:
        yield creator_entry(arn)


def _answers(cluster: str, entry: AccessEntry) -> Iterator[Raw]:
    node = entry.username is None
    yield {
        "accessEntry": {
            "clusterName": cluster,
            "principalArn": entry.principal_arn,
            "type": str(entry.type),
            "username": "system:node:{{EC2PrivateDNSName}}" if node else entry.username,
            "kubernetesGroups": ["system:nodes"] if node else list(entry.groups),
        }
    }
    policies = [{"policyArn": scope.arn, "accessScope": _scope(scope)} for scope in entry.policies]
    yield {"clusterName": cluster, "principalArn": entry.principal_arn, "associatedAccessPolicies": policies}


def _scope(scope: PolicyScope) -> Raw:
    if scope.namespaces:
        return {"type": "namespace", "namespaces": list(scope.namespaces)}
    return {"type": "cluster", "namespaces": []}


def _cluster(plan: AccessPlan) -> Raw:
    assert plan.cluster
    mode = plan.cluster.mode
    config = {"authenticationMode": str(mode), "bootstrapClusterCreatorAdminPermissions": mode.uses_aws_auth}
    inputs = {"name": plan.cluster.name, "version": plan.cluster.version, "accessConfig": config}
    return resource("aws:eks/cluster:Cluster", "cluster", inputs, {**inputs, "arn": plan.cluster.arn})


def _role(name: str, arn: str, trust: str) -> Raw:
    inputs = {"name": name, "assumeRolePolicy": trust}
    outputs = {**inputs, "arn": arn, "path": "/", "maxSessionDuration": 3600.0}
    return resource("aws:iam/role:Role", name, inputs, outputs)


def _entry(cluster: str, entry: AccessEntry) -> Iterator[Raw]:
    inputs: Raw = {"clusterName": cluster, "principalArn": entry.principal_arn, "type": str(entry.type)}
    if entry.username:
        inputs |= {"userName": entry.username, "kubernetesGroups": list(entry.groups)}
    given = {"userName": "system:node:{{SessionName}}", "kubernetesGroups": ["system:nodes"]}
    yield resource("aws:eks/accessEntry:AccessEntry", entry.key, inputs, {**given, **inputs})
    for scope in entry.policies:
        associated = {
            "clusterName": cluster,
            "principalArn": entry.principal_arn,
            "policyArn": scope.arn,
            "accessScope": _scope(scope),
        }
        type_ = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
        yield resource(type_, f"{entry.key}-{scope.policy}", associated, associated)


def _object(manifest: Raw) -> Raw:
    kind, metadata = manifest["kind"], manifest["metadata"]
    type_ = f"kubernetes:{_TYPES.get(kind) or manifest['apiVersion']}:{kind}"
    live = {**manifest, "metadata": {**metadata, "uid": "1ff76c04", "resourceVersion": "242"}}
    return resource(type_, f"{kind}-{metadata.get('namespace', '')}/{metadata['name']}", manifest, live)
