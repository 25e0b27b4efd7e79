"""IAM: what stands between a role and its users, instance profiles and OIDC providers."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.iam import iam_tags
from sandbox.standins.aws.readings import moment
from sandbox.standins.aws.spec import Autoname, Call, Props, Spec, Update


def _replace_role(client: Any, old: Props, new: Props) -> None:
    profile = new["name"]
    if old.get("role"):
        client.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=old["role"])
    if new.get("role"):
        client.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=new["role"])


def _empty_profile(client: Any, props: Props) -> None:
    if props.get("role"):
        _replace_role(client, props, {"name": props["name"]})


INSTANCE_PROFILE = Spec(
    type="aws:iam/instanceProfile:InstanceProfile",
    service="iam",
    title="IAM Instance Profile",
    id="{name}",
    create=Call("create_instance_profile", {"InstanceProfileName": "name", "Path": "path"}),
    finish=(Update(("role",), _replace_role),),
    read=Call("get_instance_profile", {"InstanceProfileName": "id"}),
    exists="InstanceProfile",
    outputs={
        "arn": "InstanceProfile.Arn",
        "createDate": moment("InstanceProfile.CreateDate"),
        "name": "InstanceProfile.InstanceProfileName",
        "path": "InstanceProfile.Path",
        "role": "InstanceProfile.Roles.0.RoleName",
        "uniqueId": "InstanceProfile.InstanceProfileId",
        "tagsAll": "InstanceProfile.Tags",
    },
    updates=(Update(("role",), _replace_role),),
    before_delete=_empty_profile,
    delete=Call("delete_instance_profile", {"InstanceProfileName": "id"}),
    replaces=("name", "path"),
    autoname=Autoname("name", by_prefix="namePrefix"),
    defaults={"path": "/"},
    tags=iam_tags("instance_profile", {"InstanceProfileName": "name"}),
)


def _replace_thumbprints(client: Any, _old: Props, new: Props) -> None:
    client.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=new["id"], ThumbprintList=new.get("thumbprintLists") or []
    )


def _replace_audiences(client: Any, old: Props, new: Props) -> None:
    before, after = set(old.get("clientIdLists") or []), set(new["clientIdLists"])
    for audience in sorted(after - before):
        client.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=new["id"], ClientID=audience)
    for audience in sorted(before - after):
        client.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=new["id"], ClientID=audience)


def _issuer(answer: Any, props: Props) -> Any:
    """IAM keeps the URL without its scheme; that is no change to a program that writes it."""
    bare = str(answer["Url"]).removeprefix("https://")
    return props["url"] if props.get("url") == bare else f"https://{bare}"


OIDC_PROVIDER = Spec(
    type="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    service="iam",
    title="IAM OIDC Provider",
    id="{arn}",
    create=Call(
        "create_open_id_connect_provider",
        {"Url": "url", "ClientIDList": "clientIdLists", "ThumbprintList": "thumbprintLists"},
    ),
    created={"arn": "OpenIDConnectProviderArn"},
    read=Call("get_open_id_connect_provider", {"OpenIDConnectProviderArn": "id"}),
    exists="Url",
    outputs={
        "arn": lambda _answer, props: props["id"],
        "clientIdLists": "ClientIDList",
        "thumbprintLists": "ThumbprintList",
        "url": _issuer,
        "tagsAll": "Tags",
    },
    updates=(Update(("thumbprintLists",), _replace_thumbprints), Update(("clientIdLists",), _replace_audiences)),
    delete=Call("delete_open_id_connect_provider", {"OpenIDConnectProviderArn": "id"}),
    replaces=("url",),
    unordered=("clientIdLists",),
    adopts=("thumbprintLists",),
    tags=iam_tags("open_id_connect_provider", {"OpenIDConnectProviderArn": "arn"}),
)

SPECS = (INSTANCE_PROFILE, OIDC_PROVIDER)
