"""What a person needs on their own machine: AWS profiles and a kubeconfig with one context a way in.

The profile does what `aws eks get-token --role-arn` cannot: ask for MFA and name the session
(https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from .model import AccessPlan, ClusterPlan, Entrance

Kubeconfig = dict[str, object]


@dataclass(frozen=True, slots=True)
class Server:
    """Where an API server is, and how to know it."""

    endpoint: str
    certificate_authority: str
    """Base64 of PEM, as EKS describes it."""


def read_server(kubeconfig_json: str) -> Server:
    """Take the server out of the kubeconfig that pulumi-eks makes; its user part never carries the profile."""
    cluster = json.loads(kubeconfig_json)["clusters"][0]["cluster"]
    return Server(cluster["server"], cluster["certificate-authority-data"])


def kubeconfig(
    cluster: ClusterPlan, *, endpoint: str, certificate_authority: str, profiles: Iterable[tuple[str, str | None]]
) -> Kubeconfig:
    """Render a kubeconfig with one context for each (context name, AWS profile); the first one is current.

    Args:
        cluster: the cluster that it leads to.
        endpoint: URL of the API server.
        certificate_authority: its CA, base64 of PEM, as EKS describes it.
        profiles: context names with the profile that the token command uses; None takes the environment's.
    """
    pairs = list(profiles)
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": cluster.name,
                "cluster": {"server": endpoint, "certificate-authority-data": certificate_authority},
            }
        ],
        "users": [{"name": context, "user": {"exec": _get_token(cluster, profile)}} for context, profile in pairs],
        "contexts": [{"name": context, "context": {"cluster": cluster.name, "user": context}} for context, _ in pairs],
        "current-context": pairs[0][0] if pairs else "",
    }


def deployer_kubeconfig(cluster: ClusterPlan, endpoint: str, certificate_authority: str, profile: str | None) -> str:
    """Render the kubeconfig of whoever runs Pulumi, with the profile that Pulumi itself uses."""
    return json.dumps(
        kubeconfig(
            cluster,
            endpoint=endpoint,
            certificate_authority=certificate_authority,
            profiles=[(cluster.name, profile)],
        )
    )


def person_kubeconfig(plan: AccessPlan, person: str, endpoint: str, certificate_authority: str) -> str:
    """Render a person's kubeconfig: one context a way in."""
    assert plan.cluster is not None
    profiles = [(_context(plan.cluster, e), _profile(plan.cluster, e)) for e in _ways(plan, person)]
    rendered = kubeconfig(
        plan.cluster, endpoint=endpoint, certificate_authority=certificate_authority, profiles=profiles
    )
    return yaml.safe_dump(rendered, sort_keys=False)


def aws_config(plan: AccessPlan, person: str) -> str:
    """Render the lines for ~/.aws/config: the person's profiles for this cluster.

    The profile `<person>` holds the person's own credentials; roles are assumed from it.
    """
    assert plan.cluster is not None
    own = next(e.own_arn for e in _ways(plan, person))
    blocks = [f"# Credentials of {own}\n[profile {person}]\nregion = {plan.cluster.region}"]
    for entrance in _ways(plan, person):
        if entrance.enters_as == entrance.own_arn:
            continue
        lines = [
            f"[profile {_profile(plan.cluster, entrance)}]",
            f"region = {plan.cluster.region}",
            f"role_arn = {entrance.enters_as}",
            f"source_profile = {person}",
            f"role_session_name = {person}",
        ]
        if entrance.mfa:
            lines.append(f"mfa_serial = {plan.cluster.account.mfa(person)}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def people_who_enter(plan: AccessPlan) -> tuple[str, ...]:
    """Name everybody who has a way in."""
    return tuple(sorted({entrance.person for entrance in plan.entrances}))


def access_list(plan: AccessPlan) -> list[dict[str, object]]:
    """List who enters how, and as what: the short answer to 'who can get in'."""
    names = {principal.arn: principal for principal in plan.principals}
    return [
        {
            "person": entrance.person,
            "via": entrance.via,
            "principal": entrance.enters_as,
            "username": names[entrance.enters_as].username,
            "groups": list(entrance.groups),
            "accessPolicies": [scope.policy for scope in names[entrance.enters_as].policies],
            "mfa": entrance.mfa,
            "clusterAdmin": entrance.cluster_admin,
        }
        for entrance in plan.entrances
    ]


def _ways(plan: AccessPlan, person: str) -> list[Entrance]:
    return sorted((e for e in plan.entrances if e.person == person), key=lambda e: (e.via != "direct", e.via))


def _context(cluster: ClusterPlan, entrance: Entrance) -> str:
    way = entrance.person if entrance.via == "direct" else entrance.via.replace(" ", "-")
    return f"{cluster.name}-{way}"


def _profile(cluster: ClusterPlan, entrance: Entrance) -> str:
    return entrance.person if entrance.via == "direct" else _context(cluster, entrance)


def _get_token(cluster: ClusterPlan, profile: str | None) -> dict[str, object]:
    return {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        # An option, not AWS_PROFILE: access keys in the environment would win over that.
        "args": [
            *(["--profile", profile] if profile else []),
            *("--region", cluster.region, "eks", "get-token", "--cluster-name", cluster.name, "--output", "json"),
        ],
        "interactiveMode": "IfAvailable",
    }
