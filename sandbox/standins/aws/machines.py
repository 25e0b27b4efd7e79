"""EC2: key pairs and placement groups, which node groups ask for."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.ec2 import ec2_tags
from sandbox.standins.aws.readings import mapping
from sandbox.standins.aws.spec import ACCOUNT, Autoname, Call, Props, Spec, Update


def _tag_key_pair(client: Any, _old: Props, new: Props) -> None:
    """Tag it once more: the emulator drops the tags that came with the import."""
    tags = [{"Key": key, "Value": value} for key, value in sorted((new.get("tags") or {}).items())]
    if tags:
        client.create_tags(Resources=[new["keyPairId"]], Tags=tags)


def _key_pair_tags(client: Any, answer: Any, _props: Props) -> Props:
    filters = [{"Name": "resource-id", "Values": [answer["KeyPairs"][0]["KeyPairId"]]}]
    return {"tagsAll": mapping(client.describe_tags(Filters=filters)["Tags"])}


def _key_arn(answer: Any, props: Props) -> str:
    name = answer["KeyPairs"][0]["KeyName"]
    return f"arn:aws:ec2:{props['region']}:{props[ACCOUNT]}:key-pair/{name}"


def _key_type(answer: Any, props: Props) -> str:
    given = "ed25519" if str(props.get("publicKey", "")).startswith("ssh-ed25519") else "rsa"
    return str(answer["KeyPairs"][0].get("KeyType") or given)


KEY_PAIR = Spec(
    type="aws:ec2/keyPair:KeyPair",
    service="ec2",
    title="EC2 Key Pair",
    id="{keyName}",
    create=Call(
        "import_key_pair",
        {"KeyName": "keyName", "PublicKeyMaterial": lambda props: str(props["publicKey"]).encode()},
    ),
    created={"keyPairId": "KeyPairId"},
    finish=(Update((), _tag_key_pair),),
    read=Call("describe_key_pairs", {"KeyNames": lambda props: [props["id"]], "IncludePublicKey": lambda _props: True}),
    exists="KeyPairs.0",
    outputs={
        "arn": _key_arn,
        "fingerprint": "KeyPairs.0.KeyFingerprint",
        "keyName": "KeyPairs.0.KeyName",
        "keyPairId": "KeyPairs.0.KeyPairId",
        "keyType": _key_type,
        "publicKey": lambda answer, props: answer["KeyPairs"][0].get("PublicKey") or props.get("publicKey"),
        "tagsAll": lambda _answer, _props: None,
    },
    extra=_key_pair_tags,
    delete=Call("delete_key_pair", {"KeyName": "id"}),
    replaces=("keyName", "publicKey"),
    autoname=Autoname("keyName", by_prefix="keyNamePrefix"),
    tags=ec2_tags("key-pair", resource="keyPairId"),
)

PLACEMENT_GROUP = Spec(
    type="aws:ec2/placementGroup:PlacementGroup",
    service="ec2",
    title="EC2 Placement Group",
    id="{name}",
    create=Call(
        "create_placement_group",
        {"GroupName": "name", "Strategy": "strategy", "PartitionCount": "partitionCount", "SpreadLevel": "spreadLevel"},
    ),
    read=Call("describe_placement_groups", {"GroupNames": lambda props: [props["id"]]}),
    exists="PlacementGroups.0",
    outputs={
        "arn": "PlacementGroups.0.GroupArn",
        "name": "PlacementGroups.0.GroupName",
        "partitionCount": "PlacementGroups.0.PartitionCount",
        "placementGroupId": "PlacementGroups.0.GroupId",
        "spreadLevel": "PlacementGroups.0.SpreadLevel",
        "strategy": "PlacementGroups.0.Strategy",
        "tagsAll": "PlacementGroups.0.Tags",
    },
    delete=Call("delete_placement_group", {"GroupName": "id"}),
    replaces=("name", "strategy", "partitionCount", "spreadLevel"),
    autoname=Autoname("name"),
    adopts=("partitionCount", "spreadLevel"),
    gone=("InvalidPlacementGroup.Unknown",),
    tags=ec2_tags("placement-group", resource="placementGroupId"),
    foresee=lambda inputs: {name: inputs.get(name) for name in ("partitionCount", "spreadLevel")},
)

SPECS = (KEY_PAIR, PLACEMENT_GROUP)
