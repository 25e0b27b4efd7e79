"""Generated clusters: what many hands write into aws-auth, beside access entries, node groups and an IAM that knows.

Wider than `conformance/generated_aws_auth`, which is about YAML: here it is about principals. Partitions, accounts with
a leading zero, foreign accounts, paths, SSO roles, letter case, duplicates, root, federated users, templates, node
roles of every kind, mapAccounts, groups of Kubernetes' own, hostile names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .messy import BY_INSTANCE, BY_SESSION, NODES, Raw, binding

PARTITIONS = {"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
ACCOUNTS = ("111122223333", "012345678901", "038217523163", "000000000000")
FOREIGN = "444455556666"
SSO = "AWSReservedSSO_Ops_0123456789abcdef"
ROLES = {
    "dev": "/",
    "Ops": "/teams/platform/",
    "node": "/",
    "win": "/",
    "fargate": "/service-role/",
    "hybrid": "/",
    SSO: "/aws-reserved/sso.amazonaws.com/eu-west-1/",
    "AWSServiceRoleForAmazonEMRContainers": "/aws-service-role/emr-containers.amazonaws.com/",
}
"""Name of a role of the account → its path."""
USERS = ("hanako", "team/taro", "y", "012345678901")
TRUSTS = {"fargate": "eks-fargate-pods.amazonaws.com", "hybrid": "ssm.amazonaws.com"}
GROUPS = (
    "devs", "devs", "viewers", "system:masters", "system:masters", "system:monitoring", "system:nodes",
    "system:bootstrappers", "system:node-proxier", "eks:kube-proxy-windows", "system:authenticated", "{{SessionName}}",
    "eks-access:admins", "n", "1e3", "", "a|b`c", "x\n</td>\x1b[2J",
)  # fmt: skip
USERNAMES = (
    "dev", "dev", "ops:{{SessionName}}", "{{SessionName}}", "dev-{{AccountID}}", "x:{{SessionNameRaw}}", "", "system:x",
    BY_INSTANCE, BY_SESSION, "y", "a@b.example", "arn:aws:iam::111122223333:role/dev", "`|<b>", "$(reboot)",
)  # fmt: skip
NODE_LINES = (
    (BY_INSTANCE, NODES),
    (BY_INSTANCE, [*NODES, "eks:kube-proxy-windows"]),
    (BY_SESSION, [*NODES, "system:node-proxier"]),
    (BY_SESSION, NODES),
)
POLICIES = ("AmazonEKSClusterAdminPolicy", "AmazonEKSViewPolicy")


@dataclass(slots=True)
class Cluster:
    """One of them, as its documents."""

    base: str
    """Beginning of its principals' ARNs."""
    documents: list[Raw] = field(default_factory=list)

    @property
    def creator(self) -> str:
        """Whoever made it."""
        return f"{self.base}:role/ci/terraform"


def generated(random: Random, mode: str) -> Cluster:
    """Make one in a mode."""
    partition, account = random.choice(list(PARTITIONS)), random.choice(ACCOUNTS)
    found = Cluster(f"arn:{partition}:iam::{account}")
    described = {
        "name": "old",
        "arn": f"arn:{partition}:eks:{PARTITIONS[partition]}:{account}:cluster/old",
        "version": "1.33",
        "accessConfig": {"authenticationMode": mode},
    }
    found.documents = [
        {"cluster": described},
        _aws_auth(random, found.base),
        *_bindings(random),
        *_known(random, found),
    ]
    if mode != "CONFIG_MAP":
        found.documents += _entries(random, found)
    return found


def _aws_auth(random: Random, base: str) -> Raw:
    import yaml

    data = {"mapRoles": list(_lines(random, base, "rolearn")), "mapUsers": list(_lines(random, base, "userarn"))}
    texts = {key: yaml.safe_dump(lines, default_style='"') for key, lines in data.items() if lines}
    if random.random() < 0.2:
        texts["mapAccounts"] = yaml.safe_dump([base.split(":")[4], FOREIGN], default_style='"')
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": texts}


