"""A messy cluster goes from aws-auth to access entries, by the commands that `migrate plan` prints.

At each step everybody who can be had logs in for real: they are who they were, may do what they might, and both are
what the evaluator says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from eks_access.authn.principals import principal_of_arn
from eks_access.live.cluster import read_api_server
from eks_access.live.kubeconfig import of_kubeconfig
from eks_access.review.access_review import AccessReview
from eks_access.review.dumps import state_of_documents

from sandbox.account_network import PRIVATE_SUBNETS
from sandbox.environment import Sandbox

from .environment.walker import becomes
from .logins import FARGATE, QUESTIONS, Account, Cluster, Seen

pytestmark = pytest.mark.sandbox

NODES = ["system:bootstrappers", "system:nodes"]
FOREIGN = "arn:aws:iam::444455556666:role/partner"
LEFT_OUT = {"system:bootstrappers", "system:node-proxier"}


class Mess(Cluster):
    """The cluster, and what its aws-auth came to over the years."""

    @property
    def home(self) -> str:
        return self.account.root

    def roles(self) -> list[dict[str, Any]]:
        by_instance = "system:node:{{EC2PrivateDNSName}}"
        return [
            {"rolearn": f"{self.home}:role/mess-ops", "username": "old", "groups": ["viewers"]},
            {
                "rolearn": f"{self.home}:role/Mess-OPS",
                "username": "ops:{{SessionName}}",
                "groups": ["system:masters", "x"],
            },
            {"rolearn": f"{self.home}:role/teams/mess-lost", "username": "lost", "groups": ["system:masters"]},
            {"rolearn": f"{self.home}:role/mess-metrics", "username": "metrics", "groups": ["system:monitoring"]},
            {"rolearn": f"{self.home}:role/mess-linux", "username": by_instance, "groups": NODES},
            {"rolearn": f"{self.home}:role/mess-own", "username": by_instance, "groups": NODES},
            {
                "rolearn": f"{self.home}:role/mess-windows",
                "username": by_instance,
                "groups": [*NODES, "eks:kube-proxy-windows"],
            },
            {
                "rolearn": f"{self.home}:role/mess-pods",
                "username": "system:node:{{SessionName}}",
                "groups": [*NODES, "system:node-proxier"],
            },
            {"rolearn": FOREIGN, "username": "partner:{{SessionName}}", "groups": ["viewers"]},
            {"rolearn": f"{self.home}:role/mess-gone", "username": "gone", "groups": ["system:masters"]},
        ]

    def users(self) -> list[dict[str, Any]]:
        return [
            {"userarn": f"{self.home}:user/dev/MESS-LEE", "username": "lee", "groups": ["viewers"]},
            {
                "userarn": f"{self.home}:user/mess-kim",
                "username": "kim-{{AccountID}}",
                "groups": ["viewers", "editors"],
            },
        ]

    def mapped(self, **more: str) -> dict[str, str]:
        return {"mapRoles": yaml.safe_dump(self.roles()), "mapUsers": yaml.safe_dump(self.users()), **more}


@pytest.fixture(scope="module")
def mess(sandbox: Sandbox) -> Iterator[Mess]:
    account = Account(sandbox)
    for name in ("mess-kim", "mess-guest"):
        account.user(name)
    account.user("mess-lee", "/dev/")
    for name, path in (("mess-ops", "/teams/"), ("mess-lost", "/teams/"), ("mess-metrics", "/")):
        account.role(name, path)
    for name in ("mess-linux", "mess-own", "mess-windows"):
        account.instance_role(name)
    account.role("mess-pods", service=FARGATE, session="fargate-ip-10-20-1-7.eu-west-1.compute.internal")
    mess = Mess.made(account, "mess", "CONFIG_MAP")
    assert isinstance(mess, Mess)
    subnets = list(PRIVATE_SUBNETS)
    named = {"clusterName": "mess", "subnets": subnets}
    mess.eks.create_nodegroup(nodegroupName="linux", nodeRole=f"{account.root}:role/mess-linux", **named)
    windows = {"nodegroupName": "windows", "nodeRole": f"{account.root}:role/mess-windows"}
    mess.eks.create_nodegroup(**windows, amiType="WINDOWS_CORE_2022_x86_64", **named)
    profile = {"fargateProfileName": "pods", "podExecutionRoleArn": f"{account.root}:role/mess-pods"}
    mess.eks.create_fargate_profile(**profile, selectors=[{"namespace": "west"}], **named)
    for namespace in ("east", "west"):
        mess.kubectl("create", "namespace", namespace)
    for group, role in (("viewers", "view"), ("editors", "edit")):
        mess.kubectl("create", "rolebinding", group, "--clusterrole", role, "--group", group, "-n", "east")
    yield mess
    for name in ("linux", "windows"):
        mess.eks.delete_nodegroup(clusterName="mess", nodegroupName=name)
    mess.eks.delete_fargate_profile(clusterName="mess", fargateProfileName="pods")
    mess.eks.delete_cluster(name="mess")
    mess.eks.get_waiter("cluster_deleted").wait(name="mess", WaiterConfig={"Delay": 1})
    mess.eks.close()


def predicted(mess: Mess) -> dict[str, Seen]:
    """What the evaluator says of everybody, from what EKS and the API server have now."""
    eks = mess.eks
    answers: list[Any] = [{"cluster": eks.describe_cluster(name="mess")["cluster"]}]
    mode = answers[0]["cluster"]["accessConfig"]["authenticationMode"]
    for arn in eks.list_access_entries(clusterName="mess")["accessEntries"] if mode != "CONFIG_MAP" else []:
        which = {"clusterName": "mess", "principalArn": arn}
        answers.append(eks.describe_access_entry(**which))
        policies = eks.list_associated_access_policies(**which)["associatedAccessPolicies"]
        answers.append({**which, "associatedAccessPolicies": policies})
    review = AccessReview(state_of_documents([*answers, *read_api_server(of_kubeconfig(mess.kubeconfig, None))]))
    return {arn: _seen(review, mess.account, arn) for arn in mess.account.people}


def _seen(review: AccessReview, account: Account, arn: str) -> Seen:
    session, dns = account.sessions.get(arn, ""), account.instances.get(arn)
    who = review.authenticator.authenticate(principal_of_arn(arn, session=session, private_dns_name=dns)).identity
    if who is None:
        return None, ()
    answers = tuple(review.authorizer.allows(who, request) for request in QUESTIONS)
    return (who.username, frozenset(who.groups)), answers


def alike(seen: dict[str, Seen]) -> dict[str, Seen]:
    """Leave out what the plan lists as impossible to keep: which groups stand for Kubernetes' own."""

    def groups(found: frozenset[str]) -> frozenset[str]:
        names = {"system:masters": "eks-access:admins", "system:monitoring": "aws-auth:system:monitoring"}
        return frozenset(names.get(group, group) for group in found - LEFT_OUT)

    return {arn: (who and (who[0], groups(who[1])), answers) for arn, (who, answers) in seen.items()}


