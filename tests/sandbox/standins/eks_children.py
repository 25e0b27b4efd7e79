"""A monitor that keeps what the eks stand-in's components register: types, names, parents, options and properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2

from sandbox.standins.eks import construct
from sandbox.standins.eks.texts import whole
from sandbox.standins.values import decode

ARN = "arn:aws:iam::111122223333:role/"
_STATES: Mapping[str, Mapping[str, Any]] = {
    "aws:eks/cluster:Cluster": {
        "name": "dev",
        "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/dev",
        "endpoint": "https://api",
        "version": "1.33",
        "certificateAuthority": {"data": "Q0E="},
        "identities": [{"oidcs": [{"issuer": "https://oidc.example/id/1"}]}],
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "serviceIpv4Cidr": "10.100.0.0/16"},
        "vpcConfig": {"clusterSecurityGroupId": "sg-eks", "subnetIds": []},
        "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
}
_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
    "aws:index/getRegion:getRegion": {"name": "eu-west-1", "region": "eu-west-1"},
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "111122223333"},
    "aws:eks/getAddonVersion:getAddonVersion": {"version": "v1.9"},
    "aws:ssm/getParameter:getParameter": {"value": "ami-1"},
    "aws:ec2/getVpc:getVpc": {"id": "vpc-default"},
    "aws:ec2/getSubnets:getSubnets": {"ids": ["subnet-a"]},
    "aws:ec2/getSubnet:getSubnet": {"vpcId": "vpc-1"},
    "aws:ec2/getRouteTables:getRouteTables": {"ids": ["rtb-1"]},
    "aws:ec2/getRouteTable:getRouteTable": {"routes": []},
    "aws:ec2/getAmi:getAmi": {"rootDeviceName": "/dev/xvda", "blockDeviceMappings": [{"deviceName": "/dev/xvda"}]},
    "aws:ec2/getInstanceType:getInstanceType": {"efaSupported": True, "maximumNetworkCards": 2},
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": {"locations": ["eu-west-1a"]},
}


@dataclass(frozen=True)
class Child:
    """One registration as the engine gets it; references to resources in properties are ids, or names of components."""

    type: str
    name: str
    parent: str
    properties: Mapping[str, Any]
    request: Any

    @property
    def depends_on(self) -> set[str]:
        """Names of what it waits for."""
        return {urn.rsplit("::", 1)[1] for urn in self.request.dependencies}

    @property
    def provider(self) -> str:
        """Name of the provider that the component chose for it."""
        return str(self.request.provider).split("::")[-2] if self.request.provider else ""


class _Answers(mocks.Mocks):
    def __init__(self) -> None:
        self.called: set[str] = set()

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        state = {"name": args.name, "arn": f"{ARN}{args.name}", **args.inputs, **_STATES.get(args.typ, {})}
        return f"{args.name}-id", state

    def call(self, args: mocks.MockCallArgs) -> Any:
        self.called.add(args.token)
        return dict(_ANSWERS[args.token])


class _Monitor(mocks.MockMonitor):
    """The SDK's own mock, which forgets parents, options and outputs of components."""

    def __init__(self) -> None:
        self.answers = _Answers()
        super().__init__(self.answers)
        self.children: list[Child] = []
        self.outputs: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the service's name)
        if request.type != "pulumi:pulumi:Stack":
            parent = request.parent.rsplit("::", 1)[-1]
            self.children.append(Child(request.type, request.name, parent, _plain(request.object), request))
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 (the service's name)
        parent = request.parent.rsplit("::", 1)[-1]
        self.children.append(Child(request.type, request.name, parent, {"id": request.id}, request))
        return super().ReadResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 (the service's name)
        self.outputs[request.urn.rsplit("::", 1)[-1]] = _plain(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def SupportsFeature(self, request: Any) -> Any:  # noqa: N802 (the service's name)
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in ("secrets", "resourceReferences"))


def _plain(struct: Any) -> dict[str, Any]:
    return {key: _value(value) for key, value in decode(struct).items()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, str) and value.startswith("urn:pulumi:"):
        return value.rsplit("::", 1)[-1]
    return whole(value)


@dataclass(frozen=True)
class Constructed:
    """A component's children, the outputs that it registered and the functions that it called."""

    children: list[Child]
    outputs: Mapping[str, Any]
    called: set[str]

    def child(self, type_: str, name: str) -> Child:
        """Return the only child of that type and name."""
        (found,) = (child for child in self.children if (child.type, child.name) == (type_, name))
        return found

    def table(self) -> set[tuple[str, str, str]]:
        """Type, name and parent of every child."""
        return {(child.type, child.name, child.parent) for child in self.children}


def core() -> dict[str, Any]:
    """Return the `core` of a cluster, which is made for it."""
    vpc: Any = {"subnet_ids": ["subnet-a"]}
    cluster = aws.eks.Cluster("existing", role_arn=f"{ARN}eks", vpc_config=vpc)
    return {
        "cluster": cluster,
        "vpcId": "vpc-1",
        "subnetIds": ["subnet-a"],
        "nodeGroupOptions": {},
        "instanceRoles": [],
    }


def constructed(type_: str, name: str, inputs: Mapping[str, Any], preview: bool = False) -> Constructed:
    """Construct a component as the stand-in's servicer does it."""
    monitor = _Monitor()
    needs_cluster = "NodeGroup" in type_
    mocks.set_mocks(_Answers(), monitor=monitor, preview=preview)

    async def run() -> None:
        made_for = {"cluster": core()} if needs_cluster else {}
        result = construct(name, type_, {**made_for, **inputs}, pulumi.ResourceOptions())
        await rpc.serialize_properties(dict(result.state), {})

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    monitor.children.sort(key=lambda child: (child.type, child.name))
    own = next(child for child in monitor.children if child.name == name and child.type == type_)
    children = [child for child in monitor.children if child is not own]
    return Constructed(children, monitor.outputs.get(name, {}), monitor.answers.called)