def _lines(random: Random, base: str, field: str) -> Iterator[Raw]:
    for _ in range(random.randint(0, 5)):
        arn = _arn(random, base, field)
        if random.random() < 0.3:
            username, groups = random.choice(NODE_LINES)
        else:
            username, groups = random.choice(USERNAMES), random.sample(GROUPS, random.randint(0, 3))
        yield {field: arn, "username": username, "groups": groups}


def _arn(random: Random, base: str, field: str) -> str:
    role = f"{base}:role/{random.choice(list(ROLES))}"
    user = f"{base}:user/{random.choice(USERS)}"
    usual = role if (field == "rolearn") is (random.random() < 0.95) else user
    name, path = random.choice(list(ROLES.items()))
    foreign = base.rpartition(":")[0] + f":{FOREIGN}"
    odd = (
        f"{base}:role{path}{name}",
        f"{foreign}:role/partner",
        f"{foreign}:user/partner",
        f"{base}:root",
        f"{base}:role/*",
        f"{base}:instance-profile/node",
        f"{base}:role/gone",
        f"{base.replace(':iam:', ':sts:')}:assumed-role/dev/me",
        f"{base.replace(':iam:', ':sts:')}:federated-user/bob",
        usual.upper(),
        usual.lower(),
    )
    return random.choice(odd) if random.random() < 0.3 else usual


def _bindings(random: Random) -> Iterator[Raw]:
    for number, group in enumerate(random.sample([each for each in GROUPS if each], random.randint(0, 4))):
        yield binding(
            f"b{number}", group, random.choice(("view", "edit", "cluster-admin")), random.choice((None, "east"))
        )


def _known(random: Random, cluster: Cluster) -> Iterator[Raw]:
    """What IAM and EKS say; IAM isn't always there to be asked."""
    if random.random() < 0.8:
        arns = [f"{cluster.base}:role{path}{name}" for name, path in ROLES.items()]
        yield {"Roles": [{"Arn": cluster.creator}, *({"Arn": arn, **_trust(arn)} for arn in arns)]}
        yield {"Users": [{"Arn": f"{cluster.base}:user/{name}"} for name in USERS]}
    if random.random() < 0.6:
        ami = random.choice(("AL2023_x86_64_STANDARD", "WINDOWS_CORE_2022_x86_64"))
        yield {"nodegroup": {"nodegroupName": "g", "nodeRole": f"{cluster.base}:role/node", "amiType": ami}}
    if random.random() < 0.3:
        arn = f"{cluster.base}:role/service-role/fargate"
        yield {"fargateProfile": {"fargateProfileName": "f", "podExecutionRoleArn": arn}}


def _trust(arn: str) -> Raw:
    service = TRUSTS.get(arn.rpartition("/")[2])
    statement = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}]
    return {"AssumeRolePolicyDocument": {"Statement": statement}} if service else {}


def _entries(random: Random, cluster: Cluster) -> Iterator[Raw]:
    yield from _entry(cluster.creator, ("AmazonEKSClusterAdminPolicy",), ())
    people = [f"{cluster.base}:role{ROLES[name]}{name}" for name in ("dev", "Ops", SSO)]
    people += [f"{cluster.base}:user/{name}" for name in USERS]
    for arn in random.sample(people, random.randint(0, 3)):
        groups = [each for each in ("devs", "viewers", "n", "1e3") if random.random() < 0.4]
        yield from _entry(arn, random.sample(POLICIES, random.randint(0, 2)), groups)
    if random.random() < 0.5:
        yield from _entry(f"{cluster.base}:role/node", (), ("system:nodes",), "EC2_LINUX")


def _entry(arn: str, policies: Any, groups: Any, type: str = "STANDARD") -> Iterator[Raw]:
    base = f"arn:{arn.split(':')[1]}:eks::aws:cluster-access-policy"
    scope = {"type": "cluster", "namespaces": []}
    username = {} if type == "STANDARD" else {"username": BY_INSTANCE}
    described = {"clusterName": "old", "principalArn": arn, "type": type, "kubernetesGroups": list(groups)}
    yield {"accessEntry": {**described, **username}}
    scopes = [{"policyArn": f"{base}/{policy}", "accessScope": scope} for policy in policies]
    yield {"clusterName": "old", "principalArn": arn, "associatedAccessPolicies": scopes}
