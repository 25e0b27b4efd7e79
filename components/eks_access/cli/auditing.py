"""Declaration and cluster → an audit: everything that `eks-access audit` knows before it shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..audit.auditing import Subject, audit, audit_people
from ..audit.before_up import BeforeUp, before_up, read_deployed
from ..audit.drill import Drill, drill, users_to_ask
from ..audit.iam import facts_of_answers
from ..audit.model import AuditFinding, IamFacts
from ..audit.permissions import Permissions, permissions
from ..declaration.loading import load
from ..declaration.models import Declaration
from ..errors import Problem, Refused
from ..iam.arns import identity
from ..plan import compile_plan
from ..plan.model import AccessPlan
from .sources import SourceOptions, only_target, reach_of
from .targets import Target, stack_target, target_of

if TYPE_CHECKING:
    from ..review.state import AccessState


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What is audited against."""

    target: Target
    declaration: Declaration
    plan: AccessPlan
    teams_elsewhere: frozenset[str] | None
    """Teams that the project's other stacks use; None where there is no project, or one of them can't be read."""
    users_elsewhere: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What came of it."""

    label: str
    state: AccessState
    findings: tuple[AuditFinding, ...]
    iam: IamFacts | None
    created: Mapping[str, dt.datetime]
    notices: tuple[str, ...] = field(default=())
    """What could not be looked at, and what was assumed."""

    def before_up(self, drops: Sequence[str]) -> BeforeUp:
        """Say whether an update may go on."""
        return before_up(self.findings, drops)


def declared(options: SourceOptions) -> Declared:
    """Read the declaration that is meant.

    Raises:
        Refused: it can't be read.
    """
    target = target_of(options.stack) if options.stack is not None else only_target()
    declaration = load(target.file)
    plan = compile_plan(declaration)
    others = _others(target)
    teams: frozenset[str] | None = None
    if others is not None:
        teams = frozenset(
            team
            for each in others
            for team in (*each.admins.teams, *(grant.team for grant in each.grants if grant.team))
        )
    users = frozenset(identity(user.arn) for each in others or () for user in compile_plan(each).users)
    return Declared(target=target, declaration=declaration, plan=plan, teams_elsewhere=teams, users_elsewhere=users)


def _others(target: Target) -> list[Declaration] | None:
    """Read what the project's other stacks declare."""
    if target.stack is None:
        return None
    from ..declaration.stack_files import find_project

    project = find_project(target.stack.path.parent)
    try:
        return [load(stack_target(project, name).file) for name in project.all_names() if name != target.name]
    except Refused:
        return None


def require_cluster(named: Declared) -> None:
    """Refuse a declaration without a cluster.

    Raises:
        Refused: it has none.
    """
    if named.plan.cluster is None:
        fix = "name the stack or the file of an environment"
        raise Refused([Problem(path="--stack", rule=f"{named.target.label} declares no cluster", fix=fix)])


def permitted(named: Declared) -> Permissions:
    """Say which rights an audit needs."""
    return permissions(named.plan)


def audited(
    named: Declared, options: SourceOptions, *, deployed: str | None, before_up: bool, with_mfa: bool
) -> Audited | None:
    """Read the cluster and audit it; of a declaration without one its users.

    None where there is no cluster yet, or nothing that an update could take away.

    Raises:
        Refused: options contradict each other, or something can't be read.
        NoAnswerError: AWS or the cluster doesn't answer, or not to this caller.
    """
    if named.plan.cluster is None:
        return None if before_up else _people(named, options)
    subject = Subject(
        declaration=named.declaration,
        state=_NOTHING,
        today=dt.datetime.now(dt.UTC).date(),
        deployed=_deployed(deployed),
        teams_elsewhere=named.teams_elsewhere,
        users_elsewhere=named.users_elsewhere,
    )
    read = _live(named, options, iam=not before_up, with_mfa=with_mfa) if options.live else _files(named, options)
    if read is None:
        return None
    state, created, iam, label = read
    findings = audit(replace(subject, state=state, created=created, iam=iam))
    notices = state.notices
    if iam is None and not before_up:
        notices = (*notices, "IAM was not looked at: dead entries, trust policies and undeclared users are not told")
    return Audited(label=label, state=state, findings=findings, iam=iam, created=created, notices=notices)


