"""P1: nobody is locked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..declaration.nodes import render
from ..errors import Problem
from ..iam.arns import identity, permission_set_of
from ..iam.trusts import open_statements
from ..plan.model import AccessPlan, Entrance
from ..plan.naming import role_names_of
from .catalogue import Needs, Over, check
from .kept import kept_admins
from .view import ClusterView

_FIX = (
    "declare a second, independent admin path: `admins.breakGlass: {trustedBy: [somebody outside the admin teams]}`, "
    "or another team or person under `admins`"
)


def admin_paths(plan: AccessPlan) -> tuple[Entrance, ...]:
    """List the usable ways to cluster-admin that are declared; what EKS gives the creator is not one of them."""
    paths = (*plan.entrances, *kept_admins(plan))
    return tuple(e for e in paths if e.cluster_admin and e.usable and not _is_creator_s_own(plan, e))


def depends_on(plan: AccessPlan, path: Entrance) -> frozenset[str]:
    """Name everything whose loss closes a path: the person, their principal, the role they assume, the creator."""
    needs = {f"person {path.person}", f"principal {identity(path.own_arn)}", f"principal {identity(path.enters_as)}"}
    if sso := permission_set_of(path.own_arn):
        needs.add(f"permission set {sso.name}")
    if plan.cluster and identity(path.own_arn) == identity(plan.cluster.creator_arn):
        needs.add("the creator")
    return frozenset(needs)


def _is_creator_s_own(plan: AccessPlan, path: Entrance) -> bool:
    return plan.cluster is not None and identity(path.enters_as) == identity(plan.cluster.creator_arn)


@check(
    "EA101",
    "A cluster-admin path survives every single loss",
    over=Over.PLAN,
    why="EKS gives admin to the principal that created the cluster and to nobody else; when that is the only one, its "
    "loss closes the cluster (https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html).",
    fix="Declare a second, independent admin path: `admins.breakGlass: {trustedBy: [somebody outside the admin "
    "teams]}`, or another team or person under `admins`.",
)
def survives_single_losses(plan: AccessPlan) -> Iterable[Problem]:
    """Take away each person, principal and permission set in turn and look for an admin path that is left."""
    if plan.cluster is None:
        return
    paths = admin_paths(plan)
    if not paths:
        yield Problem(path="admins", rule="nobody but the creator can be cluster admin" + _unusable(plan), fix=_FIX)
        return
    for loss in sorted(frozenset.intersection(*(depends_on(plan, path) for path in paths))):
        yield Problem(
            path="admins",
            rule=f"without {loss} nobody but the creator is cluster admin" + _unusable(plan),
            value=", ".join(sorted({f"{p.person} ({p.via})" for p in paths})),
            fix=_FIX,
        )


@check(
    "EA102",
    "The creator is not declared a second time",
    over=Over.PLAN,
    why="EKS itself makes the creator's access entry, and a second one for the same principal is refused with 409 "
    "(https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html); in aws-auth, whether a "
    "line for the creator or EKS's own hidden right counts is not documented. It is about what is to be made, so it "
    "takes a declaration.",
    fix="Take the creator out of admins, of grants and of teams without `assumeRole`; in mode API it may be declared.",
)
def creator_declared_once(plan: AccessPlan) -> Iterator[Problem]:
    """Refuse direct grants to the creator in the modes in which EKS maps them by itself."""
    if plan.cluster is None or not plan.cluster.mode.uses_aws_auth:
        return
    for principal in plan.principals:
        if identity(principal.arn) == identity(plan.cluster.creator_arn):
            yield Problem(
                path=principal.source,
                rule=f"the creator is mapped by EKS itself in mode {plan.cluster.mode} and cannot be mapped again",
                value=principal.arn,
                fix=f"take {plan.cluster.creator} out of admins, of grants and of teams without `assumeRole`; "
                "the creator is a cluster admin anyway",
            )


@check(
    "EA103",
    "Nobody's own principal is a role that this declaration makes",
    over=Over.PLAN,
    why="Somebody whose principal is a team's, a node's or the break-glass role enters only through somebody else, or "
    "through nothing at all: a role that trusts itself is a way that nobody can walk. Only a declaration says who is a "
    "person, and which roles are made for others.",
    fix="Name the principal that exists by itself, and let it enter through the team or breakGlass.",
)
def people_are_not_our_roles(plan: AccessPlan) -> Iterator[Problem]:
    """Compare people's principals with the roles that are made here."""
    made = _made_here(plan)
    for name, arn in _people(plan):
        if identity(arn) in made:
            yield Problem(
                path=render(("people", name)),
                rule="a person is no role that this declaration makes itself",
                value=arn,
                fix="name the principal that exists by itself, and let it enter through the team or breakGlass",
            )


