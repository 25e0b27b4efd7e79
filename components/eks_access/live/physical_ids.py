"""Under which id a resource is found whose create was cut off: names here are fixed, so most ids are known beforehand.

Formats: the import sections of the Pulumi registry (https://www.pulumi.com/registry/packages/aws/api-docs/ and
…/kubernetes/api-docs/). Types whose ids AWS makes up are listed with the command that finds them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Inputs = Mapping[str, Any]

TEMPLATES = {
    "aws:iam/user:User": "{name}",
    "aws:iam/role:Role": "{name}",
    "aws:iam/instanceProfile:InstanceProfile": "{name}",
    "aws:iam/userPolicy:UserPolicy": "{user}:{name}",
    "aws:iam/rolePolicy:RolePolicy": "{role}:{name}",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "{user}/{policyArn}",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "{role}/{policyArn}",
    "aws:iam/userLoginProfile:UserLoginProfile": "{user}",
    "aws:eks/cluster:Cluster": "{name}",
    "aws:eks/accessEntry:AccessEntry": "{clusterName}:{principalArn}",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "{clusterName}#{principalArn}#{policyArn}",
    "aws:eks/nodeGroup:NodeGroup": "{clusterName}:{nodeGroupName}",
    "aws:eks/fargateProfile:FargateProfile": "{clusterName}:{fargateProfileName}",
    "aws:eks/addon:Addon": "{clusterName}:{addonName}",
    "aws:kms/alias:Alias": "{name}",
    "aws:cloudwatch/logGroup:LogGroup": "{name}",
    "aws:cloudformation/stack:Stack": "{name}",
    "aws:autoscaling/group:Group": "{name}",
}
"""Type → its id, made of its inputs. Names that the provider makes up are inputs too, once it has checked them."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "aws:iam/accessKey:AccessKey": ("aws", "iam", "list-access-keys", "--user-name", "{user}"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ("aws", "iam", "list-open-id-connect-providers"),
    "aws:iam/policy:Policy": ("aws", "iam", "list-policies", "--scope", "Local"),
    "aws:kms/key:Key": ("aws", "kms", "list-keys"),
    "aws:ec2/securityGroup:SecurityGroup": (
        *("aws", "ec2", "describe-security-groups", "--filters", "Name=group-name,Values={name}"),
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": (
        *("aws", "ec2", "describe-security-group-rules", "--filters", "Name=group-id,Values={securityGroupId}"),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        *("aws", "ec2", "describe-security-group-rules", "--filters", "Name=group-id,Values={securityGroupId}"),
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        *("aws", "ec2", "describe-security-group-rules", "--filters", "Name=group-id,Values={securityGroupId}"),
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        *("aws", "ec2", "describe-launch-templates", "--launch-template-names", "{name}"),
    ),
}
"""Types whose ids AWS makes up → the command that shows what is there."""

_FIELD = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Unknown:
    """An id that can't be known from here."""

    command: str
    """What shows whether it exists, and its id; empty where nothing is known of the type."""


def physical_id(type_: str, inputs: Inputs) -> str | Unknown:
    """Return the id under which a provider finds a resource of these inputs, or how to look for it."""
    if type_.startswith("kubernetes:"):
        return _object_id(type_, inputs)
    if template := TEMPLATES.get(type_):
        made = _filled(template, inputs)
        return Unknown("") if made is None else made
    words = [_filled(word, inputs) or word for word in COMMANDS.get(type_, ())]
    return Unknown(shlex.join(words))


def _object_id(type_: str, inputs: Inputs) -> str | Unknown:
    metadata = inputs.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(name, str):
        kind = type_.rpartition(":")[2].lower()
        return Unknown(shlex.join(["kubectl", "get", kind, "--all-namespaces"]))
    namespace = metadata.get("namespace")
    return f"{namespace}/{name}" if isinstance(namespace, str) and namespace else name


def _filled(template: str, inputs: Inputs) -> str | None:
    names = _FIELD.findall(template)
    values = {name: inputs.get(name) for name in names}
    if any(not isinstance(value, str) or not value for value in values.values()):
        return None
    return _FIELD.sub(lambda match: str(values[match[1]]), template)
