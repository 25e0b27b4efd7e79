"""What both programs begin with: the providers."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

ACCESS = Path(os.environ.get("BENCH_ACCESS", "access.json"))
"""The declaration."""
RESOURCES = Path(os.environ.get("BENCH_RESOURCES", "resources.json"))
"""What the declaration's components registered, as the engine keeps it."""


def providers() -> tuple[aws.Provider, k8s.Provider]:
    """Register the providers of AWS and of the cluster."""
    kubeconfig = Path(os.environ["BENCH_KUBECONFIG"]).read_text()
    return aws.Provider("aws", region="eu-west-1"), k8s.Provider(
        "kubernetes", kubeconfig=pulumi.Output.secret(kubeconfig)
    )
