"""IAM: users and what hangs on them, roles and what hangs on them, policies, instance profiles, OIDC providers."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from sandbox.standins.aws.iam_users import force_delete_user
from sandbox.standins.aws.spec import Autoname, Call, Props, Reading, Source, Spec, Tags, Update, pick

PROPAGATION = ("Invalid principal in policy", "NoSuchEntity: The role with name")


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as IAM and EC2 write them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def mapping(tags: Any) -> dict[str, str]:
    """Tags as Pulumi writes them."""
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def document(path: str) -> Reading:
    """Find a policy document in an answer, where IAM has it percent-encoded (and boto3 sometimes parsed)."""

    def read(answer: Any, _props: Props) -> Any:
        value = pick(path, answer)
        return urllib.parse.unquote(value) if isinstance(value, str) else json.dumps(value) if value else None

    return read


def _time(path: str) -> Reading:
    def read(answer: Any, _props: Props) -> Any:
        value = pick(path, answer)
        return str(value.strftime("%Y-%m-%dT%H:%M:%SZ")) if hasattr(value, "strftime") else value

    return read


def iam_tags(kind: str, target: Mapping[str, Source]) -> Tags:
    """How IAM tags one kind of thing."""
    return Tags("Tags", pairs, mapping, tag=f"tag_{kind}", untag=f"untag_{kind}", target=target)


def _boundary(kind: str, name_param: str) -> Update:
    def run(client: Any, _old: Props, new: Props) -> None:
        name = {name_param: new["name"]}
        if new.get("permissionsBoundary"):
            getattr(client, f"put_{kind}_permissions_boundary")(**name, PermissionsBoundary=new["permissionsBoundary"])
        else:
            getattr(client, f"delete_{kind}_permissions_boundary")(**name)

    return Update(("permissionsBoundary",), run)


def _force_detach(client: Any, props: Props) -> None:
    """Do what `forceDetachPolicies` promises; instance profiles let go of the role in any case."""
    name = props["name"]
    for profile in client.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"]:
        client.remove_role_from_instance_profile(RoleName=name, InstanceProfileName=profile["InstanceProfileName"])
    if not props.get("forceDetachPolicies"):
        return
    for policy in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        client.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
        client.delete_role_policy(RoleName=name, PolicyName=policy)


def _rename_user(client: Any, old: Props, new: Props) -> None:
    client.update_user(UserName=old["name"], NewUserName=new["name"], NewPath=new.get("path") or "/")


USER = Spec(
    type="aws:iam/user:User",
    service="iam",
    title="IAM User",
    id="{name}",
    create=Call("create_user", {"UserName": "name", "Path": "path", "PermissionsBoundary": "permissionsBoundary"}),
    read=Call("get_user", {"UserName": "name"}),
    exists="User",
    outputs={
        "arn": "User.Arn",
        "name": "User.UserName",
        "path": "User.Path",
        "permissionsBoundary": "User.PermissionsBoundary.PermissionsBoundaryArn",
        "uniqueId": "User.UserId",
        "tagsAll": "User.Tags",
    },
    updates=(
        Update(("name", "path"), _rename_user),
        _boundary("user", "UserName"),
    ),
    before_delete=force_delete_user,
    delete=Call("delete_user", {"UserName": "name"}),
    local=("forceDestroy",),
    autoname=Autoname("name"),
    defaults={"path": "/", "forceDestroy": False},
    tags=iam_tags("user", {"UserName": "name"}),
)

ROLE = Spec(
    type="aws:iam/role:Role",
    service="iam",
    title="IAM Role",
    id="{name}",
    create=Call(
        "create_role",
        {
            "RoleName": "name",
            "AssumeRolePolicyDocument": "assumeRolePolicy",
            "Path": "path",
            "Description": "description",
            "MaxSessionDuration": "maxSessionDuration",
            "PermissionsBoundary": "permissionsBoundary",
        },
    ),
    read=Call("get_role", {"RoleName": "id"}),
    exists="Role",
    outputs={
        "arn": "Role.Arn",
        "assumeRolePolicy": document("Role.AssumeRolePolicyDocument"),
        "createDate": _time("Role.CreateDate"),
        "description": "Role.Description",
        "maxSessionDuration": "Role.MaxSessionDuration",
        "name": "Role.RoleName",
        "path": "Role.Path",
        "permissionsBoundary": "Role.PermissionsBoundary.PermissionsBoundaryArn",
        "uniqueId": "Role.RoleId",
        "tagsAll": "Role.Tags",
    },
    updates=(
        Update(
            ("assumeRolePolicy",),
            Call("update_assume_role_policy", {"RoleName": "id", "PolicyDocument": "assumeRolePolicy"}),
        ),
        Update(
            ("description", "maxSessionDuration"),
            Call(
                "update_role",
                {
                    "RoleName": "id",
                    "Description": lambda props: props.get("description") or "",
                    "MaxSessionDuration": lambda props: props.get("maxSessionDuration") or 3600,
                },
            ),
        ),
        _boundary("role", "RoleName"),
    ),
    before_delete=_force_detach,
    delete=Call("delete_role", {"RoleName": "id"}),
    replaces=("name", "path"),
    local=("forceDetachPolicies",),
    autoname=Autoname("name"),
    documents=("assumeRolePolicy",),
    defaults={"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False, "description": ""},
    tags=iam_tags("role", {"RoleName": "name"}),
    retry=PROPAGATION,
)


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
        "createDate": _time("InstanceProfile.CreateDate"),
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
    autoname=Autoname("name"),
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
    tags=iam_tags("open_id_connect_provider", {"OpenIDConnectProviderArn": "arn"}),
)

SPECS = (USER, ROLE, INSTANCE_PROFILE, OIDC_PROVIDER)
