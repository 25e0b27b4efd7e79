"""Principal → who it is to the API server, or why it is Unauthorized, as EKS's authenticator decides.

Access entries are asked first, then aws-auth; the first that knows a principal is final, even where its templates
then fail, and nothing is merged. Sources: aws-iam-authenticator pkg/server/server.go (doMapping), pkg/mapper;
https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html (an entry overrides the ConfigMap),
https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html (default user names, types).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..authz.model import ANONYMOUS, AUTHENTICATED, MASTERS, SERVICE_ACCOUNT_PREFIX, UNAUTHENTICATED, Identity
from ..authz.names import groups_of_service_account
from ..declaration.kinds import AuthenticationMode
from ..errors import Refused
from ..iam.arns import identity as same_principal
from ..iam.arns import strip_path
from ..plan.model import EntryType
from .access_entries import AccessEntry
from .aws_auth_reading import AwsAuthMapper, MappingLine, parse_aws_auth
from .model import Authentication, MappedAs, Principal, PrincipalKind, Step
from .principals import principal_of_arn
from .templates import TemplateError, render
from .unmatched import spelled

NOT_MAPPED = "identity is not mapped"
"""The authenticator's words for a principal that nothing knows."""
RENAMED = "mapper DynamicFile Map error: ARN does not match User ID"
"""Its words where an entry was made for this very user, who has been renamed since (``ErrIDAndARNMismatch``)."""
HEALTH_PATHS = ("/livez", "/readyz", "/healthz")
"""All that EKS from 1.32 on answers without credentials; anything else is Unauthorized
(https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html)."""
CREATOR_USERNAME = "kubernetes-admin"
BY_ACCOUNT = "aws-auth mapAccounts"
"""Source of whoever is in because of their account."""
_PRINCIPAL_ID = "sigs.k8s.io/aws-iam-authenticator/principalId"
_BY_INSTANCE, _BY_SESSION = "system:node:{{EC2PrivateDNSName}}", "system:node:{{SessionName}}"
NODE_ENTRIES: Mapping[EntryType, tuple[str, tuple[str, ...]]] = {
    EntryType.EC2_LINUX: (_BY_INSTANCE, ("system:nodes",)),
    EntryType.EC2_WINDOWS: (_BY_INSTANCE, ("eks:kube-proxy-windows", "system:nodes")),
    EntryType.FARGATE_LINUX: (_BY_SESSION, ("system:nodes",)),
    EntryType.HYBRID_LINUX: (_BY_SESSION, ("system:nodes",)),
    EntryType.EC2: (_BY_SESSION, ("system:nodes",)),
    EntryType.HYPERPOD_LINUX: (_BY_SESSION, ("system:nodes",)),
}
"""User name and groups that EKS itself gives to entries of nodes."""


def default_username(arn: str) -> str:
    """Name who an entry doesn't: a user by its ARN, a role by its session, without the role's path."""
    if ":role/" not in arn:
        return arn
    _, partition, _, _, account, resource = arn.split(":", 5)
    return f"arn:{partition}:sts::{account}:assumed-role/{resource.rpartition('/')[2]}/{{{{SessionName}}}}"


