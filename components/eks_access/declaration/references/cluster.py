"""The cluster and the account: they agree, and the API server can be reached by whom it should be."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ..cluster_models import Cluster, Endpoint, RemoteNetworks
from ..models import Declaration
from ..nodes import Location
from .finding import Finding, Known, duplicates, unknown
from .partitions import partition_findings

_PRIVATE = tuple(ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_RESERVED = tuple(ipaddress.IPv4Network(block) for block in ("127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"))
_MOST_CIDRS = 40
"""Of a public endpoint (https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html)."""
UNREAD_LINES = "EA316"
ADDONS = ("vpc-cni", "coredns", "kube-proxy")
_OF_A_CLUSTER = {
    "node_groups": "nodeGroups",
    "admins": "admins",
    "namespaces": "namespaces",
    "roles": "roles",
    "external_roles": "externalRoles",
    "external_groups": "externalGroups",
    "grants": "grants",
    "metrics_readers": "metricsReaders",
    "keep": "keep",
}


def cluster_findings(declaration: Declaration, known: Known) -> Iterator[Finding]:
    """Check cluster, account and endpoint."""
    account, cluster = declaration.account, declaration.cluster
    if account is not None:
        yield from partition_findings(account.partition, account.region, ("account",))
    if cluster is None:
        empty = Declaration()
        written = [key for name, key in _OF_A_CLUSTER.items() if getattr(declaration, name) != getattr(empty, name)]
        if written and not known.cluster:
            rule = f"`cluster` is missing: {', '.join(written)} {'is' if len(written) == 1 else 'are'} about one"
            fix = "add `cluster: {name: …, account: …, region: …, version: …, creator: …}`"
            yield Finding(at=("cluster",), rule=rule, fix=fix)
        return
    yield from partition_findings(cluster.partition, cluster.region, ("cluster",))
    yield from unknown("person", cluster.creator, known.people, ("cluster", "creator"))
    if account is not None and account.id != cluster.account:
        rule = f"the cluster lives in the declared account, which is {account.id}"
        fix = "write the same account in both, or remove `account:`"
        yield Finding(at=("cluster", "account"), value=cluster.account, rule=rule, fix=fix)
    yield from _addons(cluster)
    yield from _kept(declaration, cluster)
    yield from _endpoint(cluster)
    if cluster.remote_networks is not None:
        at: Location = ("cluster", "remoteNetworks")
        if not cluster.authentication_mode.uses_entries:
            rule = "EKS takes remoteNetworks only together with access entries, which the mode CONFIG_MAP doesn't have"
            yield Finding(at=at, rule=rule, fix="write `authenticationMode: API_AND_CONFIG_MAP`, or take them out")
        yield from _remote_networks(cluster.remote_networks, at)


def _addons(cluster: Cluster) -> Iterator[Finding]:
    for name, version in cluster.addons.items():
        if name not in ADDONS:
            fix = f"write one of {', '.join(ADDONS)}; others are made with aws.eks.Addon"
            yield Finding(at=("cluster", "addons", name), value=name, rule="no add-on that is managed here", fix=fix)
        elif not version.strip():
            fix = "write the version, like v1.20.4-eksbuild.1, or leave the add-on out"
            yield Finding(at=("cluster", "addons", name), rule="an add-on is pinned to a version", fix=fix)


def _kept(declaration: Declaration, cluster: Cluster) -> Iterator[Finding]:
    """Refuse lines for a ConfigMap that nobody reads; pulumi-eks would, in the middle of an update."""
    if cluster.authentication_mode.uses_aws_auth:
        return
    for key, lines in (("mapRoles", declaration.keep.map_roles), ("mapUsers", declaration.keep.map_users)):
        if lines:
            rule = "in mode API EKS does not read aws-auth, so a line kept in it lets nobody in"
            fix = "declare them under `people` with grants, or write `authenticationMode: API_AND_CONFIG_MAP`"
            yield Finding(at=("keep", key), rule=rule, fix=fix, check=UNREAD_LINES)


def _endpoint(cluster: Cluster) -> Iterator[Finding]:
    endpoint = cluster.endpoint
    at: Location = ("cluster", "endpoint")
    if not endpoint.private and not endpoint.public:
        rule = "the API server is reachable from inside (private), from outside (public), or both; else from nowhere"
        yield Finding(at=at, rule=rule, fix="write `private: true`")
    if endpoint.public and not endpoint.public_cidrs:
        rule = "a public endpoint says who may reach it; nobody opens it to the internet by leaving a line out"
        fix = "add `publicCidrs: [<your network>]`; for all of the internet write 0.0.0.0/0 out"
        yield Finding(at=(*at, "publicCidrs"), rule=rule, fix=fix)
    if endpoint.public_cidrs and not endpoint.public:
        rule = "publicCidrs mean nothing while the endpoint isn't public"
        yield Finding(at=(*at, "publicCidrs"), rule=rule, fix="write `public: true`, or remove publicCidrs")
    yield from _cidrs(endpoint, (*at, "publicCidrs"))


def _cidrs(endpoint: Endpoint, at: Location) -> Iterator[Finding]:
    if len(endpoint.public_cidrs) > _MOST_CIDRS:
        rule = f"a public endpoint takes {_MOST_CIDRS} blocks"
        yield Finding(at=at, value=str(len(endpoint.public_cidrs)), rule=rule, fix="merge neighbouring blocks")
    yield from duplicates(endpoint.public_cidrs, at)
    for index, cidr in enumerate(endpoint.public_cidrs):
        where = (*at, index)
        broken = list(_malformed(cidr, where))
        yield from broken
        if not broken and cidr != "0.0.0.0/0" and any(_overlap(cidr, reserved) for reserved in (*_PRIVATE, *_RESERVED)):
            rule = "publicCidrs are addresses on the internet; EKS refuses private ones, which never come from there"
            yield Finding(at=where, value=cidr, rule=rule, fix="write the public address of the gateway (NAT, VPN)")


def _remote_networks(remote: RemoteNetworks, at: Location) -> Iterator[Finding]:
    """Check networks of hybrid nodes: https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-networking.html."""
    sound: list[tuple[str, ipaddress.IPv4Network]] = []
    for key, cidrs in (("nodes", remote.nodes), ("pods", remote.pods)):
        for index, cidr in enumerate(cidrs):
            where = (*at, key, index)
            broken = list(_malformed(cidr, where))
            yield from broken
            if broken:
                continue
            network = ipaddress.IPv4Network(cidr)
            if not any(network.subnet_of(private) for private in _PRIVATE):
                rule = "hybrid nodes and their pods are in private networks: 10/8, 172.16/12 or 192.168/16 (RFC 1918)"
                yield Finding(at=where, value=cidr, rule=rule, fix="write the private block that they are in")
                continue
            other = next((text for text, each in sound if each.overlaps(network)), None)
            if other is not None:
                rule = f"networks of nodes and pods don't overlap; this one does with {other}"
                yield Finding(at=where, value=cidr, rule=rule, fix="write disjoint blocks")
            sound.append((cidr, network))


def _overlap(cidr: str, reserved: ipaddress.IPv4Network) -> bool:
    return ipaddress.IPv4Network(cidr).overlaps(reserved)


def _malformed(cidr: str, at: Location) -> Iterator[Finding]:
    try:
        network = ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        rule = "a CIDR block has four numbers up to 255 and a prefix up to 32"
        yield Finding(at=at, value=cidr, rule=rule, fix="write it like 203.0.113.0/24")
        return
    if str(network) != cidr:
        rule = "a CIDR block starts at its network address"
        yield Finding(at=at, value=cidr, rule=rule, fix=f"write {network}, or {cidr.split('/')[0]}/32 for one host")
