"""What IAM and EKS know of the principals that aws-auth names: roles with their paths, node groups, who exists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..authn.access_entries import AccessEntry
from ..authn.go_text import fold, go_lower
from ..iam.arns import identity
from ..plan.model import EntryType
from ..review.documents import Document

_SERVICES = {
    "eks-fargate-pods.amazonaws.com": EntryType.FARGATE_LINUX,
    "ssm.amazonaws.com": EntryType.HYBRID_LINUX,
    "rolesanywhere.amazonaws.com": EntryType.HYBRID_LINUX,
    "sagemaker.amazonaws.com": EntryType.HYPERPOD_LINUX,
}
"""Service that a node role trusts → type of its entry
(https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html, …/hybrid-nodes-creds.html)."""
_KEYS = ("Roles", "Role", "Users", "User", "nodegroup", "fargateProfile")


def key_of(arn: str) -> str:
    """Reduce an ARN to what makes a principal, as the authenticator compares: its folding knows more than ASCII."""
    return identity(fold(go_lower(arn)))


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """Filled from answers of `aws iam` and `aws eks`, or by asking."""

    principals: dict[str, str] = field(default_factory=dict)
    """Identity of a role or user → its ARN as IAM spells it, with the path."""
    trusted_services: dict[str, frozenset[str]] = field(default_factory=dict)
    """Identity of a role → the services that may take it."""
    all_roles_of: set[str] = field(default_factory=set)
    """Accounts of which every role is known, so that one that isn't here doesn't exist."""
    all_users_of: set[str] = field(default_factory=set)
    eks_nodes: dict[str, EntryType] = field(default_factory=dict)
    """Identity of a role → type of the entry that EKS makes for it: of managed node groups and Fargate profiles."""
    node_groups: list[str] = field(default_factory=list)
    """Node groups and Fargate profiles in words, as they were found."""
    asked_eks: bool = False
    """Whether all node groups and Fargate profiles are known."""

    def learn_from(self, entries: Iterable[AccessEntry]) -> None:
        """Take over the ARNs of access entries, which have their paths, where IAM doesn't say otherwise."""
        for entry in entries:
            self.principals.setdefault(key_of(entry.principal_arn), entry.principal_arn)

    def full_arn(self, arn: str) -> str | None:
        """Return a principal's ARN as IAM spells it; None where that isn't known."""
        return self.principals.get(key_of(arn))

    def is_gone(self, arn: str) -> bool:
        """Whether there is no such principal, for certain."""
        if not re.search(":iam::[0-9]*:(role|user)/", arn, re.IGNORECASE):
            return False
        account = arn.split(":")[4]
        complete = self.all_users_of if ":user/" in arn.lower() else self.all_roles_of
        return account in complete and key_of(arn) not in self.principals

    def node_type(self, arn: str) -> EntryType | None:
        """Tell the type of a node role's entry by who uses it, or by the one service that may take it."""
        key = key_of(arn)
        if key in self.eks_nodes:
            return self.eks_nodes[key]
        types = {_SERVICES[name] for name in self.trusted_services.get(key, ()) if name in _SERVICES}
        return types.pop() if len(types) == 1 else None

    def add_principal(self, arn: str) -> None:
        """Take over an ARN that somebody vouches for."""
        self.principals[key_of(arn)] = arn


def read_surroundings(documents: Iterable[Document]) -> tuple[Surroundings, list[Document]]:
    """Take what IAM and EKS answered about principals and nodes out of documents; the others are returned.

    Read are `aws iam list-roles`, `list-users`, `get-role`, `get-user`, `aws eks describe-nodegroup` and
    `describe-fargate-profile`.

    Raises:
        Refused: an answer has not its form.
    """
    found, others = Surroundings(), []
    for document in documents:
        content = document.content
        if isinstance(content, Mapping) and "kind" not in content and any(key in content for key in _KEYS):
            _add(found, document, content)
        else:
            others.append(document)
    return found, others


def _add(found: Surroundings, document: Document, content: Mapping[str, Any]) -> None:
    for key, complete in (("Roles", found.all_roles_of), ("Users", found.all_users_of)):
        if key in content:
            arns = [_add_principal(found, document, each, key) for each in document.maps(content[key], key)]
            if not content.get("IsTruncated"):
                complete.update(arn.split(":")[4] for arn in arns)
    for key in ("Role", "User"):
        if key in content:
            _add_principal(found, document, document.mapping(content[key], key), key)
    if "nodegroup" in content:
        raw = document.mapping(content["nodegroup"], "nodegroup")
        windows = document.text(raw.get("amiType"), "nodegroup.amiType").startswith("WINDOWS")
        type_ = EntryType.EC2_WINDOWS if windows else EntryType.EC2_LINUX
        _add_nodes(found, document, raw.get("nodeRole"), "nodegroup.nodeRole", type_)
        types = ", ".join(document.texts(raw.get("instanceTypes"), "nodegroup.instanceTypes"))
        name = document.text(raw.get("nodegroupName"), "nodegroup.nodegroupName")
        found.node_groups.append(f"node group {name} ({type_}, {types or 'launch template'}): {raw['nodeRole']}")
    if "fargateProfile" in content:
        raw = document.mapping(content["fargateProfile"], "fargateProfile")
        place = "fargateProfile.podExecutionRoleArn"
        _add_nodes(found, document, raw.get("podExecutionRoleArn"), place, EntryType.FARGATE_LINUX)
        name = document.text(raw.get("fargateProfileName"), "fargateProfile.fargateProfileName")
        found.node_groups.append(f"Fargate profile {name}: {raw['podExecutionRoleArn']}")


def _add_principal(found: Surroundings, document: Document, raw: Mapping[str, Any], path: str) -> str:
    arn = _arn(document, raw.get("Arn"), f"{path}.Arn")
    found.add_principal(arn)
    trust = raw.get("AssumeRolePolicyDocument")
    if isinstance(trust, Mapping):
        found.trusted_services[key_of(arn)] = frozenset(_services(trust))
    return arn


def _add_nodes(found: Surroundings, document: Document, raw: object, path: str, type_: EntryType) -> None:
    arn = _arn(document, raw, path)
    found.add_principal(arn)
    # one role for Linux and Windows gets the entry of whichever group came first, and there is no telling here
    found.eks_nodes.setdefault(key_of(arn), type_)


def _arn(document: Document, raw: object, path: str) -> str:
    arn = document.text(raw, path)
    if arn.count(":") < 5:
        raise document.refused(path, raw, "this is an ARN of IAM")
    return arn


def _services(trust: Mapping[str, Any]) -> Iterable[str]:
    statements = trust.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal") if isinstance(statement, Mapping) else None
        service = principal.get("Service") if isinstance(principal, Mapping) else None
        for each in service if isinstance(service, list) else [service]:
            if isinstance(each, str):
                yield each
