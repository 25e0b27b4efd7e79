"""The account as a deployer finds it: a role to deploy with, a user who may assume it, networks, people's SSO roles."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from typing import Any

from botocore.exceptions import ClientError

from sandbox.account_network import prepare_network
from sandbox.daemon import root_client
from sandbox.identity_center import make_sso_roles
from sandbox.profiles import DEPLOYER_ROLE, DEPLOYER_ROLE_PATH, DEPLOYER_USER, deployer_role_arn
from sandbox.state import Credentials, SandboxState

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYWHERE = "0.0.0.0/0"


def prepare_account(state: SandboxState) -> Credentials:
    """Make what is missing; the deployer's key is made once and kept in the state."""
    with ExitStack() as clients:
        iam, ec2 = (
            clients.enter_context(closing(root_client(state, service, state.emulator_port)))
            for service in ("iam", "ec2")
        )
        _ensure_default_vpc(ec2)
        prepare_network(ec2, state.region)
        make_sso_roles(state, iam)
        return _prepare_deployer(state, iam)


def _prepare_deployer(state: SandboxState, iam: Any) -> Credentials:
    user = f"arn:aws:iam::{state.account}:user/{DEPLOYER_USER}"
    _unless_exists(iam.create_user, UserName=DEPLOYER_USER)
    _unless_exists(
        iam.create_role,
        RoleName=DEPLOYER_ROLE,
        Path=DEPLOYER_ROLE_PATH,
        Description="Deploys every stack",
        AssumeRolePolicyDocument=_document("sts:AssumeRole", Principal={"AWS": user}),
    )
    iam.attach_role_policy(RoleName=DEPLOYER_ROLE, PolicyArn=ADMINISTRATOR)
    iam.put_user_policy(
        UserName=DEPLOYER_USER,
        PolicyName="assume-deployer",
        PolicyDocument=_document("sts:AssumeRole", Resource=deployer_role_arn(state.account)),
    )
    return state.credentials or new_access_key(iam, DEPLOYER_USER)


def new_access_key(iam: Any, user: str) -> Credentials:
    """Make a long-lived key of an IAM user."""
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _document(action: str, **rest: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **rest}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _unless_exists(create: Any, **arguments: Any) -> None:
    try:
        create(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise


def _ensure_default_vpc(ec2: Any) -> None:
    """Make the account's default VPC what AWS makes it: its subnets reach the internet."""
    default = [{"Name": "is-default", "Values": ["true"]}]
    if not ec2.describe_vpcs(Filters=default)["Vpcs"]:
        ec2.create_default_vpc()
    vpc = ec2.describe_vpcs(Filters=default)["Vpcs"][0]["VpcId"]
    (table,) = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    )["RouteTables"]
    if not any(route.get("DestinationCidrBlock") == EVERYWHERE for route in table["Routes"]):
        gateway = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])
        ec2.create_route(
            RouteTableId=table["RouteTableId"],
            DestinationCidrBlock=EVERYWHERE,
            GatewayId=gateway["InternetGateways"][0]["InternetGatewayId"],
        )
