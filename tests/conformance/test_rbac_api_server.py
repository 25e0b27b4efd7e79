"""The evaluator against the real kube-apiserver and kube-controller-manager: a generated cluster, loaded and asked.

The API server looks at bindings in no fixed order, so its reason must be that of one of our grounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

import pytest
from eks_access.authz.aggregation import aggregate
from eks_access.authz.authorizer import Authorizer
from eks_access.authz.bootstrap import bootstrap_objects, with_bootstrap
from eks_access.authz.go_text import quote
from eks_access.authz.model import Decision, Identity, RbacObjects, Request, Role, RoleBinding
from eks_access.authz.reading import read_objects
from eks_access.plan.model import RbacRule

from sandbox.controlplane import ControlPlane

from .api_server import ApiServer, collection, in_parallel, item
from .conftest import Show
from .figures import SEED
from .generated_rbac import (
    API,
    NAMESPACES,
    Cluster,
    Document,
    generate_cluster,
    generate_requests,
    generate_rule,
    held_rules,
    narrowed,
)

pytestmark = pytest.mark.sandbox

MINOR = "1.36"
REQUESTS = 20_000
WRITERS = 12
ESCALATIONS = 600
FORBIDDEN, NOT_FOUND = 403, 404


@pytest.fixture(scope="module")
def api(control_plane: ControlPlane) -> Iterator[ApiServer]:
    api = ApiServer(control_plane.admin_kubeconfig)
    yield api
    api.close()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A generated cluster that the API server holds, and what we make of the same documents."""

    cluster: Cluster
    writers: tuple[Identity, ...]
    objects: RbacObjects
    authorizer: Authorizer


@pytest.fixture(scope="module")
def loaded(api: ApiServer) -> Iterator[Loaded]:
    random = Random(SEED + 10)
    cluster = generate_cluster(random, roles=150, bindings=260, people=60, storable=True)
    writers = tuple(
        Identity(username=f"w{number}", groups=("writers", "system:authenticated")) for number in range(WRITERS)
    )
    documents = (*cluster.documents, *rights_of_writers(random, cluster, writers))
    objects = aggregate(with_bootstrap(read_objects(documents), MINOR))
    load(api, documents)
    wait(
        lambda: aggregated(read_objects(api.items("clusterroles"))) == aggregated(objects),
        "the controller to aggregate",
    )
    wait_for_informers(api)
    yield Loaded(Cluster(documents, cluster.identities), writers, objects, Authorizer(objects, minor=MINOR))
    # what binds everybody would be told of everybody else's questions, too
    in_parallel(lambda document: api.call("DELETE", item(document)), documents)


def load(api: ApiServer, documents: Sequence[Document]) -> None:
    def create(document: Document) -> None:
        answer = api.create(document)
        assert answer.status == 201, answer

    for namespace in NAMESPACES:
        api.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    in_parallel(create, documents)


def wait(ready: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.1)


def wait_for_informers(api: ApiServer) -> None:
    """Wait until the authorizer has seen objects of each kind that were created behind all others."""
    sentinel = {"kind": "User", "apiGroup": API.partition("/")[0], "name": "sentinel"}
    for cluster in (True, False):
        where = {} if cluster else {"namespace": "a"}
        kind = "ClusterRole" if cluster else "Role"
        name = f"sentinel-{kind.lower()}"
        rule = {"verbs": [kind.lower()], "apiGroups": [""], "resources": ["sentinels"]}
        reference = {"apiGroup": API.partition("/")[0], "kind": kind, "name": name}
        load(
            api,
            [
                {"apiVersion": API, "kind": kind, "metadata": {"name": name} | where, "rules": [rule]},
                {
                    "apiVersion": API,
                    "kind": f"{kind}Binding",
                    "metadata": {"name": name} | where,
                    "roleRef": reference,
                    "subjects": [sentinel],
                },
            ],
        )
        wait(partial(is_allowed, api, kind.lower()), "the informers")


def is_allowed(api: ApiServer, verb: str) -> bool:
    asked = Request(verb=verb, resource="sentinels", namespace="a")
    return bool(api.review(Identity(username="sentinel"), asked)["allowed"])


def aggregated(objects: RbacObjects) -> dict[str, set[RbacRule]]:
    return {
        role.name: set(role.rules)
        for role in objects.roles
        if role.aggregation is not None and role.name not in ("admin", "edit", "view")
    }


