"""What EKS accepts in an access entry and what it makes of it. Pure functions, no state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.eks.errors import EksError, invalid_parameter, invalid_request

ENTRY_MODES = ("API", "API_AND_CONFIG_MAP")
CONFIG_MAP = "CONFIG_MAP"

STANDARD = "STANDARD"
NODE_TYPES = {
    "EC2_LINUX": ("system:node:{{EC2PrivateDNSName}}", ("system:nodes",)),
    "EC2_WINDOWS": ("system:node:{{EC2PrivateDNSName}}", ("eks:kube-proxy-windows", "system:nodes")),
    "FARGATE_LINUX": ("system:node:{{SessionName}}", ("system:nodes",)),
    "HYBRID_LINUX": ("system:node:{{SessionName}}", ("system:nodes",)),
    "HYPERPOD_LINUX": ("system:node:{{SessionName}}", ("system:nodes",)),
    "EC2": ("system:node:{{EC2PrivateDNSName}}", ("system:nodes",)),
}
"""User name and groups that EKS gives to the types for nodes; callers can't set either."""

RESERVED_PREFIXES = ("system:", "eks:", "aws:", "amazon:", "iam:")
POLICY_ARN = re.compile(r"arn:aws[\w-]*:eks::aws:cluster-access-policy/(?P<name>Amazon\w+)")
PRINCIPAL_ARN = re.compile(r"arn:(?P<partition>aws[\w-]*):iam::(?P<account>\d{12}):(?P<kind>user|role)/(?P<path>.+)")
MODE_STEPS = {(CONFIG_MAP, "API_AND_CONFIG_MAP"), ("API_AND_CONFIG_MAP", "API")}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an entry's principal is to Kubernetes."""

    username: str
    groups: tuple[str, ...]


def require_entry_mode(mode: str) -> None:
    """Access entries don't exist where only the ConfigMap is asked."""
    if mode not in ENTRY_MODES:
        raise invalid_request(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] "
            "to perform this operation."
        )


def check_mode_step(old: str, new: str) -> None:
    """Refuse all but one step forward: authentication modes go one way."""
    if (old, new) not in MODE_STEPS:
        raise invalid_parameter(f"Unsupported authentication mode update from {old} to {new}")


def check_creation_access(mode: str, bootstrap_creator: bool) -> None:
    """Return the two ways in which a new cluster's access settings can contradict each other."""
    if mode not in (CONFIG_MAP, *ENTRY_MODES):
        raise invalid_parameter(f"Invalid authentication mode: {mode}. Valid values: {[*ENTRY_MODES, CONFIG_MAP]}")
    if mode == CONFIG_MAP and not bootstrap_creator:
        raise invalid_parameter(
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP"
        )


def check_principal_form(arn: str, entry_type: str) -> None:
    """Only users and roles by their full ARN; nodes only by a role."""
    match = PRINCIPAL_ARN.fullmatch(arn)
    is_root = re.fullmatch(r"arn:aws[\w-]*:iam::\d{12}:root", arn) is not None
    if match is None and not is_root:
        raise invalid_principal()
    service_linked = match is not None and match["path"].startswith("aws-service-role/")
    not_a_role = is_root or (match is not None and match["kind"] != "role")
    if service_linked or (entry_type != STANDARD and not_a_role):
        raise invalid_principal()


def invalid_principal() -> EksError:
    """Return the one text EKS has for every principal it does not know or take."""
    return invalid_parameter("The specified principalArn is invalid: invalid principal.")


def check_identity(entry_type: str, username: str | None, groups: Sequence[str] | None) -> None:
    """Refuse what callers may not say about user name and groups."""
    if entry_type not in (STANDARD, *NODE_TYPES):
        raise invalid_parameter(f"Invalid type {entry_type}. Must be one of {[STANDARD, *NODE_TYPES]}.")
    if username:
        _check_username(username)
    for group in groups or ():
        if group.startswith("system:"):
            raise invalid_parameter(f"The kubernetes group name {group} is invalid, it cannot start with system:")
    if entry_type != STANDARD and (username or groups):
        raise invalid_parameter(f"Access entries of type {entry_type} can't have a username or Kubernetes groups.")


def _check_username(username: str) -> None:
    for prefix in RESERVED_PREFIXES:
        if username.startswith(prefix):
            raise invalid_parameter(f"The username must not begin with {prefix}")
    before, found, _ = username.partition("{{SessionName")
    if found and ":" not in before:
        raise invalid_parameter("The username must contain a colon before {{SessionName}}.")


def identity_of(entry_type: str, principal_arn: str, username: str | None, groups: Sequence[str]) -> Identity:
    """Return the user name and groups the entry ends up with."""
    if entry_type in NODE_TYPES:
        name, node_groups = NODE_TYPES[entry_type]
        return Identity(name, node_groups)
    return Identity(username or default_username(principal_arn), tuple(groups))


def default_username(principal_arn: str) -> str:
    """Return a user is called by its ARN, a role by its session, whose ARN never has the role's path."""
    match = PRINCIPAL_ARN.fullmatch(principal_arn)
    if match is None or match["kind"] == "user":
        return principal_arn
    role = match["path"].rpartition("/")[2]
    return f"arn:{match['partition']}:sts::{match['account']}:assumed-role/{role}/{{{{SessionName}}}}"


def check_update(entry_type: str, username: str | None) -> None:
    """Entries for nodes are made once and never changed."""
    if entry_type == STANDARD:
        return
    if username and username.startswith("system:"):
        raise invalid_parameter("The username must not begin with system:")
    raise invalid_request(f"Access entries of type {entry_type} cannot be updated.")


def check_association(entry_type: str, policy_arn: str, scope: str, namespaces: Sequence[str]) -> None:
    """Which policy may be associated with which type of entry, and in which scope."""
    policy = POLICY_ARN.fullmatch(policy_arn)
    if policy is None:
        raise invalid_parameter(f"The specified policyArn is invalid: {policy_arn}")
    auto_node = entry_type == "EC2" and policy["name"] == "AmazonEKSAutoNodePolicy"
    if entry_type != STANDARD and not auto_node:
        raise invalid_request("Access policies can only be associated with STANDARD access entries.")
    if scope not in ("cluster", "namespace"):
        raise invalid_parameter("accessScope.type must be 'cluster' or 'namespace'.")
    if (scope == "namespace") != bool(namespaces):
        raise invalid_parameter("accessScope.namespaces must name namespaces exactly when the type is 'namespace'.")
