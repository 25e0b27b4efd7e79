"""What a run made outside Pulumi's state: objects in the API server, and what the EKS API says of the cluster."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from sandbox.daemon import root_client
from sandbox.errors import SandboxError
from sandbox.state import SandboxState

Document = dict[str, Any]

_KINDS: Final = (
    "namespaces,resourcequotas,limitranges,storageclasses,configmaps,serviceaccounts,"
    "roles,rolebindings,clusterroles,clusterrolebindings"
)
_OF_A_FRESH_CLUSTER: Final = ("default", "kube-node-lease", "kube-public", "kube-system")
_MADE_IN_NAMESPACES: Final = (("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default"))
_CONFIG_MAPS_OF_THE_SYSTEM: Final = (
    "extension-apiserver-authentication",
    "kube-apiserver-legacy-service-account-token-tracking",
)
_CONTROLLERS: Final = """
    attachdetach-controller certificate-controller clusterrole-aggregation-controller cronjob-controller
    daemon-set-controller deployment-controller device-taint-eviction-controller disruption-controller
    endpoint-controller endpointslice-controller endpointslicemirroring-controller ephemeral-volume-controller
    expand-controller generic-garbage-collector horizontal-pod-autoscaler job-controller
    legacy-service-account-token-cleaner namespace-controller node-controller persistent-volume-binder
    pod-garbage-collector pv-protection-controller pvc-protection-controller replicaset-controller
    replication-controller resource-claim-controller resourcequota-controller root-ca-cert-publisher
    service-account-controller service-cidrs-controller statefulset-controller ttl-after-finished-controller
    ttl-controller validatingadmissionpolicy-status-controller volumeattributesclass-protection-controller
"""
_ACCOUNTS_OF_CONTROLLERS: Final = frozenset(_CONTROLLERS.split())
"""What the pinned controller manager makes in kube-system. By name: a program may put its own beside them."""
_OF_THE_SERVER: Final = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
_OF_THE_TIME: Final = ("createdAt", "modifiedAt", "health", "status", "ResponseMetadata")


def cluster_objects(state: SandboxState, name: str) -> list[Document]:
    """Return the objects of one cluster that a fresh one doesn't have.

    Raises:
        SandboxError: the API server doesn't answer.
    """
    facts = state.cluster(name)
    command = [state.tools["kubectl"], "--kubeconfig", facts.admin_kubeconfig, "get", _KINDS, "-A"]
    options = ["-l", "!kubernetes.io/bootstrapping", "-o", "json", "--request-timeout", "30s"]
    answer = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=60)
    if answer.returncode:
        raise SandboxError(f"The objects of cluster {name} could not be read:\n{answer.stderr}")
    return [_bare(name, item) for item in json.loads(answer.stdout)["items"] if _made_by_the_run(item)]


def _made_by_the_run(item: Mapping[str, Any]) -> bool:
    """Tell what a run made or may have changed, as aws-auth and amazon-vpc-cni, from what every cluster has."""
    kind, name, namespace = item["kind"], str(item["metadata"]["name"]), item["metadata"].get("namespace")
    if kind == "Namespace":
        return name not in _OF_A_FRESH_CLUSTER
    if (kind, name) in _MADE_IN_NAMESPACES:
        return False
    of_the_system = {"ConfigMap": _CONFIG_MAPS_OF_THE_SYSTEM, "ServiceAccount": _ACCOUNTS_OF_CONTROLLERS}
    return namespace != "kube-system" or name not in of_the_system.get(kind, ())


def _bare(cluster: str, item: Mapping[str, Any]) -> Document:
    metadata = {key: value for key, value in item["metadata"].items() if key not in _OF_THE_SERVER}
    where = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
    rest = {key: value for key, value in item.items() if key not in ("metadata", "status")}
    return {"key": f"{cluster}: {item['kind']} {where}", "metadata": metadata, **rest}


def eks_objects(state: SandboxState, name: str) -> list[Document]:
    """Return the cluster, its access entries with their policies, node groups, Fargate profiles and add-ons."""
    with closing(root_client(state, "eks", state.port)) as eks:
        found = {("cluster", name): eks.describe_cluster(name=name)["cluster"]}
        found |= {("access entry", entry["principalArn"]): entry for entry in _entries(eks, name)}
        found |= _described(eks, name, "nodegroup", "nodegroups", "node group")
        found |= _described(eks, name, "fargate_profile", "fargateProfileNames", "Fargate profile")
        found |= _described(eks, name, "addon", "addons", "add-on")
    return [{"key": f"{name}: {kind} {key}", **_lasting(item)} for (kind, key), item in found.items()]


def _entries(eks: Any, cluster: str) -> Iterator[Document]:
    for principal in _pages(eks, "list_access_entries", "accessEntries", clusterName=cluster):
        asked = {"clusterName": cluster, "principalArn": principal}
        policies = _pages(eks, "list_associated_access_policies", "associatedAccessPolicies", **asked)
        listed = sorted((_lasting(policy) for policy in policies), key=lambda policy: str(policy["policyArn"]))
        yield {**eks.describe_access_entry(**asked)["accessEntry"], "policies": listed}


def _described(eks: Any, cluster: str, call: str, listed: str, kind: str) -> dict[tuple[str, str], Document]:
    """Return what `list_…` names and `describe_…` tells; both follow one pattern for these."""
    words = call.split("_")
    name = words[0] + "".join(word.title() for word in words[1:])
    found = {}
    for one in _pages(eks, f"list_{call}s", listed, clusterName=cluster):
        answer = getattr(eks, f"describe_{call}")(**{"clusterName": cluster, f"{name}Name": one})
        found[kind, one] = answer[name]
    return found


def _pages(eks: Any, call: str, listed: str, **asked: str) -> list[Any]:
    return [item for page in eks.get_paginator(call).paginate(**asked) for item in page[listed]]


def _lasting(item: Mapping[str, Any]) -> Document:
    return {key: value for key, value in item.items() if key not in _OF_THE_TIME}


def cluster_names(resources: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the EKS clusters that a stack made."""
    return sorted(str(r["id"]) for r in resources if r["type"] == "aws:eks/cluster:Cluster" and r.get("id"))
