"""Nodes of a cluster: real kubelets that come in as machines of an IAM role do, without a machine under them.

A node's credentials are a session of its role, which the service hands out that starts such nodes, if the role trusts
it. Everything after that is real: the token, the authenticator, registration, Lease, status, pods from the scheduler.
The runtime only pretends to run containers.
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from sandbox.account_network import PRIVATE_SUBNETS
from sandbox.certificates import write_private
from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.processes import Process, Processes
from sandbox.runtime import node_name
from sandbox.service_sessions import Session, take_role


@dataclass(frozen=True, slots=True)
class Kind:
    """How machines of one kind get their credentials and their names."""

    service: str
    """Takes the role for them."""
    source: str
    """ARN of what it takes it for."""
    named_by_ec2: bool = False
    """Whether the Node is called by its instance's private DNS name, and not as the session."""
    session: str = "i-{hex}"
    """Session name of machines that are no instances of this account's EC2."""
    labels: str = ""
    taints: str = ""


_INSTANCE = Kind("ec2.amazonaws.com", "arn:aws:ec2:{region}:{account}:instance/{session}", named_by_ec2=True)
KINDS = {
    "managed": _INSTANCE,
    "windows": _INSTANCE,
    "self-managed": _INSTANCE,
    "karpenter": _INSTANCE,
    "auto": replace(_INSTANCE, named_by_ec2=False, labels="eks.amazonaws.com/compute-type=auto"),
    "fargate": Kind(
        "eks-fargate-pods.amazonaws.com",
        "arn:aws:eks:{region}:{account}:fargateprofile/{cluster}/any/{hex}",
        session="fargate-ip-{address}.{region}.compute.internal",
        labels="eks.amazonaws.com/compute-type=fargate",
        taints="eks.amazonaws.com/compute-type=fargate:NoSchedule",
    ),
    "hybrid": Kind(
        "ssm.amazonaws.com",
        "arn:aws:ssm:{region}:{account}:managed-instance/{session}",
        session="mi-{hex}",
        labels="eks.amazonaws.com/compute-type=hybrid",
    ),
    "hyperpod": Kind(
        "sagemaker.amazonaws.com",
        "arn:aws:sagemaker:{region}:{account}:cluster/{cluster}",
        session="hyperpod-i-{hex}",
    ),
}
"""By the kinds of the declaration. A Windows node is one by its mapping alone: the kubelet here is Linux's.

Names of nodes: https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-join.html for hybrid; those of Fargate are
seen in every cluster that has some; HyperPod's is a guess.
"""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine whose kubelet runs, whether it gets in or not."""

    name: str
    """Of the Node object, should it come to that."""
    session_arn: str
    """Who it is to AWS."""
    folder: Path
    process: Process
    environment: Mapping[str, str] = field(repr=False)
    """Of its programs, with its credentials."""

    @property
    def log(self) -> str:
        """What its kubelet says."""
        return Path(self.process.log).read_text(errors="replace")


class Nodes:
    """The machines of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._processes = Processes(sandbox.home)

    def start(self, cluster: str, role_arn: str, kind: str = "managed") -> Node:
        """Start a machine of a role.

        Args:
            cluster: the cluster that its kubelet is configured for.
            role_arn: of its instance profile, Fargate profile, or activation.
            kind: as in a declaration.

        Raises:
            SandboxError: no such kind or role, or the role doesn't trust the service that starts such machines.
        """
        if kind not in KINDS:
            raise SandboxError(f"{kind} is no kind of node; there are {', '.join(KINDS)}")
        machine = KINDS[kind]
        session, name = self._names(machine)
        credentials = self._take(role_arn, machine, session, cluster)
        folder = self._sandbox.home / "nodes" / f"{cluster}-{name}"
        folder.mkdir(parents=True)
        self._write_kubeconfig(folder / "kubeconfig", cluster)
        environment = self._environment(folder, credentials)
        process = self._processes.start(
            node_name(cluster, name),
            [
                self._sandbox.state().tools["hollow-kubelet"],
                *("--name", name, "--kubeconfig", str(folder / "kubeconfig")),
                *(("--node-labels", machine.labels) if machine.labels else ()),
                *(("--register-with-taints", machine.taints) if machine.taints else ()),
            ],
            environment=environment,
            address="",
            folder=folder,
        )
        return Node(name, credentials.arn, folder, process, environment)

    def stop(self, node: Node) -> None:
        """Switch a machine off; its Node stays and goes NotReady."""
        self._processes.stop(node.process.name, seconds=2)

    def kubectl(self, node: Node, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Ask the API server as the machine does."""
        command = [self._sandbox.state().tools["kubectl"], "--kubeconfig", str(node.folder / "kubeconfig"), *arguments]
        return subprocess.run(
            command, env=dict(node.environment), capture_output=True, text=True, check=False, timeout=60
        )

    def _names(self, machine: Kind) -> tuple[str, str]:
        """Return the session's and the Node's name; an instance of EC2 is started for those that are some."""
        state = self._sandbox.state()
        if not machine.named_by_ec2:
            address = f"10-20-{secrets.randbelow(16)}-{secrets.randbelow(254) + 1}"
            session = machine.session.format(hex=secrets.token_hex(9)[:17], address=address, region=state.region)
            return session, session
        with closing(root_client(state, "ec2", state.emulator_port)) as ec2:
            (instance,) = ec2.run_instances(
                ImageId="ami-00000000000000000", MinCount=1, MaxCount=1, SubnetId=PRIVATE_SUBNETS[0]
            )["Instances"]
        return instance["InstanceId"], instance["PrivateDnsName"]

    def _take(self, role_arn: str, machine: Kind, session: str, cluster: str) -> Session:
        state = self._sandbox.state()
        known = {"region": state.region, "account": state.account, "cluster": cluster, "session": session}
        source = machine.source.format(hex=secrets.token_hex(8), **known)
        return take_role(state, role_arn, service=machine.service, session=session, source_arn=source)

    def _write_kubeconfig(self, path: Path, cluster: str) -> None:
        """As nodes of EKS have it: the cluster's endpoint, and a command that makes tokens of their credentials."""
        facts = self._sandbox.state().cluster(cluster)
        command = {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": str(self._sandbox.home / "bin" / "aws-iam-authenticator"),
            "args": ["token", "-i", cluster],
            "interactiveMode": "Never",
        }
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": cluster, "cluster": {"server": facts.api_server, "certificate-authority": facts.ca_file}}
            ],
            "users": [{"name": "kubelet", "user": {"exec": command}}],
            "contexts": [{"name": "kubelet", "context": {"cluster": cluster, "user": "kubelet"}}],
            "current-context": "kubelet",
        }
        write_private(path, yaml.safe_dump(document, sort_keys=False).encode())

    def _environment(self, folder: Path, credentials: Session) -> Mapping[str, str]:
        variables = self._sandbox.variables()
        return {
            **{name: variables[name] for name in ("PATH", "AWS_REGION", "AWS_EC2_METADATA_DISABLED", "NO_PROXY")},
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": credentials.token,
            "HOME": str(folder),
            "TMPDIR": str(folder),
        }
