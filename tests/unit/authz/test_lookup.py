"""What people call resources, and what is made of it."""

from __future__ import annotations

import pytest
from eks_access.authz.lookup import find_resource
from eks_access.authz.model import RbacObjects, Role
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
        ("users", "", "users", "", False),
        ("group", "", "groups", "", False),
        ("uids", "authentication.k8s.io", "uids", "", False),
        ("userextras/scopes", "authentication.k8s.io", "userextras", "scopes", False),
        ("signers", "certificates.k8s.io", "signers", "", False),
    ],
)
def test_a_resource_is_found_by(text: str, group: str, plural: str, subresource: str, namespaced: bool | None) -> None:
    asked = find_resource(text)

    found = (asked.resource.group, asked.resource.plural, asked.subresource, asked.resource.namespaced)
    assert found == (group, plural, subresource, namespaced)
    assert asked.notices == ()


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
