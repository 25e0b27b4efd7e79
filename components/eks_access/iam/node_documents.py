"""Documents of node roles that need more than AWS-managed policies.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-creds.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites-iam.html.
"""

from __future__ import annotations

from collections.abc import Sequence

from .arns import AwsAccount
from .documents import describe_cluster, document


def activation_trust(account: AwsAccount, region: str) -> str:
    """Let machines outside of AWS take the role by an activation of Systems Manager of this account and region."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account.id},
                "ArnEquals": {"aws:SourceArn": f"arn:{account.partition}:ssm:{region}:{account.id}:*"},
            },
        }
    )


def certificate_trust(trust_anchors: Sequence[str]) -> str:
    """Let machines outside of AWS take the role by certificates that the trust anchors vouch for.

    The session name becomes the node's name, so a certificate may only give its own.
    """
    anchors = {"ArnEquals": {"aws:SourceArn": sorted(trust_anchors)}}
    own_name = {"StringEquals": {"sts:RoleSessionName": "${aws:PrincipalTag/x509Subject/CN}"}}
    anywhere = {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}}
    return document(
        {**anywhere, "Action": ["sts:SetSourceIdentity", "sts:TagSession"], "Condition": anchors},
        {**anywhere, "Action": "sts:AssumeRole", "Condition": {**anchors, **own_name}},
    )


def hybrid_permissions(account: AwsAccount, region: str, cluster: str, *, uses_ssm: bool) -> str:
    """Allow what nodeadm does: read the cluster and its entries; with Systems Manager, sign itself off.

    Only activations that carry the cluster's ARN in the tag EKSClusterARN can be signed off.
    """
    arn = account.cluster(region, cluster)
    statements = [
        describe_cluster(arn),
        {"Sid": "OwnEntry", "Effect": "Allow", "Action": "eks:ListAccessEntries", "Resource": arn},
    ]
    if uses_ssm:
        machines = f"arn:{account.partition}:ssm:{region}:{account.id}:managed-instance/*"
        statements += [
            {
                "Sid": "FindItself",
                "Effect": "Allow",
                "Action": "ssm:DescribeInstanceInformation",
                "Resource": "*",
            },
            {
                "Sid": "SignOff",
                "Effect": "Allow",
                "Action": "ssm:DeregisterManagedInstance",
                "Resource": machines,
                "Condition": {"StringEquals": {"ssm:resourceTag/EKSClusterARN": arn}},
            },
        ]
    return document(*statements)


def hyperpod_permissions(cluster_arn: str) -> str:
    """Allow what HyperPod's instances need on EKS beside the managed policies; EC2 knows no resources for these."""
    return document(
        {
            "Sid": "Network",
            "Effect": "Allow",
            "Action": [
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterfacePermission",
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeVpcs",
            ],
            "Resource": "*",
        },
        {
            "Sid": "PodIdentity",
            "Effect": "Allow",
            "Action": "eks-auth:AssumeRoleForPodIdentity",
            "Resource": cluster_arn,
        },
    )