def rights_of_writers(random: Random, cluster: Cluster, writers: Sequence[Identity]) -> Iterator[Document]:
    """Let all writers write RBAC; some may bind or escalate, and each holds a few roles of the generated ones."""
    group = API.partition("/")[0]
    names = [each["metadata"]["name"] for each in cluster.documents if each["kind"] == "ClusterRole"]
    resources = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"]
    some = {"apiGroups": [group], "resourceNames": random.sample(names, 10)}
    rights = {
        "writer": {"verbs": ["create", "update", "get"], "apiGroups": [group], "resources": resources},
        "binder": {"verbs": ["bind"], "apiGroups": [group], "resources": ["roles", "clusterroles"]},
        "binder-of-some": {"verbs": ["bind"], "resources": ["clusterroles"], **some},
        "escalator": {"verbs": ["escalate"], "apiGroups": [group], "resources": ["roles", "clusterroles"]},
        "escalator-of-some": {"verbs": ["escalate"], "resources": ["clusterroles"], **some},
        "everything": {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    }
    for name, rule in rights.items():
        yield {"apiVersion": API, "kind": "ClusterRole", "metadata": {"name": f"w:{name}"}, "rules": [rule]}
    yield bound("w:writers", None, "w:writer", {"kind": "Group", "name": "writers"})
    for number, (right, namespace) in enumerate(
        (("binder", None), ("binder", "a"), ("binder-of-some", None), ("escalator", None), ("escalator", "a"),
         ("escalator-of-some", None), ("everything", None), ("everything", "a"))
    ):  # fmt: skip
        yield bound(f"w:{number}", namespace, f"w:{right}", {"kind": "User", "name": writers[number].username})
    yield bound("w:admin", None, "cluster-admin", {"kind": "User", "name": writers[8].username})
    for number in range(WRITERS * 6):
        namespace = random.choice((None, None, "a", "b"))
        writer = {"kind": "User", "name": random.choice(writers).username}
        yield bound(f"w:random-{number}", namespace, random.choice((*names, *names, "view", "edit")), writer)


def bound(name: str, namespace: str | None, role: str, subject: dict[str, str]) -> Document:
    kind = "ClusterRoleBinding" if namespace is None else "RoleBinding"
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    reference = {"apiGroup": API.partition("/")[0], "kind": "ClusterRole", "name": role}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "roleRef": reference, "subjects": [subject]}


def test_the_embedded_bootstrap_objects_are_those_that_the_api_server_makes(api: ApiServer, show: Show) -> None:
    kinds = ("clusterroles", "roles", "clusterrolebindings", "rolebindings")
    made = read_objects(
        each
        for kind in kinds
        for each in api.items(kind)
        if each["metadata"].get("labels", {}).get("kubernetes.io/bootstrapping") == "rbac-defaults"
    )
    ours = bootstrap_objects(MINOR)
    assert sorted(ours.bindings, key=repr) == sorted(made.bindings, key=repr)
    stored = {(role.namespace, role.name): role for role in made.roles}
    assert {(role.namespace, role.name): (role.labels, role.aggregation) for role in ours.roles} == {
        key: (role.labels, role.aggregation) for key, role in stored.items()
    }
    assert [role for role in ours.roles if role.aggregation is None and role != stored[role.namespace, role.name]] == []
    complete = {role.name: role.rules for role in aggregate(ours).roles if role.aggregation is not None}
    # the controller fills view, edit and admin one after the other, in several rounds
    wait(lambda: filled(api) == complete, "the controller to fill admin, edit and view as computed here")
    show("bootstrap against the API server", roles=len(ours.roles), bindings=len(ours.bindings))


def filled(api: ApiServer) -> dict[str, tuple[RbacRule, ...]]:
    """Return the aggregated roles of every cluster, as the controller filled them."""
    found = {role.name: role for role in read_objects(api.items("clusterroles")).roles}
    return {name: found[name].rules for name in ("admin", "edit", "view") if found[name].rules}


def test_every_verdict_and_reason_is_the_api_servers(api: ApiServer, loaded: Loaded, show: Show) -> None:
    random = Random(SEED + 11)
    identities = people_of(loaded.cluster)
    requests = generate_requests(random, Cluster(loaded.cluster.documents, identities), REQUESTS, lean=0.5)
    start = time.perf_counter()
    theirs = in_parallel(lambda each: api.review(identities[each[0]], each[1]), requests)
    took = time.perf_counter() - start
    allowed, several = 0, 0
    for (who, request), status in zip(requests, theirs, strict=True):
        mine = loaded.authorizer.decide(identities[who], request)
        assert mine.allowed == status["allowed"], f"{identities[who]} {request} {status}, seed {SEED}"
        assert loaded.authorizer.allows(identities[who], request) == mine.allowed
        assert matches(mine, status.get("reason", "")), f"{identities[who]} {request} {status} {mine}, seed {SEED}"
        allowed += mine.allowed
        several += len(mine.grounds) > 1
    show(
        "RBAC against the API server",
        requests=REQUESTS,
        allowed=f"{allowed / REQUESTS:.1%}",
        with_several_grounds=several,
        answers_per_second=round(REQUESTS / took),
    )
    assert 0.3 < allowed / REQUESTS < 0.7


def people_of(cluster: Cluster) -> tuple[Identity, ...]:
    """Add those who are somebody without a generated binding."""
    return (
        *cluster.identities,
        Identity(username="root", groups=("system:masters",)),
        Identity(username="system:node:n1", groups=("system:nodes", "system:authenticated")),
        Identity(username="system:kube-scheduler", groups=("system:authenticated",)),
        Identity(username="system:anonymous", groups=("system:unauthenticated",)),
    )


