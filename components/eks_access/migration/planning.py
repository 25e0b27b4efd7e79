"""The way from a cluster's mode to the last one: which steps, in which order, and what is in their way.

EKS goes one way and one step at a time: CONFIG_MAP → API_AND_CONFIG_MAP → API
(https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html). Entries count beside aws-auth
from the second mode on and override it, so they are made there, one by one, while the lines stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..authn.access_entries import AccessEntry
from ..authn.aws_auth_reading import parse_aws_auth
from ..authz.bootstrap import bootstrap_objects
from ..authz.model import RoleBinding
from ..declaration.kinds import AuthenticationMode
from ..errors import Problem, Refused
from ..iam.arns import PARTITIONS
from ..plan.model import AccessPlan
from ..review.creator import creator_entry
from ..review.state import AccessState
from .actions import Action, Associate, Bind, CreateEntry, SetMode
from .declaring import declared_at_first, declared_at_last, declared_entries, entry_keys
from .lines import Home, entries_by_eks, fates
from .model import Fate, LineFate, Migration, Step
from .obstacles import obstacles
from .states import comparable, known_ways
from .surroundings import Surroundings, key_of

CONFIG_MAP, BOTH, API = AuthenticationMode
ORDER = tuple(AuthenticationMode)


def plan_migration(
    state: AccessState,
    known: Surroundings,
    *,
    to: AuthenticationMode | None = None,
    plan: AccessPlan | None = None,
) -> Migration:
    """Plan the way to a mode; nobody's access changes on it, or what would change it is among the obstacles.

    Args:
        state: the cluster as it is.
        known: what IAM and EKS know of the principals in it.
        to: the mode to go to, one step further than now; API, by all steps, when not given.
        plan: of the declaration that describes the cluster, where there is one.

    Raises:
        Refused: EKS has no such way, or the source doesn't say which account it is about.
    """
    _refuse_impossible(state.mode, to)
    if state.mode is API:
        return Migration(cluster=state.name, mode=API, to=API, notices=state.notices)
    home = home_of(state, known)
    known.learn_from(state.entries)
    lines = fates(parse_aws_auth(state.aws_auth or {}), home, known)
    counting = known_ways(comparable(state, lines), known, lines)
    state = known_ways(state, known, lines)
    steps = tuple(_steps(counting, known, lines, plan, to or API))
    last = to or API
    found = tuple(obstacles(state, known, lines, steps))
    notices = (*state.notices, *_notices(state, known))
    return Migration(
        cluster=state.name,
        mode=state.mode,
        to=last,
        lines=lines,
        steps=steps,
        obstacles=tuple(each for each in found if ORDER.index(each.mode) <= ORDER.index(last)),
        notices=tuple(dict.fromkeys(notices)),
    )


def mode_of(text: str | None) -> AuthenticationMode | None:
    """Read the mode that is asked for.

    Raises:
        Refused: EKS has no such mode.
    """
    if text is None:
        return None
    if text not in ORDER:
        rule = "an authentication mode is one of " + ", ".join(ORDER)
        raise Refused([Problem(path="--to", value=text, rule=rule, fix="leave --to out for the whole way")])
    return AuthenticationMode(text)


def _refuse_impossible(now: AuthenticationMode, to: AuthenticationMode | None) -> None:
    if to is None or ORDER.index(to) == ORDER.index(now) + 1:
        return
    ways = f"the cluster is in mode {now}"
    if ORDER.index(to) > ORDER.index(now):
        fix = f"plan --to {ORDER[ORDER.index(now) + 1]} first, or leave --to out for the whole way"
        rule = f"EKS goes one step at a time, {' → '.join(ORDER)}; {ways}"
    elif to is now:
        rule, fix = f"{ways} already, and EKS refuses the mode it is in", "leave --to out, or name a later mode"
    else:
        rule = f"EKS never goes back, only {' → '.join(ORDER)}; {ways}"
        fix = "keep the mode: entries and aws-auth can stay side by side in API_AND_CONFIG_MAP"
    raise Refused([Problem(path="--to", value=str(to), rule=rule, fix=fix)])


def home_of(state: AccessState, known: Surroundings) -> Home:
    """Say where the cluster is.

    Raises:
        Refused: the source doesn't say which account it is about.
    """
    arn = state.arn or next(iter(known.principals.values()), None) or _first_arn(state)
    if arn is None or len(arn.split(":")) < 6:
        rule = "nothing here says which account the cluster is in"
        raise Refused([Problem(path="-f", rule=rule, fix="add the answer of `aws eks describe-cluster`")])
    parts = arn.split(":")
    return Home(
        account=parts[4],
        partition=parts[1],
        entries=state.entries if state.mode.uses_entries else (),
        creator_arn=state.creator_arn if state.mode is CONFIG_MAP else None,
        bindings=_bindings(state),
        entries_come=state.mode is CONFIG_MAP,
    )


def _bindings(state: AccessState) -> tuple[RoleBinding, ...] | None:
    """Tell a cluster's bindings from those that are taken for granted: no EKS cluster has these alone."""
    granted = {(each.namespace, each.name) for each in bootstrap_objects(state.version).bindings}
    known = any((each.namespace, each.name) not in granted for each in state.rbac.bindings)
    return state.rbac.bindings if known else None


