"""Which of a stack's resources belong to which cluster.

Types and properties: https://www.pulumi.com/registry/packages/aws/api-docs/eks/ (the AWS provider),
https://www.pulumi.com/registry/packages/aws-native/api-docs/eks/ (AWS Cloud Control).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem, Refused
from .engine_reading import Resource, Resources, known

CLUSTERS = ("aws:eks/cluster:Cluster", "aws-native:eks:Cluster")
ENTRIES = {"aws:eks/accessEntry:AccessEntry": "userName", "aws-native:eks:AccessEntry": "username"}
"""Type of an access entry → the property that is the user name."""
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
"""Cloud Control has none: there, policies are a property of the entry."""
NODES = {
    "aws:eks/nodeGroup:NodeGroup": "nodeRoleArn",
    "aws:eks/fargateProfile:FargateProfile": "podExecutionRoleArn",
    "aws-native:eks:Nodegroup": "nodeRole",
    "aws-native:eks:FargateProfile": "podExecutionRoleArn",
}
"""What nodes come from → the property that names their role."""
_COMPONENT = "eks:index:Cluster"
_KUBERNETES = "pulumi:providers:kubernetes"


class Belonging:
    """Tells what belongs to one cluster; where a stack knows only one, everything does.

    Args:
        resources: of the stack.
        wanted: name of the cluster that is meant, where there are several.
        lenient: choose none where there are several.

    Raises:
        Refused: there are several and none is chosen, or no such one.
    """

    def __init__(self, resources: Resources, wanted: str | None, *, lenient: bool = False) -> None:
        self._resources = resources
        self._clusters = {name: r for r in resources.of(*CLUSTERS) if (name := _text(r, "name"))}
        others = (_text(r, "clusterName") for r in resources.of(*ENTRIES, ASSOCIATION))
        self.names = sorted({*self._clusters, *(name for name in others if name)})
        self.name = "" if lenient else self._choose(wanted)
        self._providers = {r.urn: self._cluster_of(r) for r in resources.of(_KUBERNETES)}

    @property
    def cluster(self) -> Resource | None:
        """The cluster itself, where the stack has it."""
        return self._clusters.get(self.name)

    def names_it(self, resource: Resource) -> bool:
        """Tell of an access entry or a policy whether it is of this cluster."""
        return _text(resource, "clusterName") in (self.name, None)

    def holds(self, resource: Resource) -> bool:
        """Tell of a Kubernetes object whether it is in this cluster."""
        return len(self.names) < 2 or self._providers.get(resource.provider) == self.name

    def lost(self, resource: Resource) -> bool:
        """Tell of a Kubernetes object whether nobody knows which cluster it is in."""
        return len(self.names) > 1 and self._providers.get(resource.provider) is None

    def _choose(self, wanted: str | None) -> str:
        listed = ", ".join(self.names)
        if wanted and self.names and wanted not in self.names:
            rule = f"the stack has no cluster `{wanted}`"
            raise Refused([self._problem(wanted, rule, f"use one of {listed}")])
        if not wanted and len(self.names) > 1:
            rule = f"the stack is about several clusters: {listed}"
            raise Refused([self._problem(None, rule, "choose one with --cluster")])
        return wanted or next(iter(self.names), "")

    def _problem(self, value: str | None, rule: str, fix: str) -> Problem:
        return Problem(file=self._resources.document.file, path="--cluster", value=value, rule=rule, fix=fix)

    def _cluster_of(self, provider: Resource) -> str | None:
        """Find the cluster that a Kubernetes provider leads to: by its settings, else by what they were made of."""
        settings = " ".join(
            text for key in ("clusterIdentifier", "kubeconfig", "context") if (text := _text(provider, key))
        )
        named = [name for name, cluster in self._clusters.items() if any(s in settings for s in _signs(name, cluster))]
        if len(named) == 1:
            return named[0]
        reached = {name for name, cluster in self._clusters.items() if cluster.urn in self._needed(provider)}
        return reached.pop() if len(reached) == 1 else None

    def _needed(self, resource: Resource) -> set[str]:
        """Follow dependencies; whoever needs a pulumi-eks cluster needs the one inside of it."""
        seen: set[str] = set()
        waiting = [*resource.needs]
        while waiting:
            urn = waiting.pop()
            if urn not in seen:
                seen.add(urn)
                if found := self._resources.by_urn.get(urn):
                    waiting += found.needs
                    waiting += self._inside(found)
        return seen

    def _inside(self, component: Resource) -> Iterator[str]:
        if component.type == _COMPONENT:
            yield from (cluster.urn for cluster in self._clusters.values() if component.urn in cluster.needs)


def _signs(name: str, cluster: Resource) -> list[str]:
    """By what a cluster is known in a kubeconfig."""
    signs = [f'"--cluster-name","{name}"', f'"--cluster-name", "{name}"', f"cluster/{name}"]
    return [*signs, *(text for key in ("arn", "endpoint") if (text := _text(cluster, key)))]


def _text(resource: Resource, key: str) -> str | None:
    found = known(resource.values.get(key))
    return found if isinstance(found, str) and found else None
