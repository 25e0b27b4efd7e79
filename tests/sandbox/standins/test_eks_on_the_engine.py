"""Node groups and add-ons of the eks stand-in behind the real engine: made, unchanged, transformed, destroyed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sandbox.environment import Sandbox

pytestmark = pytest.mark.sandbox

PROGRAM = """
import json, pulumi, pulumi_aws as aws, pulumi_eks as eks

statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
role = aws.iam.Role("node", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
profile = aws.iam.InstanceProfile("node", role=role.name)

def kept(args):
    if args.type_ != "kubernetes:core/v1:ConfigMap":
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(retain_on_delete=True))
    return pulumi.ResourceTransformResult(args.props, opts)

cluster = eks.Cluster(
    "parts", name="parts", authentication_mode=eks.AuthenticationMode.API_AND_CONFIG_MAP, instance_role=role,
    skip_default_node_group=True, skip_default_security_groups=True, use_default_vpc_cni=True,
    opts=pulumi.ResourceOptions(transforms=[kept]),
)
eks.ManagedNodeGroup("managed", cluster=cluster, node_role=role, enable_imd_sv2=True)
eks.NodeGroupV2("own", cluster=cluster, instance_profile=profile, labels={"a": "b"})
eks.Addon("metrics", cluster=cluster, addon_name="metrics-server", configuration_values={"replicas": 2})
"""


def test_components_for_a_cluster_live_and_die(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "Pulumi.yaml").write_text("name: parts\nruntime: python\n")

    def run(*arguments: str) -> str:
        command = ["pulumi", "--non-interactive", "--color", "never", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=sandbox.env(), capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("stack", "init", "test")
    run("up", "--yes", "--skip-preview")
    resources = {r["urn"].split("::", 2)[2]: r for r in json.loads(run("stack", "export"))["deployment"]["resources"]}
    assert resources["eks:index:Cluster$kubernetes:core/v1:ConfigMap::parts-nodeAccess"]["retainOnDelete"]
    assert "eks:index:Cluster$eks:index:Addon$aws:eks/addon:Addon::metrics" in resources
    assert "eks:index:NodeGroupV2$aws:autoscaling/group:Group::own" in resources
    assert "eks:index:ManagedNodeGroup$aws:eks/nodeGroup:NodeGroup::managed" in resources
    run("preview", "--expect-no-changes")
    run("destroy", "--yes", "--skip-preview")
