"""What is in the way of a step: found before anything is changed, each with who would lose what and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..authn.aws_auth_reading import AwsAuth, parse_aws_auth
from ..declaration.kinds import AuthenticationMode
from ..iam.arns import account_of
from ..review.gaps import listed
from ..review.state import AccessState
from .actions import CreateEntry
from .model import Fate, LineFate, Obstacle, Step
from .surroundings import Surroundings, key_of

ENTRY_LIMIT = 3000
"""Access entries per cluster, not adjustable (https://docs.aws.amazon.com/general/latest/gr/eks.html)."""


def obstacles(
    state: AccessState, known: Surroundings, lines: Sequence[LineFate], steps: Sequence[Step]
) -> Iterator[Obstacle]:
    """List everything that keeps the cluster out of a mode; nothing of it is decided for anybody."""
    read = parse_aws_auth(state.aws_auth or {})
    order = list(AuthenticationMode)
    following = order[order.index(state.mode) + 1]
    yield from _broken(read, following)
    yield from _stuck(lines, state)
    if state.mode is AuthenticationMode.CONFIG_MAP:
        yield from _nodes_without_a_line(known, lines)
    yield from _accounts(read, lines, state, known)
    yield from _too_many(state, steps)


def _broken(read: AwsAuth, following: AuthenticationMode) -> Iterator[Obstacle]:
    for loss in read.faults:
        if loss.index is None:
            yield Obstacle(
                mode=following,
                what=f"aws-auth {loss.section}",
                why=f"{loss.said}; whoever was meant is outside today, and would be for good",
                fix=f"repair {loss.section} first, or remove it if nobody is meant, and plan again",
            )


def _stuck(lines: Sequence[LineFate], state: AccessState) -> Iterator[Obstacle]:
    for each in lines:
        if each.fate is Fate.STUCK:
            why, _, fix = each.why.partition("\n")
            # EKS makes this one's entry whether we want it or not
            early = each.entry is not None
            yield Obstacle(
                mode=AuthenticationMode.API_AND_CONFIG_MAP if early else AuthenticationMode.API,
                what=f"{each.place} {each.line.arn}",
                why=why,
                fix=fix,
                affected=_people(each, state),
            )


def _people(fate: LineFate, state: AccessState) -> tuple[str, ...]:
    """Name those who come by a line."""
    key = key_of(fate.line.arn)
    names = {way.person for way in state.ways if key_of(way.principal_arn) == key}
    return tuple(sorted(names)) or (fate.line.arn,)


def _nodes_without_a_line(known: Surroundings, lines: Sequence[LineFate]) -> Iterator[Obstacle]:
    there = {key_of(each.line.arn) for each in lines if each.fate not in (Fate.DEAD, Fate.SHADOWED)}
    for key, type_ in known.eks_nodes.items():
        if key not in there:
            arn = known.principals[key]
            yield Obstacle(
                mode=AuthenticationMode.API_AND_CONFIG_MAP,
                what=arn,
                why=f"its nodes are outside today, and the entry of type {type_} that EKS makes would let them in",
                fix="put their line into aws-auth first, as EKS wrote it once, or delete the node group",
                affected=(arn,),
            )


def _accounts(read: AwsAuth, lines: Sequence[LineFate], state: AccessState, known: Surroundings) -> Iterator[Obstacle]:
    counted = {key_of(each.line.arn) for each in lines if each.fate not in (Fate.DEAD, Fate.SHADOWED)}
    counted |= {key_of(entry.principal_arn) for entry in state.entries}
    for account in dict.fromkeys(read.accounts):
        named = [arn for key, arn in known.principals.items() if account_of(arn) == account and key not in counted]
        who = f"they are let in by it alone, with no group: {listed(named)}" if named else "who comes by it isn't known"
        yield Obstacle(
            mode=AuthenticationMode.API,
            what=f"mapAccounts {account}",
            why=f"an entry names one principal, never an account; {who}",
            fix="see in the audit log who of the account comes, give those a line, and take the account out",
            affected=tuple(named),
        )


def _too_many(state: AccessState, steps: Sequence[Step]) -> Iterator[Obstacle]:
    made = sum(len(step.made_by_eks) for step in steps)
    made += sum(isinstance(action, CreateEntry) for step in steps for action in step.actions)
    if (count := len(state.entries) + made) > ENTRY_LIMIT:
        yield Obstacle(
            mode=AuthenticationMode.API,
            what=f"{count} access entries",
            why=f"a cluster takes {ENTRY_LIMIT}, and AWS raises that for nobody",
            fix="let people enter through one role a team, and take their own lines out first",
        )
