"""What was found out about one cluster, piece by piece, and the state that it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..authn.access_entries import AccessEntry
from ..authz.model import RbacObjects
from ..authz.resources import ApiResource
from ..declaration.kinds import AuthenticationMode
from ..iam.arns import identity
from ..plan.model import EntryType, PolicyScope
from .creator import UNKNOWN_CREATOR
from .documents import Document
from .iam_trust import Trusted
from .objects import finished, missing_bootstrap
from .state import AccessState, Way
from .ways import Mapped, mapped_principals, named_nodes, nodes_of, ways_of

AWS_AUTH = ("kube-system", "aws-auth")
"""Namespace and name of the ConfigMap."""
_VERSION = re.compile(r"1\.[0-9]{1,3}")
_ARN = re.compile(r"arn:[a-z-]+:eks:[a-z0-9-]+:[0-9]{12}:cluster/.+")


@dataclass(slots=True, kw_only=True)
class Facts:
    """Filled while a source is read; None means that the source doesn't say."""

    name: str = ""
    arn: str | None = None
    version: str | None = None
    mode: AuthenticationMode | None = None
    creator_arn: str | None = None
    creator_unknown: bool = False
    aws_auth: Mapping[str, str] | None = None
    entries: dict[str, AccessEntry] = field(default_factory=dict)
    """Principal ARN → its entry."""
    policies: dict[str, list[PolicyScope]] = field(default_factory=dict)
    """Principal ARN → its access policies."""
    objects: RbacObjects = field(default_factory=RbacObjects)
    stored: bool = False
    """Whether the API server has taken them."""
    resources: dict[str, ApiResource] = field(default_factory=dict)
    """Those that the source tells of beside Kubernetes' usual ones, by name and group."""
    namespaces: set[str] = field(default_factory=set)
    trusts: dict[str, tuple[Trusted, ...]] = field(default_factory=dict)
    """Identity of a role → who may assume it."""
    trust_policies: dict[str, str] = field(default_factory=dict)
    """Name of a role that somebody is mapped by → its trust policy."""
    node_roles: list[tuple[str, str]] = field(default_factory=list)
    """Names of node groups and Fargate profiles, with the ARNs of their roles."""
    role_arns: set[str] = field(default_factory=set)
    """ARNs, with their paths, of the roles that the source has."""
    named: list[Way] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)
    """As `AccessState.elsewhere`."""
    notices: list[str] = field(default_factory=list)
    complete: bool = False
    """Whether what is not here is not in the cluster either."""
    partial: bool = True
    """Whether somebody can be mapped, or hold an access policy, whom the source doesn't tell."""

    def state(self) -> AccessState:
        """Put it together; what had to be assumed is among the notices."""
        mode = self._mode()
        # in mode CONFIG_MAP the creator's right is hidden, so whoever reads it doesn't see it
        if mode is AuthenticationMode.CONFIG_MAP and (self.mode or self.aws_auth is not None) and not self.creator_arn:
            self.creator_unknown = True
            self.notices.append(UNKNOWN_CREATOR)
        entries = tuple(self._entries())
        state = AccessState(
            name=self.name,
            arn=self._formed(_ARN, self.arn, "ARN"),
            version=self._formed(_VERSION, self.version, "version"),
            mode=mode,
            creator_arn=self.creator_arn,
            creator_unknown=self.creator_unknown,
            aws_auth=self.aws_auth,
            entries=entries,
            resources=tuple(self.resources.values()),
            namespaces=tuple(sorted(self.namespaces)),
            trust_policies=self.trust_policies,
            all_mapped=self._tells_everybody(),
            all_bound=self.complete or missing_bootstrap(self.objects, self.version) == RbacObjects(),
            elsewhere=frozenset(self.elsewhere),
            notices=tuple(dict.fromkeys(self.notices)),
        )
        mapped = mapped_principals(state, self.role_arns)
        state = replace(
            state,
            ways=ways_of(mapped, self.trusts, self.named),
            node_roles=named_nodes([*nodes_of(mapped), *self._other_nodes(mode, mapped)]),
        )
        manifests, stored = (RbacObjects(), self.objects) if self.stored else (self.objects, RbacObjects())
        return finished(state, manifests, stored=stored, complete=self.complete)

    def _tells_everybody(self) -> bool:
        if self.mode is None or self.partial:
            return False
        lines = self.aws_auth is not None or not self.mode.uses_aws_auth
        return self.complete or (lines and (bool(self.entries) or not self.mode.uses_entries))

    def _formed(self, form: re.Pattern[str], said: str | None, what: str) -> str | None:
        """Take what the source says if it is one, without what may follow it; else nobody knows."""
        match = form.match(said or "")
        if said and not match:
            self.notices.append(f"{said} is no {what} of a cluster of EKS, so nothing is taken from it")
        return match[0] if match else None

    def _mode(self) -> AuthenticationMode:
        if self.mode:
            return self.mode
        if self.entries:
            mode = AuthenticationMode.API if self.aws_auth is None else AuthenticationMode.API_AND_CONFIG_MAP
        else:
            mode = AuthenticationMode.CONFIG_MAP
        if self.entries or self.aws_auth is not None:
            seen = [name for name, there in (("access entries", self.entries), ("aws-auth", self.aws_auth)) if there]
            self.notices.append(
                f"authentication mode {mode} is assumed, from {' and '.join(seen) or 'an empty aws-auth'} being here: "
                "`aws eks describe-cluster` tells"
            )
        else:
            self.notices.append("nobody is mapped here: neither aws-auth nor access entries are part of it")
        return mode

    def _other_nodes(self, mode: AuthenticationMode, mapped: Iterable[Mapped]) -> list[tuple[str, str]]:
        """List node roles that are mapped as somebody else, or by nobody where EKS doesn't do it.

        EKS makes the entry of a managed node group or a Fargate profile, and its line in aws-auth where nobody else
        writes that (https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html).
        """
        as_nodes = {identity(each.arn) for each in mapped if each.is_node}
        as_others = {identity(each.arn) for each in mapped if not each.is_node}
        only_aws_auth = not mode.uses_entries and self.aws_auth is not None
        return [
            (name, arn)
            for name, arn in self.node_roles
            if identity(arn) not in as_nodes and (only_aws_auth or identity(arn) in as_others)
        ]

    def _entries(self) -> Iterator[AccessEntry]:
        for arn, policies in self.policies.items():
            if arn not in self.entries:
                self.notices.append(
                    f"access policies of {arn} ({', '.join(p.policy for p in policies)}) are here and its access entry "
                    "is not, so they are not counted"
                )
        for arn, entry in sorted(self.entries.items()):
            policies = self.policies.get(arn, [])
            yield AccessEntry(
                key=entry.key,
                principal_arn=arn,
                type=entry.type,
                username=entry.username,
                groups=entry.groups,
                policies=tuple(sorted(policies, key=lambda scope: scope.policy)),
            )