class Authenticator:
    """Knows who is mapped in one cluster.

    Args:
        mode: which of the two are asked.
        aws_auth: `data` of the ConfigMap; None where there is none.
        entries: the access entries.
        creator_arn: the hidden admin of mode CONFIG_MAP, where it is known.
        made_for: principal ARN of an entry → unique id of the principal that it was made for, where that is known: EKS
            matches by id, so an entry is dead once its principal is deleted, whoever gets the ARN next.
    """

    def __init__(
        self,
        mode: AuthenticationMode,
        *,
        aws_auth: Mapping[str, str] | None = None,
        entries: Iterable[AccessEntry] = (),
        creator_arn: str | None = None,
        made_for: Mapping[str, str] | None = None,
    ) -> None:
        self._mode = mode
        known = made_for or {} if mode.uses_entries else {}
        self._made_for = {arn: unique_id for arn, unique_id in known.items() if unique_id}
        self._arn_of = {unique_id: arn for arn, unique_id in self._made_for.items()}
        self.aws_auth = parse_aws_auth(aws_auth or {})
        self._lines = AwsAuthMapper(self.aws_auth)
        self._entries = {same_principal(entry.principal_arn): entry for entry in entries}
        self._creator = same_principal(creator_arn) if creator_arn and not mode.uses_entries else None

    def authenticate(self, principal: Principal) -> Authentication:
        """Say who a principal is."""
        if principal.kind is PrincipalKind.SERVICE_ACCOUNT:
            return _service_account(principal)
        if principal.kind is PrincipalKind.ANONYMOUS:
            identity = Identity(username=ANONYMOUS, groups=(UNAUTHENTICATED,))
            return Authentication(identity=identity, source="no credentials")
        steps: list[Step] = []
        key = same_principal(principal.iam_arn or principal.canonical_arn)
        if key == self._creator:
            steps.append(Step(where="creator", said="EKS makes the creator a cluster admin by itself"))
            return _mapped(principal, [(CREATOR_USERNAME, (MASTERS,))], None, "creator", steps)
        if (entry := self._entry(principal, key, steps)) is not None:
            username, groups = _entry_identity(entry)
            return _mapped(principal, [(username, groups)], entry.principal_arn, "access entry", steps)
        if not self._mode.uses_aws_auth:
            steps.append(Step(where="aws-auth", said=f"not asked in mode {self._mode}"))
            return Authentication(refusal=self._unmapped(principal), steps=tuple(steps))
        return self._by_aws_auth(principal, steps)

    def authenticate_arn(self, arn: str, *, session: str = "") -> Authentication:
        """Say who an ARN is that somebody wrote; what is no principal's is nobody."""
        try:
            principal = principal_of_arn(arn, session=session)
        except Refused as refusal:
            return Authentication(refusal=refusal.problems[0].rule)
        return self.authenticate(principal)

    def roles(self) -> Iterator[MappedAs]:
        """List the roles that are mapped, each as it counts, before its names are rendered."""
        entries = self._entries if self._mode.uses_entries else {}
        for entry in entries.values():
            username, groups = _entry_identity(entry)
            if ":role/" in entry.principal_arn:
                yield MappedAs(arn=entry.principal_arn, username=username, groups=groups)
        for line in (*self.aws_auth.roles, *self.aws_auth.users) if self._mode.uses_aws_auth else ():
            arn = spelled(line.arn)
            is_role = ":role/" in arn and strip_path(arn) == arn  # one with its path is never matched
            before = same_principal(arn) in entries or same_principal(arn) == self._creator
            if is_role and not before and line in self._lines.find(arn):
                yield MappedAs(arn=arn, username=line.username, groups=line.groups)

    def _entry(self, principal: Principal, key: str, steps: list[Step]) -> AccessEntry | None:
        if not self._mode.uses_entries:
            steps.append(Step(where="access entries", said=f"not asked in mode {self._mode}"))
            return None
        entry = self._entries.get(key)
        if self._unmapped(principal) is RENAMED:
            said = f"{self._arn_of[principal.unique_id]} was made for {principal.unique_id} under another name"
            steps.append(Step(where="access entries", said=said))
            return None
        if entry is None:
            steps.append(
                Step(where="access entries", said=f"none names {principal.iam_arn or principal.canonical_arn}")
            )
            return None
        if principal.kind is PrincipalKind.ROOT:
            steps.append(Step(where="access entries", said="EKS takes an entry for root, and it lets nobody in"))
            return None
        if principal.iam_arn and principal.iam_arn.lower() != entry.principal_arn.lower():
            said = f"{entry.principal_arn} is another path than the role's, so it is no principal that EKS knows"
            steps.append(Step(where="access entries", said=said))
            return None
        made_for = self._made_for.get(entry.principal_arn, principal.unique_id)
        if principal.unique_id and made_for != principal.unique_id:
            said = f"{entry.principal_arn} was made for {made_for}, which is gone: this is {principal.unique_id}"
            steps.append(Step(where="access entries", said=said))
            return None
        steps.append(Step(where="access entry", said=f"{entry.principal_arn}, type {entry.type}"))
        return entry

    def _unmapped(self, principal: Principal) -> str:
        """Say why nobody knows a principal; an id that is known under another ARN is told from an unknown one."""
        arn = self._arn_of.get(principal.unique_id)
        same = arn is None or same_principal(arn) == same_principal(principal.iam_arn or principal.canonical_arn)
        return NOT_MAPPED if same else RENAMED

    def _by_aws_auth(self, principal: Principal, steps: list[Step]) -> Authentication:
        lines = self._lines.find(principal.canonical_arn)
        if lines:
            source = " or ".join(_place(line) for line in lines)
            steps.append(Step(where="aws-auth", said=f"{source}: {lines[0].arn}"))
            if len(lines) > 1:
                steps.append(Step(where="aws-auth", said="two spellings of one ARN: which line counts is chance"))
            return _mapped(principal, [(line.username, line.groups) for line in lines], None, source, steps)
        if self._lines.allows_account(principal.account):
            said = f"mapAccounts has {principal.account}: in by its ARN, without groups"
            steps.append(Step(where="aws-auth", said=said))
            identity = _identity(principal, principal.canonical_arn, (), None)
            return Authentication(identity=identity, source=BY_ACCOUNT, steps=tuple(steps))
        steps.append(Step(where="aws-auth", said=f"no line names {principal.canonical_arn}"))
        for loss in self.aws_auth.losses:
            steps.append(Step(where=f"aws-auth {loss.section}", said=loss.said))
        return Authentication(refusal=self._unmapped(principal), steps=tuple(steps))


