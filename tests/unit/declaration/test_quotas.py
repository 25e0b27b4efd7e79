"""Quotas and limits of namespaces: what the API server would refuse in the middle of an update is refused before."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access import Refused, compile_plan
from eks_access.authz.manifests import manifests
from eks_access.declaration import from_dict
from hypothesis import given
from hypothesis import strategies as st

from ...plans import TODAY, small


def namespace(**content: Any) -> dict[str, Any]:
    return small(namespaces={"payments": content})


def test_a_namespace_with_quota_and_limits_has_one_object_of_each() -> None:
    raw = namespace(
        quota={"pods": 50, "requests.cpu": "8"},
        limits=[{"type": "Container", "default": {"cpu": "1"}, "defaultRequest": {"cpu": "100m"}}],
    )

    objects = {m["kind"]: m for m in manifests(compile_plan(from_dict(raw), today=TODAY).rbac)}
    assert objects["ResourceQuota"]["spec"] == {"hard": {"pods": "50", "requests.cpu": "8"}}
    assert objects["LimitRange"]["spec"] == {
        "limits": [{"type": "Container", "default": {"cpu": "1"}, "defaultRequest": {"cpu": "100m"}}]
    }
    assert {objects[kind]["metadata"]["namespace"] for kind in ("ResourceQuota", "LimitRange")} == {"payments"}


def test_a_namespace_without_them_has_neither() -> None:
    objects = {m["kind"] for m in manifests(compile_plan(from_dict(namespace()), today=TODAY).rbac)}

    assert not objects & {"ResourceQuota", "LimitRange"}


@pytest.mark.parametrize(
    ("content", "where", "says"),
    [
        ({"quota": {"request.cpu": "8"}}, "quota.request.cpu", "did you mean requests.cpu?"),
        ({"quota": {"pods": "many"}}, "quota.pods", "a quantity is a number"),
        ({"quota": {"pods": "-1"}}, "quota.pods", "a quantity is a number"),
        ({"quota": {"pods": "1e99999999"}}, "quota.pods", "a quantity is a number"),
        ({"quota": {"pods": "500m"}}, "quota.pods", "whole numbers"),
        ({"quota": {"limits.hugepages-2Mi": 1}}, "quota.limits.hugepages-2Mi", "no resource that Kubernetes counts"),
        ({"quota": {"count/": 1}}, "quota.count/", "no resource that Kubernetes counts"),
        ({"limits": [{"type": "Container", "default": {"cpuu": "1"}}]}, "limits[0].default.cpuu", "did you mean cpu?"),
        (
            {"limits": [{"type": "Container", "maxLimitRequestRatio": {"cpu": "0.5"}}]},
            "limits[0].maxLimitRequestRatio.cpu",
            "at least 1",
        ),
        ({"limits": [{"type": "container"}]}, "limits[0].type", "did you mean Container?"),
        ({"limits": [{"type": "Pod", "default": {"cpu": "1"}}]}, "limits[0].default", "only containers have defaults"),
        ({"limits": [{"type": "PersistentVolumeClaim"}]}, "limits[0]", "min.storage and max.storage"),
        ({"limits": [{"type": "Pod"}, {"type": "Pod"}]}, "limits[1].type", "limits[0] already"),
        (
            {"limits": [{"type": "Container", "default": {"cpu": "500m"}, "max": {"cpu": "0.4"}}]},
            "limits[0].default.cpu",
            "write 0.4 or less",
        ),
        (
            {"limits": [{"type": "Container", "min": {"memory": "1Gi"}, "max": {"memory": "1000M"}}]},
            "limits[0].min.memory",
            "write 1000M or less",
        ),
    ],
)
def test_what_the_api_server_would_refuse_is_refused_before(content: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(Refused) as caught:
        from_dict(namespace(**content))

    assert f"namespaces.payments.{where}" in str(caught.value).replace('["', ".").replace('"]', "")
    assert says in str(caught.value)


@given(st.integers(0, 10**6), st.sampled_from([("k", 3), ("M", 6), ("G", 9), ("m", -3)]))
def test_units_compare_as_the_numbers_that_they_are(number: int, unit: tuple[str, int]) -> None:
    suffix, power = unit
    plain = f"{number}{'0' * power}" if power > 0 else f"{number / 1000:.3f}"
    limits = [{"type": "Container", "default": {"cpu": f"{number}{suffix}"}, "max": {"cpu": plain}}]

    from_dict(namespace(limits=limits))
    more = f"{number + 1}{suffix}"
    with pytest.raises(Refused):
        from_dict(namespace(limits=[{"type": "Container", "default": {"cpu": more}, "max": {"cpu": plain}}]))
