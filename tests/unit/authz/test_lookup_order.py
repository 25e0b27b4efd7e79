"""Names are looked up in kubectl's order; what is expected of each is what `kubectl auth can-i` of 1.32 asked for."""

from __future__ import annotations

import pytest
from eks_access.authz.lookup import find_resource
from eks_access.authz.model import RbacObjects, Role
from eks_access.authz.resources import ApiResource, api_resources, by_group
from eks_access.errors import Refused
from eks_access.plan.model import RbacRule
from hypothesis import given
from hypothesis import strategies as st


def defined(group: str, plural: str, singular: str, *short: str, kind: str = "") -> ApiResource:
    return ApiResource(
        group=group, plural=plural, singular=singular, kind=kind or singular.title(), short=short, namespaced=True
    )


DEFINED = (
    defined("kueue.x-k8s.io", "workloads", "workload", "wl"),
    defined("scheduling.volcano.sh", "podgroups", "podgroup", "pg", "podgroup-v1"),
    defined("rabbitmq.com", "users", "user"),
    defined("cert-manager.io", "certificates", "certificate", "cert", "certs"),
    defined("kubeovn.io", "ips", "ip", "ip"),
    defined("projectcontour.io", "httpproxies", "httpproxy", "proxy", "proxies"),
    defined("config.openshift.io", "proxies", "proxy"),
    defined("gateway.networking.k8s.io", "gateways", "gateway", "gtw"),
    defined("networking.istio.io", "gateways", "gateway", "gw"),
    defined("networking.aaa.io", "ingressgadgets", "ingressgadget", "ing"),
    defined("app.aaa.io", "deployments", "deployment", "deploy"),
    defined("example.org", "deploy", "deploies"),
    defined("snap.example.org", "things", "th", "tk", kind="ThingKind"),
    defined("a.example.org", "pods", "pod"),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pods", "pods"),
        ("pods.v1.", "pods"),
        ("pods.a", "pods.a.example.org"),
        ("workloads", "workloads.kueue.x-k8s.io"),
        ("podgroup", "podgroups.scheduling.volcano.sh"),
        ("users", "users.rabbitmq.com"),
        ("ingresses.networking", "ingresses.networking.k8s.io"),
        ("storageclass.storage", "storageclasses.storage.k8s.io"),
        ("certificates.cert", "certificates.cert-manager.io"),
        ("gateways.networking", "gateways.networking.istio.io"),
        ("gateways.gateway", "gateways.gateway.networking.k8s.io"),
        ("ip", "ips.kubeovn.io"),
        ("ip.networking", "ipaddresses.networking.k8s.io"),
        ("proxy", "proxies.config.openshift.io"),
        ("proxies", "proxies.config.openshift.io"),
        ("proxy.projectcontour.io", "httpproxies.projectcontour.io"),
        ("deploy", "deploy.example.org"),
        ("ing", "ingresses.networking.k8s.io"),
        ("ing.networking.aaa", "ingressgadgets.networking.aaa.io"),
        ("deploy.app", "deployments.apps"),
        ("deployments.app", "deployments.apps"),
        ("deployments.app.aaa.io", "deployments.app.aaa.io"),
        ("deploy.v1.app", "deployments.apps"),
        ("events", "events"),
        ("events.events", "events.events.k8s.io"),
    ],
)
def test_a_name_means_what_kubectl_asks_for(text: str, found: str) -> None:
    asked = find_resource(text, None, DEFINED, verb="list")

    assert (str(asked.resource), asked.notices) == (found, ())


def test_a_kind_comes_after_all_other_names() -> None:
    """`kubectl auth can-i` takes no kinds, other commands do where nothing else is called so."""
    assert str(find_resource("ThingKind.snap.example.org", None, DEFINED).resource) == "things.snap.example.org"
    other = defined("example.org", "thingkinds", "thingkind")
    assert str(find_resource("ThingKind", None, (*DEFINED, other)).resource) == "thingkinds.example.org"


@pytest.mark.parametrize("text", ["gateways", "gateway", "gateways.g", "gw.g"])
def test_of_two_groups_that_are_not_kubernetes_own_neither_is_guessed(text: str) -> None:
    more = defined("g.example.org", "gateways", "gateway", "gw"), defined("gg.example.org", "gates", "gate", "gw")

    with pytest.raises(Refused, match="several API groups have g"):
        find_resource(text, None, (*DEFINED, *more))


NAMES = sorted({name for each in (*api_resources(), *DEFINED) for name in each.names if name})
GROUPS = ["example.org", "networking.aaa.io", "apps.aaa.io", "v1.apps", *(each.group for each in DEFINED)]
definitions = st.builds(
    ApiResource,
    group=st.sampled_from(GROUPS),
    plural=st.sampled_from(NAMES),
    singular=st.sampled_from(NAMES),
    kind=st.sampled_from(NAMES),
    short=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
)
rules = st.builds(
    RbacRule,
    verbs=st.just(("get",)),
    api_groups=st.sampled_from([*GROUPS, *by_group()]).map(lambda group: (group,)),
    resources=st.sampled_from([*NAMES, "*"]).map(lambda name: (name,)),
)
roles = st.lists(rules, max_size=6).map(lambda found: RbacObjects(roles=(Role(name="r", rules=tuple(found)),)))
own = sorted({group for group in by_group() if group})
texts = st.builds(
    lambda name, behind, cut: f"{name}.{behind[: len(behind) - cut]}".rstrip("."),
    st.sampled_from(NAMES),
    st.sampled_from(["", *own, *(f"v1.{group}" for group in own)]),
    st.sampled_from([0, 0, 4]),
)
verbs = st.sampled_from(["list", "impersonate", "sign"])


@given(texts, verbs, st.lists(definitions, max_size=4), roles)
def test_what_is_settled_is_meant_whatever_is_defined_and_named(
    text: str, verb: str, resources: list[ApiResource], objects: RbacObjects
) -> None:
    asked = find_resource(text, verb=verb)

    if asked.settled:
        assert find_resource(text, objects, resources, verb=verb) == asked


@given(texts, verbs, roles)
def test_what_kubernetes_serves_is_meant_whatever_rules_name(text: str, verb: str, objects: RbacObjects) -> None:
    asked = find_resource(text, verb=verb)

    if asked.resource.served:
        assert find_resource(text, objects, verb=verb) == asked


@given(st.sampled_from(DEFINED), st.lists(definitions, max_size=3))
def test_a_definition_s_plural_with_its_group_is_always_itself(which: ApiResource, others: list[ApiResource]) -> None:
    others = [each for each in others if each.group != which.group]

    assert find_resource(str(which), None, [*others, which]).resource == which
