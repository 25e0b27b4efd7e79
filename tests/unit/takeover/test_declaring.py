"""A cluster that others made is declared as it is: what counts is kept, and nothing changes."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml
from eks_access import compile_plan
from eks_access.authn.authenticating import Authenticator
from eks_access.authn.principals import principal_of_arn
from eks_access.declaration import from_dict
from eks_access.errors import Refused
from eks_access.review.declared import state_of_plan
from eks_access.review.state import AccessState
from eks_access.takeover.declaring import take_over
from eks_access.takeover.model import Takeover

from ...conformance.generated_aws_auth import generate_case
from ..migration.messy import BY_INSTANCE, NODES, A, Raw, cluster, iam, node_group, read, role, user

CREATOR = f"{A}:role/ci/terraform"
ADMIN = "AmazonEKSClusterAdminPolicy"
IAM = iam("ci/terraform", "teams/dev", "ops", "nodes", users=["taro", "x/hana"])


def entry(arn: str, *policies: str, groups: tuple[str, ...] = (), type: str = "STANDARD", **more: Any) -> list[Raw]:
    """An access entry as EKS describes it, and its policies."""
    described = {"clusterName": "old", "principalArn": arn, "type": type, "kubernetesGroups": list(groups)}
    scope = {"type": "cluster", "namespaces": []}
    base = f"arn:{arn.split(':')[1]}:eks::aws:cluster-access-policy"
    scopes = [{"policyArn": f"{base}/{policy}", "accessScope": scope} for policy in policies]
    return [
        {"accessEntry": {**described, "username": arn, **more}},
        {"clusterName": "old", "principalArn": arn, "associatedAccessPolicies": scopes},
    ]


def taken(*documents: list[Raw], creator: str | None = CREATOR) -> tuple[Takeover, AccessState]:
    state, known = read(document for part in documents for document in part)
    return take_over(state, known, creator), state


def declared(takeover: Takeover) -> AccessState:
    """What the file that is written means."""
    return state_of_plan(compile_plan(from_dict(yaml.safe_load(takeover.text))))


BOTH = cluster(
    [role("dev", "first"), role("DEV", "dev:{{SessionName}}"), role("teams/dev", groups=["system:masters"])],
    [user("taro", "taro", ["system:masters"])],
    mode="API_AND_CONFIG_MAP",
    entries=[
        *entry(CREATOR, ADMIN),
        *entry(f"{A}:role/ops", ADMIN, groups=("auditors",)),
        *entry(f"{A}:role/nodes", type="EC2_LINUX", groups=("system:nodes",)),
    ],
)


def test_what_counts_is_kept_and_what_gives_nothing_is_told() -> None:
    takeover, _ = taken(BOTH, IAM)

    keep = takeover.declaration["keep"]
    assert [line["rolearn"] for line in keep["mapRoles"]] == [f"{A}:role/DEV"]
    assert [each["principalArn"] for each in keep["entries"]] == [CREATOR, f"{A}:role/nodes", f"{A}:role/ops"]
    assert len(takeover.left_out) == 2
    assert takeover.declaration["externalGroups"] == ["auditors", "devs"]
    assert takeover.decisions == ()


def test_everybody_is_who_they_were() -> None:
    takeover, before = taken(BOTH, IAM)
    after = declared(takeover)

    for arn in (
        *(f"{A}:role/{name}" for name in ("dev", "ops", "nodes", "teams/dev", "ci/terraform")),
        f"{A}:user/taro",
        f"{A}:user/x/hana",
    ):
        principal = principal_of_arn(arn, session="i-0123456789abcdef0", private_dns_name="ip-10-0-0-1.ec2.internal")
        old, new = (_authenticator(state).authenticate(principal).identity for state in (before, after))
        assert old == new, arn


def _authenticator(state: AccessState) -> Authenticator:
    return Authenticator(state.mode, aws_auth=state.aws_auth, entries=state.entries, creator_arn=state.creator_arn)


def test_whatever_aws_auth_says_everybody_is_who_they_were() -> None:
    random, kept = Random(7), 0
    users = ["hanako", "path/to/taro", "sam"]
    names = ["Admin", "teams/node-role", "DEV_ops", "eks.node", "K8s", "ops"]
    everybody = iam("ci/terraform", *names, users=users)
    for _ in range(80):
        data = generate_case(random, 0).data
        documents = cluster(data.get("mapRoles", ""), data.get("mapUsers", ""), mode="API_AND_CONFIG_MAP")
        takeover, before = taken(documents, entry(CREATOR, ADMIN), everybody)
        if takeover.decisions and any("broken" in each or "chance" in each for each in takeover.decisions):
            continue
        after = declared(takeover)
        for arn in (*(f"{A}:role/{name}" for name in names), *(f"{A}:user/{name}" for name in users)):
            principal = principal_of_arn(arn, session="i-0123456789abcdef0")
            old, new = (_authenticator(state).authenticate(principal) for state in (before, after))
            assert (old.identity, old.ambiguous) == (new.identity, new.ambiguous), (arn, data)
            kept += old.identity is not None
    assert kept > 20


def test_the_declaration_is_what_the_loader_takes_and_survives_hostile_names() -> None:
    name = 'x"\n# keep: {}\nadmins: {people: [evil]}'
    documents = cluster([role("ops", name, [name]), role(f"teams/{name}")], mode="API_AND_CONFIG_MAP")

    takeover, _ = taken(documents, entry(CREATOR, ADMIN), IAM)

    assert "admins" not in yaml.safe_load(takeover.text)
    assert yaml.safe_load(takeover.text)["keep"]["mapRoles"][0]["username"] == name
    assert from_dict(yaml.safe_load(takeover.text)).admins.people == []


def test_the_engine_imports_what_people_have_and_leaves_nodes_to_eks() -> None:
    takeover, _ = taken(BOTH, IAM)

    assert takeover.imports is not None
    ids = {each.get("id") for each in takeover.imports["resources"]} - {None}
    assert ids == {
        f"old:{CREATOR}",
        f"old#{CREATOR}#arn:aws:eks::aws:cluster-access-policy/{ADMIN}",
        f"old:{A}:role/ops",
        f"old#{A}:role/ops#arn:aws:eks::aws:cluster-access-policy/{ADMIN}",
    }


def test_a_broken_section_is_kept_as_far_as_it_can_be_read_and_told() -> None:
    broken = f"- rolearn: {A}:role/ops\n  username: ops\n  groups: [devs]\n- rolearn: {A}:role/dev\n username: {{\n"

    takeover, before = taken(cluster(broken, mode="API_AND_CONFIG_MAP"), entry(CREATOR, ADMIN), IAM)

    assert not _authenticator(before).aws_auth.roles
    assert [line["username"] for line in takeover.declaration["keep"]["mapRoles"]][:1] == ["ops"]
    assert any("nobody in it is let in today" in each for each in takeover.decisions)


def test_accounts_and_chance_are_for_a_human() -> None:
    users = [user("taro", "a"), user("TARO", "b")]
    documents = cluster(users=users, accounts="['444455556666']", mode="API_AND_CONFIG_MAP")

    takeover, _ = taken(documents, entry(CREATOR, ADMIN), IAM)

    assert "keep" not in takeover.declaration or "mapUsers" not in takeover.declaration["keep"]
    assert any("chance" in each for each in takeover.decisions)
    assert any("444455556666" in each for each in takeover.decisions)


@pytest.mark.parametrize(
    ("documents", "enough"),
    [
        ([*entry(CREATOR, ADMIN)], False),
        ([*entry(CREATOR, ADMIN), *entry(f"{A}:role/ops", ADMIN)], False),
        ([*entry(CREATOR, ADMIN), *entry(f"{A}:role/ops", ADMIN), *entry(f"{A}:user/taro", ADMIN)], True),
        ([*entry(CREATOR, ADMIN), *entry(f"{A}:role/ops", "AmazonEKSViewPolicy")], False),
    ],
)
def test_a_cluster_with_one_admin_too_few_is_told_so(documents: list[Raw], enough: bool) -> None:
    takeover, _ = taken(cluster(mode="API_AND_CONFIG_MAP"), documents, IAM)

    assert any("EA101" in each for each in takeover.decisions) is not enough


def test_lines_of_admins_count_as_entries_do() -> None:
    lines = [role("ops", "ops", ["system:masters"]), role("dev", "dev", ["system:masters"])]

    takeover, _ = taken(cluster(lines, mode="API_AND_CONFIG_MAP"), entry(CREATOR, ADMIN), IAM)

    assert takeover.decisions == ()


def test_without_the_creator_it_says_where_to_look() -> None:
    with pytest.raises(Refused, match="cloudtrail"):
        taken(BOTH, IAM, creator=None)


@pytest.mark.parametrize("mode", ["API", "API_AND_CONFIG_MAP"])
def test_a_creator_without_an_entry_is_none_any_more(mode: str) -> None:
    documents = cluster(mode=mode, entries=entry(f"{A}:role/ops", ADMIN))

    with pytest.raises(Refused, match="--creator"):
        taken(documents, IAM)
    takeover, _ = taken(documents, IAM, creator=f"{A}:role/ops")
    assert {each.principal_arn for each in declared(takeover).entries} == {f"{A}:role/ops"}


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_other_partitions_are_declared_as_such(partition: str) -> None:
    region = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[partition]
    base = f"arn:{partition}:iam::111122223333"
    arn = f"arn:{partition}:eks:{region}:111122223333:cluster/old"
    entries = entry(f"{base}:role/ops", ADMIN)

    takeover, _ = taken(cluster(mode="API", arn=arn, entries=entries), creator=f"{base}:role/ops")

    (found,) = declared(takeover).entries
    assert found.policies[0].arn.startswith(f"arn:{partition}:")


def test_node_groups_are_named_and_left_to_their_maker() -> None:
    takeover, _ = taken(BOTH, IAM, [node_group("nodes")])

    assert "nodeGroups" not in takeover.declaration
    assert "# Found, and left to whoever made it: node group nodes" in takeover.text


def test_an_sso_role_that_made_the_cluster_is_a_permission_set() -> None:
    arn = f"{A}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef"

    takeover, _ = taken(cluster(mode="API_AND_CONFIG_MAP"), entry(arn, ADMIN), creator=arn)

    (person,) = takeover.declaration["people"].values()
    assert person == {"ssoPermissionSet": {"name": "Ops", "suffix": "0123456789abcdef", "region": "eu-west-1"}}


def test_nodes_that_enter_by_aws_auth_alone_are_kept() -> None:
    documents = cluster([role("nodes", BY_INSTANCE, NODES)], mode="CONFIG_MAP")

    takeover, _ = taken(documents, IAM)

    assert takeover.declaration["keep"]["mapRoles"][0]["groups"] == NODES
    assert takeover.imports is None
    assert any("migrate plan" in each for each in takeover.decisions)
