"""The provider's functions (data sources) that our programs and the eks component call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.standins.aws import functions_ec2, functions_iam, functions_instances, images
from sandbox.standins.aws.functions_sdk import check_arguments, empty_result, result_types
from sandbox.standins.aws.session import Session
from sandbox.standins.aws.tokens import cluster_token
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
            return dict.fromkeys(result_types(token), UNKNOWN)
        check_arguments(token, given)
        place = given.get("region") or session.region
        try:
            return {**empty_result(token), **given, "region": place, **lookup(session, given)}
        except (ClientError, BotoCoreError) as error:
            raise Failure(f"invocation of {token} returned an error: {error}") from error

    return call


def _partition(session: Session, _args: dict[str, Any]) -> dict[str, Any]:
    partition = botocore.session.Session().get_partition_for_region(session.region)
    suffix = {"aws-cn": "amazonaws.com.cn"}.get(partition, "amazonaws.com")
    reverse = ".".join(reversed(suffix.split(".")))
    return {"id": partition, "partition": partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse}


def _region(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    name = args.get("region") or args.get("name") or session.region
    suffix = _partition(session, {})["dnsSuffix"]
    known = botocore.session.get_session().get_data("endpoints")["partitions"]
    regions = {key: about for partition in known for key, about in partition["regions"].items()}
    about = regions.get(name, {}).get("description", name)
    return {"id": name, "name": name, "region": name, "description": about, "endpoint": f"ec2.{name}.{suffix}"}


def _caller(session: Session, _args: dict[str, Any]) -> dict[str, Any]:
    answer = session.client("sts").get_caller_identity()
    account = answer["Account"]
    return {"id": account, "accountId": account, "arn": answer["Arn"], "userId": answer["UserId"]}


def _addon_version(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    """From EKS where the emulator answers; otherwise a version that says by its name where it comes from."""
    wanted = {"addonName": args["addonName"], "kubernetesVersion": args["kubernetesVersion"]}
    try:
        addons = session.client("eks").describe_addon_versions(**wanted)["addons"]
    except ClientError:
        addons = []
    versions = [version for addon in addons for version in addon["addonVersions"]]
    default = [
        version for version in versions if any(pair.get("defaultVersion") for pair in version["compatibilities"])
    ]
    chosen = versions if args.get("mostRecent") else [*default, *versions]
    version = chosen[0]["addonVersion"] if chosen else f"v{args['kubernetesVersion']}.0-eksbuild.sandbox"
    return {"id": args["addonName"], "version": version}


def _parameter(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    try:
        found = session.client("ssm").get_parameter(Name=args["name"], WithDecryption=args.get("withDecryption", True))
        value = found["Parameter"]
    except ClientError as error:
        public = images.public_parameter(session, args["name"])
        if public is None or error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        value = public
    names = {"arn": "ARN", "name": "Name", "type": "Type", "value": "Value", "version": "Version"}
    result = {name: value.get(source) for name, source in names.items()}
    return {**result, "withDecryption": True, **args, "id": args["name"], "insecureValue": value["Value"]}


def _cluster(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    """DescribeCluster in the data source's form, where every object is a list of at most one."""
    cluster = session.client("eks").describe_cluster(name=args["name"])["cluster"]
    plain = ("arn", "endpoint", "name", "platformVersion", "roleArn", "status", "version", "deletionProtection")
    objects = {
        **{name: f"{name}s" for name in ("accessConfig", "computeConfig", "kubernetesNetworkConfig", "storageConfig")},
        **{name: f"{name}s" for name in ("outpostConfig", "remoteNetworkConfig", "zonalShiftConfig")},
        "certificateAuthority": "certificateAuthorities",
        "upgradePolicy": "upgradePolicies",
    }
    logging = cluster.get("logging", {}).get("clusterLogging", [])
    issuer = cluster.get("identity", {}).get("oidc", {}).get("issuer")
    return {
        **{name: cluster[name] for name in plain if cluster.get(name) is not None},
        **{target: [cluster[name]] for name, target in objects.items() if cluster.get(name)},
        "id": cluster["name"],
        "createdAt": cluster["createdAt"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "enabledClusterLogTypes": sorted(kind for item in logging if item.get("enabled") for kind in item["types"]),
        "identities": [{"oidcs": [{"issuer": issuer}]}],
        "tags": cluster.get("tags", {}),
        "vpcConfig": cluster["resourcesVpcConfig"],
    }


def _cluster_auth(session: Session, args: dict[str, Any]) -> dict[str, Any]:
    """Return a token for the cluster: a GetCallerIdentity request signed ahead, as `aws eks get-token` makes it."""
    return {"id": args["name"], "name": args["name"], "token": cluster_token(session, args["name"])}


_LOOKUPS: Mapping[str, Lookup] = {
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:eks/getAddonVersion:getAddonVersion": _addon_version,
    "aws:eks/getCluster:getCluster": _cluster,
    "aws:eks/getClusterAuth:getClusterAuth": _cluster_auth,
    "aws:ssm/getParameter:getParameter": _parameter,
    **functions_ec2.LOOKUPS,
    **functions_iam.LOOKUPS,
    **functions_instances.LOOKUPS,
}
