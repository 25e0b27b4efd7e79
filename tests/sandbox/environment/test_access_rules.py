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
        *[("STANDARD", f"{prefix}x", [], f"must not begin with {prefix}") for prefix in rules.RESERVED_PREFIXES],
        ("STANDARD", "john{{SessionName}}", [], "colon before"),
        ("STANDARD", "john{{SessionNameRaw}}", [], "colon before"),
        ("EC2_LINUX", None, ["mine"], "can't have"),
        ("EC2_LINUX", "me", [], "can't have"),
        ("HYBRID_LINUX", None, ["mine"], "can't have"),
        ("EC2", "me", [], "can't have"),
        ("EC2_Linux", None, [], "AccessEntry type must be one of .*EC2_LINUX, EC2_WINDOWS"),
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
        "arn:aws:iam::111122223333:instance-profile/nodes",
        "arn:aws:iam::111122223333:role/",
        "hanako",
        "",
    ],
)
def test_principals_that_eks_refuses(arn: str) -> None:
    with refusal("invalid principal"):
        rules.check_principal_form(arn, "STANDARD")


def test_a_service_linked_role_is_ekss_own_affair() -> None:
    with refusal("not allowed to modify access entries with a principalArn value of a Service Linked Role"):
        rules.check_principal_form("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/X", "STANDARD")


CLUSTER = "arn:aws:eks:eu-west-1:444455556666:cluster/dev"


def test_people_may_be_of_another_account_but_not_nodes() -> None:
    rules.check_principal_home(ROLE, "STANDARD", CLUSTER)
    with refusal("invalid principal"):
        rules.check_principal_home(ROLE, "EC2_LINUX", CLUSTER)


def test_nobody_is_of_another_partition() -> None:
    with refusal("invalid principal"):
        rules.check_principal_home(ROLE.replace("arn:aws:", "arn:aws-cn:"), "STANDARD", CLUSTER)


def test_a_cluster_has_three_thousand_entries_at_most() -> None:
    rules.check_count(2999)
    with refusal("3000") as refused:
        rules.check_count(3000)
    assert refused.value.code == "ResourceLimitExceededException"


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
        *[
            (type_, ROLE, "system:node:{{SessionName}}", ("system:nodes",))
            for type_ in ("FARGATE_LINUX", "HYBRID_LINUX", "EC2", "HYPERPOD_LINUX")
        ],
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
    with refusal('only be performed on Access Entries with a type of "STANDARD"'):
        rules.check_update("EC2_LINUX", None)
    with refusal("must not begin with system:"):
        rules.check_update("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}")


POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


@pytest.mark.parametrize(
    ("type_", "policy", "scope", "namespaces"),
    [
        ("EC2_LINUX", POLICY, "cluster", []),
        ("EC2", POLICY, "cluster", []),
        ("HYBRID_LINUX", POLICY.replace("ViewPolicy", "AutoNodePolicy"), "cluster", []),
        ("STANDARD", POLICY.replace("ViewPolicy", "ViewsPolicy"), "cluster", []),
        ("STANDARD", "arn:aws:iam::aws:policy/AmazonEKSViewPolicy", "cluster", []),
        ("STANDARD", POLICY, "namespace", []),
        ("STANDARD", POLICY, "cluster", ["payments"]),
        ("STANDARD", POLICY, "namespace", [""]),
        ("STANDARD", POLICY, "everywhere", []),
    ],
)
def test_associations_that_eks_refuses(type_: str, policy: str, scope: str, namespaces: list[str]) -> None:
    with pytest.raises(EksError):
        rules.check_association(type_, policy, scope, namespaces)


def test_an_auto_mode_node_may_have_its_policy() -> None:
    rules.check_association("EC2", POLICY.replace("ViewPolicy", "AutoNodePolicy"), "cluster", [])


def test_some_policies_are_for_service_linked_roles_only() -> None:
    with refusal("The specified policyArn can only be associated with service-linked roles"):
        rules.check_association("STANDARD", POLICY.replace("ViewPolicy", "ComputeClusterPolicy"), "cluster", [])


def test_a_scope_may_name_namespaces_by_pattern() -> None:
    rules.check_association("STANDARD", POLICY, "namespace", ["dev-*", "payments"])
