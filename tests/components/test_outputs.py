"""Every component says what it gives, in preview as in up."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import get_args

import eks_access
import pulumi
import pytest
from eks_access import ClusterAccess, Developers, EksCluster, MetricsAccess, NodeRole, Platform, TeamRbac
from pulumi.provider.experimental.util import camel_case

from ..mock_engine import Recorder
from ..plans import small
from .conftest import Run

RAW = small()
MAKE: dict[type[pulumi.ComponentResource], Callable[[], object]] = {
    ClusterAccess: lambda: ClusterAccess("c", {"access": RAW}),
    Developers: lambda: Developers("c", {"access": RAW}),
    EksCluster: lambda: EksCluster("c", {"access": RAW}),
    MetricsAccess: lambda: MetricsAccess("c", {"readers": [{"service_account": "a/b"}]}),
    NodeRole: lambda: NodeRole(
        "c", {"kind": "managed", "cluster_name": "x", "account": "1" * 12, "region": "eu-west-1"}
    ),
    Platform: lambda: Platform("c", {"access": RAW}),
    TeamRbac: lambda: TeamRbac("c", {"access": RAW}),
}


def test_every_component_is_looked_at() -> None:
    public = [getattr(eks_access, name) for name in eks_access.__all__]

    assert set(MAKE) == {p for p in public if inspect.isclass(p) and issubclass(p, pulumi.ComponentResource)}


@pytest.mark.parametrize("component", MAKE, ids=lambda component: component.__name__)
def test_a_component_registers_what_it_promises(run: Run, component: type[pulumi.ComponentResource]) -> None:
    recorder = run(MAKE[component])

    (outputs,) = [given for urn, given in recorder.outputs.items() if urn.endswith(f":{component.__name__}::c")]
    annotations = {camel_case(n): a for n, a in inspect.get_annotations(component).items() if not n.startswith("_")}
    sometimes = {name for name, output in annotations.items() if type(None) in get_args(get_args(output)[0])}
    assert set(annotations) - sometimes <= set(outputs) <= set(annotations)


@pytest.mark.parametrize("component", MAKE, ids=lambda component: component.__name__)
def test_a_component_is_registered_under_its_own_type(run: Run, component: type[pulumi.ComponentResource]) -> None:
    recorder = run(MAKE[component])

    assert (f"eks-access:index:{component.__name__}", "c") in recorder.registered


def test_nothing_of_a_platform_is_left_without_outputs(recorder: Recorder) -> None:
    components = {urn for urn in recorder.urns if urn.split("::")[2].rpartition("$")[2].startswith("eks-access:")}
    assert components == set(recorder.outputs)
