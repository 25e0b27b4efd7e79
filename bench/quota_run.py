"""One cluster of a given size, in a process of its own: prints the matrices' seconds and the most memory, as JSON."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.lookup import find_resource
from eks_access.authz.reading import read_objects
from eks_access.cli import OBJECTS_BETWEEN_COLLECTIONS
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.plan.model import EntryType, PolicyScope
from eks_access.review.access_review import AccessReview
from eks_access.review.matrix import Matrix, matrix_of_roles, matrix_of_verbs
from eks_access.review.objects import finished
from eks_access.review.state import AccessState, Way

from .rbac_cluster import Company, Size, company

ACCOUNT = "111122223333"
QUOTAS = Size(namespaces=1000, roles=3000, bindings=10_000, people=3000, teams=250)
"""Of access entries as EKS has it; of the rest, what one cluster was seen to hold."""
REPETITIONS = 3


def state_of(made: Company) -> AccessState:
    """Give everybody an access entry: users and roles, every second one with a policy for namespaces."""
    entries = tuple(_entries(made))
    ways = tuple(
        Way(
            person=name,
            principal_arn=entry.principal_arn,
            session="" if ":user/" in entry.principal_arn else name,
            via="direct",
        )
        for name, entry in zip(made.people, entries, strict=True)
    )
    state = AccessState(
        name="quotas",
        version="1.33",
        mode=AuthenticationMode.API,
        entries=entries,
        namespaces=made.namespaces,
        people=tuple(made.people),
        ways=ways,
    )
    return finished(state, read_objects([*made.roles, *made.bindings]), complete=True)


def _entries(made: Company) -> Iterator[AccessEntry]:
    for number, (name, groups) in enumerate(made.people.items()):
        arn = f"arn:aws:iam::{ACCOUNT}:{'role' if number % 3 == 0 else 'user'}/{name}"
        yield AccessEntry(
            key=name,
            principal_arn=arn,
            type=EntryType.STANDARD,
            username=name,
            groups=groups,
            policies=(_policy("AmazonEKSEditPolicy", groups[0]),) if number % 2 else (),
        )


def _policy(name: str, team: str) -> PolicyScope:
    return PolicyScope(
        policy=name, arn=f"arn:aws:eks::aws:cluster-access-policy/{name}", namespaces=(f"{team}-*", "shared-*")
    )


def _seconds(build: Callable[[], Matrix]) -> tuple[float, int]:
    taken = []
    for _ in range(REPETITIONS):
        gc.collect()
        start = time.process_time()
        matrix = build()
        taken.append(time.process_time() - start)
    return median(taken), sum(len(row.everywhere) + sum(map(len, row.namespaces.values())) for row in matrix.rows)


def main(share: float) -> None:
    """Build both matrices, each from the state on, several times, as the command line does."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    state = state_of(company(QUOTAS.part(share)))
    pods = find_resource("pods").resource
    roles, labels = _seconds(lambda: matrix_of_roles(AccessReview(state)))
    verbs, _ = _seconds(lambda: matrix_of_verbs(AccessReview(state), pods))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"roles": roles, "verbs": verbs, "labels": labels, "megabytes": kilobytes / 1024}))  # noqa: T201


if __name__ == "__main__":
    main(float(sys.argv[1]))
