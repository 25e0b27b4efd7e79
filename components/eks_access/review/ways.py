"""Who is mapped, and the ways in that follow from it where nobody says names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..authn.access_entries import AccessEntry
from ..authn.aws_auth_reading import AwsAuthMapper, MappingLine, parse_aws_auth
from ..authn.model import MappedAs
from ..authn.principals import principal_of_arn
from ..authn.unmatched import plain_arn, spelled, why_no_principal
from ..iam.arns import identity, strip_path
from ..plan.model import EntryType
from .iam_trust import Trusted
from .state import AccessState, Way

SESSION = "session"
"""Stands for the session name of a role of which nobody knows who assumes it."""
INSTANCE = "i-0123456789abcdef0"
"""Stands for the session name of a node role, and of any other that lets instances in and nobody else."""
_NODE_USERNAME = "system:node:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """One principal that is let in."""

    arn: str
    """With its path as far as it is known."""
    is_node: bool
    for_instances: bool = False
    """Whether what maps it, or one of the lines of which chance picks one, refuses whoever is no instance.

    Source: aws-iam-authenticator pkg/server/server.go (renderTemplate).
    """

    @property
    def is_role(self) -> bool:
        """True for an IAM role, which alone is entered by sessions."""
        return ":role/" in self.arn

    @property
    def session(self) -> str:
        """Stands for the session by which it is entered; nothing where it isn't entered by sessions."""
        return "" if not self.is_role else INSTANCE if self.for_instances else SESSION

    @property
    def name(self) -> str:
        """Last part of its ARN."""
        return self.arn.rpartition("/")[2]


def mapped_principals(state: AccessState, known: Iterable[str] = ()) -> tuple[Mapped, ...]:
    """List the principals that a cluster maps, each once; what an access entry says comes first.

    Lines and entries whose ARN is nobody's are left out; a role's line that has its path stands for the role that was
    meant.

    Args:
        state: what is mapped; its ways are not looked at.
        known: ARNs of roles with their path, which aws-auth doesn't have.
    """
    full = {identity(arn): arn for arn in known}
    found: dict[str, Mapped] = {}
    if state.mode.uses_entries:
        for entry in state.entries:
            if not why_no_principal(entry.principal_arn, state.partition):
                node = entry.type is not EntryType.STANDARD
                mapped = Mapped(arn=spelled(entry.principal_arn), is_node=node, for_instances=_for_instances((entry,)))
                found[identity(entry.principal_arn)] = mapped
    if state.mode.uses_aws_auth:
        read = parse_aws_auth(state.aws_auth or {})
        mapper = AwsAuthMapper(read)
        for line in (*read.roles, *read.users):
            plain = plain_arn(line.arn)
            key = identity(plain)
            if key not in found and not why_no_principal(plain, state.partition):
                # of several lines of one role the last counts
                counting = mapper.find(strip_path(plain)) or (line,)
                node = all(each.username.startswith(_NODE_USERNAME) for each in counting)
                arn = full.get(key, spelled(line.arn))
                found[key] = Mapped(arn=arn, is_node=node, for_instances=_for_instances(counting))
    return tuple(found.values())


def ways_of(
    mapped: Iterable[Mapped], trusts: Mapping[str, Sequence[Trusted]], named: Sequence[Way] = ()
) -> tuple[Way, ...]:
    """List the ways through mapped principals; people are called by their ARN where `named` doesn't know them.

    Args:
        mapped: whom the cluster lets in.
        trusts: identity of a role → who may assume it, where that is known.
        named: ways of people with names.
    """
    by_principal: dict[str, list[Way]] = {}
    for way in named:
        by_principal.setdefault(identity(way.principal_arn), []).append(way)
    ways: list[Way] = []
    for each in mapped:
        if not each.is_node:
            key = identity(each.arn)
            people = by_principal.get(key) or [*_assumed(each, trusts.get(key, ()))]
            ways += people
            if not people or each.session == INSTANCE:  # who may assume such a role comes in by none of their sessions
                ways.append(direct_way(each))
    return in_order(ways)


def direct_way(mapped: Mapped) -> Way:
    """Return the way in of a principal that is nobody's here; of a role for instances it is the way of one of these.

    They are called by their session, so that nobody takes a role that lets everybody in for one that lets instances in.
    """
    session, person = mapped.session, mapped.arn
    if session == INSTANCE:
        person = principal_of_arn(mapped.arn, session=session).arn
    return Way(person=person, principal_arn=mapped.arn, session=session, via="direct", own_arn=mapped.arn)


def in_order(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Sort ways by who enters, and then by what they go through."""
    return tuple(sorted(ways, key=lambda way: (way.person, way.via)))


def nodes_of(mapped: Iterable[Mapped]) -> list[tuple[str, str]]:
    """List the node roles, each with its name."""
    return [(each.name, each.arn) for each in mapped if each.is_node]


def named_nodes(nodes: Iterable[tuple[str, str]], kinds: Mapping[str, str] | None = None) -> dict[str, str]:
    """Call each node role by a name that no other has: one of several has its account before it, or is its ARN.

    Args:
        nodes: names of roles or of node groups, also as they are called already, with the ARNs of their roles.
        kinds: identity of a declared role → its kind, which is its name whoever else is called so.
    """
    called = dict.fromkeys((arn, _names(name, arn, kinds or {})) for name, arn in nodes)
    times = Counter(name for _, names in called for name in names)
    found: dict[str, str] = {}
    for arn, names in called:
        found.setdefault(next((name for name in names if times[name] == 1), names[-1]), arn)
    return found


def _names(name: str, arn: str, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """List what a node role can be called, best first."""
    if kind := kinds.get(identity(arn)):
        return (kind,)
    name = name.rpartition("/")[2]
    return name, f"{arn.split(':')[4]}/{name}", arn


def _for_instances(counting: Iterable[AccessEntry | MappingLine]) -> bool:
    named = (MappedAs(arn="", username=each.username or "", groups=each.groups) for each in counting)
    return any(each.for_instances for each in named)


def _assumed(mapped: Mapped, trusted: Sequence[Trusted]) -> Iterator[Way]:
    for each in trusted if mapped.is_role else ():
        yield Way(
            person=each.arn,
            principal_arn=mapped.arn,
            session=each.name if each.is_user else SESSION,
            via=f"role {mapped.name}",
            mfa=each.mfa,
            own_arn=each.arn,
            usable=each.is_user or not each.mfa,
        )
