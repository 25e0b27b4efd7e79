"""IAM: users and what hangs on them, roles and what hangs on them, policies, instance profiles, OIDC providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.standins.aws import role_policies
from sandbox.standins.aws.iam_users import force_delete_user
from sandbox.standins.aws.readings import document, mapping, moment, pairs
from sandbox.standins.aws.spec import Autoname, Call, Props, Source, Spec, Tags, Update

PROPAGATION = ("Invalid principal in policy", "NoSuchEntity: The role with name")


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
    if props.get("managedPolicyArns") or props.get("inlinePolicies"):
        props = {**props, "forceDetachPolicies": True}
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
        "createDate": moment("Role.CreateDate"),
        "description": "Role.Description",
        "maxSessionDuration": "Role.MaxSessionDuration",
        "name": "Role.RoleName",
        "inlinePolicies": lambda _answer, _props: None,
        "managedPolicyArns": lambda _answer, _props: None,
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
        *role_policies.UPDATES,
    ),
    finish=role_policies.UPDATES,
    extra=role_policies.read,
    before_delete=_force_detach,
    delete=Call("delete_role", {"RoleName": "id"}),
    replaces=("name", "path"),
    local=("forceDetachPolicies",),
    autoname=Autoname("name", by_prefix="namePrefix"),
    documents=("assumeRolePolicy", "inlinePolicies.policy"),
    unordered=("inlinePolicies", "managedPolicyArns"),
    adopts=("inlinePolicies", "managedPolicyArns"),
    defaults={"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False, "description": ""},
    tags=iam_tags("role", {"RoleName": "name"}),
    retry=PROPAGATION,
)


SPECS = (USER, ROLE)
