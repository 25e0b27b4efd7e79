"""A stack's state, or the preview of an update, as the access that it makes; of any program, not only of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..authz.reading import is_rbac, read_objects
from ..declaration.kinds import AuthenticationMode
from ..errors import Refused
from .creator import UNKNOWN_CREATOR, creator_entry
from .documents import as_documents
from .engine_clusters import ASSOCIATION, ENTRY, Belonging
from .engine_people import add_people, assumed_role
from .engine_reading import Resource, Resources, is_whole, known, read_resources
from .facts import AWS_AUTH, Facts, read_entry, read_mode, read_scope
from .gaps import listed
from .objects import merged
from .state import AccessState

_RELEASE = "kubernetes:helm.sh/v3:Release"
_OBJECT = re.compile(r"kubernetes:(?:(?P<group>[a-z0-9.]+)/)?(?P<version>v\w+):(?P<kind>[A-Za-z]+?)(?P<patch>Patch)?")
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


class _Reading:
    """Goes through the resources of one cluster and gathers facts."""

    def __init__(self, resources: Resources, belonging: Belonging) -> None:
        self._resources = resources
        self._document = resources.document
        self._belonging = belonging
        self._facts = Facts(name=belonging.name)

    def facts(self) -> Facts:
        """Return everything, with notices on what the state does not say."""
        facts = self._facts
        self._entries()
        self._objects()
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
        if facts.mode is None:
            facts.mode = AuthenticationMode.CONFIG_MAP
            facts.notices.append("the cluster doesn't set its authentication mode, and EKS then takes CONFIG_MAP")
        if (
            facts.mode is AuthenticationMode.CONFIG_MAP
            or config.get("bootstrapClusterCreatorAdminPermissions") is not False
        ):
            self._creator(cluster, facts.mode)

    def _creator(self, cluster: Resource, mode: AuthenticationMode) -> None:
        facts = self._facts
        provider = self._resources.by_urn.get(cluster.provider)
        arn = assumed_role(provider) if provider else None
        if arn is None:
            facts.creator_unknown = True
            facts.notices.append(UNKNOWN_CREATOR)
            return
        facts.creator_arn = None if mode.uses_entries else arn
        if mode.uses_entries:
            facts.entries.setdefault(arn, creator_entry(arn))
            facts.policies.setdefault(arn, list(creator_entry(arn).policies))

    def _entries(self) -> None:
        unknown = []
        for resource in self._resources.of(ENTRY, ASSOCIATION):
            if not self._belonging.names_it(resource):
                continue
            values = known(resource.values)
            if not values.get("principalArn"):
                unknown.append(resource.name)
            elif resource.type == ENTRY:
                entry = read_entry(self._document, values, resource.name, username="userName")
                if isinstance(entry, str):
                    self._facts.notices.append(entry)
                else:
                    self._facts.entries[entry.principal_arn] = entry
            elif not values.get("policyArn"):
                unknown.append(resource.name)
            else:
                arn = self._document.text(values["principalArn"], f"{resource.name}.principalArn")
                scope = read_scope(self._document, values, resource.name)
                self._facts.policies.setdefault(arn, []).append(scope)
        self._untold(unknown)

    def _objects(self) -> None:
        parts, unknown, lost, releases = [], [], [], []
        for resource in self._resources.by_urn.values():
            if not resource.type.startswith("kubernetes:") or not self._belonging.holds(resource):
                if resource.type.startswith("kubernetes:") and self._belonging.lost(resource):
                    lost.append(resource.name)
                continue
            if resource.type == _RELEASE:
                releases.append(resource.name)
            item = _manifest(resource)
            if item is None:
                continue
            if namespace := _text(item["metadata"].get("namespace")):
                self._facts.namespaces.add(namespace)
            name = _text(item["metadata"].get("name"))
            if item["kind"] == "Namespace" and name:
                self._facts.namespaces.add(name)
            elif item["kind"] == "ConfigMap" and (namespace, name) == AWS_AUTH:
                self._aws_auth(resource)
            elif is_rbac(item):
                if is_whole([resource.values.get(key) for key in _DECIDES]) and name:
                    parts.append(item)
                else:
                    unknown.append(resource.name)
        try:
            self._facts.objects = merged([read_objects(parts)])
        except Refused as refusal:
            raise self._document.placed(refusal) from None
        self._untold(unknown)
        if lost:
            self._facts.notices.append(
                f"in which cluster these are can't be told, so they are not counted: {listed(lost)}"
            )
        if releases:
            self._facts.notices.append(
                f"what the Helm releases {listed(releases)} put into the cluster is not in the state and not counted: "
                "add it with `helm get manifest … | … -f -`"
            )

    def _aws_auth(self, resource: Resource) -> None:
        data = known(resource.values.get("data")) or {}
        sections = dict(self._facts.aws_auth or {})
        unknown = [] if isinstance(data, Mapping) and is_whole(resource.values.get("data")) else [resource.name]
        for key, text in data.items() if isinstance(data, Mapping) else ():
            if isinstance(text, str):
                sections[key] = text
            elif text is not None:
                raise self._document.refused(f"{resource.name}.data.{key}", text, "a section of aws-auth is one text")
        self._facts.aws_auth = sections
        self._untold(unknown)

    def _untold(self, names: Iterable[str]) -> None:
        if names := list(names):
            told = "will only be known after the update" if self._resources.preview else "are encrypted in the state"
            fix = "" if self._resources.preview else ": export it with --show-secrets"
            self._facts.notices.append(f"parts of {listed(names)} {told}, so they are not counted{fix}")


def _manifest(resource: Resource) -> dict[str, Any] | None:
    """Return a Kubernetes object as a manifest; its type tells what it is."""
    match = _OBJECT.fullmatch(resource.type)
    metadata = known(resource.values.get("metadata"))
    if match is None or not isinstance(metadata, Mapping):
        return None
    group = match["group"]
    version = match["version"] if group in (None, "core") else f"{group}/{match['version']}"
    decides = {key: known(resource.values[key]) for key in _DECIDES if key in resource.values}
    return {**decides, "apiVersion": version, "kind": match["kind"], "metadata": metadata}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
