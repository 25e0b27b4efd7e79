"""NodeRole: the IAM role of one kind of node."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .component import refusing
from .declaration.arguments import node_role_spec
from .iam.arns import AwsAccount, partition_of
from .plan.compiling import plan_node_role


class NodeRoleArgs(TypedDict):
    """Arguments of NodeRole."""

    kind: str
    """What runs the kubelet: ``managed``, ``windows`` or ``fargate``."""
    cluster_name: str
    """Name of the EKS cluster; the role's name begins with it."""
    account: str
    """AWS account, 12 digits."""
    region: str
    """Region of the cluster; its partition is the role's."""
    permissions_boundary: NotRequired[str]
    """ARN of the policy that bounds the role."""
    tags: NotRequired[dict[str, str]]
    """Tags put on the role."""


class NodeRole(pulumi.ComponentResource):
    """An IAM role with the trust and the AWS-managed policies of one kind of node.

    It has no path: aws-auth cannot match a role that has one.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role, known once every policy is attached."""
    role_name: pulumi.Output[str]
    """Name of the role."""
    unique_id: pulumi.Output[str]
    """Unique id (AROA…) of the role: a new one means that it was re-created."""

    def __init__(self, name: str, args: NodeRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        spec = refusing(lambda: node_role_spec(args))
        account = AwsAccount(id=spec.account, partition=partition_of(spec.region))
        plan = plan_node_role(spec.kind, account, spec.region, spec.cluster_name)
        super().__init__("eks-access:index:NodeRole", name, {}, opts)
        role = aws.iam.Role(
            f"{name}-role",
            name=plan.name,
            assume_role_policy=plan.trust,
            permissions_boundary=args.get("permissions_boundary"),
            tags=args.get("tags"),
            # The name is contract (mappings are computed from it), so the old role has to go first.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        attachments = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=arn, opts=pulumi.ResourceOptions(parent=role)
            )
            for policy, arn in plan.policies.items()
        ]
        self.role_arn = pulumi.Output.all(role.arn, *[a.id for a in attachments]).apply(lambda ready: str(ready[0]))
        self.role_name = role.name
        self.unique_id = role.unique_id
        self.register_outputs({"roleArn": self.role_arn, "roleName": self.role_name, "uniqueId": self.unique_id})
