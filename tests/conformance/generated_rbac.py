"""Generated clusters, identities and requests: everything that RBAC can say, and names that nobody would choose.

`storable` keeps to what an API server accepts; otherwise objects also are as only a broken store could hold them.
Requests lean towards what somebody holds, so that both verdicts are common.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from eks_access.authz.model import Identity, Request

Document = dict[str, Any]

API = "rbac.authorization.k8s.io/v1"
NAMESPACES = ("a", "b", "c-d", "default")
GROUPS = ("", "apps", "batch", "example.org", "rbac.authorization.k8s.io")
RESOURCES = ("pods", "secrets", "deployments", "nodes", "widgets", "Pods", "configmaps", "namespaces")
SUBRESOURCES = ("", "", "", "log", "exec", "scale", "status", "metrics", "proxy")
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "GET")
NAMES = ("", "x", "y", "x:y", "X", "*", "web-0")
URLS = (
    "/metrics", "/metrics/slis", "/metrics/*", "/healthz", "/healthz/", "/healthz/*", "/api", "/api/v1", "/api/*/*",
    "/a*b/*", "/logs/kube/**", "/", "*", "/version*", "metrics",
)  # fmt: skip
USERS = (
    "alice", "bob", "Alice", "*", "system:admin", "arn:aws:iam::111122223333:user/hanako", "https://issuer.example#sub",
    'quo"ted\\', "ünïcödé", "tab\there", "zero\u200bwidth", "soft\u00adhyphen", "日本", "\U0001f600", "bell\x07",
    "del\x7f", "nbsp\u00a0", "a b", "<&>", "e\u0301",
)  # fmt: skip
TEAMS = ("devs", "ops", "system:authenticated", "team:payments", "*", "new\nline", 'g"', "system:serviceaccounts")
ACCOUNTS = ("builder", "default", "x.y")
ROLE_NAMES = ("reader", "writer", "Admin", "system:thing", "a:b", 'odd"name', "with space", "ß", "role\u2028sep")
LABELS = ("to-a", "to-b", "tier")
LABEL_VALUES = ("true", "false", "", "x")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Objects as documents, and who asks there."""

    documents: tuple[Document, ...]
    identities: tuple[Identity, ...]


def generate_cluster(
    random: Random, *, roles: int, bindings: int, people: int | None = None, storable: bool = False
) -> Cluster:
    """Make a cluster with about so many roles, bindings and people."""
    # roles that select each other are never stored with rules: which survive depends on who is looked at first
    circles = not storable and random.random() < 0.5
    made = [_role(random, number, storable=storable, circles=circles) for number in range(roles)]
    identities = tuple(_identity(random) for _ in range(people or random.randint(6, 14)))
    bound = [_binding(random, number, made, identities, storable=storable) for number in range(bindings)]
    documents = made + bound
    random.shuffle(documents)
    return Cluster(tuple(_unique(documents)), identities)


def _unique(documents: Sequence[Document]) -> Iterator[Document]:
    seen = set()
    for document in documents:
        key = (document["kind"], document["metadata"].get("namespace"), document["metadata"]["name"])
        if key not in seen:
            seen.add(key)
            yield document


def _some(random: Random, pool: Sequence[str], most: int = 3, *, least: int = 1) -> list[str]:
    return [random.choice(pool) for _ in range(random.randint(least, most))]


def generate_rule(random: Random, *, urls: bool, storable: bool) -> Document:
    """Make one rule; an odd one has both sides, or a side without anything."""
    odd = not storable and random.random() < 0.08
    verbs = ["*"] if random.random() < 0.12 else _some(random, VERBS, least=0 if odd else 1)
    rule: Document = {"verbs": verbs}
    about_urls = urls and random.random() < 0.25
    if about_urls or odd:
        rule["nonResourceURLs"] = _some(random, URLS, least=0 if odd else 1)
    if not about_urls or odd:
        rule["apiGroups"] = ["*"] if random.random() < 0.15 else _some(random, GROUPS, 2, least=0 if odd else 1)
        rule["resources"] = [_resource(random) for _ in range(random.randint(0 if odd else 1, 3))]
        if random.random() < 0.2:
            rule["resourceNames"] = _some(random, NAMES)
    return rule


def narrowed(random: Random, rule: Document) -> Document:
    """Take a part of a rule, as somebody may grant who holds it."""
    part = {key: values[: random.randint(1, 2)] for key, values in rule.items()}
    if "resources" in part and random.random() < 0.4:
        part["resourceNames"] = [random.choice(("x", "y", ""))]
    return part


