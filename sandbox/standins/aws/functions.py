"""The provider's functions (data sources) that our programs and the eks component call."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.standins.aws import functions_ec2, functions_iam
from sandbox.standins.aws.session import Session
from sandbox.standins.resource import UNKNOWN, Failure, Function
from sandbox.standins.values import is_known

Lookup = Callable[[Session, dict[str, Any]], dict[str, Any]]


def functions(session: Session) -> Mapping[str, Function]:
    """All functions, bound to one session."""
    return {token: _bound(token, lookup, session) for token, lookup in _LOOKUPS.items()}


def _bound(token: str, lookup: Lookup, session: Session) -> Function:
    def call(args: dict[str, Any], preview: bool) -> dict[str, Any]:
        given = {name: value for name, value in args.items() if value is not None}
        if preview and not is_known(given):
            return dict.fromkeys(_result_names(token), UNKNOWN)
        strangers = sorted(set(given) - _argument_names(token))
        if strangers:
            raise Failure(f"{token} has no argument {strangers[0]!r}", strangers[0])
        try:
            return {**given, "region": session.region, **lookup(session, given)}
        except (ClientError, BotoCoreError) as error:
            raise Failure(f"invocation of {token} returned an error: {error}") from error

    return call


def _sdk_module(token: str) -> Any:
    module, function = token.split(":")[1].split("/")
    python_name = re.sub(r"(?<!^)(?=[A-Z])", "_", function).lower()
    parent = "pulumi_aws" if module == "index" else f"pulumi_aws.{module}"
    return importlib.import_module(f"{parent}.{python_name}")


@cache
def _argument_names(token: str) -> frozenset[str]:
    """Return the arguments that the SDK's function has, in the engine's names."""
    source = inspect.getsource(_sdk_module(token))
    return frozenset(re.findall(r"__args__\['(\w+)'\]", source))


@cache
def _result_names(token: str) -> frozenset[str]:
    """Return the properties of the SDK's result class."""
    source = inspect.getsource(_sdk_module(token))
    plain = re.findall(r"@pulumi\.getter\n\s+def (\w+)\(", source)
    return frozenset([*re.findall(r'@pulumi\.getter\(name="(\w+)"\)', source), *plain])


def _partition(session: Session, _args: dict[str, Any]) -> dict[str, Any]:
    partition = botocore.session.Session().get_partition_for_region(session.region)
    suffix = {"aws-cn": "amazonaws.com.cn"}.get(partition, "amazonaws.com")
    reverse = ".".join(reversed(suffix.split(".")))
    return {"id": partition, "partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}


def _region(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    name = args.get("region") or args.get("name") or session.region
    endpoint = f"ec2.{name}.amazonaws.com"
    return {"id": name, "name": name, "region": name, "description": name, "endpoint": endpoint}


def _caller(session: Session, _args: dict[str, Any]) -> dict[str, Any]:
    answer = session.client("sts").get_caller_identity()
    account = answer["Account"]
    return {"id": account, "accountId": account, "arn": answer["Arn"], "userId": answer["UserId"]}


def _addon_version(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    """From EKS where the emulator answers; otherwise a version that says by its name where it comes from."""
    wanted = {"addonName": args["addonName"], "kubernetesVersion": args["kubernetesVersion"]}
    try:
        addons = session.client("eks").describe_addon_versions(**wanted)["addons"]
        versions = [version["addonVersion"] for addon in addons for version in addon["addonVersions"]]
    except ClientError:
        versions = []
    version = versions[0] if versions else f"v{args['kubernetesVersion']}.0-eksbuild.sandbox"
    return {"id": args["addonName"], "version": version}


def _parameter(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    found = session.client("ssm").get_parameter(Name=args["name"], WithDecryption=args.get("withDecryption", True))
    value = found["Parameter"]
    names = {"arn": "ARN", "name": "Name", "type": "Type", "value": "Value", "version": "Version"}
    result = {name: value.get(source) for name, source in names.items()}
    return {**result, "id": args["name"], "insecureValue": value["Value"]}


def _cluster(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    cluster = session.client("eks").describe_cluster(name=args["name"])["cluster"]
    same = ("arn", "endpoint", "name", "platformVersion", "roleArn", "status", "version")
    issuer = cluster.get("identity", {}).get("oidc", {}).get("issuer")
    return {
        **{name: cluster.get(name) for name in same},
        "id": cluster["name"],
        "accessConfigs": [cluster["accessConfig"]] if cluster.get("accessConfig") else [],
        "certificateAuthorities": [cluster["certificateAuthority"]],
        "identities": [{"oidcs": [{"issuer": issuer}]}],
        "tags": cluster.get("tags", {}),
        "vpcConfig": cluster["resourcesVpcConfig"],
    }


_LOOKUPS: Mapping[str, Lookup] = {
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:eks/getAddonVersion:getAddonVersion": _addon_version,
    "aws:eks/getCluster:getCluster": _cluster,
    "aws:ssm/getParameter:getParameter": _parameter,
    **functions_ec2.LOOKUPS,
    **functions_iam.LOOKUPS,
}
