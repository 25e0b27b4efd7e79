"""What the conformance tests share: a way to show figures, and a control plane that is plain Kubernetes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Protocol

import pytest

from sandbox.controlplane import ControlPlane, ControlPlaneSettings
from sandbox.processes import Processes
from sandbox.progress import Reporter
from sandbox.toolchain import Toolchain
from sandbox.tools import TOOLS

from .figures import line

PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


class Show(Protocol):
    """Shows a measurement to the person who waits."""

    def __call__(self, title: str, **figures: object) -> None: ...


@pytest.fixture
def show(pytestconfig: pytest.Config) -> Show:
    """Print past pytest's capture; a worker's standard error is the terminal too."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def show(title: str, **figures: object) -> None:
        with capture.global_and_fixture_disabled():
            sys.stderr.write(line(title, **figures) + "\n")
            sys.stderr.flush()

    return show


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Start a control plane without EKS's webhooks; stop it at the end by process id."""
    home = tmp_path_factory.mktemp("kubernetes")
    tools = Toolchain(Reporter()).ensure_all([tool for tool in TOOLS if tool.name in PARTS])
    control_plane = ControlPlane("conformance", home / "cluster", tools, Processes(home), ControlPlaneSettings())
    try:
        control_plane.start()
        yield control_plane
    finally:
        control_plane.stop()
