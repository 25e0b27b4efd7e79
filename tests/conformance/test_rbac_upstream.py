"""The evaluator against Kubernetes' own code, in bulk: verdicts, reasons, escalation, aggregation, URLs, nodes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from eks_access.authz.aggregation import aggregate
from eks_access.authz.escalation import EscalationCheck
from eks_access.authz.http_requests import request_of
from eks_access.authz.model import Identity, Request, Role
from eks_access.authz.node import NodeAuthorizer
from eks_access.authz.rbac import RbacAuthorizer
from eks_access.authz.reading import read_objects
from eks_access.authz.rules import uncovered
from eks_access.errors import Refused
from eks_access.plan.model import RbacRule

from .conftest import Show
from .figures import SEED, SOAK
from .generated_http import generate_http
from .generated_rbac import Cluster, generate_cluster, generate_requests, generate_rule, held_rules, narrowed
from .oracle import Oracle

DECISIONS = 1_000_000 if SOAK else 50_000
PER_CLUSTER = 2_000
SIZES = ((5, 8), (30, 60), (30, 60), (120, 400))
"""Roles and bindings of the clusters, in turn."""


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle("rbac") as oracle:
        yield oracle


def clusters(random: Random, decisions: int) -> Iterator[Cluster]:
    for number in range(decisions // PER_CLUSTER):
        roles, bindings = SIZES[number % len(SIZES)]
        yield generate_cluster(random, roles=roles, bindings=bindings)


def users_of(identities: Sequence[Identity]) -> list[dict[str, Any]]:
    return [{"name": identity.username, "groups": list(identity.groups)} for identity in identities]


def asked(who: int, request: Request) -> dict[str, Any]:
    question = {"u": who, "v": request.verb}
    if request.path is not None:
        return question | {"p": request.path}
    return question | {
        "g": request.api_group,
        "r": request.resource,
        "s": request.subresource,
        "n": request.name,
        "ns": request.namespace,
    }


@dataclass(slots=True)
class Tally:
    """Sums over all clusters."""

    decisions: int = 0
    allowed: int = 0
    go: float = 0
    ours: float = 0
    verdicts: float = 0


def test_every_verdict_reason_and_aggregated_rule_is_upstreams(oracle: Oracle, show: Show) -> None:
    random, tally = Random(SEED), Tally()
    for cluster in clusters(random, DECISIONS):
        requests = generate_requests(random, cluster, PER_CLUSTER)
        answer = oracle.ask(
            {
                "objects": cluster.documents,
                "aggregate": True,
                "users": users_of(cluster.identities),
                "requests": [asked(who, request) for who, request in requests],
            }
        )
        objects = aggregate(read_objects(cluster.documents))
        assert aggregated(objects.roles) == rule_sets(answer.get("aggregated")), f"seed {SEED}"
        judge(RbacAuthorizer(objects), cluster, requests, answer["decisions"], tally)
        tally.go += answer["nanoseconds"] / 1e9
    share = tally.allowed / tally.decisions
    show(
        "RBAC against upstream",
        decisions=tally.decisions,
        allowed=f"{share:.1%}",
        Go_per_second=round(tally.decisions / tally.go),
        ours_per_second=round(tally.decisions / tally.ours),
        verdicts_alone_per_second=round(tally.decisions / tally.verdicts),
        times_of_Go=tally.ours / tally.go,
    )
    assert 0.3 < share < 0.7


def judge(
    authorizer: RbacAuthorizer,
    cluster: Cluster,
    requests: Sequence[tuple[int, Request]],
    theirs: Sequence[dict[str, Any]],
    tally: Tally,
) -> None:
    identities = cluster.identities
    start = time.perf_counter()
    ours = [authorizer.decide(identities[who], request, every_ground=False) for who, request in requests]
    middle = time.perf_counter()
    verdicts = [authorizer.allows(identities[who], request) for who, request in requests]
    tally.ours += middle - start
    tally.verdicts += time.perf_counter() - middle
    for (who, request), mine, verdict, other in zip(requests, ours, verdicts, theirs, strict=True):
        expected = (other.get("a", False), other.get("r", ""))
        assert (mine.allowed, mine.reason) == expected, f"{identities[who]} {request}, seed {SEED}"
        assert verdict == mine.allowed, f"{identities[who]} {request}, seed {SEED}"
        tally.allowed += mine.allowed
    tally.decisions += len(requests)
    every = [
        (authorizer.decide(identities[who], request), mine) for (who, request), mine in zip(requests, ours, strict=True)
    ]
    assert all(full.allowed == mine.allowed and full.grounds[:1] == mine.grounds for full, mine in every)


def aggregated(roles: Sequence[Role]) -> dict[str, set[RbacRule]]:
    return {role.name: set(role.rules) for role in roles if role.aggregation is not None}


def rule_sets(found: dict[str, list[dict[str, Any]]] | None) -> dict[str, set[RbacRule]]:
    """Compare as sets: where roles select each other, the order depends on who was looked at first."""
    return {name: set(map(rule_of, rules or ())) for name, rules in (found or {}).items()}


def rule_of(raw: dict[str, Any]) -> RbacRule:
    return RbacRule(
        verbs=tuple(raw.get("verbs") or ()),
        api_groups=tuple(raw.get("apiGroups") or ()),
        resources=tuple(raw.get("resources") or ()),
        resource_names=tuple(raw.get("resourceNames") or ()),
        non_resource_urls=tuple(raw.get("nonResourceURLs") or ()),
    )


def test_what_is_not_covered_is_upstreams(oracle: Oracle, show: Show) -> None:
    random, cases = Random(SEED + 1), 200_000 if SOAK else 20_000

    def rules(most: int) -> list[dict[str, Any]]:
        return [generate_rule(random, urls=True, storable=False) for _ in range(random.randint(0, most))]

    covered = 0
    for _ in range(cases // 1000):
        questions = [{"owner": rules(5), "servant": rules(2)} for _ in range(1000)]
        for question in questions:
            if random.random() < 0.5:  # often a part of what is held
                question["servant"] = [narrowed(random, rule) for rule in question["owner"][:2]]
        answers = oracle.ask({"covers": questions})["covers"]
        for question, answer in zip(questions, answers, strict=True):
            mine = uncovered(map(rule_of, question["owner"]), map(rule_of, question["servant"]))
            assert mine == tuple(map(rule_of, answer or ())), f"{question}, seed {SEED}"
            covered += not mine
    show("Covers against upstream", cases=cases, covered=f"{covered / cases:.1%}")


def test_refused_escalations_read_as_upstreams(oracle: Oracle, show: Show) -> None:
    random, cases, refused = Random(SEED + 2), 0, 0
    for _ in range(200 if SOAK else 20):
        cluster = generate_cluster(random, roles=20, bindings=60)
        questions: list[dict[str, Any]] = []
        for _ in range(250):
            who = random.randrange(len(cluster.identities))
            namespace = random.choice(("", "a", "b"))
            rules = [generate_rule(random, urls=True, storable=True) for _ in range(random.randint(0, 2))]
            held = [rule for rule, where in held_rules(cluster, cluster.identities[who]) if where in (None, namespace)]
            if held and random.random() < 0.8:
                rules = [narrowed(random, random.choice(held)) for _ in range(2)] + rules[: random.randint(0, 1)]
            questions.append({"u": who, "ns": namespace, "rules": rules})
        answer = oracle.ask(
            {
                "objects": cluster.documents,
                "aggregate": True,
                "users": users_of(cluster.identities),
                "escalations": questions,
            }
        )
        authorizer = RbacAuthorizer(aggregate(read_objects(cluster.documents)))
        check = EscalationCheck(authorizer, lambda identity, request: False)
        for question, theirs in zip(questions, answer["escalations"], strict=True):
            role = Role(name="new", namespace=question["ns"] or None, rules=tuple(map(rule_of, question["rules"])))
            mine = check.of_role(cluster.identities[question["u"]], role)
            assert ("" if mine.allowed else mine.because) == theirs, f"{question}, seed {SEED}"
            refused += not mine.allowed
            cases += 1
    show("escalation against upstream", cases=cases, refused=f"{refused / cases:.1%}")


def test_http_requests_are_taken_for_what_upstream_takes_them(oracle: Oracle, show: Show) -> None:
    random, cases = Random(SEED + 3), 200_000 if SOAK else 20_000
    about_resources = 0
    for _ in range(cases // 1000):
        questions = [generate_http(random) for _ in range(1000)]
        answers = oracle.ask({"http": questions})["http"]
        for (method, url), answer in zip(questions, answers, strict=True):
            assert taken_for(method, url) == theirs(answer), f"{method} {url}, seed {SEED}"
            about_resources += answer["resource"]
    show("HTTP requests against upstream", cases=cases, about_resources=f"{about_resources / cases:.1%}")


def taken_for(method: str, url: str) -> Request | None:
    path, _, query = url.partition("?")
    try:
        return request_of(method, path, query)
    except Refused:
        return None


def theirs(answer: dict[str, Any]) -> Request | None:
    if answer.get("refused"):
        return None
    if not answer["resource"]:
        return Request(verb=answer["v"], path=answer["p"])
    return Request(
        verb=answer["v"],
        api_group=answer["g"],
        resource=answer["r"],
        subresource=answer["s"],
        name=answer["n"],
        namespace=answer["ns"],
    )


def test_nodes_without_pods_may_what_upstream_lets_them(oracle: Oracle, show: Show) -> None:
    identities = (
        Identity(username="system:node:n1", groups=("system:nodes", "system:authenticated")),
        Identity(username="system:node:", groups=("system:nodes",)),
        Identity(username="system:node:n1", groups=("system:authenticated",)),
        Identity(username="n1", groups=("system:nodes",)),
    )
    requests = list(enumerate_node_requests())
    questions = [asked(who, request) for who in range(len(identities)) for request in requests]
    answer = oracle.ask({"node": True, "users": users_of(identities), "requests": questions})
    authorizer = NodeAuthorizer("1.36")
    mine = [authorizer.decide(identity, request) for identity in identities for request in requests]
    for question, ours, other in zip(questions, mine, answer["decisions"], strict=True):
        assert (ours.allowed, ours.reason) == (other.get("a", False), other.get("r", "")), question
    show("Node authorizer against upstream", cases=len(questions), allowed=sum(each.allowed for each in mine))


def enumerate_node_requests() -> Iterator[Request]:
    kinds = (
        *(("", kind) for kind in ("nodes", "pods", "secrets", "configmaps", "services", "serviceaccounts", "events")),
        *(("", kind) for kind in ("persistentvolumeclaims", "persistentvolumes", "endpoints", "namespaces")),
        ("coordination.k8s.io", "leases"),
        *(("storage.k8s.io", kind) for kind in ("csinodes", "csidrivers", "volumeattachments", "storageclasses")),
        *(("resource.k8s.io", kind) for kind in ("resourceclaims", "resourceslices", "deviceclasses")),
        *(("certificates.k8s.io", kind) for kind in ("certificatesigningrequests", "podcertificaterequests")),
        *(("authorization.k8s.io", kind) for kind in ("subjectaccessreviews", "localsubjectaccessreviews")),
        ("authentication.k8s.io", "tokenreviews"),
        ("node.k8s.io", "runtimeclasses"),
        ("apps", "nodes"),
    )
    verbs = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*", "")
    for group, kind in kinds:
        for verb in verbs:
            for subresource in ("", "status", "token", "eviction", "log", "x"):
                for name in ("", "n1", "n2"):
                    for namespace in ("", "a", "kube-node-lease"):
                        yield Request(
                            verb=verb,
                            api_group=group,
                            resource=kind,
                            subresource=subresource,
                            name=name,
                            namespace=namespace,
                        )
    for path in ("/metrics", "/healthz", "/version", ""):
        yield Request(verb="get", path=path)