def _first_arn(state: AccessState) -> str | None:
    """Without an answer of EKS the account of most entries or lines is the best there is."""
    read = parse_aws_auth(state.aws_auth or {})
    arns = [entry.principal_arn for entry in state.entries] + [line.arn for line in (*read.roles, *read.users)]
    arns = [arn for arn in arns if arn.split(":")[1:2] and arn.split(":")[1] in PARTITIONS and arn.count(":") >= 5]
    accounts = [arn.split(":")[4] for arn in arns]
    return max(arns, key=lambda arn: accounts.count(arn.split(":")[4]), default=None)


def _steps(
    state: AccessState,
    known: Surroundings,
    lines: Sequence[LineFate],
    plan: AccessPlan | None,
    last: AuthenticationMode,
) -> Iterator[Step]:
    before = state
    if state.mode is CONFIG_MAP:
        by_eks = tuple(_by_eks(state, known))
        mode = SetMode(mode=BOTH, made_by_eks=by_eks)
        after = mode.applied(before)
        yield Step(
            title="Let EKS ask access entries beside aws-auth",
            actions=(mode,),
            made_by_eks=by_eks,
            declare=tuple(declared_at_first(plan, by_eks)),
            differences=_differences(lines, Fate.BY_EKS),
            before=before,
            after=after,
        )
        if last is BOTH:
            return
        before = after
    if actions := tuple(_entry_actions(lines, state, plan)):
        after = before
        for action in actions:
            after = action.applied(after)
        yield Step(
            title="Make the entries that say what the lines say",
            actions=actions,
            declare=tuple(declared_entries(plan, lines)),
            differences=_differences(lines, Fate.ENTRY),
            before=before,
            after=after,
        )
        before = after
    last_mode = SetMode(mode=API)
    after = last_mode.applied(before)
    yield Step(
        title="Let EKS ask access entries alone",
        actions=(last_mode,),
        declare=tuple(declared_at_last(plan)),
        before=before,
        after=after,
    )


def _by_eks(state: AccessState, known: Surroundings) -> Iterator[AccessEntry]:
    if state.creator_arn:
        yield creator_entry(known.full_arn(state.creator_arn) or state.creator_arn)
    yield from entries_by_eks(known, state.entries)


def _entry_actions(lines: Sequence[LineFate], state: AccessState, plan: AccessPlan | None) -> Iterator[Action]:
    """Bindings first, so that an entry counts in full from the moment it overrides its line."""
    made = [fate for fate in lines if fate.fate is Fate.ENTRY and fate.entry is not None]
    there, keys = set(state.rbac.bindings), entry_keys(plan)
    for binding in dict.fromkeys(binding for fate in made for binding in fate.bindings):
        if binding not in there:
            yield Bind(binding=binding)
    for fate in made:
        assert fate.entry is not None
        declared = keys.get(key_of(fate.entry.principal_arn), "")
        yield CreateEntry(entry=fate.entry, declared=declared)
        for scope in fate.entry.policies:
            yield Associate(principal_arn=fate.entry.principal_arn, scope=scope, declared=declared)


def _differences(lines: Sequence[LineFate], fate: Fate) -> tuple[str, ...]:
    return tuple(
        f"{each.place} {each.line.arn}: {said}" for each in lines if each.fate is fate for said in each.differences
    )


def _notices(state: AccessState, known: Surroundings) -> Iterator[str]:
    for loss in parse_aws_auth(state.aws_auth or {}).losses:
        if loss.index is not None:
            yield f"aws-auth {loss.section}[{loss.index}]: {loss.said}; the authenticator drops it today as well"
    if not known.asked_eks and state.mode is CONFIG_MAP:
        yield (
            "which roles EKS makes entries for by itself isn't known: add the answers of `aws eks describe-nodegroup` "
            "and `aws eks describe-fargate-profile`, or ask --live"
        )
    yield (
        "sessions that are open stay: tokens are checked again at every request, and an entry knows a role by its "
        "unique id, so sessions of a role that was deleted and made again since are let in by its new id only"
    )
    yield "an entry takes some seconds to be seen everywhere: wait between the entries and the last change of mode"