def _resource(random: Random) -> str:
    kind = random.random()
    if kind < 0.06:
        return "*"
    if kind < 0.14:
        return random.choice(("*/scale", "*/log", "*/status", "*/*", "pods/*", "*/"))
    subresource = random.choice(SUBRESOURCES)
    return random.choice(RESOURCES) + (f"/{subresource}" if subresource else "")


def _role(random: Random, number: int, *, storable: bool, circles: bool) -> Document:
    name = f"{random.choice(ROLE_NAMES)}-{number}"
    cluster = random.random() < 0.6
    rules = [
        generate_rule(random, urls=cluster or not storable, storable=storable) for _ in range(random.randint(0, 3))
    ]
    metadata: Document = {"name": name} if cluster else {"name": name, "namespace": random.choice(NAMESPACES)}
    role: Document = {"apiVersion": API, "kind": "ClusterRole" if cluster else "Role", "metadata": metadata}
    if cluster and random.random() < 0.3:
        selectors = _selectors(random, number, circles=circles, storable=storable)
        role["aggregationRule"] = {"clusterRoleSelectors": selectors}
        if not circles:
            role["rules"] = rules  # the controller puts others in their place
            metadata["labels"] = {"nested": str(number)}
            return role
    else:
        role["rules"] = rules
    if cluster and random.random() < 0.6:
        metadata["labels"] = {key: random.choice(LABEL_VALUES) for key in random.sample(LABELS, random.randint(1, 3))}
    return role


def _selectors(random: Random, number: int, *, circles: bool, storable: bool) -> list[Document]:
    selectors = [_selector(random) for _ in range(random.randint(1, 2))]
    if not storable and random.random() < 0.1:
        return []
    if circles:
        return [{} if random.random() < 0.05 else selector for selector in selectors]
    # aggregated roles carry the label `nested` alone, and only later ones choose by it
    chosen = [selector for selector in selectors if selector.get("matchLabels")]
    return [*chosen, {"matchLabels": {"nested": str(random.randint(0, number))}}]


def _selector(random: Random) -> Document:
    selector: Document = {}
    if random.random() < 0.7:
        selector["matchLabels"] = {random.choice(LABELS): random.choice(LABEL_VALUES)}
    if random.random() < 0.5:
        operator = random.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        expression: Document = {"key": random.choice(LABELS), "operator": operator}
        if operator in ("In", "NotIn"):
            expression["values"] = _some(random, LABEL_VALUES, 2)
        selector["matchExpressions"] = [expression]
    return selector


def _identity(random: Random) -> Identity:
    if random.random() < 0.25:
        namespace, name = random.choice(NAMESPACES), random.choice(ACCOUNTS)
        username = f"system:serviceaccount:{namespace}:{name}"
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]
        return Identity(username=username, groups=tuple(groups[: random.randint(0, 3)]))
    return Identity(username=random.choice(USERS), groups=tuple(_some(random, TEAMS, least=0)))


def _binding(
    random: Random, number: int, roles: Sequence[Document], identities: Sequence[Identity], *, storable: bool
) -> Document:
    name = f"{random.choice(ROLE_NAMES)}.{number}"
    cluster = random.random() < 0.35
    namespace = None if cluster else random.choice(NAMESPACES)
    metadata: Document = {"name": name} if cluster else {"name": name, "namespace": namespace}
    subjects = [
        _subject(random, random.choice(identities), cluster=cluster, storable=storable)
        for _ in range(random.randint(0 if random.random() < 0.05 else 1, 3))
    ]
    return {
        "apiVersion": API,
        "kind": "ClusterRoleBinding" if cluster else "RoleBinding",
        "metadata": metadata,
        "roleRef": _role_ref(random, roles, namespace, storable=storable),
        "subjects": subjects,
    }


def _role_ref(random: Random, roles: Sequence[Document], namespace: str | None, *, storable: bool) -> Document:
    group = API.partition("/")[0]
    if random.random() < 0.06:  # dangling
        kind = "ClusterRole" if namespace is None else random.choice(("Role", "ClusterRole"))
        return {"apiGroup": group, "kind": kind, "name": random.choice(("gone", 'go"ne', "röle"))}
    if not storable and random.random() < 0.04:
        return {"apiGroup": group, "kind": random.choice(("Role", "Group", "", 'K"')), "name": "x"}
    near = [role for role in roles if role["metadata"].get("namespace") in (None, namespace)] or list(roles)
    role = random.choice(near)
    kind = role["kind"] if namespace or not storable else "ClusterRole"
    return {"apiGroup": group, "kind": kind, "name": role["metadata"]["name"]}


