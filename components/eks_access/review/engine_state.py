"""A stack's state, or the preview of an update, as the access that it makes; of any program, not only of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..declaration.kinds import AuthenticationMode
from .creator import UNKNOWN_CREATOR, creator_entry
from .documents import Document, as_documents
from .engine_clusters import Belonging
from .engine_entries import add_entries, add_nodes
from .engine_gathered import Gathered
from .engine_objects import add_objects
from .engine_people import add_people, add_trusts, assumed_role
from .engine_reading import Resource, Resources, is_whole, known, read_resources
from .engine_unread import add_unread
from .facts import Facts, read_mode
from .state import AccessState

_EKS_CLUSTER = "eks-access:index:EksCluster"


def state_of_engine(document: object, *, cluster: str | None = None) -> AccessState:
    """Return the access that a stack's state holds, or that a preview plans.

    Args:
        document: content of `pulumi stack export`, of a checkpoint file or of `pulumi preview --json --show-sames`.
        cluster: name of the cluster that is meant, where the stack has several.

    Raises:
        Refused: it is none of these, or doesn't say which cluster is meant.
    """
    (placed,) = as_documents([document])
    try:
        resources = read_resources(placed)
        return _Reading(resources, Belonging(resources, cluster)).facts().state()
    except RecursionError:
        raise placed.refused("", None, "values of a state are nested a few levels deep at most") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReading:
    """One cluster's access as the resources of a stack make it, and where in them it comes from."""

    state: AccessState
    places: Mapping[str, str]
    """What the state's parts are called by the checks (``ClusterRole releaser``) → URN of the resource."""
    whole: bool
    """Whether the stack has the cluster itself and nothing of it was unknown: then what is not here is nowhere."""


def read_clusters(resources: Resources) -> tuple[EngineReading, ...]:
    """Return the access of each cluster that a stack is about; none where it says nothing about access.

    Raises:
        Refused: something in it has not the form that the API server or EKS would take.
    """
    names = Belonging(resources, None, lenient=True).names or [""]
    readings = [_Reading(resources, Belonging(resources, name)) for name in names]
    return tuple(found for reading in readings if (found := reading.told()))


class _Reading:
    """Goes through the resources of one cluster and gathers facts."""

    def __init__(self, resources: Resources, belonging: Belonging) -> None:
        self._resources = resources
        self._document = resources.document
        self._belonging = belonging
        self._facts = Facts(name=belonging.name, stored=not resources.preview)
        self._gathered = Gathered(resources=resources, facts=self._facts)

    def told(self) -> EngineReading | None:
        """Return what there is, or None where the resources say nothing about access."""
        self._gather()
        facts, gathered = self._facts, self._gathered
        cluster = self._belonging.cluster
        nothing = not (facts.entries or facts.policies or facts.objects.roles or facts.objects.bindings)
        if nothing and facts.aws_auth is None and cluster is None:
            return None
        if cluster:
            self._cluster(cluster)
            gathered.places[""] = cluster.urn
        add_people(self._resources, facts)
        places = gathered.places | add_trusts(self._resources, facts, gathered.untold_urns)
        return EngineReading(state=facts.state(), places=places, whole=cluster is not None and not gathered.gaps)

    def facts(self) -> Facts:
        """Return everything, with notices on what the state does not say."""
        facts = self._facts
        self._gather()
        if not (self._belonging.name or facts.objects.roles or facts.objects.bindings or facts.aws_auth is not None):
            rule = "; ".join(["this stack has nothing that says who may do what in a cluster", *facts.notices])
            raise self._document.refused("", None, rule, "give the state of the stack with the cluster, or its RBAC")
        if cluster := self._belonging.cluster:
            self._cluster(cluster)
        add_people(self._resources, facts)
        return facts

    def _gather(self) -> None:
        for add in (add_entries, add_objects, add_unread, add_nodes):
            add(self._gathered, self._belonging)

    def _cluster(self, cluster: Resource) -> None:
        facts, path = self._facts, f"{cluster.name}"
        values = known(cluster.values)
        facts.arn = self._document.text(values.get("arn"), f"{path}.arn") or None
        facts.version = self._document.text(values.get("version"), f"{path}.version") or None
        config = _access_config(self._document, cluster)
        where = f"{path}.accessConfig.authenticationMode"
        facts.mode = read_mode(self._document, config.get("authenticationMode"), where)
        if not is_whole(cluster.values.get("accessConfig")):
            self._gathered.untold([cluster])
        elif facts.mode is None:
            facts.mode = AuthenticationMode.CONFIG_MAP
            facts.notices.append("the cluster doesn't set its authentication mode, and EKS then takes CONFIG_MAP")
        for component in self._resources.of(_EKS_CLUSTER):
            said = known(component.values.get("madeElsewhere"))
            facts.elsewhere |= {each for each in said if isinstance(each, str)} if isinstance(said, list) else set()
        if (
            facts.mode in (AuthenticationMode.CONFIG_MAP, None)
            or config.get("bootstrapClusterCreatorAdminPermissions") is not False
        ):
            self._creator(cluster, facts.mode)

    def _creator(self, cluster: Resource, mode: AuthenticationMode | None) -> None:
        facts = self._facts
        provider = self._resources.by_urn.get(cluster.provider)
        arn = assumed_role(provider) if provider else None
        if arn is None or mode is None:
            facts.creator_unknown = True
            facts.notices.append(UNKNOWN_CREATOR)
            return
        facts.creator_arn = None if mode.uses_entries else arn
        if mode.uses_entries:
            facts.entries.setdefault(arn, creator_entry(arn))
            facts.policies.setdefault(arn, list(creator_entry(arn).policies))


def _access_config(document: Document, cluster: Resource) -> Mapping[str, Any]:
    """Return how a cluster lets people in.

    What EKS doesn't answer (whether the creator was given a right) an output may lack, and the input has it.
    """
    config: dict[str, Any] = {}
    for values in (cluster.inputs, cluster.values):
        found = document.mapping(known(values.get("accessConfig")), f"{cluster.name}.accessConfig")
        config |= {key: value for key, value in found.items() if value is not None}
    return config
