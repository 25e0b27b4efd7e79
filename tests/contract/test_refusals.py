"""Arguments that cannot be: refused before anything is registered, with the place and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eks_access import ClusterAccess, Developers, EksCluster, MetricsAccess, NodeRole, Platform, TeamRbac

from ..mock_engine import refusal
from ..plans import CLUSTER, PEOPLE, small

VIEW = {"person": "chie", "role": "view"}
KEPT = {"mapRoles": [{"rolearn": "arn:aws:iam::444455556666:role/x", "username": "x", "groups": ["nobody-binds-this"]}]}
TWICE = {"mapUsers": [{"userarn": "arn:aws:iam::111122223333:user/dev/aiko", "username": "a", "groups": []}]}


def platform(**parts: Any) -> Callable[[], object]:
    return lambda: Platform("p", {"access": small(**parts)})


def part(component: Any, **parts: Any) -> Callable[[], object]:
    return lambda: component("c", {"access": small(**parts)})


BROKEN: dict[str, tuple[Callable[[], object], str, str]] = {
    "no declaration": (lambda: Platform("p", {"access": None}), "", "people"),  # type: ignore[typeddict-item]
    "neither cluster nor account": (
        lambda: Platform("p", {"access": {"people": PEOPLE}}),
        "account",
        'write `account: {id: "111122223333"}`',
    ),
    "an unknown key": (platform(grant=[]), "grant", "grants"),
    "an account that is a number": (platform(cluster={"account": 111122223333}), "cluster.account", "quote"),
    "an unknown mode": (platform(cluster={"authenticationMode": "BOTH"}), "cluster.authenticationMode", "API"),
    "an unknown creator": (platform(cluster={"creator": "nobody"}), "cluster.creator", "people"),
    "an unknown person": (platform(admins={"people": ["aikoo"]}), "admins.people[0]", "did you mean `aiko`?"),
    "an unknown team": (part(Developers, admins={"teams": ["ops"]}), "admins.teams[0]", "teams"),
    "an empty team": (part(Developers, teams={"t": {"members": []}}), "teams.t.members", "at least"),
    "an unknown role": (
        part(TeamRbac, grants=[{**VIEW, "role": "veiw", "clusterWide": True}]),
        "grants[0].role",
        "did you mean `view`?",
    ),
    "an unknown namespace": (
        part(TeamRbac, grants=[{**VIEW, "namespaces": ["est"]}]),
        "grants[0].namespaces[0]",
        "namespaces",
    ),
    "an unknown kind of nodes": (part(EksCluster, nodeGroups={"n": {"kind": "spot"}}), "nodeGroups.n.kind", "managed"),
    "no cluster": (
        lambda: EksCluster("c", {"access": {"account": {"id": "111122223333"}}}),
        "cluster",
        "declare `cluster`",
    ),
    "a lock-out": (platform(admins={"people": ["aiko"]}), "admins", "declare a second, independent admin path"),
    "the creator as an admin": (
        part(ClusterAccess, admins={"people": ["aiko", "botan", "deployer"]}),
        "people.deployer",
        "take deployer out of admins",
    ),
    "a kept group that nothing binds": (part(ClusterAccess, keep=KEPT), "keep.mapRoles[0]", "`externalGroups`"),
    "a principal mapped twice": (platform(keep=TWICE), "keep.mapUsers[0]", "declare each principal once"),
    "an access policy where there are no entries": (
        platform(
            cluster={"authenticationMode": "CONFIG_MAP"},
            grants=[{"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "clusterWide": True}],
        ),
        "grants[0].accessPolicy",
        "API_AND_CONFIG_MAP",
    ),
    "nothing at all": (lambda: Platform("p", {}), "", "people"),  # type: ignore[typeddict-item]
    "a VPC without subnets": (
        lambda: Platform("p", {"access": small(), "vpc_id": "vpc-1"}),
        "vpc_id",
        "give subnet_ids too, or neither",
    ),
    "subnets without a VPC": (
        lambda: EksCluster("c", {"access": small(), "subnet_ids": ["subnet-1"]}),
        "subnet_ids",
        "give vpc_id too, or neither",
    ),
    "entries without a cluster": (
        lambda: ClusterAccess("c", {"access": {"account": {"id": "111122223333"}}}),
        "cluster",
        "declare `cluster`",
    ),
    "no readers": (lambda: MetricsAccess("m", {}), "readers", "service_account"),  # type: ignore[typeddict-item]
    "a reader that is a text": (
        lambda: MetricsAccess("m", {"readers": ["monitoring/prometheus"]}),  # type: ignore[list-item]
        "readers[0]",
        "service_account: namespace/name",
    ),
    "a reader twice": (
        lambda: MetricsAccess("m", {"readers": [{"service_account": "a/b"}, {"service_account": "a/b"}]}),
        "readers",
        "name each ServiceAccount once",
    ),
    "an unknown kind of node role": (
        lambda: NodeRole("n", {"kind": "gpu", "cluster_name": "x", "account": "1" * 12, "region": "eu-west-1"}),
        "kind",
        "write one of managed, windows, fargate",
    ),
    "metrics for everybody": (
        lambda: MetricsAccess("m", {"readers": [{"service_account": "system:unauthenticated"}]}),
        "readers[0].service_account",
        "write `namespace/name`",
    ),
}


@pytest.mark.parametrize(("program", "path", "remedy"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_is_refused_before_anything_is_registered(
    program: Callable[[], object], path: str, remedy: str
) -> None:
    text, recorder = refusal(program)

    assert recorder.registered == {}
    assert text.startswith("refused, ")
    assert text.split("\n")[1].startswith(f"  {path}: " if path else "  ")
    assert remedy in text


def test_several_mistakes_are_told_at_once() -> None:
    text, _ = refusal(
        platform(grants=[{**VIEW, "team": "x"}, {"person": "x", "role": "y", "clusterWide": True}], teams={"t": {}})
    )

    assert text.startswith("refused, ")
    assert all(place in text for place in ("grants[0]", "grants[1].person", "teams.t.members"))


def test_the_base_of_these_mistakes_is_sound() -> None:
    assert CLUSTER["creator"] in PEOPLE
    with pytest.raises(AssertionError, match="was not refused"):
        refusal(platform())
