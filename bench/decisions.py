"""Decisions in bulk: Kubernetes' own RBAC authorizer, in Go, and ours answer the same requests in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median
from typing import Any

from eks_access.authz.aggregation import aggregate
from eks_access.authz.model import AUTHENTICATED, Identity, RbacObjects, Request
from eks_access.authz.rbac import RbacAuthorizer
from eks_access.authz.reading import read_objects
from eks_access.authz.resources import VERBS

from tests.conformance.figures import SEED
from tests.conformance.generated_rbac import Cluster, generate_cluster, generate_requests
from tests.conformance.oracle import Oracle
from tests.conformance.test_rbac_upstream import asked, users_of

from .rbac_cluster import Size, company
from .rows import Row, Table, times

MOST = 5.0
REPETITIONS = 3
TRIES = 3
"""Of each cluster, of which the fastest counts: what else runs on the machine only ever slows one down."""
REQUESTS = 10_000


Case = tuple[Cluster, list[tuple[int, Request]]]
"""A cluster, and requests with the index of who makes each."""


def _generated(roles: int, bindings: int, people: int) -> Callable[[Random], Case]:
    """Make clusters of everything that RBAC can say, and requests of which about half are allowed."""

    def make(random: Random) -> Case:
        cluster = generate_cluster(random, roles=roles, bindings=bindings, people=people)
        return cluster, generate_requests(random, cluster, REQUESTS)

    return make


def _company(random: Random) -> Case:
    """Make a company's cluster, and its people's requests in all namespaces."""
    made = company(Size(namespaces=100, roles=2000, bindings=5000, people=300, teams=40), random.randrange(1 << 30))
    people = tuple(Identity(username=name, groups=(*groups, AUTHENTICATED)) for name, groups in made.people.items())
    requests = [
        (
            random.randrange(len(people)),
            Request(
                verb=random.choice(VERBS),
                api_group=group,
                resource=resource,
                subresource=subresource,
                namespace=random.choice(made.namespaces),
            ),
        )
        for group, resource, subresource in random.choices(_RESOURCES, k=REQUESTS)
    ]
    return Cluster((*made.roles, *made.bindings), people), requests


_RESOURCES = (
    ("", "pods", ""),
    ("", "pods", "log"),
    ("", "secrets", ""),
    ("apps", "deployments", ""),
    ("apps", "deployments", "scale"),
    ("batch", "jobs", ""),
    ("example.org", "widgets", ""),
)
CASES: tuple[tuple[str, Callable[[Random], Case]], ...] = (
    ("30 roles, 60 bindings", _generated(30, 60, 10)),
    ("120 roles, 400 bindings", _generated(120, 400, 14)),
    ("a company's 2,000 roles, 5,000 bindings", _company),
)


def measure() -> Table:
    """Compare decisions a second; the target is set for the verdict with its reason, as Go answers."""
    with Oracle("rbac") as oracle:
        rows = [row for name, make in CASES for row in _rows(oracle, name, make)]
    notes = (
        f"the same {REQUESTS:,} requests to both, medians of {REPETITIONS} clusters, the best of {TRIES} tries each, "
        "every verdict and reason compared; Go without its start and the reading of objects, ours likewise, nothing "
        "remembered before",
    )
    return Table(title="Decisions a second", rows=rows, notes=notes)


def _rows(oracle: Oracle, name: str, make: Callable[[Random], Case]) -> list[Row]:
    runs = [_compared(oracle, *make(Random(SEED + repetition))) for repetition in range(REPETITIONS)]  # noqa: S311
    go, reasons, verdicts = (median(each) for each in zip(*runs, strict=True))
    return [
        Row(
            what=f"{name}: {what}",
            ours=f"{REQUESTS / ours:,.0f}",
            reference=f"Go {REQUESTS / go:,.0f}",
            ratio=f"{times(ours / go)} Go's time",
            target=f"≤ {MOST:g}x" if target else "",
            met=ours / go <= MOST if target else None,
        )
        for what, ours, target in (("with the reason", reasons, True), ("verdict alone", verdicts, False))
    ]


def _compared(oracle: Oracle, cluster: Cluster, requests: list[tuple[int, Request]]) -> tuple[float, float, float]:
    """Return the least seconds of Go, of ours with reasons, and of our verdicts alone."""
    question = {
        "objects": cluster.documents,
        "aggregate": True,
        "users": users_of(cluster.identities),
        "requests": [asked(who, request) for who, request in requests],
    }
    objects = aggregate(read_objects(cluster.documents))
    tries = [_one_try(oracle, question, objects, cluster.identities, requests) for _ in range(TRIES)]
    go, reasons, verdicts = (min(each) for each in zip(*tries, strict=True))
    return go, reasons, verdicts


def _one_try(
    oracle: Oracle,
    question: dict[str, Any],
    objects: RbacObjects,
    who: Sequence[Identity],
    requests: list[tuple[int, Request]],
) -> tuple[float, float, float]:
    answer = oracle.ask(question)
    authorizer, fresh = RbacAuthorizer(objects), RbacAuthorizer(objects)
    start = time.perf_counter()
    ours = [authorizer.decide(who[index], request, every_ground=False) for index, request in requests]
    middle = time.perf_counter()
    verdicts = [fresh.allows(who[index], request) for index, request in requests]
    end = time.perf_counter()
    theirs = [(each.get("a", False), each.get("r", "")) for each in answer["decisions"]]
    if [(each.allowed, each.reason) for each in ours] != theirs or verdicts != [allowed for allowed, _ in theirs]:
        raise RuntimeError(f"a decision is not Go's, seed {SEED}: `make test` tells which")
    return answer["nanoseconds"] / 1e9, middle - start, end - middle
