"""`eks:index:ServiceRole`: an IAM role for one service, with AWS-managed policies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws


class ServiceRole(pulumi.ComponentResource):
    """The role, and its attachments for those who must wait until the role can do its work."""

    def __init__(
        self,
        name: str,
        *,
        service: pulumi.Input[str],
        policies: Sequence[str],
        partition: pulumi.Input[str],
        description: str | None = None,
        tags: Any = None,
        actions: Sequence[str] = ("sts:AssumeRole",),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("eks:index:ServiceRole", name, {}, opts)
        here = pulumi.ResourceOptions(parent=self)
        trust = pulumi.Output.from_input(service).apply(lambda value: _trust(value, actions))
        self.role = aws.iam.Role(
            f"{name}-role", assume_role_policy=trust, description=description, tags=tags, opts=here
        )
        self.attachments = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{_short_hash(f'arn:aws:iam::aws:policy/{policy}')}",
                policy_arn=pulumi.Output.concat("arn:", partition, ":iam::aws:policy/", policy),
                role=self.role.name,
                opts=here,
            )
            for policy in policies
        ]
        self.register_outputs({"directRole": self.role})

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
