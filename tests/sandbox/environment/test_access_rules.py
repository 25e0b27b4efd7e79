"""What EKS refuses in access entries, in its own words, and what it makes of those it takes."""

from __future__ import annotations

import pytest

from sandbox.eks import access_rules as rules
from sandbox.eks.errors import EksError

ROLE = "arn:aws:iam::111122223333:role/teams/payments"
USER = "arn:aws:iam::111122223333:user/developers/hanako"


def refusal(text: str) -> pytest.RaisesExc[EksError]:
    return pytest.raises(EksError, match=text)


@pytest.mark.parametrize(
    ("type_", "username", "groups", "text"),
    [
        ("STANDARD", None, ["system:masters"], "name system:masters is invalid, it cannot start with system:"),
        ("STANDARD", "system:node:x", [], "The username must not begin with system:"),
        ("STANDARD", "eks:x", [], "must not begin with eks:"),
        ("STANDARD", "john{{SessionName}}", [], "colon before"),
        ("STANDARD", "john{{SessionNameRaw}}", [], "colon before"),
        ("EC2_LINUX", None, ["mine"], "can't have"),
        ("EC2_LINUX", "me", [], "can't have"),
        ("EC2_Linux", None, [], "Invalid type EC2_Linux"),
    ],
)
def test_identities_that_eks_refuses(type_: str, username: str | None, groups: list[str], text: str) -> None:
    with refusal(text):
        rules.check_identity(type_, username, groups)


def test_a_session_name_after_a_colon_is_taken() -> None:
    rules.check_identity("STANDARD", "jo:hn{{SessionName}}", ["team:payments", "eks-access:admins"])


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sts::111122223333:assumed-role/payments/session",
        "arn:aws:iam::111122223333:group/developers",
        "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS",
        "arn:aws:iam::111122223333:role/",
        "hanako",
        "",
    ],
)
def test_principals_that_eks_refuses(arn: str) -> None:
    with refusal("invalid principal"):
        rules.check_principal_form(arn, "STANDARD")


def test_nodes_enter_by_a_role_only() -> None:
    rules.check_principal_form(ROLE, "EC2_LINUX")
    with refusal("invalid principal"):
        rules.check_principal_form(USER, "EC2_LINUX")


@pytest.mark.parametrize(
    ("type_", "arn", "username", "groups"),
    [
        ("STANDARD", USER, USER, ("team:payments",)),
        (
            "STANDARD",
            ROLE,
            "arn:aws:sts::111122223333:assumed-role/payments/{{SessionName}}",
            ("team:payments",),
        ),
        ("EC2_LINUX", ROLE, "system:node:{{EC2PrivateDNSName}}", ("system:nodes",)),
        ("EC2_WINDOWS", ROLE, "system:node:{{EC2PrivateDNSName}}", ("eks:kube-proxy-windows", "system:nodes")),
        ("FARGATE_LINUX", ROLE, "system:node:{{SessionName}}", ("system:nodes",)),
    ],
)
def test_the_identity_of_each_type(type_: str, arn: str, username: str, groups: tuple[str, ...]) -> None:
    assert rules.identity_of(type_, arn, None, ["team:payments"]) == rules.Identity(username, groups)


def test_entries_need_a_mode_that_has_them() -> None:
    rules.require_entry_mode("API_AND_CONFIG_MAP")
    with refusal(r"must be set to one of \[API, API_AND_CONFIG_MAP\]"):
        rules.require_entry_mode("CONFIG_MAP")


@pytest.mark.parametrize(
    ("old", "new"),
    [("CONFIG_MAP", "API"), ("API", "API_AND_CONFIG_MAP"), ("API_AND_CONFIG_MAP", "API_AND_CONFIG_MAP")],
)
def test_modes_go_one_step_forward(old: str, new: str) -> None:
    rules.check_mode_step("CONFIG_MAP", "API_AND_CONFIG_MAP")
    with refusal(f"Unsupported authentication mode update from {old} to {new}"):
        rules.check_mode_step(old, new)


def test_the_creator_of_a_config_map_cluster_is_always_admin() -> None:
    with refusal("must be true if cluster authentication mode is set to CONFIG_MAP"):
        rules.check_creation_access("CONFIG_MAP", bootstrap_creator=False)


def test_entries_of_nodes_are_never_updated() -> None:
    with refusal("cannot be updated"):
        rules.check_update("EC2_LINUX", None)
    with refusal("must not begin with system:"):
        rules.check_update("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}")


POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


@pytest.mark.parametrize(
    ("type_", "policy", "scope", "namespaces"),
    [
        ("EC2_LINUX", POLICY, "cluster", []),
        ("STANDARD", "arn:aws:iam::aws:policy/AmazonEKSViewPolicy", "cluster", []),
        ("STANDARD", POLICY, "namespace", []),
        ("STANDARD", POLICY, "cluster", ["payments"]),
        ("STANDARD", POLICY, "everywhere", []),
    ],
)
def test_associations_that_eks_refuses(type_: str, policy: str, scope: str, namespaces: list[str]) -> None:
    with pytest.raises(EksError):
        rules.check_association(type_, policy, scope, namespaces)


def test_an_auto_mode_node_may_have_its_policy() -> None:
    rules.check_association("EC2", POLICY.replace("ViewPolicy", "AutoNodePolicy"), "cluster", [])
