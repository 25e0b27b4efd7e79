"""What people call resources, and what is made of it."""

from __future__ import annotations

import pytest
from eks_access.authz.lookup import find_resource
from eks_access.authz.model import RbacObjects, Role
from eks_access.authz.resources import ApiResource
from eks_access.errors import Refused
from eks_access.plan.model import RbacRule


@pytest.mark.parametrize(
    ("text", "group", "plural", "subresource", "namespaced"),
    [
        ("pods", "", "pods", "", True),
        ("po", "", "pods", "", True),
        ("pod", "", "pods", "", True),
        ("serviceaccount", "", "serviceaccounts", "", True),
        ("HorizontalPodAutoscaler", "autoscaling", "horizontalpodautoscalers", "", True),
        ("Pod", "", "pods", "", True),
        ("deploy", "apps", "deployments", "", True),
        ("deployments.apps", "apps", "deployments", "", True),
        ("deployments.v1.apps", "apps", "deployments", "", True),
        ("deployments/scale", "apps", "deployments", "scale", True),
        ("ns", "", "namespaces", "", False),
        ("events", "", "events", "", True),
        ("events.events.k8s.io", "events.k8s.io", "events", "", True),
        ("nodes/metrics", "", "nodes", "metrics", False),
        ("certificates.cert-manager.io", "cert-manager.io", "certificates", "", None),
        ("ingresses.networking", "networking.k8s.io", "ingresses", "", True),
        ("storageclass.storage", "storage.k8s.io", "storageclasses", "", False),
        ("deploy.app", "apps", "deployments", "", True),
        ("workloads.scheduling.k8s.io", "scheduling.k8s.io", "workloads", "", True),
    ],
)
def test_a_resource_is_found_by(text: str, group: str, plural: str, subresource: str, namespaced: bool | None) -> None:
    asked = find_resource(text)

    found = (asked.resource.group, asked.resource.plural, asked.subresource, asked.resource.namespaced)
    assert found == (group, plural, subresource, namespaced)
    assert asked.notices == ()


@pytest.mark.parametrize(
    ("verb", "text", "found"),
    [
        ("impersonate", "users", "users"),
        ("impersonate:user-info", "group", "groups"),
        ("impersonate", "uids", "uids.authentication.k8s.io"),
        ("impersonate", "userextras/scopes", "userextras.authentication.k8s.io"),
        ("approve", "signers", "signers.certificates.k8s.io"),
    ],
)
def test_what_only_authorization_knows_is_found_by_its_verb(verb: str, text: str, found: str) -> None:
    custom = RbacObjects(
        roles=(Role(name="r", rules=(_rule("example.org", "users"), _rule("example.org", "signers"))),)
    )
    asked = find_resource(text, custom, [_defined("users", "rabbitmq.com"), _defined("groups", "x.io")], verb=verb)

    assert (str(asked.resource), asked.notices, asked.settled) == (found, (), True)


@pytest.mark.parametrize("name", ["users", "user", "workloads", "workload", "leasecandidates"])
def test_what_is_defined_comes_before_what_no_api_server_need_serve(name: str) -> None:
    """kubectl looks among what is served, and Kubernetes' alpha and beta versions are off by default."""
    plural = f"{name.rstrip('s')}s"
    asked = find_resource(name, None, [_defined(plural, "example.org")], verb="list")

    assert (str(asked.resource), asked.notices) == (f"{plural}.example.org", ())


@pytest.mark.parametrize("plural", ["users", "workloads", "podgroups"])
def test_so_does_what_rules_name_in_a_group_that_is_not_kubernetes_own(plural: str) -> None:
    rules = (_rule("example.org", plural), _rule("scheduling.k8s.io", plural), _rule("", plural))
    asked = find_resource(plural, RbacObjects(roles=(Role(name="r", rules=rules),)), verb="list")

    assert str(asked.resource) == f"{plural}.example.org"
    assert asked.notices == (f"{plural} is taken for {plural}.example.org, as rules name it",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("workloads", "Kubernetes serves workloads.scheduling.k8s.io only where that is turned on; write workloads."),
        ("users", "users are only asked with impersonate; write users.GROUP if a custom resource is meant"),
        ("signer", "are only asked with approve or sign or attest; write signer.GROUP"),
    ],
)
def test_what_no_api_server_need_serve_is_asked_with_a_word_about_that(name: str, said: str) -> None:
    rules = (_rule("scheduling.k8s.io", "workloads"), _rule("", "users"))
    (notice,) = find_resource(name, RbacObjects(roles=(Role(name="r", rules=rules),)), verb="list").notices

    assert said in notice


def test_a_custom_resource_is_found_by_the_rules_that_name_it() -> None:
    objects = RbacObjects(roles=(Role(name="r", rules=(_rule("cert-manager.io", "certificates"),)),))

    assert str(find_resource("certificates", objects).resource) == "certificates.cert-manager.io"


@pytest.mark.parametrize(
    "text",
    [
        "certificate",
        "Certificate",
        "certificate.cert-manager.io",
        "Certificate.v1.cert-manager.io",
        "certificates.v1alpha2.Cert-Manager.io",
        "certificates.v1.cert-manager.io",
    ],
)
def test_a_custom_resource_may_be_written_as_kubectl_takes_it(text: str) -> None:
    objects = RbacObjects(roles=(Role(name="r", rules=(_rule("cert-manager.io", "certificates"),)),))

    assert str(find_resource(text, objects).resource) == "certificates.cert-manager.io"


