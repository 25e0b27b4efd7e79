"""The states that a step is compared by: everybody who can come, by the ARN that IAM spells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..authn.authenticating import NODE_ENTRIES
from ..authn.aws_auth_reading import MappingLine, parse_aws_auth
from ..authn.go_text import fold, go_lower
from ..plan.model import EntryType
from ..review.state import AccessState, Way
from .model import Fate, LineFate
from .surroundings import Surroundings, key_of
from .translating import LEFT_OUT


def known_ways(state: AccessState, known: Surroundings, lines: Sequence[LineFate]) -> AccessState:
    """Call everybody by their full ARN, as entries do, and leave out those who can't come at all."""
    arrives = {key_of(entry.principal_arn) for entry in state.entries}
    arrives |= {key_of(each.line.arn) for each in lines if each.fate is not Fate.DEAD}
    if state.creator_arn:
        arrives.add(key_of(state.creator_arn))
    dead = {key_of(each.line.arn) for each in lines if each.fate is Fate.DEAD} - arrives

    def spelled(arn: str) -> str:
        # letters outside of ASCII count as others in aws-auth, and are in no ARN of AWS
        return known.full_arn(arn) or (arn if arn.isascii() else fold(go_lower(arn)))

    def in_full(way: Way) -> Way:
        return replace(way, principal_arn=spelled(way.principal_arn))

    return replace(
        state,
        ways=tuple(in_full(way) for way in state.ways if key_of(way.principal_arn) not in dead),
        node_roles={name: spelled(arn) for name, arn in state.node_roles.items() if key_of(arn) not in dead},
    )


def comparable(state: AccessState, lines: Sequence[LineFate]) -> AccessState:
    """Take the groups out of nodes' lines that EKS itself leaves out of nodes' entries; they are told beside it."""
    nodes: Mapping[tuple[str, int], LineFate] = {
        (each.line.section, each.line.index): each
        for each in lines
        if each.entry is not None and each.entry.type in NODE_ENTRIES and each.fate is not Fate.STUCK
    }
    if state.aws_auth is None or not any(LEFT_OUT & {*each.line.groups} for each in nodes.values()):
        return state
    read = parse_aws_auth(state.aws_auth)
    sections = {"mapRoles": ("rolearn", read.roles), "mapUsers": ("userarn", read.users)}
    data = {
        section: _rendered(key, [_without(line, nodes.get((line.section, line.index))) for line in found])
        for section, (key, found) in sections.items()
    }
    return replace(state, aws_auth={**state.aws_auth, **data})


def _without(line: MappingLine, fate: LineFate | None) -> MappingLine:
    if fate is None or fate.entry is None:
        return line
    kept = {*NODE_ENTRIES[EntryType(fate.entry.type)][1]}
    return replace(line, groups=tuple(group for group in line.groups if group not in LEFT_OUT or group in kept))


def _rendered(key: str, lines: Sequence[MappingLine]) -> str:
    import yaml

    items = [{key: line.arn, "username": line.username, "groups": list(line.groups)} for line in lines]
    # all in quotes: Go's YAML takes more words for something else than Python's
    return yaml.safe_dump(items, default_style='"', sort_keys=False) if items else ""
