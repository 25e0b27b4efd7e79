"""`eks:index:ServiceRole`: an IAM role for one service, with AWS-managed policies (servicerole.ts)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws


class ServiceRole(pulumi.ComponentResource):
    """The role itself, and `resolved`: the role for those who must wait until it can do its work."""

    def __init__(
        self,
        name: str,
        *,
        service: str,
        policies: Sequence[str],
        partition: pulumi.Input[str],
        description: str | None = None,
        tags: Any = None,
        actions: Sequence[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arns = [pulumi.Output.concat("arn:", partition, ":iam::aws:policy/", policy) for policy in policies]
        ids = [f"arn:aws:iam::aws:policy/{policy}" for policy in policies]
        inputs = {
            "service": service,
            "description": description,
            "managedPolicyArns": [{"id": id, "arn": arn} for id, arn in zip(ids, arns, strict=True)],
            "tags": tags,
            "assumeRoleActions": None if actions is None else list(actions),
        }
        given = {key: value for key, value in inputs.items() if value is not None}
        super().__init__("eks:index:ServiceRole", name, given, opts)
        here = pulumi.ResourceOptions(parent=self)
        self.role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=_trust(service, actions or ["sts:AssumeRole"]),
            description=description,
            tags=tags,
            opts=here,
        )
        role: Any = self.role  # a resource as the real component passes it: in a preview its id is unknown
        self.attachments = [
            aws.iam.RolePolicyAttachment(f"{name}-{_short_hash(id)}", policy_arn=arn, role=role, opts=here)
            for id, arn in zip(ids, arns, strict=True)
        ]
        after = pulumi.Output.all(self.role.arn, *[attachment.id for attachment in self.attachments])
        self.resolved: pulumi.Output[aws.iam.Role] = after.apply(lambda _: self.role)
        self.register_outputs({"resolvedRole": self.resolved, "directRole": self.role})

    @property
    def everything(self) -> list[pulumi.Resource]:
        """What to depend on to get the role with its policies."""
        return [self.role, *self.attachments]


def _trust(service: str, actions: Sequence[str]) -> str:
    statement = {"Action": list(actions), "Effect": "Allow", "Principal": {"Service": [service]}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def _short_hash(text: str) -> str:
    """How pulumi-eks names attachments: part of a hash of the policy's ARN, in the partition `aws`."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]