@check(
    "EA104",
    "Whoever is asked for MFA can answer",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="Only an IAM user's session carries `aws:MultiFactorAuthPresent`: somebody from Identity Center or a role "
    "never meets the condition, and the way in is there on paper only (https://docs.aws.amazon.com/IAM/latest/UserGuide/"
    "reference_policies_condition-keys.html#condition-keys-multifactorauthpresent).",
    fix="Write `mfa: false` and ask for MFA where they sign in, or let IAM users enter this way only.",
)
def mfa_can_be_met(view: ClusterView) -> Iterator[Problem]:
    """Look for ways in whose MFA condition their own member cannot meet; the loader looks at members one by one."""
    for way in view.state.ways:
        if way.mfa and not way.usable:
            yield Problem(
                path=f"person {way.person}",
                rule=f"{way.person} can't enter by {way.via}: it asks for MFA, which only IAM users can give to IAM",
                value=way.own_arn or way.principal_arn,
                fix="ask for MFA where they sign in instead, or let IAM users enter this way only",
            )


@check(
    "EA105",
    "A role through which people enter is trusted by named principals",
    over=Over.PLAN,
    why="A role that nobody is trusted with is a way that nobody can walk; one that trusts an account, its root, or "
    "everybody hands the decision to whoever may write policies there "
    "(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).",
    fix="Name the people under `trustedBy` or `members`; where a whole account must be trusted, add a condition.",
)
def trusts_name_people(plan: AccessPlan) -> Iterator[Problem]:
    """Read the trust policies of break-glass and team roles."""
    for role in plan.entry_roles:
        path = "admins.breakGlass.trustedBy" if role.key == "break-glass" else f"{_team(role.key)}.members"
        if not role.trusted:
            fix = "name at least one person who may assume it"
            yield Problem(path=path, rule=f"the role {role.name} is trusted by nobody", value=role.arn, fix=fix)
        for statement in open_statements(role.trust):
            rule = f"the role {role.name} trusts {statement} without a condition: whoever is in there gets in"
            yield Problem(path=path, rule=rule, value=statement, fix="name the users and roles that are meant")


@check(
    "EA106",
    "No admin rests on what the same change removes",
    over=Over.PLAN,
    why="A role with a name of this cluster's own is made and deleted with its team or node group. An admin who enters "
    "with such a role, of a team that is gone, is locked out by the update that removes it; an admin who is no longer "
    "declared at all is refused when the file is read. It is about a change, which takes a declaration.",
    fix="Let the admin enter with a principal that exists by itself, or take them out of `admins` in the same change.",
)
def admins_outlive_the_change(plan: AccessPlan) -> Iterator[Problem]:
    """Look for people whose principal has a name that only this cluster's own, now unplanned, roles have."""
    if plan.cluster is None:
        return
    made, own_names = _made_here(plan), role_names_of(plan.cluster.name)
    admins = {(e.person, e.own_arn) for e in plan.entrances if e.cluster_admin}
    for name, arn in sorted({*admins, (plan.cluster.creator, plan.cluster.creator_arn)}):
        role = arn.rpartition("/")[2]
        ours = arn == plan.cluster.account.role(role) and own_names.fullmatch(role)
        if ours and identity(arn) not in made:
            rule = "a role with a name of this cluster's own goes with the team or nodes that it was made for"
            fix = "name a principal that exists by itself; roles of teams are made, and removed, by this declaration"
            yield Problem(path=render(("people", name)), rule=rule, value=arn, fix=fix)


def _made_here(plan: AccessPlan) -> set[str]:
    return {identity(arn) for arn in (*(r.arn for r in plan.entry_roles), *(r.arn for r in plan.node_roles))}


def _people(plan: AccessPlan) -> list[tuple[str, str]]:
    people = {(e.person, e.own_arn) for e in plan.entrances}
    if plan.cluster:
        people.add((plan.cluster.creator, plan.cluster.creator_arn))
    return sorted(people)


def _team(key: str) -> str:
    return key.replace("team-", "teams.", 1)


def _unusable(plan: AccessPlan) -> str:
    broken = sorted({f"{e.person} ({e.via})" for e in plan.entrances if e.cluster_admin and not e.usable})
    return f"; not usable, since only IAM users can meet the MFA condition: {', '.join(broken)}" if broken else ""
