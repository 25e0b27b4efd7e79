"""Taking over what exists already: imports instead of creations, for one update."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

_LEFT_AS_IT_IS: dict[type[pulumi.Resource], list[str]] = {
    aws.eks.AccessEntry: ["kubernetesGroups", "tags", "tagsAll", "userName"],
    aws.iam.Role: ["assumeRolePolicy", "description", "maxSessionDuration", "permissionsBoundary", "tags", "tagsAll"],
    aws.iam.User: ["forceDestroy", "permissionsBoundary", "tags", "tagsAll"],
}
"""What the engine must not compare during an import: it refuses one that would change anything."""


def importing(kind: type[pulumi.Resource], id: str | None) -> pulumi.ResourceOptions:
    """Import the resource of this id, as it is; the update after it brings it in line with the declaration.

    Options that change nothing where there is no id.
    """
    if id is None:
        return pulumi.ResourceOptions()
    return pulumi.ResourceOptions(import_=id, ignore_changes=_LEFT_AS_IT_IS[kind])
