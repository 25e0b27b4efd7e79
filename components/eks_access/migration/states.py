"""The states that a step is compared by: everybody who can come, by the ARN that IAM spells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..authn.authenticating import NODE_ENTRIES
from ..authn.aws_auth_reading import MappingLine, parse_aws_auth
from ..iam.arns import strip_path
from ..plan.model import EntryType
from ..review.state import AccessState, Way
from ..review.ways import mapped_principals, ways_of
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
        return known.full_arn(arn) or arn

    def in_full(way: Way) -> Way:
        return replace(way, principal_arn=spelled(way.principal_arn))

    mapped = mapped_principals(state)
    there = {key_of(way.principal_arn) for way in state.ways}
    ways = (*state.ways, *ways_of([each for each in mapped if key_of(each.arn) not in there], {}))
    return replace(
        state,
        ways=tuple(in_full(way) for way in ways if key_of(way.principal_arn) not in dead),
        node_roles={name: spelled(arn) for name, arn in state.node_roles.items() if key_of(arn) not in dead},
    )


def comparable(state: AccessState, lines: Sequence[LineFate]) -> AccessState:
    """Write aws-auth as it counts: with names as IAM spells them, and without lines that nobody can come by.

    Also without groups that give nothing, and of nodes without those that EKS itself leaves out of their entries; they
    are told beside it.
    """
    fates = {(each.line.section, each.line.index): each for each in lines}
    if state.aws_auth is None or all([*_counting(each.line, fates)] == [each.line] for each in lines):
        return state
    read = parse_aws_auth(state.aws_auth)
    sections = {"mapRoles": ("rolearn", read.roles), "mapUsers": ("userarn", read.users)}
    data = {
        section: _rendered(key, [line for each in found for line in _counting(each, fates)])
        for section, (key, found) in sections.items()
    }
    return replace(state, aws_auth={**state.aws_auth, **data})


def _counting(line: MappingLine, fates: Mapping[tuple[str, int], LineFate]) -> Iterator[MappingLine]:
    fate = fates[line.section, line.index]
    if fate.entry is not None and fate.fate is not Fate.STUCK:
        yield replace(_without(line, fate), arn=strip_path(fate.entry.principal_arn))
    elif fate.fate not in (Fate.DEAD, Fate.SHADOWED):
        yield line


def _without(line: MappingLine, fate: LineFate) -> MappingLine:
    if fate.entry is None:
        return line
    if fate.entry.type not in NODE_ENTRIES:
        return replace(line, groups=tuple(group for group in line.groups if group not in fate.left_out))
    kept = {*NODE_ENTRIES[EntryType(fate.entry.type)][1]}
    return replace(line, groups=tuple(group for group in line.groups if group not in LEFT_OUT or group in kept))


def _rendered(key: str, lines: Sequence[MappingLine]) -> str:
    import yaml

    items = [{key: line.arn, "username": line.username, "groups": list(line.groups)} for line in lines]
    # all in quotes: Go's YAML takes more words for something else than Python's
    return yaml.safe_dump(items, default_style='"', sort_keys=False) if items else ""
