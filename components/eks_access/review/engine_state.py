"""A stack's state, or the preview of an update, as the access that it makes; of any program, not only of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..authz.manifests import RBAC_API
from ..authz.reading import DEFAULT_NAMESPACE, is_rbac, read_objects
from ..declaration.kinds import AuthenticationMode
from ..errors import Refused
from .creator import UNKNOWN_CREATOR, creator_entry
from .definitions import defined_in
from .documents import as_documents
from .engine_clusters import ASSOCIATION, ENTRY, NODES, Belonging
from .engine_people import add_people, add_trusts, assumed_role
from .engine_reading import Resource, Resources, is_whole, known, read_resources
from .facts import AWS_AUTH, Facts, read_entry, read_mode, read_scope
from .gaps import listed
from .iam_trust import PRINCIPAL
from .objects import merged
from .state import AccessState

_RELEASE = "kubernetes:helm.sh/v3:Release"
_EKS_CLUSTER = "eks-access:index:EksCluster"
_OBJECT = re.compile(r"kubernetes:(?:(?P<group>[a-z0-9.]+)/)?(?P<version>v\w+):(?P<kind>[A-Za-z]+?)(?P<patch>Patch)?")
_CONFIG_MAP, _PATCH = "kubernetes:core/v1:ConfigMap", "Patch"
_DECIDES_OF = {"Role": ("rules",), "ding": ("roleRef", "subjects")}
_DECIDES = ("metadata", "rules", "aggregationRule", "roleRef", "subjects")


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
        self._facts = Facts(name=belonging.name)
        self._places: dict[str, str] = {}
        self._gaps: list[str] = []
        self._untold_urns: set[str] = set()

    def told(self) -> EngineReading | None:
        """Return what there is, or None where the resources say nothing about access."""
        self._entries()
        self._objects()
        self._nodes()
        facts = self._facts
        cluster = self._belonging.cluster
        nothing = not (facts.entries or facts.policies or facts.objects.roles or facts.objects.bindings)
        if nothing and facts.aws_auth is None and cluster is None:
            return None
        if cluster:
            self._cluster(cluster)
            self._places[""] = cluster.urn
        add_people(self._resources, facts)
        self._places |= add_trusts(self._resources, facts, self._untold_urns)
        return EngineReading(state=facts.state(), places=self._places, whole=cluster is not None and not self._gaps)

    def facts(self) -> Facts:
        """Return everything, with notices on what the state does not say."""
        facts = self._facts
        self._entries()
        self._objects()
        self._nodes()
        if not (self._belonging.name or facts.objects.roles or facts.objects.bindings or facts.aws_auth is not None):
            rule = "this stack has nothing that says who may do what in a cluster"
            raise self._document.refused("", None, rule, "give the state of the stack with the cluster, or its RBAC")
        if cluster := self._belonging.cluster:
            self._cluster(cluster)
        add_people(self._resources, facts)
        return facts

    def _cluster(self, cluster: Resource) -> None:
        facts, path = self._facts, f"{cluster.name}"
        values = known(cluster.values)
        facts.arn = self._document.text(values.get("arn"), f"{path}.arn") or None
        facts.version = self._document.text(values.get("version"), f"{path}.version") or None
        config = self._document.mapping(values.get("accessConfig"), f"{path}.accessConfig")
        where = f"{path}.accessConfig.authenticationMode"
        facts.mode = read_mode(self._document, config.get("authenticationMode"), where)
        if not is_whole(cluster.values.get("accessConfig")):
            self._untold([cluster])
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

    def _entries(self) -> None:
        unknown: list[Resource] = []
        for resource in self._resources.of(ENTRY, ASSOCIATION):
            if not self._belonging.names_it(resource):
                continue
            values = known(resource.values)
            # what isn't set EKS chooses: type STANDARD and no groups, of which a preview says nothing
            set_ = {key: resource.values.get(key) for key in resource.inputs}
            if not values.get("principalArn") or not is_whole(set_.get("type")):
                unknown.append(resource)
            elif resource.type == ENTRY:
                self._places[f"access entry {values['principalArn']}"] = resource.urn
                if not is_whole(set_.get("kubernetesGroups")):
                    unknown.append(resource)
                    values["kubernetesGroups"] = [each for each in values["kubernetesGroups"] or () if each]
                entry = read_entry(self._document, values, resource.name, username="userName")
                if isinstance(entry, str):
                    self._facts.notices.append(entry)
                else:
                    self._facts.entries[entry.principal_arn] = entry
            elif not values.get("policyArn") or not is_whole(resource.values.get("accessScope")):
                unknown.append(resource)
            else:
                arn = self._document.text(values["principalArn"], f"{resource.name}.principalArn")
                scope = read_scope(self._document, values, resource.name)
                self._facts.policies.setdefault(arn, []).append(scope)
        self._untold(unknown)

    def _nodes(self) -> None:
        """Gather the roles of node groups and Fargate profiles; one that only the update will tell is passed over."""
        for resource in self._resources.of(*NODES):
            arn = known(resource.values.get(NODES[resource.type]))
            if isinstance(arn, str) and PRINCIPAL.fullmatch(arn) and self._belonging.names_it(resource):
                self._facts.node_roles.append((resource.name, arn))
                self._places[f"role of nodes {resource.name}"] = resource.urn

    def _objects(self) -> None:
        parts: list[dict[str, Any]] = []
        unknown: list[Resource] = []
        lost, releases, patches = [], [], []
        for resource in self._resources.by_urn.values():
            if not resource.type.startswith("kubernetes:") or not self._belonging.holds(resource):
                if resource.type.startswith("kubernetes:") and self._belonging.lost(resource):
                    lost.append(resource.name)
                continue
            if resource.type == _RELEASE:
                releases.append(resource.name)
            item = _manifest(resource)
            if item is None:
                unknown += [resource] if _is_rbac_type(resource) or resource.type.startswith(_CONFIG_MAP) else []
                continue
            self._facts.resources |= {str(found): found for found in defined_in(item)}
            if namespace := _text(item["metadata"].get("namespace")):
                self._facts.namespaces.add(namespace)
            name = _text(item["metadata"].get("name"))
            if item["kind"] == "Namespace" and name:
                self._facts.namespaces.add(name)
                self._places[f"Namespace {name}"] = resource.urn
            elif item["kind"] == "ConfigMap" and (namespace, name) == AWS_AUTH:
                self._aws_auth(resource)
                patches += [resource.name] if resource.type.endswith(_PATCH) else []
            elif item["kind"] == "ConfigMap" and _may_be_aws_auth(resource):
                unknown.append(resource)
            elif is_rbac(item):
                if resource.type.endswith(_PATCH) and not all(key in item for key in _DECIDES_OF[item["kind"][-4:]]):
                    patches.append(resource.name)
                elif is_whole([resource.values.get(key) for key in _DECIDES]) and name:
                    parts.append(item)
                    self._places[_place(item["kind"], namespace, name)] = resource.urn
                else:
                    unknown.append(resource)
        try:
            self._facts.objects = merged([read_objects(parts)])
        except Refused as refusal:
            raise self._document.placed(refusal) from None
        self._untold(unknown)
        self._gaps += [*lost, *releases, *patches]
        if lost:
            self._facts.notices.append(
                f"in which cluster these are can't be told, so they are not counted: {listed(lost)}"
            )
        if releases:
            self._facts.notices.append(
                f"what the Helm releases {listed(releases)} put into the cluster is not in the state and not counted: "
                "add it with `helm get manifest … | … -f -`"
            )

        if patches:
            rule = "change what others made, whose rest is not in the state and not counted"
            self._facts.notices.append(f"the patches {listed(patches)} {rule}")

    def _aws_auth(self, resource: Resource) -> None:
        data = known(resource.values.get("data")) or {}
        sections = dict(self._facts.aws_auth or {})
        unknown = [] if isinstance(data, Mapping) and is_whole(resource.values.get("data")) else [resource]
        self._places[AWS_AUTH[1]] = resource.urn
        for key, text in data.items() if isinstance(data, Mapping) else ():
            if isinstance(text, str):
                sections[key] = text
            elif text is not None:
                raise self._document.refused(f"{resource.name}.data.{key}", text, "a section of aws-auth is one text")
        self._facts.aws_auth = sections
        self._untold(unknown)

    def _untold(self, resources: Iterable[Resource]) -> None:
        resources = list(resources)
        self._untold_urns |= {resource.urn for resource in resources}
        if names := [resource.name for resource in resources]:
            self._gaps += names
            told = "will only be known after the update" if self._resources.preview else "are encrypted in the state"
            fix = "" if self._resources.preview else ": export it with --show-secrets"
            self._facts.notices.append(f"parts of {listed(names)} {told}, so they are not counted{fix}")


def _is_rbac_type(resource: Resource) -> bool:
    match = _OBJECT.fullmatch(resource.type)
    return match is not None and match["group"] == RBAC_API


def _may_be_aws_auth(resource: Resource) -> bool:
    """Tell a ConfigMap of which the update may make aws-auth."""
    metadata = resource.values["metadata"]
    parts = zip(AWS_AUTH, (metadata.get(key) for key in ("namespace", "name")), strict=True)
    return all(value == wanted or not is_whole(value) for wanted, value in parts)


def _place(kind: str, namespace: str, name: str) -> str:
    """Name an object as the checks do (`checks.view`)."""
    if kind in ("ClusterRole", "ClusterRoleBinding"):
        return f"{kind} {name}"
    return f"{kind} {namespace or DEFAULT_NAMESPACE}/{name}"


def _manifest(resource: Resource) -> dict[str, Any] | None:
    """Return a Kubernetes object as a manifest; its type tells what it is."""
    match = _OBJECT.fullmatch(resource.type)
    metadata = known(resource.values.get("metadata"))
    if match is None or not isinstance(metadata, Mapping):
        return None
    group = match["group"]
    version = match["version"] if group in (None, "core") else f"{group}/{match['version']}"
    keys = (*_DECIDES, "spec") if match["kind"] == "CustomResourceDefinition" else _DECIDES
    decides = {key: known(resource.values[key]) for key in keys if key in resource.values}
    return {**decides, "apiVersion": version, "kind": match["kind"], "metadata": metadata}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