def _place(line: MappingLine) -> str:
    return f"aws-auth {line.section}[{line.index}]"


def _entry_identity(entry: AccessEntry) -> tuple[str, tuple[str, ...]]:
    if entry.type in NODE_ENTRIES:
        return NODE_ENTRIES[entry.type]
    return entry.username or default_username(entry.principal_arn), entry.groups


def _mapped(
    principal: Principal,
    names: Sequence[tuple[str, tuple[str, ...]]],
    entry_arn: str | None,
    source: str,
    steps: list[Step],
) -> Authentication:
    """Render what each mapping says; several are those of which chance picks one."""
    found: list[Identity] = []
    failed: str | None = None
    for username, groups in names:
        try:
            rendered = render(username, principal)
            found.append(_identity(principal, rendered, tuple(render(g, principal) for g in groups), entry_arn))
        except TemplateError as error:
            failed = str(error)
            steps.append(Step(where=source, said=f"{username}: {failed}"))
    different = tuple(dict.fromkeys(found))
    if not different:
        return Authentication(refusal=failed, source=source, steps=tuple(steps))
    return Authentication(
        identity=different[0], refusal=failed, alternatives=different, source=source, steps=tuple(steps)
    )


def _identity(principal: Principal, username: str, groups: tuple[str, ...], entry_arn: str | None) -> Identity:
    known = {
        "arn": principal.arn,
        "canonicalArn": principal.canonical_arn,
        "sessionName": principal.session,
        "accessKeyId": principal.access_key_id,
        "principalId": principal.unique_id,
        _PRINCIPAL_ID: principal.unique_id,
    }
    return Identity(
        username=username,
        groups=logged_in_groups(username, groups),
        principal_arn=entry_arn,
        uid=f"aws-iam-authenticator:{principal.account}:{principal.unique_id}",
        extra={key: (value,) for key, value in known.items() if value},
    )


def logged_in_groups(username: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Add `system:authenticated` as the API server does: not where a group says already which of the two it is.

    Source: k8s.io/apiserver pkg/authentication/group/authenticated_group_adder.go.
    """
    if username == ANONYMOUS or AUTHENTICATED in groups or UNAUTHENTICATED in groups:
        return groups
    return (*groups, AUTHENTICATED)


def _service_account(principal: Principal) -> Authentication:
    username = f"{SERVICE_ACCOUNT_PREFIX}{principal.namespace}:{principal.name}"
    groups = (*groups_of_service_account(principal.namespace), AUTHENTICATED)
    return Authentication(identity=Identity(username=username, groups=groups), source="ServiceAccount token")
