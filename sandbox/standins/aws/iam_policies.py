"""IAM policies: managed ones, inline ones, and their attachments to users and roles."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.iam import PROPAGATION, iam_tags
from sandbox.standins.aws.readings import document
from sandbox.standins.aws.spec import Autoname, Call, Props, Spec, Update

_VERSIONS = 5  # IAM keeps no more of a managed policy


def _new_version(client: Any, _old: Props, new: Props) -> None:
    """Make the new document the default version, dropping the oldest one when IAM has no room."""
    versions = client.list_policy_versions(PolicyArn=new["id"])["Versions"]
    spare = sorted((item for item in versions if not item["IsDefaultVersion"]), key=lambda item: item["CreateDate"])
    if len(versions) >= _VERSIONS:
        client.delete_policy_version(PolicyArn=new["id"], VersionId=spare[0]["VersionId"])
    client.create_policy_version(PolicyArn=new["id"], PolicyDocument=new["policy"], SetAsDefault=True)


def _drop_versions(client: Any, props: Props) -> None:
    for version in client.list_policy_versions(PolicyArn=props["id"])["Versions"]:
        if not version["IsDefaultVersion"]:
            client.delete_policy_version(PolicyArn=props["id"], VersionId=version["VersionId"])


def _document(client: Any, answer: Any, props: Props) -> Props:
    version = client.get_policy_version(PolicyArn=props["id"], VersionId=answer["Policy"]["DefaultVersionId"])
    how = document("PolicyVersion.Document")
    return {"policy": how(version, props) if callable(how) else None}


POLICY = Spec(
    type="aws:iam/policy:Policy",
    service="iam",
    title="IAM Policy",
    id="{arn}",
    create=Call(
        "create_policy",
        {"PolicyName": "name", "PolicyDocument": "policy", "Path": "path", "Description": "description"},
    ),
    created={"arn": "Policy.Arn"},
    read=Call("get_policy", {"PolicyArn": "id"}),
    exists="Policy",
    outputs={
        "arn": "Policy.Arn",
        "attachmentCount": "Policy.AttachmentCount",
        "description": "Policy.Description",
        "name": "Policy.PolicyName",
        "path": "Policy.Path",
        "policyId": "Policy.PolicyId",
        "tagsAll": "Policy.Tags",
    },
    extra=_document,
    updates=(Update(("policy",), _new_version),),
    before_delete=_drop_versions,
    delete=Call("delete_policy", {"PolicyArn": "id"}),
    replaces=("name", "path", "description"),
    local=("delayAfterPolicyCreationInMs",),
    autoname=Autoname("name", by_prefix="namePrefix"),
    documents=("policy",),
    defaults={"path": "/", "description": ""},
    tags=iam_tags("policy", {"PolicyArn": "arn"}),
)


def _inline(kind: str, owner: str) -> Spec:
    """Describe the inline policy of a user or a role: put to create, put to change."""
    title = kind.capitalize()
    keys = {f"{title}Name": owner, "PolicyName": "name"}
    put = Call(f"put_{kind}_policy", {**keys, "PolicyDocument": "policy"})
    return Spec(
        type=f"aws:iam/{kind}Policy:{title}Policy",
        service="iam",
        title=f"IAM {title} Policy",
        id=f"{{{owner}}}:{{name}}",
        create=put,
        read=Call(f"get_{kind}_policy", {**keys}),
        exists="PolicyName",
        outputs={owner: f"{title}Name", "name": "PolicyName", "policy": document("PolicyDocument")},
        updates=(Update(("policy",), put),),
        delete=Call(f"delete_{kind}_policy", {**keys}),
        replaces=(owner, "name"),
        autoname=Autoname("name", by_prefix="namePrefix"),
        documents=("policy",),
        retry=PROPAGATION,
    )


def _attachment(kind: str, owner: str) -> Spec:
    """Describe a managed policy attached to a user or a role."""
    title = kind.capitalize()
    keys = {f"{title}Name": owner, "PolicyArn": "policyArn"}

    def attached(answer: Any, props: Props) -> Any:
        arns = [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]
        return props["policyArn"] if props["policyArn"] in arns else None

    return Spec(
        type=f"aws:iam/{kind}PolicyAttachment:{title}PolicyAttachment",
        service="iam",
        title=f"IAM {title} Policy Attachment",
        id=f"{{{owner}}}/{{policyArn}}",
        create=Call(f"attach_{kind}_policy", {**keys}),
        read=Call(f"list_attached_{kind}_policies", {f"{title}Name": owner}),
        exists=attached,
        outputs={owner: lambda _answer, props: props[owner], "policyArn": attached},
        delete=Call(f"detach_{kind}_policy", {**keys}),
        replaces=(owner, "policyArn"),
        delete_first=True,
        retry=PROPAGATION,
    )


SPECS = (
    POLICY,
    _inline("user", "user"),
    _inline("role", "role"),
    _attachment("user", "user"),
    _attachment("role", "role"),
)