def settled(mess: Mess) -> dict[str, Seen]:
    """Everybody as they are now, once entries have arrived everywhere; and so it is predicted."""
    expected = predicted(mess)
    assert becomes(lambda: mess.seen() == expected), difference(mess.seen(), expected)
    return expected


def difference(one: dict[str, Seen], other: dict[str, Seen]) -> dict[str, tuple[Seen, Seen]]:
    return {arn: (one[arn], other[arn]) for arn in one if one[arn] != other[arn]}


def test_a_broken_section_stops_everything_until_it_is_repaired(mess: Mess) -> None:
    mess.write_aws_auth(mapRoles=mess.mapped()["mapRoles"], mapUsers="- userarn: x\n  username: {{SessionName}}\n")

    code, plan = mess.migrate_plan("--role", FOREIGN)

    assert code == 1
    assert all(step["blocked"] and not step["commands"] for step in plan["steps"])
    assert any(obstacle["what"] == "aws-auth mapUsers" for obstacle in plan["obstacles"])


def test_nobody_notices_any_step(mess: Mess) -> None:
    mess.write_aws_auth(**mess.mapped(mapAccounts=f"- '{mess.home.split(':')[4]}'"))
    before = settled(mess)
    assert before[f"{mess.home}:role/teams/mess-ops"][0] == (
        "ops:me-example.org",
        frozenset({"system:masters", "x", "system:authenticated"}),
    )
    # a line with a path gives nothing; it is mapAccounts that lets this one in
    assert before[f"{mess.home}:role/teams/mess-lost"][0] == (
        f"{mess.home}:role/mess-lost",
        frozenset({"system:authenticated"}),
    )

    code, plan = mess.migrate_plan("--role", FOREIGN)

    assert code == 1
    assert [step["blocked"] for step in plan["steps"]] == [False, False, True]
    (account,) = plan["obstacles"]
    assert account["what"].startswith("mapAccounts")
    assert {f"{mess.home}:user/mess-guest", f"{mess.home}:role/teams/mess-lost"} <= set(account["affected"])
    assert {line["place"]: line["fate"] for line in plan["lines"]} == {
        "mapRoles[0]": "shadowed",
        "mapRoles[1]": "entry",
        "mapRoles[2]": "never matched",
        "mapRoles[3]": "entry",
        "mapRoles[4]": "made by EKS",
        "mapRoles[5]": "entry",
        "mapRoles[6]": "made by EKS",
        "mapRoles[7]": "made by EKS",
        "mapRoles[8]": "entry",
        "mapRoles[9]": "never matched",
        "mapUsers[0]": "entry",
        "mapUsers[1]": "entry",
    }

    mess.run(plan["steps"][0]["commands"])

    made = {entry[0]: entry[1] for entry in mess.entries()}
    assert {each["principalArn"]: each["type"] for each in plan["steps"][0]["madeByEks"]}.items() <= made.items()
    assert alike(settled(mess)) == alike(before)

    for command in plan["steps"][1]["commands"]:
        mess.run([command])
        assert alike(settled(mess)) == alike(before), command

    # who came by mapAccounts alone is decided by people: here, that nobody is meant
    mess.write_aws_auth(**mess.mapped())
    without = settled(mess)
    guests = {arn for arn in before if without[arn] != before[arn] and without[arn][0] is None}
    assert guests == {f"{mess.home}:user/mess-guest", f"{mess.home}:role/teams/mess-lost"}

    code, plan = mess.migrate_plan("--to", "API")
    assert (code, plan["obstacles"]) == (0, [])
    (last,) = plan["steps"]
    mess.run(last["commands"])

    assert settled(mess) == without
    mess.write_aws_auth()
    assert settled(mess) == without
    code, plan = mess.migrate_plan()
    assert (code, plan["steps"]) == (0, [])
