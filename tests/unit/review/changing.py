"""Generated states of one cluster, two of which are compared, and requests that tell rules apart."""

from __future__ import annotations

import string

from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.model import BindingSubject, RbacObjects, Request, Role, RoleBinding
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.plan.model import EntryType, PolicyScope, RbacRule
from eks_access.review.access_review import AccessReview
from eks_access.review.objects import finished
from eks_access.review.state import AccessState, Way
from hypothesis import strategies as st

ACCOUNT = "111122223333"
PEOPLE = ("aiko", "botan", "chie")
NAMESPACES = ("pay", "pay-dev", "web-dev", "ops")
GROUPS = ("ants", "bees", "system:authenticated")
VERBS = ("get", "list", "delete", "impersonate")
API_GROUPS = ("", "apps", "rbac.authorization.k8s.io")
RESOURCES = ("pods", "secrets", "deployments", "roles")
SUBRESOURCES = ("", "log", "exec")
NAMES = ("", "one", "two")
PATHS = ("/", "/metrics", "/metrics/cadvisor", "/logs/kubelet")
POLICIES = ("AmazonEKSViewPolicy", "AmazonEKSAdminPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSNobodyKnowsPolicy")
PATTERNS = ("pay*", "*-dev", "*", "ops", "p*y-*")
STAR = "*"


def some(texts: tuple[str, ...], *, least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(texts), min_size=least, max_size=3, unique=True).map(tuple)


def rules() -> st.SearchStrategy[RbacRule]:
    written = (*RESOURCES, *(f"{r}/{s}" for r in RESOURCES[:2] for s in SUBRESOURCES[1:]), "*/log", "*/exec", STAR)
    on_resources = st.builds(
        RbacRule,
        verbs=some((*VERBS, STAR), least=1),
        api_groups=some((*API_GROUPS, STAR), least=1),
        resources=some(written, least=1),
        resource_names=st.one_of(st.just(()), some(NAMES[1:])),
    )
    on_paths = st.builds(
        RbacRule,
        verbs=some((*VERBS, STAR), least=1),
        non_resource_urls=some((*PATHS, "/metrics/*", "/metrics*", STAR), least=1),
    )
    return st.one_of(on_resources, on_resources, on_paths)


def requests() -> st.SearchStrategy[Request]:
    """Requests about what rules name, and about what they don't."""
    on_resources = st.builds(
        Request,
        verb=st.sampled_from((*VERBS, "patch")),
        api_group=st.sampled_from((*API_GROUPS, "example.com")),
        resource=st.sampled_from((*RESOURCES, "nodes", "widgets")),
        subresource=st.sampled_from((*SUBRESOURCES, "status")),
        name=st.sampled_from((*NAMES, "three")),
        namespace=st.sampled_from(("", *NAMESPACES, "play-dev", "pay-x", "nowhere")),
    )
    on_paths = st.builds(Request, verb=st.sampled_from(VERBS), path=st.sampled_from((*PATHS, "/metrics/x", "/x")))
    return st.one_of(on_resources, on_resources, on_paths)


def namespaces() -> st.SearchStrategy[str]:
    return st.text(alphabet="payx-dev" + string.digits[:1], min_size=1, max_size=8)


@st.composite
def states(draw: st.DrawFn) -> AccessState:
    """People who enter directly and by a role with MFA, roles with any rules, bindings, access policies."""
    roles = [
        Role(name=name, namespace=None, rules=tuple(draw(st.lists(rules(), max_size=3)))) for name in ("one", "two")
    ]
    roles.append(Role(name="three", namespace="pay", rules=tuple(draw(st.lists(rules(), max_size=2)))))
    bindings = draw(st.lists(_bindings(), max_size=5))
    numbered = tuple(
        RoleBinding(name=f"b{at}", namespace=where, role_kind=kind, role_name=name, subjects=tuple(subjects))
        for at, (kind, name, where, subjects) in enumerate(bindings)
    )
    entries = tuple(draw(_entry(name)) for name in draw(some((*PEOPLE, "shared"), least=1)))
    known = {entry.key for entry in entries}
    ways = [_way(name, name, "direct") for name in PEOPLE if name in known]
    if "shared" in known:
        ways += [_way(name, "shared", "team shared", mfa=draw(st.booleans())) for name in draw(some(PEOPLE))]
    state = AccessState(
        name="demo",
        version=draw(st.sampled_from(["1.31", "1.33"])),
        mode=AuthenticationMode.API,
        entries=entries,
        namespaces=draw(some(NAMESPACES)),
        people=PEOPLE,
        ways=tuple(ways),
    )
    return finished(state, RbacObjects(roles=tuple(roles), bindings=numbered), complete=draw(st.integers(0, 4)) > 0)


def _bindings() -> st.SearchStrategy[tuple[str, str, str | None, list[BindingSubject]]]:
    subjects = st.one_of(
        st.builds(BindingSubject, kind=st.just("Group"), name=st.sampled_from(GROUPS)),
        st.builds(BindingSubject, kind=st.just("User"), name=st.sampled_from((*PEOPLE, "stranger"))),
        st.builds(BindingSubject, kind=st.just("ServiceAccount"), name=st.just("robot"), namespace=st.just("ops")),
    )
    return st.tuples(
        st.sampled_from(["ClusterRole", "ClusterRole", "Role"]),
        st.sampled_from(["one", "two", "three", "view", "nobody-made-it"]),
        st.sampled_from([None, "pay", "web-dev", "kube-system"]),
        st.lists(subjects, min_size=1, max_size=2),
    )


@st.composite
def _entry(draw: st.DrawFn, name: str) -> AccessEntry:
    policies = tuple(
        PolicyScope(
            policy=policy, arn=f"arn:aws:eks::aws:cluster-access-policy/{policy}", namespaces=draw(some(PATTERNS))
        )
        for policy in draw(some(POLICIES))
    )
    return AccessEntry(
        key=name,
        principal_arn=arn_of(name),
        type=EntryType.STANDARD,
        username=name,
        groups=draw(some(GROUPS[:2])),
        policies=policies,
    )


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{'role' if name == 'shared' else 'user'}/{name}"


def _way(person: str, principal: str, via: str, *, mfa: bool = False) -> Way:
    session = person if principal == "shared" else ""
    return Way(
        person=person, principal_arn=arn_of(principal), session=session, via=via, mfa=mfa, own_arn=arn_of(person)
    )


def may(review: AccessReview, person: str, request: Request) -> bool:
    """What the evaluator says of a person: yes if a usable way allows it."""
    return any(
        review.authorizer.allows(identity, request)
        for asker in review.askers.people()
        if asker.name == person and asker.usable
        for identity in (asker.authentication.alternatives or (asker.authentication.identity,))
        if identity is not None
    )
