"""What is done at a step: each action as a command, and as what it makes of the access.

Everything that goes into a command comes from the cluster, where others write: it is quoted for a POSIX shell, and what
the AWS CLI itself would take for something else goes in as JSON
(https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html, …-file.html).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..authn.access_entries import AccessEntry
from ..authn.go_yaml_writing import dump_yaml
from ..authz.manifests import MANAGED_BY, RBAC_API
from ..authz.model import RbacObjects, RoleBinding
from ..declaration.kinds import AuthenticationMode
from ..plan.model import EntryType, PolicyScope
from ..review.applying import applied
from ..review.state import AccessState

_PLAIN = re.compile(r"[A-Za-z0-9_+=.@/:][A-Za-z0-9_+=,.@/:{}-]*")
"""Values that the AWS CLI takes as they are: no option, no JSON, no ``file://``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The cluster that commands are about."""

    cluster: str
    region: str | None = None


class Action(Protocol):
    """One call."""

    def command(self, target: Target) -> str:
        """Write it as a line (or a here-document) for a POSIX shell."""

    def applied(self, state: AccessState) -> AccessState:
        """Return the access after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """Change the authentication mode; EKS makes entries of its own when entries come."""

    mode: AuthenticationMode
    made_by_eks: tuple[AccessEntry, ...] = ()

    def command(self, target: Target) -> str:
        """Write it for a shell."""
        said = {"accessConfig": f"authenticationMode={self.mode}"}
        return _aws("update-cluster-config", {"name": target.cluster, **said}, target)

    def applied(self, state: AccessState) -> AccessState:
        """Return the access after it."""
        hidden = None if self.mode.uses_entries else state.creator_arn
        return replace(state, mode=self.mode, entries=(*state.entries, *self.made_by_eks), creator_arn=hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """Add a binding."""

    binding: RoleBinding

    def command(self, target: Target) -> str:
        """Write it for a shell."""
        text = dump_yaml(binding_object(self.binding))
        return f"kubectl apply -f - <<'EOF'\n{text}EOF"

    def applied(self, state: AccessState) -> AccessState:
        """Return the access after it."""
        return replace(state, rbac=applied(RbacObjects(bindings=(self.binding,)), state.rbac).objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEntry:
    """Make an access entry, without its policies."""

    entry: AccessEntry
    declared: str = ""
    """Key of the entry where a declaration's program makes it: a command beside it would be its 409."""

    def command(self, target: Target) -> str:
        """Write it for a shell."""
        if self.declared:
            return f"# pulumi up has made {self.declared}"
        said: dict[str, Any] = {"clusterName": target.cluster, "principalArn": self.entry.principal_arn}
        said["type"] = str(self.entry.type)
        if self.entry.type is EntryType.STANDARD:
            said |= {"username": self.entry.username} if self.entry.username else {}
            said |= {"kubernetesGroups": list(self.entry.groups)} if self.entry.groups else {}
        return _aws("create-access-entry", said, target)

    def applied(self, state: AccessState) -> AccessState:
        """Return the access after it."""
        return replace(state, entries=(*state.entries, replace(self.entry, policies=())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate:
    """Give an entry an access policy."""

    principal_arn: str
    scope: PolicyScope
    declared: str = ""
    """As of `CreateEntry`."""

    def command(self, target: Target) -> str:
        """Write it for a shell."""
        if self.declared:
            return f"# pulumi up has given {self.declared} {self.scope.policy}"
        scope = f"type=namespace,namespaces={','.join(self.scope.namespaces)}" if self.scope.namespaces else None
        said = {"clusterName": target.cluster, "principalArn": self.principal_arn, "policyArn": self.scope.arn}
        return _aws("associate-access-policy", {**said, "accessScope": scope or "type=cluster"}, target)

    def applied(self, state: AccessState) -> AccessState:
        """Return the access after it."""
        entries = tuple(
            replace(entry, policies=(*entry.policies, self.scope))
            if entry.principal_arn == self.principal_arn
            else entry
            for entry in state.entries
        )
        return replace(state, entries=entries)


def binding_object(binding: RoleBinding) -> dict[str, Any]:
    """Render a binding to groups as a manifest."""
    metadata: dict[str, Any] = {"name": binding.name, "labels": dict(MANAGED_BY)}
    if binding.namespace:
        metadata = {"name": binding.name, "namespace": binding.namespace, "labels": dict(MANAGED_BY)}
    return {
        "apiVersion": f"{RBAC_API}/v1",
        "kind": "RoleBinding" if binding.namespace else "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": RBAC_API, "kind": binding.role_kind, "name": binding.role_name},
        "subjects": [{"apiGroup": RBAC_API, "kind": "Group", "name": each.name} for each in binding.subjects],
    }


def _aws(operation: str, said: Mapping[str, Any], target: Target) -> str:
    words = ["aws", "eks", operation]
    if all(map(_is_plain, said.values())):
        for key, value in said.items():
            words += [_option(key), *(value if isinstance(value, list) else [value])]
    else:
        words += ["--cli-input-json", json.dumps(_as_input(said), ensure_ascii=True)]
    if target.region:
        words += ["--region", target.region]
    return shlex.join(words)


def _is_plain(value: str | Sequence[str]) -> bool:
    each = [value] if isinstance(value, str) else value
    return all(_PLAIN.fullmatch(text) and "://" not in text for text in each)


def _option(key: str) -> str:
    return "--" + re.sub("[A-Z]", lambda letter: "-" + letter[0].lower(), key)


def _as_input(said: Mapping[str, Any]) -> dict[str, Any]:
    """Write what is shorthand on the command line as the structure that it stands for."""
    found = dict(said)
    if "accessConfig" in found:
        found["accessConfig"] = {"authenticationMode": found["accessConfig"].partition("=")[2]}
    if "accessScope" in found:
        kind, _, names = found["accessScope"].removeprefix("type=").partition(",namespaces=")
        found["accessScope"] = {"type": kind, **({"namespaces": names.split(",")} if names else {})}
    return found
