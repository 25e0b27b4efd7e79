"""What Identity Center did and does in an account: a role for each permission set, and sessions of people in them."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from typing import Any

from sandbox.daemon import root_client
from sandbox.state import SandboxState

SSO_ROLES = (
    "AWSReservedSSO_Auditor_00112233445566aa",
    "AWSReservedSSO_ClusterOperator_0123456789abcdef",
    "AWSReservedSSO_PlatformAdmin_fedcba9876543210",
)
"""One a permission set, with the suffix that Identity Center chose."""


def sso_path(region: str) -> str:
    """Return where Identity Center keeps its roles when it was set up in this region."""
    return f"/aws-reserved/sso.amazonaws.com/{region}/"


def make_sso_roles(state: SandboxState, iam: Any) -> None:
    """Make the roles that are there before any stack is deployed."""
    path = sso_path(state.region)
    there = {role["RoleName"] for role in iam.list_roles(PathPrefix=path)["Roles"]}
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{state.account}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    for name in sorted({*SSO_ROLES} - there):
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=_document(trust))


def sign_in(state: SandboxState, role: str, person: str) -> dict[str, str]:
    """Return a session of a person in one of the roles, as after signing in at Identity Center's portal.

    The emulator has no AssumeRoleWithSAML: for the moment of the call the role trusts the root user, who alone can ask.

    Returns:
        `AccessKeyId`, `SecretAccessKey` and `SessionToken`; the session is called like the person.
    """
    with ExitStack() as clients:
        iam, sts = (
            clients.enter_context(closing(root_client(state, service, state.emulator_port)))
            for service in ("iam", "sts")
        )
        found = iam.get_role(RoleName=role)["Role"]
        usual = found["AssumeRolePolicyDocument"]
        root = {"AWS": f"arn:aws:iam::{state.account}:root"}
        by_root = _document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": root})
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=by_root)
        try:
            session = sts.assume_role(RoleArn=found["Arn"], RoleSessionName=person)["Credentials"]
        finally:
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(usual))
    return {name: session[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
