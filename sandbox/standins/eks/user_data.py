"""What a node is started with so that it joins: a script, nodeadm's NodeConfig or TOML (userdata.ts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Final

import pulumi

from sandbox.standins.eks.images import AL2, AL2023, BOTTLEROCKET
from sandbox.standins.eks.texts import yaml_text
from sandbox.standins.eks.toml_text import toml_text

CUSTOM_USER_DATA: Final = ("bootstrapExtraArgs", "kubeletExtraArgs", "bottlerocketSettings", "nodeadmExtraOptions")
"""Inputs of a managed node group that need user data of its own."""
_NODE_CONFIG: Final = "application/node.eks.aws"
_SCRIPT: Final = 'text/x-shellscript; charset="us-ascii"'


@dataclass(frozen=True)
class ClusterFacts:
    """What a node must know of its cluster."""

    name: str
    endpoint: str
    certificate: str
    service_cidr: str


@dataclass(frozen=True)
class UserDataArgs:
    """What the program sets of a node's start."""

    managed: bool
    title: str = ""
    kubelet_extra_args: str | None = None
    bootstrap_extra_args: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Key → `value` and `effect`, by Kubernetes's names."""
    extra: str | None = None
    override: str | None = None
    bottlerocket: Mapping[str, Any] | None = None
    nodeadm: Sequence[Mapping[str, str]] = ()

    def kubelet_flags(self) -> list[str]:
        """Return the kubelet's flags: the program's own, then the labels, then the taints."""
        flags = self.kubelet_extra_args.split(" ") if self.kubelet_extra_args else []
        if self.labels:
            flags.append("--node-labels=" + ",".join(f"{key}={value}" for key, value in self.labels.items()))
        if self.taints:
            flags.append("--register-with-taints=" + ",".join(_taint(*item) for item in self.taints.items()))
        return flags


def _taint(key: str, taint: Mapping[str, Any]) -> str:
    value = taint.get("value")
    return f"{key}={value}:{taint['effect']}" if value else f"{key}:{taint['effect']}"


def user_data(system: str, cluster: ClusterFacts, args: UserDataArgs) -> str:
    """Return the user data for a system; the program's own if it brings one."""
    if args.override:
        return args.override
    writers = {AL2: _bootstrap_script, AL2023: _nodeadm, BOTTLEROCKET: _bottlerocket}
    return writers[system](cluster, args)


def _refuse(given: object, message: str) -> None:
    if given:
        raise pulumi.RunError(message)


def _bootstrap_script(cluster: ClusterFacts, args: UserDataArgs) -> str:
    _refuse(
        args.bottlerocket is not None, "The 'bottlerocketSettings' argument is not supported for Linux based user data."
    )
    more = f" {args.bootstrap_extra_args}" if args.bootstrap_extra_args else ""
    flags = args.kubelet_flags()
    if flags:
        quote = "'" if len(flags) > 1 else ""
        more += f" --kubelet-extra-args {quote}{' '.join(flags)}{quote}"
    script = (
        f'#!/bin/bash\n\n/etc/eks/bootstrap.sh --apiserver-endpoint "{cluster.endpoint}" '
        f'--b64-cluster-ca "{cluster.certificate}" "{cluster.name}"{more}'
    )
    if args.managed:
        border = "==MYBOUNDARY=="
        head = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{border}"\n\n--{border}\n'
        return f"{head}Content-Type: {_SCRIPT}\n\n{script}\n--{border}--"
    if not args.extra:
        return f"{script}\n\n"
    end = f"{args.title}-user-data"
    written = f"cat >/opt/user-data <<{end}\n{args.extra}\n{end}\nchmod +x /opt/user-data\n/opt/user-data\n"
    return f"{script}\n{written}\n"


def _nodeadm(cluster: ClusterFacts, args: UserDataArgs) -> str:
    _refuse(
        args.bottlerocket is not None,
        "The 'bottlerocketSettings' argument is not supported for nodeadm based user data.",
    )
    _refuse(
        args.bootstrap_extra_args, "The 'bootstrapExtraArgs' argument is not supported for nodeadm based user data."
    )
    identity = {
        "name": cluster.name,
        "apiServerEndpoint": cluster.endpoint,
        "certificateAuthority": cluster.certificate,
        "cidr": cluster.service_cidr,
    }
    parts = [(_NODE_CONFIG, _node_config({"cluster": identity}))]
    if flags := args.kubelet_flags():
        parts.append((_NODE_CONFIG, _node_config({"kubelet": {"flags": flags}})))
    parts += [(option["contentType"], option["content"]) for option in args.nodeadm]
    if args.extra:
        parts.append((_SCRIPT, args.extra))
    body = "".join(f"--BOUNDARY\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="BOUNDARY"\n\n{body}--BOUNDARY--\n'


def _node_config(spec: Mapping[str, Any]) -> str:
    return "---\n" + yaml_text({"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec})


def _bottlerocket(cluster: ClusterFacts, args: UserDataArgs) -> str:
    unsupported = "The '{}' argument is not supported with Bottlerocket."
    _refuse(args.bootstrap_extra_args, unsupported.format("bootstrapExtraArgs"))
    _refuse(args.kubelet_extra_args, unsupported.format("kubeletExtraArgs"))
    _refuse(
        args.extra,
        "Bottlerocket does not support running scripts as part of the user data. "
        "If you need to run scripts, please use a different OS.",
    )
    base: dict[str, Any] = {
        "cluster-name": cluster.name,
        "api-server": cluster.endpoint,
        "cluster-certificate": cluster.certificate,
        "cluster-dns-ip": str(ip_network(cluster.service_cidr, strict=False)[10]),
    }
    if args.labels:
        base["node-labels"] = dict(args.labels)
    if args.taints:
        base["node-taints"] = {key: f"{t.get('value') or ''}:{t['effect']}" for key, t in args.taints.items()}
    document = dict(args.bottlerocket or {})
    settings = document.get("settings")
    settings = dict(settings) if isinstance(settings, Mapping) else {}
    own = settings.get("kubernetes")
    settings["kubernetes"] = {**base, **(own if isinstance(own, Mapping) else {})}
    return toml_text({**document, "settings": settings})
