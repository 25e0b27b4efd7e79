"""One environment in one authentication mode, as the engine, EKS and the API server know it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from eks_access import AccessPlan, compile_plan, load
from eks_access.authn.access_entries import access_entries
from eks_access.authn.aws_auth import aws_auth_data
from eks_access.authz.manifests import manifests
from eks_access.declaration.cluster_models import AuthenticationMode, NodeKind

from sandbox.daemon import root_client
from sandbox.state import PROJECT

from ..engine import Changes, Environment

Raw = dict[str, Any]
Objects = dict[tuple[str, str, str], Any]
"""Kind, namespace and name → what the object says."""
Entries = dict[str, Any]
"""Principal ARN → type, user name, groups and policies."""
KINDS = "namespaces,resourcequotas,limitranges,roles,rolebindings,clusterroles,clusterrolebindings"


@dataclass(frozen=True)
class Life:
    """A stack of the project in a mode that may be another than its own."""

    environment: Environment
    name: str
    mode: AuthenticationMode

    def declare(self, edit: Callable[[Raw], None] = lambda raw: None, mode: AuthenticationMode | None = None) -> None:
        """Write the stack's declaration as it is committed, in the mode, with an edit."""
        raw = yaml.safe_load((PROJECT / "stacks" / "access" / f"{self.name}.yaml").read_text())
        put_into(raw, mode or self.mode)
        edit(raw)
        self._file.write_text(yaml.safe_dump(raw, sort_keys=False))

    @property
    def plan(self) -> AccessPlan:
        """What the declaration means now."""
        return compile_plan(load(self._file))

    def preview(self) -> Changes:
        """What `pulumi preview` shows."""
        return self.environment.preview(self.name)

    def up(self, *options: str) -> Changes:
        """What `pulumi up` does."""
        return self.environment.up(self.name, *options)

    def refresh_finds_nothing(self) -> bool:
        """Whether `pulumi refresh` agrees with the state."""
        stack = self.environment.stack(self.name)
        options = ("--stack", self.name, "--yes", "--skip-preview", "--non-interactive", "--expect-no-changes")
        return stack.run("refresh", *options, check=False).returncode == 0

    def objects(self) -> Objects:
        """What of ours is in the API server."""
        found = self._kubectl("get", KINDS, "-A", "-l", "app.kubernetes.io/managed-by=eks-access", "-o", "json")
        return {identity(item): content(item) for item in json.loads(found)["items"]}

    def aws_auth(self) -> dict[str, Any]:
        """The lines of aws-auth by ARN; empty where there is no ConfigMap."""
        found = self._kubectl("get", "cm", "aws-auth", "-n", "kube-system", "-o", "json", "--ignore-not-found")
        return lines(json.loads(found)["data"]) if found else {}

    def entries(self) -> Entries:
        """The access entries that EKS has."""
        state = self.environment.sandbox.state()
        if not self.mode.uses_entries:
            return {}
        with closing(root_client(state, "eks", state.port)) as eks:
            arns = eks.list_access_entries(clusterName=self.name)["accessEntries"]
            return {arn: _entry(eks, {"clusterName": self.name, "principalArn": arn}) for arn in arns}

    @property
    def _file(self) -> Path:
        return self.environment.project / "stacks" / "access" / f"{self.name}.yaml"

    def _kubectl(self, *arguments: str) -> str:
        state = self.environment.sandbox.state()
        command = [state.tools["kubectl"], "--kubeconfig", state.cluster(self.name).admin_kubeconfig, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _entry(eks: Any, which: dict[str, str]) -> Any:
    entry = eks.describe_access_entry(**which)["accessEntry"]
    policies = eks.list_associated_access_policies(**which)["associatedAccessPolicies"]
    return {
        "type": entry["type"],
        "username": entry["username"],
        "groups": entry["kubernetesGroups"],
        "policies": {p["policyArn"].rpartition("/")[2]: p["accessScope"].get("namespaces", []) for p in policies},
    }


def put_into(raw: Raw, mode: AuthenticationMode) -> None:
    """Change the mode of a declaration, and leave out what the mode does not have."""
    raw["cluster"]["authenticationMode"] = str(mode)
    if not mode.uses_entries:
        raw["cluster"].pop("remoteNetworks", None)
        raw["grants"] = [grant for grant in raw["grants"] if "accessPolicy" not in grant]
        raw["nodeGroups"] = {
            name: group for name, group in raw["nodeGroups"].items() if not NodeKind(group["kind"]).needs_entries
        }
    if not mode.uses_aws_auth:
        kept = [group for line in raw.pop("keep", {}).get("mapRoles", []) for group in line["groups"]]
        raw["externalGroups"] = [group for group in raw.get("externalGroups", []) if group not in kept]


def planned_objects(plan: AccessPlan) -> Objects:
    """What of ours is to be in the API server."""
    return {identity(item): content(item) for item in manifests(plan.rbac) + manifests(plan.metrics)}


def planned_entries(plan: AccessPlan) -> Entries:
    """What the declared entries are to say; of nodes' entries EKS writes the user name and the groups."""
    return {
        entry.principal_arn: {
            "type": str(entry.type),
            "policies": {policy.policy: list(policy.namespaces) for policy in entry.policies},
            **({"username": entry.username, "groups": list(entry.groups)} if entry.username else {}),
        }
        for entry in access_entries(plan)
    }


def planned_aws_auth(plan: AccessPlan) -> dict[str, Any]:
    """The lines that aws-auth is to have."""
    return lines(aws_auth_data(plan))


def lines(data: dict[str, str]) -> dict[str, Any]:
    """The lines of aws-auth by ARN."""
    found = [line for key in ("mapRoles", "mapUsers") for line in yaml.safe_load(data.get(key, "[]"))]
    return {
        line.get("rolearn") or line["userarn"]: {"username": line["username"], "groups": sorted(line["groups"])}
        for line in found
    }


def identity(item: Raw) -> tuple[str, str, str]:
    """Kind, namespace and name of an object."""
    return item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]


def content(item: Raw) -> Any:
    """What an object of ours says, without what the API server adds."""
    if item["kind"] == "Namespace":
        ours = item["metadata"].get("labels", {})
        return {key: value for key, value in ours.items() if key != "kubernetes.io/metadata.name"}
    said = {key: item[key] for key in ("rules", "roleRef", "subjects", "spec") if key in item}
    return json.loads(json.dumps(said))
