"""Principals with real sessions on clusters that no stack made: who they are there, and what they may."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import yaml
from eks_access.authz.model import Request

from sandbox.account import new_access_key
from sandbox.account_network import PRIVATE_SUBNETS
from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.profiles import deployer_role_arn
from sandbox.service_sessions import take_role

from .environment.walker import Person

QUESTIONS = (
    Request(verb="list", resource="pods", namespace="east"),
    Request(verb="delete", resource="pods", namespace="east"),
    Request(verb="list", resource="pods", namespace="west"),
    Request(verb="get", resource="secrets", namespace="kube-system"),
    Request(verb="create", resource="clusterrolebindings", api_group="rbac.authorization.k8s.io"),
    Request(verb="create", resource="nodes"),
    Request(verb="list", resource="services"),
    Request(verb="get", path="/metrics"),
    Request(verb="impersonate", resource="users"),
)
EC2, FARGATE = "ec2.amazonaws.com", "eks-fargate-pods.amazonaws.com"
Who = tuple[str, frozenset[str]] | None
"""User name and groups; None for nobody."""
Seen = tuple[Who, tuple[bool, ...]]
"""Who somebody is, and the answers to `QUESTIONS`."""


@dataclass
class Account:
    """IAM as somebody finds it who takes over a cluster."""

    sandbox: Sandbox
    people: dict[str, boto3.Session] = field(default_factory=dict)
    """ARN → an open session: of a user their key, of a role somebody who has taken it."""
    sessions: dict[str, str] = field(default_factory=dict)
    """ARN of a role → the session's name."""
    instances: dict[str, str] = field(default_factory=dict)
    """ARN of a role → private DNS name of the instance whose session it is."""

    @cached_property
    def deployer(self) -> boto3.Session:
        """A session of the role that runs tools here."""
        state = self.sandbox.state()
        assert state.credentials is not None
        key = boto3.Session(state.credentials.access_key, state.credentials.secret_key, region_name=state.region)
        with closing(key.client("sts", endpoint_url=state.aws_endpoint)) as sts:
            role = sts.assume_role(RoleArn=self.creator, RoleSessionName="tool")["Credentials"]
        return boto3.Session(
            role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"], region_name=state.region
        )

    @property
    def creator(self) -> str:
        """Who makes clusters here."""
        return deployer_role_arn(self.sandbox.state().account)

    @property
    def root(self) -> str:
        """What ARNs of the account's principals begin with."""
        return f"arn:aws:iam::{self.sandbox.state().account}"

    def user(self, name: str, path: str = "/") -> str:
        """Make a user with a key."""
        state = self.sandbox.state()
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            arn = str(iam.create_user(UserName=name, Path=path)["User"]["Arn"])
            key = new_access_key(iam, name)
        self.people[arn] = boto3.Session(key.access_key, key.secret_key, region_name=state.region)
        return arn

    def role(self, name: str, path: str = "/", *, service: str = EC2, session: str = "me@example.org") -> str:
        """Make a role, and take it."""
        state = self.sandbox.state()
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            made = iam.create_role(
                RoleName=name,
                Path=path,
                AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            )
        arn = str(made["Role"]["Arn"])
        taken = take_role(state, arn, service=service, session=session, source_arn=arn)
        self.people[arn] = boto3.Session(taken.access_key, taken.secret_key, taken.token, region_name=state.region)
        self.sessions[arn] = session
        return arn

    def instance_role(self, name: str, path: str = "/") -> str:
        """Make a role of nodes, and start an instance with it."""
        state = self.sandbox.state()
        with closing(root_client(state, "ec2", state.emulator_port)) as ec2:
            asked = {"ImageId": "ami-00000000000000000", "MinCount": 1, "MaxCount": 1, "SubnetId": PRIVATE_SUBNETS[0]}
            (instance,) = ec2.run_instances(**asked)["Instances"]
        arn = self.role(name, path, session=instance["InstanceId"])
        self.instances[arn] = instance["PrivateDnsName"]
        return arn


