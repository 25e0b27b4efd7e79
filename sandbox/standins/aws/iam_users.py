"""What hangs on an IAM user: its credentials, and clearing them all before the user goes."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import secrets
import string
from typing import Any

from sandbox.standins.aws.spec import Call, Props, Spec, Update

_SYMBOLS = "!@#$%^&*()_+-=[]{}|'"


def force_delete_user(client: Any, props: Props) -> None:
    """With `forceDestroy`, remove what the user made outside the program; without it, IAM refuses with DeleteConflict.

    Group memberships go in any case, as with the real provider.
    """
    user = props["name"]
    for group in client.list_groups_for_user(UserName=user)["Groups"]:
        client.remove_user_from_group(UserName=user, GroupName=group["GroupName"])
    if not props.get("forceDestroy"):
        return
    for key in client.list_access_keys(UserName=user)["AccessKeyMetadata"]:
        client.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    for key in _listed(client, "list_ssh_public_keys", "SSHPublicKeys", user):
        client.delete_ssh_public_key(UserName=user, SSHPublicKeyId=key["SSHPublicKeyId"])
    for device in _listed(client, "list_mfa_devices", "MFADevices", user):
        client.deactivate_mfa_device(UserName=user, SerialNumber=device["SerialNumber"])
        if ":mfa/" in device["SerialNumber"]:
            client.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])
    for certificate in _listed(client, "list_signing_certificates", "Certificates", user):
        client.delete_signing_certificate(UserName=user, CertificateId=certificate["CertificateId"])
    for credential in _listed(client, "list_service_specific_credentials", "ServiceSpecificCredentials", user):
        client.delete_service_specific_credential(
            UserName=user, ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
        )
    with contextlib.suppress(client.exceptions.NoSuchEntityException):
        client.delete_login_profile(UserName=user)
    for policy in client.list_user_policies(UserName=user)["PolicyNames"]:
        client.delete_user_policy(UserName=user, PolicyName=policy)
    for policy in client.list_attached_user_policies(UserName=user)["AttachedPolicies"]:
        client.detach_user_policy(UserName=user, PolicyArn=policy["PolicyArn"])


def _listed(client: Any, operation: str, key: str, user: str) -> list[Any]:
    """Return what a list call gives; nothing where the emulator doesn't know the call."""
    try:
        return list(getattr(client, operation)(UserName=user)[key])
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ("InvalidAction", "NotImplemented", "UnknownOperation"):
            return []
        raise


def _password(props: Props) -> str:
    """As the real provider's: 20 characters unless told otherwise, with one of each kind."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SYMBOLS)
    length = max(int(props.get("passwordLength") or 20), 5)
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds)) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _remember_password(props: Props) -> str:
    props["password"] = _password(props)
    return str(props["password"])


def _owner(client: Any, id: str) -> Props:
    """Return whose key it is, which the id doesn't say; the secret stays unknown, as on AWS."""
    return {"user": client.get_access_key_last_used(AccessKeyId=id)["UserName"], "accessKeyId": id}


def _smtp_password(secret: str, region: str) -> str:
    """Return the password that SES derives from a secret key."""
    signature = f"AWS4{secret}".encode()
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = hmac.new(signature, part.encode(), hashlib.sha256).digest()
    return base64.b64encode(b"\x04" + signature).decode()


def _key(answer: Any, props: Props) -> Any:
    keys = answer["AccessKeyMetadata"]
    return next((key for key in keys if key["AccessKeyId"] == props["id"]), None)


ACCESS_KEY = Spec(
    type="aws:iam/accessKey:AccessKey",
    service="iam",
    title="IAM Access Key",
    id="{accessKeyId}",
    create=Call("create_access_key", {"UserName": "user"}),
    created={
        "accessKeyId": "AccessKey.AccessKeyId",
        "secret": "AccessKey.SecretAccessKey",
        "sesSmtpPasswordV4": lambda answer, props: _smtp_password(
            answer["AccessKey"]["SecretAccessKey"], props["region"]
        ),
    },
    read=Call("list_access_keys", {"UserName": lambda props: props["user"]}),
    exists=_key,
    outputs={
        "createDate": lambda answer, props: _key(answer, props)["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": lambda answer, props: _key(answer, props)["Status"],
        "user": lambda answer, props: _key(answer, props)["UserName"],
    },
    adopt=_owner,
    updates=(
        Update(
            ("status",),
            Call(
                "update_access_key",
                {"UserName": "user", "AccessKeyId": "id", "Status": lambda props: props.get("status") or "Active"},
            ),
        ),
    ),
    delete=Call("delete_access_key", {"UserName": "user", "AccessKeyId": "id"}),
    replaces=("user",),
    defaults={"status": "Active"},
    secrets=("secret", "sesSmtpPasswordV4"),
)

LOGIN_PROFILE = Spec(
    type="aws:iam/userLoginProfile:UserLoginProfile",
    service="iam",
    title="IAM User Login Profile",
    id="{user}",
    create=Call(
        "create_login_profile",
        {
            "UserName": "user",
            "Password": _remember_password,
            "PasswordResetRequired": lambda props: bool(props.get("passwordResetRequired")),
        },
    ),
    created={"password": lambda _answer, props: props.get("password")},
    read=Call("get_login_profile", {"UserName": "id"}),
    exists="LoginProfile",
    outputs={"user": "LoginProfile.UserName", "passwordResetRequired": "LoginProfile.PasswordResetRequired"},
    delete=Call("delete_login_profile", {"UserName": "id"}),
    replaces=("user", "passwordLength", "passwordResetRequired"),
    defaults={"passwordLength": 20, "passwordResetRequired": False},
    secrets=("password",),
)

SPECS = (ACCESS_KEY, LOGIN_PROFILE)
