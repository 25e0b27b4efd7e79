"""What EKS accepts in an access entry and what it makes of it. Pure functions, no state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.eks.errors import EksError, invalid_parameter, invalid_request, limit_exceeded
from sandbox.eks.policy_rules import catalogue

ENTRY_MODES = ("API", "API_AND_CONFIG_MAP")
CONFIG_MAP = "CONFIG_MAP"

STANDARD = "STANDARD"
BY_INSTANCE, BY_SESSION = "system:node:{{EC2PrivateDNSName}}", "system:node:{{SessionName}}"
NODE_TYPES = {
    "EC2_LINUX": (BY_INSTANCE, ("system:nodes",)),
    "EC2_WINDOWS": (BY_INSTANCE, ("eks:kube-proxy-windows", "system:nodes")),
    "FARGATE_LINUX": (BY_SESSION, ("system:nodes",)),
    "HYBRID_LINUX": (BY_SESSION, ("system:nodes",)),
    # nodes of Auto Mode are called by their instance ids, which are their session names; EKS itself describes it so
    "EC2": (BY_SESSION, ("system:nodes",)),
    # not documented, and no answer of EKS was found: HyperPod registers nodes under names that aren't EC2's DNS names
    "HYPERPOD_LINUX": (BY_SESSION, ("system:nodes",)),
}
"""User name and groups that EKS gives to the types for nodes; callers can't set either."""

MOST_ENTRIES = 3000
"""Per cluster; AWS raises this quota for nobody."""

RESERVED_PREFIXES = ("system:", "eks:", "aws:", "amazon:", "iam:")
POLICY_ARN = re.compile(r"arn:aws[\w-]*:eks::aws:cluster-access-policy/(?P<name>\w+)")
PRINCIPAL_ARN = re.compile(r"arn:(?P<partition>aws[\w-]*):iam::(?P<account>\d{12}):(?P<kind>user|role)/(?P<path>.+)")
ROOT_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:root")
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
    """Refuse access settings of a new cluster that contradict each other."""
    if mode not in (CONFIG_MAP, *ENTRY_MODES):
        raise invalid_parameter(f"Invalid authentication mode: {mode}. Valid values: {[*ENTRY_MODES, CONFIG_MAP]}")
    if mode == CONFIG_MAP and not bootstrap_creator:
        raise invalid_parameter(
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP"
        )


def check_principal_form(arn: str, entry_type: str) -> None:
    """Only users and roles by their full ARN; nodes only by a role."""
    match = PRINCIPAL_ARN.fullmatch(arn)
    is_root = ROOT_ARN.fullmatch(arn) is not None
    if match is None and not is_root:
        raise invalid_principal()
    if match is not None and match["path"].startswith("aws-service-role/"):
        raise invalid_parameter(
            "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role"
        )
    if entry_type != STANDARD and (match is None or match["kind"] != "role"):
        raise invalid_principal()


def is_foreign(arn: str, cluster_arn: str) -> bool:
    """Whether the principal is of another account than the cluster."""
    return arn.split(":")[4] != cluster_arn.split(":")[4]


def check_principal_home(arn: str, entry_type: str, cluster_arn: str) -> None:
    """People may be of another account, nodes only of the cluster's; nobody is of another partition."""
    other_partition = arn.split(":")[1] != cluster_arn.split(":")[1]
    if other_partition or (entry_type != STANDARD and is_foreign(arn, cluster_arn)):
        raise invalid_principal()


def check_count(entries: int) -> None:
    """Refuse one entry more than a cluster can have."""
    if entries >= MOST_ENTRIES:
        raise limit_exceeded(f"The maximum number of access entries for this cluster is {MOST_ENTRIES}.")


def invalid_principal() -> EksError:
    """Return the one text EKS has for every principal it does not know or take."""
    return invalid_parameter("The specified principalArn is invalid: invalid principal.")


def check_identity(entry_type: str, username: str | None, groups: Sequence[str] | None) -> None:
    """Refuse what callers may not say about user name and groups."""
    if entry_type not in (STANDARD, *NODE_TYPES):
        raise invalid_parameter(f"AccessEntry type must be one of [{', '.join(sorted([STANDARD, *NODE_TYPES]))}]")
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
    """Entries for nodes are made once and never changed, whatever is sent."""
    if entry_type == STANDARD:
        return
    if username and username.startswith("system:"):
        raise invalid_parameter("The username must not begin with system:")
    raise standard_only()


def standard_only() -> EksError:
    """Return EKS's refusal to touch the entry of a node."""
    return invalid_parameter('This operation can only be performed on Access Entries with a type of "STANDARD".')


def check_association(entry_type: str, policy_arn: str, scope: str, namespaces: Sequence[str]) -> None:
    """Which policy may be associated with which type of entry, and in which scope."""
    policy = POLICY_ARN.fullmatch(policy_arn)
    if policy is None or policy["name"] not in catalogue().names:
        raise invalid_parameter(f"The specified policyArn is invalid: {policy_arn}")
    if policy["name"] in catalogue().service_linked_only:
        raise invalid_parameter("The specified policyArn can only be associated with service-linked roles")
    # the user guide and EKS agree on this one for nodes of Auto Mode; what EKS says to others isn't known
    auto_node = entry_type == "EC2" and policy["name"] == "AmazonEKSAutoNodePolicy"
    if entry_type != STANDARD and not auto_node:
        raise standard_only()
    check_scope(scope, namespaces)


def check_scope(scope: str, namespaces: Sequence[str]) -> None:
    """Refuse a scope of namespaces that names none (`*` may stand in a name), and a cluster's that names some."""
    if scope not in ("cluster", "namespace"):
        raise invalid_parameter("accessScope.type must be 'cluster' or 'namespace'.")
    if (scope == "namespace") != bool(namespaces):
        raise invalid_parameter("accessScope.namespaces must name namespaces exactly when the type is 'namespace'.")
    if any(not isinstance(name, str) or not name.strip() for name in namespaces):
        raise invalid_parameter("accessScope.namespaces must not have an empty name.")
