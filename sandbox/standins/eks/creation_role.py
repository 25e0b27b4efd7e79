"""`eks:index:ClusterCreationRoleProvider`: a role to create clusters with, and an AWS provider in it (cluster.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

_TRUST = """{{
            "Version": "2012-10-17",
            "Statement": [
                {{
                "Effect": "Allow",
                "Principal": {{
                    "AWS": "arn:{partition}:iam::{account}:root"
                }},
                "Action": "sts:AssumeRole"
                }}
            ]
        }}"""


class ClusterCreationRoleProvider(pulumi.ComponentResource):
    """The role and the provider. The real one waits half a minute for the role; here roles work at once."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__("eks:index:ClusterCreationRoleProvider", name, dict(inputs), opts)
        here = pulumi.InvokeOutputOptions(parent=self)
        partition = aws.get_partition_output(opts=here).apply(lambda found: found.partition)
        account = aws.get_caller_identity_output(opts=here).apply(lambda found: found.account_id)
        role: Any = aws.iam.Role(
            f"{name}-eksClusterCreatorRole",
            assume_role_policy=pulumi.Output.format(_TRUST, partition=partition, account=account),
            description=f"Admin access to eks-{name}",
            opts=pulumi.ResourceOptions(parent=self),
        )
        statements = [{"Effect": "Allow", "Action": action, "Resource": "*"} for action in ("eks:*", "iam:PassRole")]
        policy: Any = {"Version": "2012-10-17", "Statement": statements}
        aws.iam.RolePolicy(
            f"{name}-eksClusterCreatorPolicy",
            role=role,
            policy=policy,
            opts=pulumi.ResourceOptions(parent=role),
        )
        provider = aws.Provider(
            f"{name}-eksClusterCreatorEntity",
            region=inputs.get("region"),
            profile=inputs.get("profile"),
            assume_roles=[{"role_arn": role.arn}],
            opts=pulumi.ResourceOptions(parent=role),
        )
        self.state = {"role": role, "provider": provider}
        self.register_outputs({})
