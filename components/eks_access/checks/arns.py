"""ARNs in mappings: what the authenticator or EKS would never match."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem, Severity
from ..iam.arns import account_of, identity, strip_path
from ..iam.principal_arns import NOT_A_PRINCIPAL, ODD_SSO_ROLE, SERVICE_LINKED, WRONG_PARTITION, arn_fault
from ..iam.sso import SSO_PATH
from .catalogue import Needs, Over, check
from .view import ClusterView, MappedName, is_eks_own

_AUTH_MAP = "https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html"
_ENTRIES = "https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html"
_SSO = "https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html"


@check(
    "EA501",
    "Roles stand in aws-auth without their path",
    over=Over.CLUSTER,
    why=f"STS names a session's role without its path, and the authenticator compares the whole text: a line with a "
    f"path lets nobody in ({_AUTH_MAP}; https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/268).",
    fix="Write the role's ARN without its path: `arn:aws:iam::111122223333:role/<name>`.",
)
def no_path_in_lines(view: ClusterView) -> Iterator[Problem]:
    """Look for paths in the roles of lines."""
    for line in (each for each in view.mapped if each.line):
        if not _faulty(line, view) and strip_path(line.arn) != line.arn:
            rule = "the authenticator sees this role without its path, so the line lets nobody in"
            yield Problem(path=line.path, rule=rule, value=line.arn, fix=f"write {strip_path(line.arn)}")


@check(
    "EA502",
    "Roles stand in access entries with their path",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="EKS wants the ARN as IAM has it; an entry for a role without its path is refused as an invalid principal "
    f"({_ENTRIES}).",
    fix="Write the ARN that `aws iam get-role` shows.",
)
def path_in_entries(view: ClusterView) -> Iterator[Problem]:
    """Look for entries of roles whose path is known from elsewhere: Identity Center's, people's own, nodes'."""
    known = {identity(way.principal_arn): way.principal_arn for way in view.state.ways}
    known |= {identity(way.own_arn): way.own_arn for way in view.state.ways if way.own_arn}
    known |= {identity(arn): arn for arn in view.state.node_roles.values()}
    for entry in (each for each in view.mapped if each.entry):
        name = entry.arn.rpartition("/")[2]
        sso = name.startswith("AWSReservedSSO_") and f"role{SSO_PATH}" not in entry.arn
        path_known = strip_path(known.get(identity(entry.arn), "")) != known.get(identity(entry.arn), "")
        bare = strip_path(entry.arn) == entry.arn
        if not _faulty(entry, view) and (sso or (bare and path_known)):
            right = known.get(identity(entry.arn)) if path_known and bare else f"…:role{SSO_PATH}<region>/{name}"
            rule = f"the role has {'a' if bare else 'another'} path, and EKS knows no principal without it"
            yield Problem(path=entry.path, rule=rule, value=entry.arn, fix=f"write {right}")


@check(
    "EA503",
    "No two ARNs are one role or user",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="IAM keeps names of roles, and of users, apart neither by path nor by case: of two ARNs that differ only there "
    "one doesn't exist, and lets nobody in; a role's line of aws-auth has no path, so it may be either "
    "(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).",
    fix="Write the one that exists, and drop the other.",
)
def roles_stay_apart(view: ClusterView) -> Iterator[Problem]:
    """Compare ARNs without paths."""
    first: dict[str, MappedName] = {}
    for each in view.mapped:
        if _faulty(each, view) or (each.line and ":role/" in each.arn and strip_path(each.arn) == each.arn):
            continue  # a line without its path stands for the role whatever the path is
        head, _, rest = each.arn.partition("/")
        other = first.setdefault(f"{head}/{rest.rpartition('/')[2]}".lower(), each)
        if other.arn.lower() != each.arn.lower():
            rule = f"without their paths this and {other.arn} are one"
            yield Problem(path=each.path, rule=rule, value=each.arn, fix="write the one that exists; drop the other")


def _arn_rule(view: ClusterView, id: str) -> Iterator[Problem]:
    for each in view.mapped:
        fault = arn_fault(each.arn, view.state.partition)
        if fault and fault.check == id:
            yield Problem(path=each.path, rule=fault.rule, value=each.arn, fix=fault.fix)


@check(
    NOT_A_PRINCIPAL,
    "What is mapped is an IAM user or role",
    over=Over.CLUSTER,
    why="Sessions, instance profiles, groups, roots and wildcards are never equal to who knocks, and EKS refuses them "
    f"as principals of entries ({_ENTRIES}; https://github.com/aws/containers-roadmap/issues/150).",
    fix="Write the ARN of the IAM role or user: for a session the role that was assumed, for a group a role that its "
    "users may assume.",
)
def mapped_are_principals(view: ClusterView) -> Iterator[Problem]:
    """Look at the form of every mapped ARN."""
    return _arn_rule(view, NOT_A_PRINCIPAL)