def read_entry(document: Document, raw: Mapping[str, Any], path: str, *, username: str) -> AccessEntry | str:
    """Read an access entry without its policies; a text says why it can't be counted.

    Args:
        document: where it is written.
        raw: it itself, as AWS or the AWS provider writes it.
        path: where in the document.
        username: the key of the user name, which the two spell differently.

    Raises:
        Refused: it has not the form of one.
    """
    arn = document.text(raw.get("principalArn"), f"{path}.principalArn")
    if not arn:
        raise document.refused(f"{path}.principalArn", None, "an access entry has a principal")
    type_ = document.text(raw.get("type"), f"{path}.type") or EntryType.STANDARD
    if type_ not in list(EntryType):
        return f"the access entry of {arn} is of type {type_}, which is not known here, so it is not counted"
    standard = type_ == EntryType.STANDARD
    name = document.text(raw.get(username), f"{path}.{username}")
    groups = document.texts(raw.get("kubernetesGroups"), f"{path}.kubernetesGroups")
    return AccessEntry(
        key=arn,
        principal_arn=arn,
        type=EntryType(type_),
        # what EKS gives to nodes is its own choice, and the same everywhere; what others wrote is a mistake
        username=(name or None) if standard or not name.startswith("system:node:") else None,
        groups=groups if standard else tuple(each for each in groups if not each.startswith(("system:", "eks:"))),
        policies=(),
    )


def read_scope(document: Document, raw: Mapping[str, Any], path: str) -> PolicyScope:
    """Read an association of an access policy.

    Raises:
        Refused: it has not the form of one.
    """
    arn = document.text(raw.get("policyArn"), f"{path}.policyArn")
    scope = document.mapping(raw.get("accessScope"), f"{path}.accessScope")
    namespaces = document.texts(scope.get("namespaces"), f"{path}.accessScope.namespaces")
    kind = document.text(scope.get("type"), f"{path}.accessScope.type")
    if not arn or kind not in ("cluster", "namespace") or (kind == "namespace") != bool(namespaces):
        rule = "an access policy is associated for the cluster, or for namespaces that are named"
        raise document.refused(path, f"type {kind!r} with {len(namespaces)} namespaces", rule)
    return PolicyScope(policy=arn.rpartition("/")[2], arn=arn, namespaces=tuple(sorted(namespaces)))


def read_mode(document: Document, raw: object, path: str) -> AuthenticationMode | None:
    """Read an authentication mode; None where there is none.

    Raises:
        Refused: there is no such mode.
    """
    text = document.text(raw, path)
    if text and text not in list(AuthenticationMode):
        raise document.refused(path, text, "an authentication mode is one of " + ", ".join(AuthenticationMode))
    return AuthenticationMode(text) if text else None
