"""Answers of `aws eks …`, as the CLI prints them and boto3 returns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..authn.access_entries import AccessEntry
from ..errors import Problem, Refused
from ..plan.model import EntryType, PolicyScope
from .documents import Document
from .facts import Facts, read_entry, read_mode, read_scope
from .gaps import listed

_CLUSTER, _ENTRY, _POLICIES, _NAMES = "cluster", "accessEntry", "associatedAccessPolicies", "accessEntries"


def is_answer(content: Mapping[str, Any]) -> bool:
    """Tell answers from Kubernetes objects and others."""
    return "kind" not in content and (
        isinstance(content.get(_CLUSTER), Mapping)
        or isinstance(content.get(_ENTRY), Mapping)
        or isinstance(content.get(_POLICIES), list)
        or isinstance(content.get(_NAMES), list)
    )


@dataclass(slots=True)
class _Cluster:
    """What was answered about one cluster."""

    described: Mapping[str, Any] | None = None
    document: Document = field(default_factory=lambda: Document(content=None))
    entries: dict[str, AccessEntry] = field(default_factory=dict)
    policies: dict[str, dict[str, PolicyScope]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    listed: bool = False
    """Whether EKS said which entries there are."""
    notices: list[str] = field(default_factory=list)

    def add(self, other: _Cluster) -> None:
        """Add what was answered without saying about which cluster."""
        if other.described is not None:
            self.described, self.document = other.described, other.document
        self.entries |= other.entries
        self.policies |= other.policies
        self.names |= other.names
        self.listed |= other.listed
        self.notices += other.notices


@dataclass(slots=True)
class Answers:
    """All answers, sorted by the cluster that they are about; the empty name where one doesn't say."""

    clusters: dict[str, _Cluster] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether there are any."""
        return bool(self.clusters)

    def add(self, document: Document, content: Mapping[str, Any]) -> None:
        """Read one answer.

        Raises:
            Refused: it has not its form.
        """
        if isinstance(described := content.get(_CLUSTER), Mapping):
            name = document.text(described.get("name"), f"{_CLUSTER}.name")
            cluster = self._cluster(name)
            cluster.described, cluster.document = described, document
        if isinstance(raw := content.get(_ENTRY), Mapping):
            cluster = self._cluster(document.text(raw.get("clusterName"), f"{_ENTRY}.clusterName"))
            entry = read_entry(document, raw, _ENTRY, username="username")
            if isinstance(entry, str):
                cluster.notices.append(entry)
            else:
                cluster.entries[entry.principal_arn] = entry
        name = document.text(content.get("clusterName"), "clusterName")
        if isinstance(content.get(_POLICIES), list):
            self._add_policies(document, content, self._cluster(name))
        if isinstance(content.get(_NAMES), list):
            cluster = self._cluster(name)
            cluster.names.update(document.texts(content.get(_NAMES), _NAMES))
            cluster.listed = True

    def tell(self, facts: Facts, wanted: str | None) -> None:
        """Add what was answered about one cluster to the facts.

        Raises:
            Refused: the answers are about several clusters and none is chosen, or another one.
        """
        named = sorted(name for name in self.clusters if name)
        if wanted and named and wanted not in named:
            rule = f"there is no cluster `{wanted}` in it"
            raise Refused([Problem(path="--cluster", value=wanted, rule=rule, fix=f"use one of {', '.join(named)}")])
        if not wanted and len(named) > 1:
            rule = f"the answers of `aws eks` are about several clusters: {', '.join(named)}"
            raise Refused([Problem(rule=rule, fix="choose one with --cluster")])
        facts.name = wanted or next(iter(named), "")
        _tell(facts, self._about(facts.name))

    def lacking(self, name: str) -> Iterator[str]:
        """Say which answers are missing, so that nobody can say who enters by an access entry."""
        told = self._about(name)
        if not told.entries and not told.listed:
            yield "add the answers of `aws eks list-access-entries` and of `describe-access-entry` for each of them"
        if undescribed := sorted(told.names - told.entries.keys()):
            yield f"add the answers of `aws eks describe-access-entry` for {listed(undescribed)}"

    def _about(self, name: str) -> _Cluster:
        told = _Cluster()
        for each in dict.fromkeys(("", name)):
            if cluster := self.clusters.get(each):
                told.add(cluster)
        return told

    def _cluster(self, name: str) -> _Cluster:
        return self.clusters.setdefault(name, _Cluster())

    def _add_policies(self, document: Document, content: Mapping[str, Any], cluster: _Cluster) -> None:
        arn = document.text(content.get("principalArn"), "principalArn")
        if not arn:
            rule = "the answer says whose access policies these are"
            raise document.refused("principalArn", None, rule, "give the whole answer, without --query")
        scopes = cluster.policies.setdefault(arn, {})
        for index, raw in enumerate(document.maps(content.get(_POLICIES), _POLICIES)):
            scope = read_scope(document, raw, f"{_POLICIES}[{index}]")
            scopes[scope.policy] = scope


def _tell(facts: Facts, cluster: _Cluster) -> None:
    if cluster.described is not None:
        document, raw = cluster.document, cluster.described
        facts.arn = document.text(raw.get("arn"), "cluster.arn") or None
        facts.version = document.text(raw.get("version"), "cluster.version") or None
        config = document.mapping(raw.get("accessConfig"), "cluster.accessConfig")
        facts.mode = read_mode(document, config.get("authenticationMode"), "cluster.accessConfig.authenticationMode")
        facts.partial = False
    facts.entries |= cluster.entries
    for arn, scopes in cluster.policies.items():
        facts.policies[arn] = list(scopes.values())
    facts.notices += cluster.notices
    if undescribed := sorted(cluster.names - cluster.entries.keys()):
        facts.partial = True
        facts.notices.append(
            f"access entries are named and not described, so whom they let in is not counted: {listed(undescribed)}; "
            "add the answers of `aws eks describe-access-entry`"
        )
    standard = {arn for arn, entry in cluster.entries.items() if entry.type is EntryType.STANDARD}
    if unsaid := sorted(standard - cluster.policies.keys()):
        facts.partial = True
        facts.notices.append(
            f"access policies of {listed(unsaid)} are not part of it and not counted: add the answers of "
            "`aws eks list-associated-access-policies`"
        )