@check(
    WRONG_PARTITION,
    "Principals are of the cluster's partition",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="Credentials of one partition mean nothing in another "
    "(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html), and the authenticator refuses partitions "
    "that it doesn't know (aws-iam-authenticator pkg/endpoints).",
    fix="Name a principal of the cluster's own partition.",
)
def partition_of_principals(view: ClusterView) -> Iterator[Problem]:
    """Compare partitions."""
    return _arn_rule(view, WRONG_PARTITION)


@check(
    "EA506",
    "Roles of nodes are of the cluster's account",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="EKS joins nodes of its own account only; people may come from other accounts "
    "(https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html).",
    fix="Name a role of the cluster's account.",
)
def account_of_nodes(view: ClusterView) -> Iterator[Problem]:
    """Compare the accounts of lines that map nodes; entries of nodes are the entry rules' business."""
    for each in view.mapped:
        account = account_of(each.arn)
        is_node = each.line and (each.username or "").startswith("system:node:")
        if is_node and view.account and account != view.account and not _faulty(each, view):
            rule = f"the nodes' role is of another account than the cluster, which is in {view.account}"
            fix = f"name a role of account {view.account}"
            yield Problem(path=each.path, rule=rule, value=each.arn, fix=fix)


@check(
    SERVICE_LINKED,
    "No service-linked role is mapped",
    over=Over.CLUSTER,
    why=f"EKS refuses entries for service-linked roles, and what AWS services need in the cluster they give themselves "
    f"({_ENTRIES}).",
    fix="Name a role that people or programs can assume.",
)
def no_service_linked_roles(view: ClusterView) -> Iterator[Problem]:
    """Look for the path of service-linked roles."""
    own = {each.path for each in view.mapped if is_eks_own(each.entry)}
    yield from (problem for problem in _arn_rule(view, SERVICE_LINKED) if problem.path not in own)


@check(
    "EA508",
    "Users are spelled one way",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="mapUsers is kept by the text and searched ignoring case: of two lines that differ only there, chance decides "
    "with every login (aws-iam-authenticator pkg/mapper/configmap/configmap.go, UserMapping).",
    fix="Keep one of the lines.",
)
def one_spelling(view: ClusterView) -> Iterator[Problem]:
    """Compare the users of lines ignoring case."""
    first: dict[str, MappedName] = {}
    for each in view.mapped:
        if each.line and ":user/" in each.arn:
            other = first.setdefault(each.arn.lower(), each)
            if other.arn != each.arn:
                rule = f"{other.path} spells the same user {other.arn}: which of the two counts is chance"
                yield Problem(path=each.path, rule=rule, value=each.arn, fix="keep one of the lines")


@check(
    ODD_SSO_ROLE,
    "A role of Identity Center is named whole",
    over=Over.CLUSTER,
    why="Identity Center ends the role's name with 16 digits of its own choice; without them, or with a pattern in "
    f"their place, nobody is matched ({_SSO}; https://github.com/aws/containers-roadmap/issues/474).",
    fix="Ask `eks-access sso` for the suffix and write the whole name; in a declaration as `ssoPermissionSet`.",
)
def sso_roles_are_whole(view: ClusterView) -> Iterator[Problem]:
    """Look at names that begin with AWSReservedSSO_."""
    return _arn_rule(view, ODD_SSO_ROLE)


@check(
    "EA510",
    "Users are under mapUsers, roles under mapRoles",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why="The authenticator matches both in both, mapRoles first; tools that read aws-auth do not, and lose such lines "
    "when they write it back (aws-iam-authenticator pkg/mapper/configmap/mapper.go).",
    fix="Move the line to the section of its kind.",
)
def lines_in_their_section(view: ClusterView) -> Iterator[Problem]:
    """Compare the section with the kind of principal."""
    for each in view.mapped:
        right = "mapUsers" if ":user/" in each.arn else "mapRoles"
        if each.line and not _faulty(each, view) and each.line.section != right:
            rule = f"the line is in {each.line.section}, and its principal belongs into {right}"
            yield Problem(path=each.path, rule=rule, value=each.arn, fix=f"move it to {right}")


def _faulty(each: MappedName, view: ClusterView) -> bool:
    """Tell an ARN that another rule refuses as a whole."""
    return arn_fault(each.arn, view.state.partition) is not None
