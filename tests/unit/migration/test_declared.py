"""A cluster that a declaration describes: what its program makes is no command, and what EKS makes is imported."""

from __future__ import annotations

from typing import Any

from eks_access import AccessPlan
from eks_access.authn.aws_auth import aws_auth_manifest
from eks_access.authz.manifests import manifests
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.migration.actions import Target
from eks_access.migration.model import Migration
from eks_access.migration.planning import plan_migration
from eks_access.migration.surroundings import read_surroundings
from eks_access.plan.adoption import adoptable
from eks_access.review.documents import Document
from eks_access.review.dumps import read_dump
from eks_access.review.people import with_people

from ...plans import plan_of, small
from .messy import iam

CONFIG_MAP, BOTH, API = AuthenticationMode
TARGET = Target(cluster="demo")


def declared(**more: Any) -> AccessPlan:
    parts: dict[str, Any] = {
        "teams": {"web": {"members": ["chie"]}},
        "grants": [{"team": "web", "role": "view", "namespaces": ["default"]}],
        "nodeGroups": {"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}, "own": {"kind": "self-managed"}},
        **more,
    }
    return plan_of(small(cluster={"authenticationMode": "CONFIG_MAP"}, **parts))


def migrated(plan: AccessPlan) -> Migration:
    """Plan from what the declaration has deployed."""
    assert plan.cluster is not None
    described = {
        "name": "demo",
        "arn": plan.cluster.arn,
        "version": "1.33",
        "accessConfig": {"authenticationMode": "CONFIG_MAP"},
    }
    sso = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef"
    nodes = [role.name for role in plan.node_roles]
    documents: list[Any] = [
        {"cluster": described},
        aws_auth_manifest(plan),
        *manifests(plan.rbac),
        *iam(sso, "ci/deployer", *nodes, "foreign", users=["dev/aiko", "botan"]),
        {"nodegroup": {"nodegroupName": "general", "nodeRole": plan.node_roles[0].arn, "amiType": "AL2023"}},
    ]
    known, rest = read_surroundings(Document(content=each) for each in documents)
    return plan_migration(with_people(read_dump(rest).state(), plan), known, plan=plan)


def test_a_declared_cluster_goes_by_its_program() -> None:
    plan = declared()
    migration = migrated(plan)

    assert migration.clean, (migration.obstacles, [step.evidence for step in migration.steps])
    first, second, last = migration.steps
    commands = [action.command(TARGET) for step in (first, second, last) for action in step.actions]
    assert [command for command in commands if not command.startswith("#")] == [
        f"aws eks update-cluster-config --name demo --access-config authenticationMode={mode}" for mode in (BOTH, API)
    ]
    assert any("adopt: [entry/node-managed]" in said for said in first.declare)
    assert any("entry/person-deployer" in said for said in last.declare)


def test_what_is_to_be_imported_is_what_the_setting_takes() -> None:
    plan = declared()
    both = plan_of({**small(cluster={"authenticationMode": str(BOTH)}), "nodeGroups": {"general": {"kind": "managed"}}})

    (said,) = (each for each in migrated(plan).steps[0].declare if "adopt:" in each and "then" not in each)

    keys = said.partition("[")[2].partition("]")[0].split(", ")
    assert set(keys) <= set(adoptable(both))


def test_kept_lines_get_commands_and_are_to_be_named() -> None:
    line = {"rolearn": "arn:aws:iam::111122223333:role/foreign", "username": "foreign", "groups": ["theirs"]}
    migration = migrated(declared(keep={"mapRoles": [line]}, externalGroups=["theirs"]))

    second = migration.steps[1]
    made = [action.command(TARGET) for action in second.actions if "create-access-entry" in action.command(TARGET)]
    assert len(made) == 1
    assert "role/foreign" in made[0]
    assert any("keep.entries" in said for said in second.declare)


def test_the_creator_s_entry_comes_first_among_those_that_eks_makes() -> None:
    first = migrated(declared()).steps[0]

    assert [entry.principal_arn.rpartition("/")[2] for entry in first.made_by_eks] == ["deployer", "demo-node-managed"]
