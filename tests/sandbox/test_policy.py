"""The policy pack on the real engine: plain programs, without our components."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.environment import Sandbox
from sandbox.stacks import Stack
from sandbox.state import PROJECT

pytestmark = pytest.mark.sandbox

PACK = PROJECT / "policy"
HEAD = """
import json
import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

kube = k8s.Provider("kube", kubeconfig="{}")
opts = pulumi.ResourceOptions(provider=kube)
RBAC = "rbac.authorization.k8s.io"

def trust(principal):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
"""
BROKEN = (
    HEAD
    + """
role = aws.iam.Role("ops", assume_role_policy=trust("*"))
aws.eks.AccessEntry("ops", cluster_name="main", principal_arn=role.arn)
aws.eks.AccessEntry("nodes", cluster_name="main", type="EC2_LINUX", kubernetes_groups=["builders"],
                    principal_arn="arn:aws:iam::111122223333:role/nodes")
lines = "- {rolearn: 'arn:aws:iam::111122223333:role/people/dev', username: dev, groups: [devs]}"
k8s.core.v1.ConfigMap("aws-auth", metadata={"name": "aws-auth", "namespace": "kube-system"},
                      data={"mapRoles": lines}, opts=opts)
k8s.rbac.v1.ClusterRole("all", metadata={"name": "all"},
                        rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}], opts=opts)
k8s.rbac.v1.ClusterRole("metrics", metadata={"name": "metrics"}, rules=[
    {"apiGroups": [""], "resources": ["pods"], "nonResourceURLs": ["/metrics"], "verbs": ["get"]}], opts=opts)
k8s.rbac.v1.ClusterRoleBinding("strangers", metadata={"name": "strangers"},
    role_ref={"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"},
    subjects=[{"apiGroup": RBAC, "kind": "User", "name": "system:anonymous"}], opts=opts)
"""
)
CLEAN = (
    HEAD
    + """
role = aws.iam.Role("ops", assume_role_policy=trust("arn:aws:iam::111122223333:user/aiko"))
unknown = role.unique_id
aws.eks.AccessEntry("ops", cluster_name=unknown, principal_arn=role.arn, kubernetes_groups=[unknown, "ops"])
k8s.core.v1.ConfigMap("aws-auth", metadata={"name": "aws-auth", "namespace": "kube-system"}, opts=opts,
    data={"mapRoles": role.arn.apply(lambda arn: f"- {{rolearn: '{arn}', username: ops, groups: [ops]}}")})
k8s.rbac.v1.ClusterRole("readers", metadata={"name": unknown}, opts=opts,
    rules=[{"apiGroups": [""], "resources": ["pods", unknown], "verbs": ["get"]}])
k8s.rbac.v1.ClusterRoleBinding("ops", metadata={"name": "ops"}, opts=opts,
    role_ref={"apiGroup": RBAC, "kind": "ClusterRole", "name": unknown},
    subjects=[{"apiGroup": RBAC, "kind": "Group", "name": unknown}])
"""
)
MANDATORY = {
    "EA108": "aws:iam:Role: ops",
    "EA312": "aws:eks:AccessEntry: nodes",
    "EA501": "kubernetes:core/v1:ConfigMap: aws-auth",
    "EA603": "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole: metrics",
    "EA604": "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding: strangers",
    "EA606": "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole: all",
}


def program(sandbox: Sandbox, folder: Path, text: str) -> Stack:
    """A project of this one program."""
    (folder / "Pulumi.yaml").write_text(f"name: {folder.name.replace('_', '-')[:40]}\nruntime: python\n")
    (folder / "__main__.py").write_text(text)
    stack = Stack(sandbox, "dev", folder)
    stack.select()
    return stack


def test_an_update_that_breaks_mandatory_rules_is_stopped_before_anything_is_made(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    stack = program(sandbox, tmp_path, BROKEN)

    done = stack.run("up", "--yes", "--stack", "dev", "--non-interactive", "--policy-pack", str(PACK), check=False)

    assert done.returncode != 0
    for id, where in MANDATORY.items():
        assert f"[mandatory] [severity: high]  {id}  ({where})" in done.stdout
    assert "Fix: write arn:aws:iam::111122223333:role/dev" in done.stdout
    exported = stack.run("stack", "export", "--stack", "dev").stdout
    assert '"resources"' not in exported


def test_where_the_environment_says_so_rules_are_only_told(sandbox: Sandbox, tmp_path: Path) -> None:
    stack = program(sandbox, tmp_path, BROKEN)
    levels = ("--policy-pack", str(PACK), "--policy-pack-config", str(PACK / "levels" / "dev.json"))

    told = stack.run("preview", "--stack", "dev", "--non-interactive", *levels)

    assert "[mandatory]" not in told.stdout
    for id, where in MANDATORY.items():
        assert f"[advisory] [severity: high]  {id}  ({where})" in told.stdout


def test_a_clean_program_passes_whatever_of_it_is_unknown(sandbox: Sandbox, tmp_path: Path) -> None:
    stack = program(sandbox, tmp_path, CLEAN)

    passed = stack.run("preview", "--stack", "dev", "--non-interactive", "--policy-pack", str(PACK))

    assert "✅ eks-access" in passed.stdout
    assert "EA" not in passed.stdout.partition("Policies:")[2]
