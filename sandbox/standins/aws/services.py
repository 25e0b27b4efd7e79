"""KMS keys and aliases, and CloudWatch log groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.standins.aws.spec import ARN_TAGS, Autoname, Call, Constant, Props, Spec, Tags, Update

_KEY = {"KeyId": "id"}


def _kms_pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())]


def _rotation(client: Any, _old: Props, new: Props) -> None:
    if new.get("enableKeyRotation"):
        period = {"RotationPeriodInDays": new["rotationPeriodInDays"]} if new.get("rotationPeriodInDays") else {}
        client.enable_key_rotation(KeyId=new["id"], **period)
    else:
        client.disable_key_rotation(KeyId=new["id"])


def _enabled(client: Any, _old: Props, new: Props) -> None:
    if new.get("isEnabled", True):
        client.enable_key(KeyId=new["id"])
    else:
        client.disable_key(KeyId=new["id"])


def _alive(answer: Any, _props: Props) -> Any:
    """Return nothing for a key that waits for its deletion: for a program it is gone."""
    key = answer["KeyMetadata"]
    return None if key.get("KeyState") == "PendingDeletion" else key


def _key_details(client: Any, _answer: Any, props: Props) -> Props:
    return {
        "enableKeyRotation": client.get_key_rotation_status(KeyId=props["id"])["KeyRotationEnabled"],
        "policy": client.get_key_policy(KeyId=props["id"], PolicyName="default")["Policy"],
        "tagsAll": {
            tag["TagKey"]: tag["TagValue"] for tag in client.list_resource_tags(KeyId=props["id"]).get("Tags", [])
        },
    }


KEY = Spec(
    type="aws:kms/key:Key",
    service="kms",
    title="KMS Key",
    id="{keyId}",
    create=Call(
        "create_key",
        {
            "Description": "description",
            "KeyUsage": "keyUsage",
            "KeySpec": "customerMasterKeySpec",
            "MultiRegion": "multiRegion",
            "Policy": "policy",
            "BypassPolicyLockoutSafetyCheck": "bypassPolicyLockoutSafetyCheck",
        },
    ),
    created={"keyId": "KeyMetadata.KeyId"},
    finish=(Update(("enableKeyRotation", "rotationPeriodInDays"), _rotation), Update(("isEnabled",), _enabled)),
    read=Call("describe_key", {**_KEY}),
    exists=_alive,
    outputs={
        "arn": "KeyMetadata.Arn",
        "customerMasterKeySpec": "KeyMetadata.KeySpec",
        "description": "KeyMetadata.Description",
        "isEnabled": "KeyMetadata.Enabled",
        "keyId": "KeyMetadata.KeyId",
        "keyUsage": "KeyMetadata.KeyUsage",
        "multiRegion": "KeyMetadata.MultiRegion",
        **dict.fromkeys(("enableKeyRotation", "policy", "tagsAll"), lambda _answer, _props: None),
    },
    extra=_key_details,
    updates=(
        Update(("policy",), Call("put_key_policy", {**_KEY, "PolicyName": Constant("default"), "Policy": "policy"})),
        Update(("description",), Call("update_key_description", {**_KEY, "Description": "description"})),
        Update(("enableKeyRotation", "rotationPeriodInDays"), _rotation),
        Update(("isEnabled",), _enabled),
    ),
    delete=Call("schedule_key_deletion", {**_KEY, "PendingWindowInDays": "deletionWindowInDays"}),
    replaces=("customerMasterKeySpec", "keyUsage", "multiRegion"),
    local=("bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"),
    documents=("policy",),
    adopts=("policy", "description"),
    defaults={
        "enableKeyRotation": False,
        "isEnabled": True,
        "multiRegion": False,
        "keyUsage": "ENCRYPT_DECRYPT",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
    },
    tags=Tags("Tags", _kms_pairs, dict, tag="tag_resource", untag="untag_resource", target=_KEY),
)


def _alias(answer: Any, props: Props) -> Any:
    return next((alias for alias in answer["Aliases"] if alias["AliasName"] == props["name"]), None)


def _target(answer: Any, props: Props) -> Any:
    """Return the key's id, unless the program named the key by its ARN, which means the same."""
    key, written = str(_alias(answer, props)["TargetKeyId"]), str(props.get("targetKeyId", ""))
    return written if written.endswith(f"key/{key}") else key


ALIAS = Spec(
    type="aws:kms/alias:Alias",
    service="kms",
    title="KMS Alias",
    id="{name}",
    create=Call("create_alias", {"AliasName": "name", "TargetKeyId": "targetKeyId"}),
    read=Call("list_aliases", {"Limit": Constant(100)}),
    exists=_alias,
    outputs={
        "arn": lambda answer, props: _alias(answer, props)["AliasArn"],
        "name": lambda answer, props: _alias(answer, props)["AliasName"],
        "targetKeyId": _target,
        "targetKeyArn": lambda answer, props: (
            _alias(answer, props)["AliasArn"].split(":alias/")[0] + f":key/{_alias(answer, props)['TargetKeyId']}"
        ),
    },
    updates=(Update(("targetKeyId",), Call("update_alias", {"AliasName": "name", "TargetKeyId": "targetKeyId"})),),
    delete=Call("delete_alias", {"AliasName": "id"}),
    replaces=("name",),
    autoname=Autoname("name", prefix="alias/", by_prefix="namePrefix"),
)


def _retention(client: Any, _old: Props, new: Props) -> None:
    if new.get("retentionInDays"):
        client.put_retention_policy(logGroupName=new["name"], retentionInDays=new["retentionInDays"])
    else:
        client.delete_retention_policy(logGroupName=new["name"])


def _group(answer: Any, props: Props) -> Any:
    return next((group for group in answer["logGroups"] if group["logGroupName"] == props["name"]), None)


def _group_tags(client: Any, answer: Any, props: Props) -> Props:
    arn = _group(answer, props)["arn"].removesuffix(":*")
    return {"tagsAll": dict(client.list_tags_for_resource(resourceArn=arn).get("tags", {}))}


LOG_GROUP = Spec(
    type="aws:cloudwatch/logGroup:LogGroup",
    service="logs",
    title="CloudWatch Logs Log Group",
    id="{name}",
    create=Call("create_log_group", {"logGroupName": "name", "kmsKeyId": "kmsKeyId", "logGroupClass": "logGroupClass"}),
    finish=(Update(("retentionInDays",), _retention),),
    read=Call("describe_log_groups", {"logGroupNamePrefix": "name"}),
    exists=_group,
    outputs={
        "arn": lambda answer, props: _group(answer, props)["arn"].removesuffix(":*"),
        "kmsKeyId": lambda answer, props: _group(answer, props).get("kmsKeyId"),
        "name": lambda answer, props: _group(answer, props)["logGroupName"],
        "retentionInDays": lambda answer, props: _group(answer, props).get("retentionInDays", 0),
    },
    extra=_group_tags,
    updates=(Update(("retentionInDays",), _retention),),
    delete=Call("delete_log_group", {"logGroupName": "id"}),
    replaces=("name", "kmsKeyId", "logGroupClass"),
    autoname=Autoname("name", by_prefix="namePrefix"),
    defaults={"retentionInDays": 0},
    tags=ARN_TAGS,
)

SPECS = (KEY, ALIAS, LOG_GROUP)
