"""A made-up company's RBAC, of any size: teams with namespaces, people in groups and directly, ServiceAccounts.

Rules are of the kinds that people write: whole resources, wildcards, subresources, named objects, URLs with a star.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

Document = dict[str, Any]
_GROUP = "rbac.authorization.k8s.io"
_READ, _WRITE = ["get", "list", "watch"], ["create", "update", "patch", "delete"]
_RULES: tuple[Document, ...] = (
    {"apiGroups": [""], "resources": ["pods", "pods/log", "services"], "verbs": _READ},
    {"apiGroups": [""], "resources": ["configmaps"], "verbs": [*_READ, *_WRITE]},
    {"apiGroups": [""], "resources": ["secrets"], "verbs": _READ, "resourceNames": ["tls", "db"]},
    {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": [*_READ, *_WRITE]},
    {"apiGroups": ["apps"], "resources": ["*/scale"], "verbs": ["get", "patch", "update"]},
    {"apiGroups": ["batch"], "resources": ["jobs", "cronjobs"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["pods/exec", "pods/portforward"], "verbs": ["create"]},
    {"apiGroups": ["example.org"], "resources": ["*"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["events"], "verbs": _READ},
)
_RARE: tuple[Document, ...] = (
    {"apiGroups": [""], "resources": ["secrets"], "verbs": _READ},
    {"apiGroups": ["*"], "resources": ["*"], "verbs": _READ},
    {"apiGroups": [""], "resources": ["nodes"], "verbs": [*_READ, "delete"]},
    {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "patch", "update"]},
)
_URLS: tuple[Document, ...] = (
    {"nonResourceURLs": ["/metrics", "/healthz"], "verbs": ["get"]},
    {"nonResourceURLs": ["/metrics*"], "verbs": ["get"]},
    {"nonResourceURLs": ["*"], "verbs": ["get"]},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything there is; each person is in one to three of the groups, one for each team."""

    namespaces: int
    roles: int
    bindings: int
    people: int
    teams: int

    def part(self, share: float) -> Size:
        """Return a smaller one with the same proportions."""
        names = ("namespaces", "roles", "bindings", "people", "teams")
        return Size(**{name: round(getattr(self, name) * share) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who there is, and what is written."""

    namespaces: tuple[str, ...]
    people: dict[str, tuple[str, ...]]
    """User name → groups."""
    roles: tuple[Document, ...]
    bindings: tuple[Document, ...]

    def documents(self) -> Iterator[Document]:
        """List every object, in the order in which they can be created."""
        for name in self.namespaces:
            yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        yield from self.roles
        yield from self.bindings


def company(size: Size, seed: int = 7) -> Company:
    """Make one; the same for the same seed."""
    random = Random(seed)  # noqa: S311, nothing secret
    teams = [f"team-{number:03}" for number in range(size.teams)]
    namespaces = tuple(f"{teams[number % len(teams)]}-{number // len(teams)}" for number in range(size.namespaces))
    people = {
        f"person-{number:04}": tuple(sorted(random.sample(teams, random.randint(1, min(3, len(teams))))))
        for number in range(size.people)
    }
    roles = tuple(_role(random, number, namespaces) for number in range(size.roles))
    local: dict[str | None, list[str]] = {}
    for role in roles:
        local.setdefault(role["metadata"].get("namespace"), []).append(role["metadata"]["name"])
    names = list(people)
    bindings = tuple(_binding(random, number, namespaces, local, teams, names) for number in range(size.bindings))
    return Company(namespaces=namespaces, people=people, roles=roles, bindings=bindings)


def _role(random: Random, number: int, namespaces: tuple[str, ...]) -> Document:
    cluster_wide = number % 8 == 0
    rules = random.sample(_RULES, random.randint(1, 4))
    if random.random() < 0.04:
        rules.append(random.choice(_RARE))
    if cluster_wide and random.random() < 0.1:
        rules.append(random.choice(_URLS))
    where = {} if cluster_wide else {"namespace": namespaces[number % len(namespaces)]}
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "ClusterRole" if cluster_wide else "Role",
        "metadata": {"name": f"role-{number:04}", **where},
        "rules": rules,
    }


def _binding(
    random: Random,
    number: int,
    namespaces: tuple[str, ...],
    roles: dict[str | None, list[str]],
    teams: list[str],
    people: list[str],
) -> Document:
    cluster_wide = number % 12 == 0
    namespace = None if cluster_wide else namespaces[number % len(namespaces)]
    own = roles.get(namespace) if namespace and random.random() < 0.6 else None
    subjects = [_subject(random, namespace or random.choice(namespaces), teams, people) for _ in range(1 + number % 2)]
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": f"binding-{number:05}", **({"namespace": namespace} if namespace else {})},
        "roleRef": {
            "apiGroup": _GROUP,
            "kind": "Role" if own else "ClusterRole",
            "name": random.choice(own or roles[None]),
        },
        "subjects": subjects,
    }


def _subject(random: Random, namespace: str, teams: list[str], people: list[str]) -> Document:
    kind = random.random()
    if kind < 0.4:
        team = namespace.rpartition("-")[0] if random.random() < 0.7 else random.choice(teams)
        return {"apiGroup": _GROUP, "kind": "Group", "name": team}
    if kind < 0.75:
        return {"apiGroup": _GROUP, "kind": "User", "name": random.choice(people)}
    return {"kind": "ServiceAccount", "name": random.choice(("builder", "app", "ci")), "namespace": namespace}