def test_a_kind_in_y_has_its_plural_in_ies() -> None:
    objects = RbacObjects(roles=(Role(name="r", rules=(_rule("kyverno.io", "clusterpolicies/status"),)),))

    assert str(find_resource("ClusterPolicy.kyverno.io", objects).resource) == "clusterpolicies.kyverno.io"


def test_a_custom_resource_that_no_rule_names_is_asked_as_written_with_a_hint() -> None:
    objects = RbacObjects(roles=(Role(name="r", rules=(_rule("cert-manager.io", "certificates"),)),))

    asked = find_resource("certifcates.cert-manager.io", objects)
    assert str(asked.resource) == "certifcates.cert-manager.io"
    assert asked.notices == ("no rule names certifcates.cert-manager.io; did you mean certificates.cert-manager.io?",)


@pytest.mark.parametrize("text", ["deployments.extensions", "deployments.batch", "deployments.v1beta1.extensions"])
def test_a_resource_that_is_in_another_group_is_told_with_that_group(text: str) -> None:
    assert "did you mean deployments.apps?" in find_resource(text).notices[0]


def test_a_name_behind_a_slash_as_kubectl_takes_it_is_told_how_to_be_written() -> None:
    assert "If web-0 is a name, put a space before it" in find_resource("pods/web-0").notices[0]


def test_a_name_of_two_custom_resources_is_refused_with_both() -> None:
    rules = (_rule("a.example", "widgets"), _rule("b.example", "widgets"))

    with pytest.raises(Refused, match=r"widgets\.a\.example, widgets\.b\.example"):
        find_resource("widgets", RbacObjects(roles=(Role(name="r", rules=rules),)))


def test_a_misspelt_resource_is_asked_as_written_with_a_hint() -> None:
    assert find_resource("deploymnets").notices == (
        "no resource is called deploymnets in Kubernetes; did you mean deployments?",
    )


def test_a_misspelt_subresource_too() -> None:
    assert "did you mean pods/exec?" in find_resource("pods/exce").notices[0]


def _rule(group: str, resource: str) -> RbacRule:
    return RbacRule(verbs=("get",), api_groups=(group,), resources=(resource,))


def test_finalizers_can_be_asked_of_everything() -> None:
    """Admission asks for it where an owner blocks deletion, though it is no path of the API."""
    assert find_resource("deployments/finalizers").notices == ()
    assert "Kubernetes has no subresource finalizer " in find_resource("deployments/finalizer").notices[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("certificates.cert", "certificates.cert-manager.io"),
        ("Certificate.cert", "certificates.cert-manager.io"),
        ("jobs.batch", "jobs.batch"),
        ("queues.batch", "queues.batch.volcano.sh"),
    ],
)
def test_the_beginning_of_a_group_without_a_dot_is_taken_for_the_one_that_rules_name(text: str, found: str) -> None:
    rules = (_rule("cert-manager.io", "certificates"), _rule("batch.volcano.sh", "queues"), _rule("batch", "jobs"))
    asked = find_resource(text, RbacObjects(roles=(Role(name="r", rules=rules),)))

    assert str(asked.resource) == found
    assert asked.notices == ((f"{text} is taken for {found}, as rules name it",) if text != found else ())


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("gateways.networking.istio", "gateways.networking.istio.io"),
        ("Gateway.networking.istio", "gateway.networking.istio.io"),
        ("certificates.cert", "certificates.cert-manager.io"),
    ],
)
def test_the_beginning_of_a_group_that_may_be_a_group_is_asked_as_written_with_a_hint(text: str, near: str) -> None:
    rules = (_rule("networking.istio.io", "gateways"), _rule("cert-manager.io", "*"))
    asked = find_resource(text, RbacObjects(roles=(Role(name="r", rules=rules),)))

    assert str(asked.resource) == text.lower()
    assert asked.notices == (f"no rule names {text.lower()}; did you mean {near}?",)


def test_a_group_that_begins_like_a_version_is_found_as_any_other() -> None:
    rules = (_rule("v2.edp.epam.com", "codebases"),)

    for objects, defined in (
        (RbacObjects(roles=(Role(name="r", rules=rules),)), []),
        (None, [_defined("codebases", "v2.edp.epam.com")]),
    ):
        found = find_resource("codebases.v2.edp.epam.com", objects, defined)
        assert (str(found.resource), found.notices) == ("codebases.v2.edp.epam.com", ())


def _defined(plural: str, group: str) -> ApiResource:
    singular = plural.removesuffix("s")
    return ApiResource(group=group, plural=plural, singular=singular, kind=singular.title(), namespaced=True)


def test_a_kind_in_y_is_found_by_the_plural_that_rules_name() -> None:
    def found(name: str, plural: str) -> str:
        rule = RbacRule(api_groups=("example.org",), resources=(plural,), verbs=("get",))
        return str(find_resource(name, RbacObjects(roles=(Role(name="r", rules=(rule,)),))).resource)

    assert found("Gateway", "gateways") == found("gateway.example.org", "gateways") == "gateways.example.org"
    assert found("Policy", "policies") == "policies.example.org"
