"""NodeRole: the IAM role of one kind of node."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .adoption import importing
from .component import refusing
from .declaration.arguments import node_role_spec
from .iam.arns import AwsAccount, partition_of
from .plan.nodes import plan_node_role


class NodeRoleArgs(TypedDict):
    """Arguments of NodeRole."""

    kind: str
    """What runs the kubelet: ``managed``, ``self-managed``, ``karpenter``, ``windows``, ``fargate``, ``auto``,
    ``hybrid`` or ``hyperpod``."""
    cluster_name: str
    """Name of the EKS cluster; the role's name begins with it."""
    account: str
    """AWS account, 12 digits."""
    region: str
    """Region of the cluster; its partition is the role's."""
    trust_anchor_arns: NotRequired[list[str]]
    """Of hybrid nodes: IAM Roles Anywhere trust anchors of their certificates; Systems Manager when left out."""
    adopt: NotRequired[bool]
    """Take over the role of this name that exists already, instead of creating it."""
    permissions_boundary: NotRequired[str]
    """ARN of the policy that bounds the role."""
    tags: NotRequired[dict[str, str]]
    """Tags put on the role."""


class NodeRole(pulumi.ComponentResource):
    """An IAM role with the trust and the AWS-managed policies of one kind of node.

    Its name is `<cluster>-node-<kind>`. It has no path: aws-auth cannot match a role that has one
    (sigs.k8s.io/aws-iam-authenticator, pkg/mapper/configmap/mapper.go).

    Raises:
        pulumi.RunError: an argument is missing or malformed; nothing has been registered.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role, known once every policy is attached."""
    role_name: pulumi.Output[str]
    """Name of the role."""
    unique_id: pulumi.Output[str]
    """Unique id (AROA…) of the role: a new one means that it was re-created."""
    instance_profile_name: pulumi.Output[str | None]
    """Name of the instance profile for a launch template of yours; None where the kind needs none."""

    def __init__(self, name: str, args: NodeRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        spec = refusing(lambda: node_role_spec(args))
        account = AwsAccount(id=spec.account, partition=partition_of(spec.region))
        plan = plan_node_role(spec.kind, account, spec.region, spec.cluster_name, spec.trust_anchor_arns)
        super().__init__("eks-access:index:NodeRole", name, {}, opts)
        role = aws.iam.Role(
            f"{name}-role",
            name=plan.name,
            assume_role_policy=plan.trust,
            permissions_boundary=args.get("permissions_boundary"),
            tags=args.get("tags"),
            # The name is contract (mappings are computed from it), so the old role has to go first.
            opts=pulumi.ResourceOptions.merge(
                pulumi.ResourceOptions(parent=self, delete_before_replace=True),
                importing(aws.iam.Role, plan.name if args.get("adopt") else None),
            ),
        )
        child = pulumi.ResourceOptions(parent=role)
        ready: list[pulumi.Output[str]] = [
            aws.iam.RolePolicyAttachment(f"{name}-{policy}", role=role.name, policy_arn=arn, opts=child).id
            for policy, arn in plan.policies.items()
        ]
        if plan.permissions:
            inline = aws.iam.RolePolicy(
                f"{name}-node", name="eks-access-node", role=role.name, policy=plan.permissions, opts=child
            )
            ready.append(inline.id)
        self.instance_profile_name = pulumi.Output.from_input(None)
        if plan.instance_profile:
            profile = aws.iam.InstanceProfile(
                f"{name}-profile",
                name=plan.name,
                role=role.name,
                tags=args.get("tags"),
                opts=pulumi.ResourceOptions(parent=role, delete_before_replace=True),
            )
            self.instance_profile_name = profile.name
        self.role_arn = pulumi.Output.all(role.arn, *ready).apply(lambda all_of_it: str(all_of_it[0]))
        self.role_name = role.name
        self.unique_id = role.unique_id
        self.register_outputs(
            {
                "roleArn": self.role_arn,
                "roleName": self.role_name,
                "uniqueId": self.unique_id,
                "instanceProfileName": self.instance_profile_name,
            }
        )