@dataclass(frozen=True)
class Cluster:
    """A cluster that others made, and everybody at its door."""

    account: Account
    name: str
    eks: Any

    @classmethod
    def made(cls, account: Account, name: str, mode: str, **more: Any) -> Cluster:
        """Make it with the AWS API, as any tool does."""
        eks = account.deployer.client("eks", endpoint_url=account.sandbox.state().aws_endpoint)
        eks.create_cluster(
            name=name,
            roleArn=f"{account.root}:role/ci/pulumi",
            resourcesVpcConfig={"subnetIds": list(PRIVATE_SUBNETS)},
            accessConfig={"authenticationMode": mode, **more},
        )
        eks.get_waiter("cluster_active").wait(name=name, WaiterConfig={"Delay": 1})
        return cls(account, name, eks)

    @property
    def kubeconfig(self) -> str:
        """Of an admin whom nothing in EKS lets in."""
        return self.account.sandbox.state().cluster(self.name).admin_kubeconfig

    def kubectl(self, *arguments: str, text: str = "") -> str:
        """Run kubectl as that admin."""
        state = self.account.sandbox.state()
        command = [state.tools["kubectl"], "--kubeconfig", self.kubeconfig, *arguments]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Put objects into the cluster."""
        self.kubectl("apply", "-f", "-", text=yaml.safe_dump_all(objects))

    def write_context(self) -> None:
        """Do as `aws eks update-kubeconfig` for whoever made the cluster."""
        command = ["aws", "eks", "update-kubeconfig", "--name", self.name]
        subprocess.run(command, env=self.account.sandbox.env(), capture_output=True, check=True, timeout=60)

    def write_aws_auth(self, **sections: str) -> None:
        """Write the ConfigMap anew, as somebody does with an editor."""
        metadata = {"name": "aws-auth", "namespace": "kube-system"}
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": sections}
        self.kubectl("delete", "cm", "aws-auth", "-n", "kube-system", "--ignore-not-found")
        self.kubectl("create", "-f", "-", text=yaml.safe_dump(body))

    def aws_auth(self) -> dict[str, str]:
        """Read it."""
        found = self.kubectl("get", "cm", "aws-auth", "-n", "kube-system", "-o", "json", "--ignore-not-found")
        return dict(json.loads(found)["data"]) if found else {}

    def entry(self, arn: str, *policies: str, namespaces: Sequence[str] = (), **more: Any) -> None:
        """Make an access entry with policies, as any tool does."""
        self.eks.create_access_entry(clusterName=self.name, principalArn=arn, **more)
        scope = {"type": "namespace", "namespaces": list(namespaces)} if namespaces else {"type": "cluster"}
        for policy in policies:
            policy_arn = f"arn:aws:eks::aws:cluster-access-policy/{policy}"
            named = {"clusterName": self.name, "principalArn": arn, "policyArn": policy_arn}
            self.eks.associate_access_policy(**named, accessScope=scope)

    def entries(self) -> list[Any]:
        """List the entries, with all that EKS says of them but for times."""
        found = []
        for arn in self.eks.list_access_entries(clusterName=self.name)["accessEntries"]:
            which = {"clusterName": self.name, "principalArn": arn}
            entry = self.eks.describe_access_entry(**which)["accessEntry"]
            policies = self.eks.list_associated_access_policies(**which)["associatedAccessPolicies"]
            scopes = sorted((p["policyArn"], sorted(p["accessScope"]["namespaces"])) for p in policies)
            found.append(
                (arn, entry["type"], entry["username"], sorted(entry["kubernetesGroups"]), entry["tags"], scopes)
            )
        return found

    def seen(self) -> dict[str, Seen]:
        """Let everybody log in, and ask."""
        return {arn: self.see(arn) for arn in self.account.people}

    def see(self, arn: str) -> Seen:
        """Let one principal log in, and ask."""
        person = Visitor(self.name, arn, self.account.sandbox.state(), self.eks, self.account.people[arn])
        who = person.who()
        if who is None:
            return None, ()
        return (who[0], frozenset(who[1])), tuple(may(person, request) for request in QUESTIONS)

    def migrate_plan(self, *options: str) -> tuple[int, dict[str, Any]]:
        """Run `eks-access migrate plan` against it."""
        code, said = self.command("migrate", "plan", *options, "--format", "json")
        return code, json.loads(said)

    def command(self, *arguments: str) -> tuple[int, str]:
        """Run a command of ours against it, with the deployer's credentials in AWS."""
        command = [sys.executable, "-m", "eks_access.cli", *arguments]
        reach = ["--live", "--cluster", self.name, "--kubeconfig", self.kubeconfig]
        done = subprocess.run(
            [*command, *reach],
            env=self.account.sandbox.env(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, done.stdout

    def run(self, commands: Sequence[str]) -> None:
        """Paste commands into a shell, as people do with what a plan prints."""
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "commands.sh"
            script.write_text("set -eu\n" + "\n".join(commands) + "\n")
            environment = {**self.account.sandbox.env(), "KUBECONFIG": self.kubeconfig}
            done = subprocess.run(
                ["sh", str(script)], env=environment, capture_output=True, text=True, check=False, timeout=300
            )
        assert done.returncode == 0, done.stdout + done.stderr


class Visitor(Person):
    """Somebody with one token for all that they ask in a moment."""

    @cached_property
    def _moment(self) -> str:
        return super()._token()

    def _token(self) -> str:
        return self._moment


def may(person: Person, request: Request) -> bool:
    """Ask the API server as kubectl auth can-i does."""
    attributes: dict[str, Any]
    if request.path is not None:
        attributes = {"nonResourceAttributes": {"verb": request.verb, "path": request.path}}
    else:
        asked = {
            "verb": request.verb,
            "group": request.api_group,
            "resource": request.resource,
            "namespace": request.namespace,
        }
        attributes = {"resourceAttributes": asked}
    group = "authorization.k8s.io/v1"
    body = {"apiVersion": group, "kind": "SelfSubjectAccessReview", "spec": attributes}
    status, said = person.ask("POST", f"/apis/{group}/selfsubjectaccessreviews", body)
    assert status == 201, said
    return bool(json.loads(said)["status"]["allowed"])
