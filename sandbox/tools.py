"""The programs the sandbox is made of: what they are called and how each is built from its pinned module."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MODULES = Path(__file__).parent / "tools"
"""One Go module per folder, since their requirements conflict; each pins everything by go.mod and go.sum."""

KUBERNETES_LDFLAGS = (
    "-X k8s.io/component-base/version.gitVersion=v1.36.3 "
    "-X k8s.io/component-base/version.gitMajor=1 "
    "-X k8s.io/component-base/version.gitMinor=36"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One executable, and where its source is pinned."""

    name: str
    module: str
    """Folder under `sandbox/tools/` with the go.mod that pins it."""
    package: str
    """Import path that is given to ``go build``."""
    ldflags: str = ""
    beside: tuple[tuple[str, str], ...] = ()
    """Further executables of the same module that must lie beside it: name and import path."""
    companions: tuple[str, ...] = ()
    """Files that must lie beside the executable, relative to the folder of the last package built."""
    only_with: str | None = None
    """Another tool that must be on PATH too before this one is taken from there: they have to fit each other."""
    minutes: float = 1
    """Rough time of a cold build on two cores, told to the person who waits."""


TOOLS: tuple[Tool, ...] = (
    Tool(
        name="pulumi-language-python",
        module="pulumi-language-python",
        package=".",  # passes on to the published one, whose engine was older
        beside=(
            (
                "pulumi-language-python-published",
                "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
            ),
        ),
        companions=("../pulumi-language-python-exec",),
        only_with="pulumi",
        minutes=0.5,
    ),
    Tool(
        name="pulumi",
        module="pulumi",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        ldflags="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.250.0",
        only_with="pulumi-language-python",
        minutes=5,
    ),
    Tool(name="etcd", module="etcd", package="go.etcd.io/etcd/server/v3", minutes=0.5),
    Tool(
        name="aws-iam-authenticator",
        module="aws-iam-authenticator",
        package="sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator",
        minutes=2,
    ),
    Tool(
        name="kube-apiserver",
        module="kubernetes",
        package="k8s.io/kubernetes/cmd/kube-apiserver",
        ldflags=KUBERNETES_LDFLAGS,
        minutes=5,
    ),
    Tool(
        name="kube-controller-manager",
        module="kubernetes",
        package="k8s.io/kubernetes/cmd/kube-controller-manager",
        ldflags=KUBERNETES_LDFLAGS,
    ),
    Tool(
        name="kube-scheduler",
        module="kubernetes",
        package="k8s.io/kubernetes/cmd/kube-scheduler",
        ldflags=KUBERNETES_LDFLAGS,
    ),
    Tool(
        name="kubectl",
        module="kubernetes",
        package="k8s.io/kubernetes/cmd/kubectl",
        ldflags=KUBERNETES_LDFLAGS,
    ),
    Tool(name="hollow-kubelet", module="hollow-kubelet", package=".", ldflags=KUBERNETES_LDFLAGS),
)
