"""`destroy` ends clean whatever has gone before: the creator's access, the cluster, somebody's finalizer."""

from __future__ import annotations

import subprocess
from contextlib import closing

import pytest

from sandbox.daemon import root_client
from sandbox.profiles import deployer_role_arn

from .stage import Stage

pytestmark = pytest.mark.sandbox


def leaves_nothing(stage: Stage) -> None:
    """Destroy, and look for what stays."""
    stage.environment.destroy(stage.name)

    environment = stage.environment
    roles = environment.aws("iam", "list-roles", "--query", "Roles[].RoleName")
    users = environment.aws("iam", "list-users", "--query", "Users[].UserName")
    assert isinstance(roles, list)
    assert environment.aws("eks", "list-clusters") == {"clusters": []}
    assert [name for name in roles if "edge-" in name or "platform-" in name] == []
    assert users == ["sandbox-deployer"]
    assert environment.resources(stage.name) == []


def test_it_needs_neither_the_creator_s_access_nor_somebody_else_s_finalizer_to_be_gone(stage: Stage) -> None:
    state = stage.sandbox.state()
    admin = state.cluster(stage.name).admin_kubeconfig
    for what in (["namespace", "payments"], ["rolebinding", "eks-access:team:payments:view", "-n", "payments"]):
        patch = ["patch", *what, "--type=merge", "-p", '{"metadata": {"finalizers": ["example.com/others"]}}']
        subprocess.run(
            [state.tools["kubectl"], "--kubeconfig", admin, *patch], check=True, capture_output=True, timeout=60
        )
    with closing(root_client(state, "eks", state.port)) as eks:
        creator = deployer_role_arn(state.account)
        eks.delete_access_entry(clusterName=stage.name, principalArn=creator)

    leaves_nothing(stage)


def test_it_does_not_need_the_cluster(stage: Stage) -> None:
    stage.up()
    state = stage.sandbox.state()
    with closing(root_client(state, "eks", state.port)) as eks:
        eks.delete_nodegroup(clusterName=stage.name, nodegroupName="general")
        eks.get_waiter("nodegroup_deleted").wait(
            clusterName=stage.name, nodegroupName="general", WaiterConfig={"Delay": 1}
        )
        eks.delete_cluster(name=stage.name)
        eks.get_waiter("cluster_deleted").wait(name=stage.name, WaiterConfig={"Delay": 1})

    leaves_nothing(stage)