def matches(mine: Decision, reason: str) -> bool:
    if mine.allowed:
        return reason in {ground.reason for ground in mine.grounds}
    return in_order(reason) == in_order(mine.reason)


def in_order(reason: str) -> list[str]:
    """Take a refusal apart: the order of several errors follows that of the bindings."""
    lines = []
    for line in reason.split("\n"):
        head, bracket, errors = line.partition("RBAC: [")
        lines.append(head + bracket + ", ".join(sorted(errors.removesuffix("]").split(", "))))
    return lines


def test_writes_are_refused_as_the_api_server_refuses_them(api: ApiServer, loaded: Loaded, show: Show) -> None:
    random = Random(SEED + 12)
    cases = [written(random, loaded) for _ in range(ESCALATIONS)]
    answers = in_parallel(lambda case: write(api, *case), cases)
    verdicts = {"written": 0, "forbidden": 0, "not_found": 0}
    for (writer, document, stored), (status, message) in zip(cases, answers, strict=True):
        new, old = role_or_binding(document), role_or_binding(stored) if stored else None
        update = old if isinstance(old, Role) else None
        mine = loaded.authorizer.escalates(writer, new, update=update)
        said = f"{writer.username} {document} {status} {message} {mine}, seed {SEED}"
        if mine.allowed:
            assert status < 300, said
            verdicts["written"] += 1
        elif mine.not_found:
            assert (status, message) == (NOT_FOUND, mine.because), said
            verdicts["not_found"] += 1
        else:
            plural = f"{document['kind'].lower()}s.rbac.authorization.k8s.io"
            expected = f"{plural} {quote(document['metadata']['name'])} is forbidden: {mine.because}"
            assert status == FORBIDDEN, said
            assert without_order(message) == without_order(expected), said
            verdicts["forbidden"] += 1
    show("escalation against the API server", cases=ESCALATIONS, **verdicts)
    assert min(verdicts.values()) > ESCALATIONS // 50


def written(random: Random, loaded: Loaded) -> tuple[Identity, Document, Document | None]:
    """Choose somebody, what they want to write, and the stored role in whose place it goes, if any."""
    writer = random.choice(loaded.writers)
    stored = [each for each in loaded.cluster.documents if each["kind"] in ("Role", "ClusterRole")]
    kind = random.choice(("Role", "ClusterRole", "ClusterRole", "RoleBinding", "RoleBinding", "ClusterRoleBinding"))
    namespace = random.choice(("a", "b")) if kind in ("Role", "RoleBinding") else None
    metadata = {"name": "new"} if namespace is None else {"name": "new", "namespace": namespace}
    if kind.endswith("Binding"):
        near = [each for each in stored if each["metadata"].get("namespace") in (None, namespace)]
        chosen = random.choice(near)
        dangling = random.random() < 0.12
        name = "gone" if dangling else chosen["metadata"]["name"]
        reference = {"apiGroup": API.partition("/")[0], "kind": chosen["kind"], "name": name}
        if dangling and namespace:
            reference["kind"] = random.choice(("Role", "ClusterRole"))
        return (
            writer,
            {"apiVersion": API, "kind": kind, "metadata": metadata, "roleRef": reference, "subjects": []},
            None,
        )
    document = {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata,
        "rules": rules_for(random, loaded, writer, namespace),
    }
    if kind == "ClusterRole" and random.random() < 0.15:
        document["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": {"to-a": "true"}}]}
    if random.random() < 0.3:
        same = [each for each in stored if each["kind"] == kind and namespace == each["metadata"].get("namespace")]
        old = random.choice(same)
        return writer, document | {"metadata": old["metadata"]}, old
    return writer, document, None


def rules_for(random: Random, loaded: Loaded, writer: Identity, namespace: str | None) -> list[Document]:
    rules = [generate_rule(random, urls=namespace is None, storable=True) for _ in range(random.randint(0, 1))]
    held = [rule for rule, where in held_rules(loaded.cluster, writer) if where in (None, namespace)]
    if namespace is not None:
        held = [rule for rule in held if "nonResourceURLs" not in rule]
    if held and random.random() < 0.8:
        rules = [narrowed(random, random.choice(held)) for _ in range(2)] + rules[: random.randint(0, 1)]
    return list(rules)


def write(api: ApiServer, writer: Identity, document: Document, stored: Document | None) -> tuple[int, str]:
    headers = {"Impersonate-User": writer.username, "Impersonate-Group": writer.groups[0]}
    if stored is None:
        answer = api.call("POST", f"{collection(document)}?dryRun=All", document, headers)
    else:
        answer = api.call("PUT", f"{item(document)}?dryRun=All", document, headers)
    return answer.status, answer.body.get("message", "")


def role_or_binding(document: Document) -> Role | RoleBinding:
    objects = read_objects([document])
    return objects.roles[0] if objects.roles else objects.bindings[0]


def without_order(message: str) -> list[str]:
    """Take a message apart: errors about roles that lack come in any order."""
    head, _, errors = message.partition("; resolution errors: [")
    return [head, *sorted(errors.strip("[]").split(", "))]