def _subject(random: Random, identity: Identity, *, cluster: bool, storable: bool) -> Document:
    kind = random.random()
    prefix, _, account = identity.username.partition("system:serviceaccount:")
    if account and not prefix and kind < 0.5:
        namespace, _, name = account.partition(":")
        subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
        if (not cluster or not storable) and random.random() < 0.3:
            del subject["namespace"]  # then it is the binding's
        return subject
    if identity.groups and kind < 0.75:
        return {"kind": "Group", "name": random.choice(identity.groups)}
    if not storable and random.random() < 0.05:
        return {"kind": random.choice(("Robot", "user", "")), "name": identity.username}
    return {"kind": "User", "name": identity.username}


def generate_requests(random: Random, cluster: Cluster, count: int, *, lean: float = 0.78) -> list[tuple[int, Request]]:
    """Make requests, each with the index of the identity that makes it; `lean` of them towards what somebody holds."""
    holdings = [list(held_rules(cluster, identity)) for identity in cluster.identities]
    asked = []
    for _ in range(count):
        who = random.randrange(len(cluster.identities))
        if holdings[who] and random.random() < lean:
            rule, namespace = random.choice(holdings[who])
            request = _within(random, rule, namespace)
            if random.random() < 0.15:
                request = _beside(random, request)
        else:
            request = _any_request(random)
        asked.append((who, request))
    return asked


def held_rules(cluster: Cluster, identity: Identity) -> Iterator[tuple[Document, str | None]]:
    """List rules that an identity may hold and where, generously: this only makes questions worth asking."""
    roles: dict[str, list[Document]] = {}
    for each in cluster.documents:
        if "roleRef" not in each:
            roles.setdefault(each["metadata"]["name"], []).extend(each.get("rules") or ())
    names = {identity.username, *identity.groups, identity.username.rpartition(":")[2]}
    for each in cluster.documents:
        if "roleRef" in each and any(subject["name"] in names for subject in each["subjects"]):
            for rule in roles.get(each["roleRef"]["name"], ()):
                yield rule, each["metadata"].get("namespace")


def _within(random: Random, rule: Document, namespace: str | None) -> Request:
    verb = _one_of(random, rule["verbs"], VERBS)
    if rule.get("nonResourceURLs") and (not rule.get("resources") or random.random() < 0.3):
        url = random.choice(rule["nonResourceURLs"])
        if url.endswith("*") and random.random() < 0.8:
            url = url.rstrip("*") + random.choice(("", "x", "x/y", "*"))
        return Request(verb=verb, path=url)
    resource, _, subresource = _one_of(random, rule.get("resources") or ["*"], RESOURCES).partition("/")
    if rule.get("resources") == ["*"] and random.random() < 0.3:
        subresource = random.choice(SUBRESOURCES)
    return Request(
        verb=verb,
        api_group=_one_of(random, rule.get("apiGroups") or ["*"], GROUPS),
        resource=random.choice(RESOURCES) if resource == "*" else resource,
        subresource=subresource,
        name=_one_of(random, rule.get("resourceNames") or NAMES, NAMES),
        namespace=random.choice(("", *NAMESPACES)) if namespace is None else namespace,
    )


def _one_of(random: Random, values: Sequence[str], instead_of_star: Sequence[str]) -> str:
    value = random.choice(values) if values else "*"
    return random.choice(instead_of_star) if value == "*" else value


def _beside(random: Random, request: Request) -> Request:
    if request.path is not None:
        return replace(request, path=random.choice((f"{request.path}/", request.path[1:], f"{request.path}x")))
    change = random.choice(("verb", "group", "resource", "subresource", "name", "namespace"))
    other = _any_request(random, path=False)
    match change:
        case "verb":
            return replace(request, verb=other.verb)
        case "group":
            return replace(request, api_group=other.api_group)
        case "resource":
            return replace(request, resource=other.resource)
        case "subresource":
            return replace(request, subresource=other.subresource)
        case "name":
            return replace(request, name=other.name)
    return replace(request, namespace=other.namespace)


def _any_request(random: Random, *, path: bool = True) -> Request:
    if path and random.random() < 0.2:
        return Request(verb=random.choice(VERBS), path=random.choice(URLS))
    return Request(
        verb=random.choice(VERBS),
        api_group=random.choice(GROUPS),
        resource=random.choice(RESOURCES),
        subresource=random.choice(SUBRESOURCES),
        name=random.choice(NAMES),
        namespace=random.choice(("", *NAMESPACES)),
    )
