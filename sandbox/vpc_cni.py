"""What EKS installs of the VPC CNI by itself, as far as access and Windows nodes touch it: its ConfigMap."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

SETTINGS = {
    "branch-eni-cooldown": "60",
    "enable-network-policy-controller": "false",
    "enable-windows-ipam": "false",
    "enable-windows-prefix-delegation": "false",
    "minimum-ip-target": "3",
    "warm-ip-target": "1",
    "warm-prefix-target": "0",
}
"""https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html and the chart of amazon-vpc-cni-k8s."""


_ATTEMPTS = 50
_PAUSE = 0.2


def install(kubeconfig: Path) -> None:
    """Make the ConfigMap, as a new cluster has it unless it was asked for without add-ons."""
    from kubernetes import client, config
    from kubernetes.client.exceptions import ApiException

    connect: Any = config.new_client_from_config
    api = client.CoreV1Api(connect(str(kubeconfig)))
    body: Any = {"metadata": {"name": "amazon-vpc-cni", "namespace": "kube-system"}, "data": SETTINGS}
    for attempt in range(_ATTEMPTS):
        try:
            api.create_namespaced_config_map("kube-system", body)
        except ApiException as error:  # an API server is ready a moment before it has its own namespaces
            if error.status != 404 or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_PAUSE)
        else:
            return
