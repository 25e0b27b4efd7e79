"""Decisions in bulk: Kubernetes' own RBAC authorizer, in Go, and ours answer the same requests in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random
from statistics import median

from eks_access.authz.aggregation import aggregate
from eks_access.authz.rbac import RbacAuthorizer
from eks_access.authz.reading import read_objects

from tests.conformance.figures import SEED
from tests.conformance.generated_rbac import generate_cluster, generate_requests
from tests.conformance.oracle import Oracle
from tests.conformance.test_rbac_upstream import asked, users_of

from .rows import Row, Table, times

MOST = 5.0
REPETITIONS = 5
REQUESTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A generated cluster."""

    name: str
    roles: int
    bindings: int
    people: int


SIZES = (
    Size(name="small (30 roles, 60 bindings)", roles=30, bindings=60, people=10),
    Size(name="middling (120 roles, 400 bindings)", roles=120, bindings=400, people=14),
)


def measure() -> Table:
    """Compare decisions a second; the target is set for the verdict with its reason, as Go answers."""
    with Oracle("rbac") as oracle:
        rows = [row for size in SIZES for row in _rows(oracle, size)]
    notes = (
        f"the same {REQUESTS:,} requests to both, medians of {REPETITIONS} clusters each, every verdict and reason "
        "compared; Go without its start and the reading of objects, ours likewise, nothing remembered before",
    )
    return Table(title="Decisions a second", rows=rows, notes=notes)


def _rows(oracle: Oracle, size: Size) -> list[Row]:
    runs = [_compared(oracle, size, Random(SEED + repetition)) for repetition in range(REPETITIONS)]  # noqa: S311
    go, reasons, verdicts = (median(each) for each in zip(*runs, strict=True))
    return [
        Row(
            what=f"{size.name}: {what}",
            ours=f"{REQUESTS / ours:,.0f}",
            reference=f"Go {REQUESTS / go:,.0f}",
            ratio=f"{times(ours / go)} Go's time",
            target=f"≤ {MOST:g}x" if target else "",
            met=ours / go <= MOST if target else None,
        )
        for what, ours, target in (("with the reason", reasons, True), ("verdict alone", verdicts, False))
    ]


def _compared(oracle: Oracle, size: Size, random: Random) -> tuple[float, float, float]:
    """Return the seconds of Go, of ours with reasons, and of our verdicts alone."""
    cluster = generate_cluster(random, roles=size.roles, bindings=size.bindings, people=size.people)
    requests = generate_requests(random, cluster, REQUESTS)
    answer = oracle.ask(
        {
            "objects": cluster.documents,
            "aggregate": True,
            "users": users_of(cluster.identities),
            "requests": [asked(who, request) for who, request in requests],
        }
    )
    objects = aggregate(read_objects(cluster.documents))
    who = cluster.identities
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