def _people(named: Declared, options: SourceOptions) -> Audited | None:
    """Audit the users of the account; None where files say nothing of IAM."""
    account = named.plan.account.id
    if options.live:
        from ..live.audit import read_iam

        _refuse_other_sources(options)
        reach = reach_of(options, named.target, named.plan)
        facts: IamFacts | None = read_iam(reach.profile, reach.region, account)
    else:
        from ..live.files import read_documents

        contents = [each.content for each in read_documents(options.filenames)]
        facts = facts_of_answers([each for each in contents if isinstance(each, Mapping)], account)
    if facts is None:
        return None
    findings = audit_people(named.plan, facts, named.users_elsewhere)
    return Audited(label=f"users of account {account}", state=_NOTHING, findings=findings, iam=facts, created={})


def _refuse_other_sources(options: SourceOptions) -> None:
    if options.state is not None or options.filenames:
        rule, fix = "an audit is of one cluster: --live and other sources are two", "leave one of them out"
        raise Refused([Problem(path="--live", rule=rule, fix=fix)])


def drilled(named: Declared, found: Audited) -> Drill:
    """Walk the break-glass way.

    Raises:
        Refused: no cluster is declared, or IAM is not part of the source.
    """
    if found.iam is None:
        rule, fix = "the drill looks at IAM, which is not part of this source", "use --live"
        raise Refused([Problem(path="--drill", rule=rule, fix=fix)])
    return drill(named.plan, found.state, found.iam, found.created)


_Read = tuple[Any, Mapping[str, dt.datetime], IamFacts | None, str]
"""State, when entries were made, IAM, and what to call it."""
_NOTHING: Any = None


def _live(named: Declared, options: SourceOptions, *, iam: bool, with_mfa: bool) -> _Read | None:
    from ..live.audit import NoClusterError, read_cluster, read_iam

    _refuse_other_sources(options)
    plan = named.plan
    reach = reach_of(options, named.target, plan)
    try:
        read = read_cluster(reach)
    except NoClusterError:
        return None
    facts = None
    if iam:
        facts = read_iam(reach.profile, reach.region, plan.account.id, users_to_ask(plan) if with_mfa else ())
    return read.state, read.created, facts, f"live cluster {reach.cluster}"


def _files(named: Declared, options: SourceOptions) -> _Read:
    """Audit dumps and states instead of a cluster; IAM is looked at where `aws iam list-roles` is among them."""
    from ..live.audit import entry_times
    from ..live.files import read_documents
    from ..review.dumps import read_dump
    from .sources import resolve

    if options.state is None and not options.filenames:
        rule = "an audit compares the declaration with something that is there"
        raise Refused([Problem(path="--live", rule=rule, fix="add --live, or give --state or -f")])
    if options.state is not None:
        source = resolve(replace(options, stack=None))
        return source.state, {}, None, source.label
    documents = read_documents(options.filenames)
    contents = [each.content for each in documents if isinstance(each.content, Mapping)]
    facts = facts_of_answers(contents, named.plan.account.id)
    asked = [each for each in documents if not _is_iam(each.content)]
    cluster = options.cluster or (named.plan.cluster.name if named.plan.cluster else None)
    dump = read_dump(asked)
    return dump.state(cluster=cluster), dict(entry_times(contents)), facts, ", ".join(options.filenames)


def _is_iam(content: object) -> bool:
    return isinstance(content, Mapping) and (isinstance(content.get("Roles"), list) or "Users" in content)


def _deployed(file: str | None) -> Any:
    if file is None:
        return None
    from ..live.files import read_state

    return read_deployed(read_state(file))
