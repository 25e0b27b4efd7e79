"""EC2: security groups with their inline rules, and single tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from sandbox.standins.aws.ec2_inline_rules import UPDATES, inline
from sandbox.standins.aws.readings import mapping, pairs
from sandbox.standins.aws.spec import Autoname, Call, Constant, Props, Spec, Tags, Update

_EVERYTHING_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
_DESCRIPTION = "Managed by Pulumi"


def ec2_tags(kind: str, resource: str = "id") -> Tags:
    """How EC2 tags one kind of thing, by the id that is in the property `resource`."""

    def pack(tags: Mapping[str, str]) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": pairs(tags)}]

    def pack_keys(keys: list[str]) -> list[dict[str, str]]:
        return [{"Key": key} for key in keys]

    return Tags(
        "TagSpecifications",
        pack,
        mapping,
        tag="create_tags",
        untag="delete_tags",
        target={"Resources": lambda props: [props[resource]]},
        keys_param="Tags",
        pack_keys=pack_keys,
        pack_change=pairs,
    )


def _close_egress(client: Any, _old: Props, new: Props) -> None:
    """Take away the rule that EC2 gives every new group: rules are what the program declares."""
    try:
        client.revoke_security_group_egress(GroupId=new["id"], IpPermissions=[_EVERYTHING_OUT])
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidPermission.NotFound":
            raise


def _revoke_all(client: Any, props: Props) -> None:
    if not props.get("revokeRulesOnDelete"):
        return
    group = client.describe_security_groups(GroupIds=[props["id"]])["SecurityGroups"][0]
    if group.get("IpPermissions"):
        client.revoke_security_group_ingress(GroupId=props["id"], IpPermissions=group["IpPermissions"])
    if group.get("IpPermissionsEgress"):
        client.revoke_security_group_egress(GroupId=props["id"], IpPermissions=group["IpPermissionsEgress"])


def _group_arn(answer: Any, props: Props) -> Any:
    """EC2 gives it lately; from the parts where it doesn't."""
    group = answer["SecurityGroups"][0]
    region = props.get("region") or ""
    return group.get("SecurityGroupArn") or f"arn:aws:ec2:{region}:{group['OwnerId']}:security-group/{group['GroupId']}"


SECURITY_GROUP = Spec(
    type="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    title="Security Group",
    id="{groupId}",
    create=Call(
        "create_security_group",
        {"GroupName": "name", "Description": lambda props: props.get("description") or _DESCRIPTION, "VpcId": "vpcId"},
    ),
    created={"groupId": "GroupId"},
    finish=(Update((), _close_egress), *UPDATES),
    read=Call("describe_security_groups", {"GroupIds": lambda props: [props["id"]]}),
    exists="SecurityGroups.0",
    outputs={
        "arn": _group_arn,
        "description": "SecurityGroups.0.Description",
        "egress": inline("egress", "IpPermissionsEgress"),
        "ingress": inline("ingress", "IpPermissions"),
        "name": "SecurityGroups.0.GroupName",
        "ownerId": "SecurityGroups.0.OwnerId",
        "vpcId": "SecurityGroups.0.VpcId",
        "tagsAll": "SecurityGroups.0.Tags",
    },
    updates=UPDATES,
    before_delete=_revoke_all,
    delete=Call("delete_security_group", {"GroupId": "id"}),
    replaces=("name", "description", "vpcId"),
    local=("revokeRulesOnDelete",),
    autoname=Autoname("name", by_prefix="namePrefix"),
    unordered=(
        *("ingress", "egress"),
        *(f"{way}.{name}" for way in ("ingress", "egress") for name in ("cidrBlocks", "securityGroups")),
    ),
    adopts=("ingress", "egress", "vpcId"),
    defaults={
        "description": _DESCRIPTION,
        "revokeRulesOnDelete": False,
        **{f"{way}.self": False for way in ("ingress", "egress")},
    },
    tags=ec2_tags("security-group"),
)


_RESOURCES = {"Resources": lambda props: [props["resourceId"]]}
_PUT_TAG = Call("create_tags", {**_RESOURCES, "Tags": lambda props: [{"Key": props["key"], "Value": props["value"]}]})

TAG = Spec(
    type="aws:ec2/tag:Tag",
    service="ec2",
    title="EC2 Tag",
    id="{resourceId},{key}",
    create=_PUT_TAG,
    read=Call(
        "describe_tags",
        {
            "Filters": lambda props: [
                {"Name": "resource-id", "Values": [props["resourceId"]]},
                {"Name": "key", "Values": [props["key"]]},
            ],
            "MaxResults": Constant(100),
        },
    ),
    exists="Tags.0",
    outputs={"key": "Tags.0.Key", "resourceId": "Tags.0.ResourceId", "value": "Tags.0.Value"},
    updates=(Update(("value",), _PUT_TAG),),
    delete=Call("delete_tags", {**_RESOURCES, "Tags": lambda props: [{"Key": props["key"]}]}),
    replaces=("resourceId", "key"),
)

SPECS = (SECURITY_GROUP, TAG)
