"""Developers: IAM users, the roles through which teams enter, and the least policies for both."""

from collections.abc import Iterable, Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .adoption import importing
from .component import gather, plan_part, refusing
from .iam.documents import member_trust
from .plan.adoption import adopted
from .plan.model import AccessPlan, EntryRole, User
from .traces import short_traces


class DevelopersArgs(TypedDict):
    """Arguments of Developers."""

    access: dict[str, Any]
    """The declaration, in the shape of stacks/access/*.yaml."""
    create_users: NotRequired[bool]
    """Create the declared IAM users here. They belong to the account: exactly one stack does."""
    principal_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Principal ARN → unique id, of members that another program creates: a role trusts the id, not the name."""
    adopt: NotRequired[list[str]]
    """Users and roles that exist already, as ``user/<name>`` and ``role/<key>``: taken over instead of created."""
    permissions_boundary: NotRequired[str]
    """ARN of the policy that bounds every user and role."""
    tags: NotRequired[dict[str, str]]
    """Tags put on every user and role."""


class Developers(pulumi.ComponentResource):
    """IAM users with self-service of their own credentials, and one IAM role per team and cluster.

    Nobody gets an access key or a password unless the declaration asks for it. Users and roles that enter get the
    least policy for it: `eks:DescribeCluster` on this cluster, `sts:AssumeRole` on their own roles.

    Raises:
        pulumi.RunError: the declaration is malformed, or `adopt` names what isn't in it; nothing has been registered.
    """

    user_arns: pulumi.Output[dict[str, str]]
    """User name → ARN, of the users created here."""
    user_ids: pulumi.Output[dict[str, str]]
    """User name → unique id (AIDA…), of the users created here: a new one means that the user was re-created."""
    role_arns: pulumi.Output[dict[str, str]]
    """Key (``team-payments``, ``break-glass``) → ARN of the roles."""
    access_key_ids: pulumi.Output[dict[str, str]]
    """User name → id of the access key, where one was asked for."""
    access_key_secrets: pulumi.Output[dict[str, str]]
    """User name → secret access key; secret."""
    passwords: pulumi.Output[dict[str, str]]
    """User name → one-time console password; secret."""

    def __init__(self, name: str, args: DevelopersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = plan_part(args.get("access"))
        self._adopted = refusing(lambda: adopted(plan, args.get("adopt") or []))
        super().__init__("eks-access:index:Developers", name, {}, opts)
        self._name = name
        self._tags = args.get("tags") or {}
        self._boundary = args.get("permissions_boundary")
        self._users: dict[str, aws.iam.User] = {}
        self._roles: dict[str, aws.iam.Role] = {}
        self._keys: dict[str, aws.iam.AccessKey] = {}
        self._logins: dict[str, aws.iam.UserLoginProfile] = {}
        users = plan.users if args.get("create_users") else ()
        with short_traces():
            self._make_users(users)
            made = {user.arn: self._users[user.name].unique_id for user in users}
            self._make_roles(plan.entry_roles, {**(args.get("principal_ids") or {}), **made})
            self._let_users_in(plan)
        self.principal_ids: dict[str, pulumi.Output[str]] = {
            **{role.arn: self._roles[role.key].unique_id for role in plan.entry_roles},
            **made,
        }
        self.user_ids = gather({name: user.unique_id for name, user in self._users.items()})
        # Computed, not waited for: a first preview can show them.
        self.user_arns = pulumi.Output.from_input({user.name: user.arn for user in users})
        self.role_arns = pulumi.Output.from_input({role.key: role.arn for role in plan.entry_roles})
        self.access_key_ids = gather({n: k.id for n, k in self._keys.items()})
        self.access_key_secrets = pulumi.Output.secret(gather({n: k.secret for n, k in self._keys.items()}))
        self.passwords = pulumi.Output.secret(gather({n: p.password for n, p in self._logins.items()}))
        self.register_outputs(
            {
                "userArns": self.user_arns,
                "userIds": self.user_ids,
                "roleArns": self.role_arns,
                "accessKeyIds": self.access_key_ids,
                "accessKeySecrets": self.access_key_secrets,
                "passwords": self.passwords,
            }
        )

    def _make_users(self, users: Iterable[User]) -> None:
        """Make users with what is theirs alone."""
        for planned in users:
            user = self._users[planned.name] = aws.iam.User(
                f"{self._name}-{planned.name}",
                name=planned.name,
                path=planned.path,
                # Users make their own keys and MFA devices; without this, IAM refuses to delete them.
                force_destroy=True,
                permissions_boundary=self._boundary,
                tags={**self._tags, **planned.tags},
                opts=pulumi.ResourceOptions.merge(
                    pulumi.ResourceOptions(parent=self, delete_before_replace=True),  # the name is the person's
                    importing(aws.iam.User, self._adopted.get(f"user/{planned.name}")),
                ),
            )
            aws.iam.UserPolicy(
                f"{self._name}-{planned.name}-self-service",
                name="eks-access-self-service",
                user=user.name,
                policy=planned.self_service,
                opts=pulumi.ResourceOptions(parent=user),
            )
            if planned.access_key:
                self._keys[planned.name] = aws.iam.AccessKey(
                    f"{self._name}-{planned.name}-key",
                    user=user.name,
                    opts=pulumi.ResourceOptions(parent=user, additional_secret_outputs=["secret", "sesSmtpPasswordV4"]),
                )
            if planned.console_login:
                self._logins[planned.name] = aws.iam.UserLoginProfile(
                    f"{self._name}-{planned.name}-login",
                    user=user.name,
                    password_length=32,
                    password_reset_required=True,
                    opts=pulumi.ResourceOptions(parent=user, additional_secret_outputs=["password"]),
                )

    def _make_roles(self, roles: Iterable[EntryRole], ids: Mapping[str, pulumi.Input[str]]) -> None:
        """Make roles with their policies; `ids` are the unique ids of principals, as far as they are known."""
        for planned in roles:
            role = self._roles[planned.key] = aws.iam.Role(
                f"{self._name}-{planned.key}",
                name=planned.name,
                # IAM refuses a trust policy that names a user who does not exist yet: it waits for the users' ids.
                assume_role_policy=_trust(planned, ids),
                max_session_duration=planned.max_session_seconds,
                permissions_boundary=self._boundary,
                tags=self._tags,
                opts=pulumi.ResourceOptions.merge(
                    pulumi.ResourceOptions(
                        parent=self,
                        delete_before_replace=True,
                        # Logging in asks GetCallerIdentity, which no policy can deny: only a role that is another one
                        # ends sessions for Kubernetes. Said even when nothing is revoked: the engine takes null for
                        # "none", before and after, and would not replace.
                        replacement_trigger=planned.revoked_before or "never",
                    ),
                    importing(aws.iam.Role, self._adopted.get(f"role/{planned.key}")),
                ),
            )
            aws.iam.RolePolicy(
                f"{self._name}-{planned.key}-enter",
                name="eks-access-enter",
                role=role.name,
                policy=planned.permissions,
                opts=pulumi.ResourceOptions(parent=role),
            )
            if planned.revoke:
                aws.iam.RolePolicy(
                    f"{self._name}-{planned.key}-revoke",
                    name="eks-access-revoke-older-sessions",
                    role=role.name,
                    policy=planned.revoke,
                    opts=pulumi.ResourceOptions(parent=role),
                )

    def _let_users_in(self, plan: AccessPlan) -> None:
        for planned in plan.user_policies:
            assert plan.cluster is not None
            made = self._users.get(planned.user)
            aws.iam.UserPolicy(
                f"{self._name}-{planned.user}-enter",
                name=f"eks-access-{plan.cluster.name}",
                user=made.name if made else planned.user,
                policy=planned.document,
                opts=pulumi.ResourceOptions(parent=self),
            )


def _trust(planned: EntryRole, ids: Mapping[str, pulumi.Input[str]]) -> pulumi.Input[str]:
    known = [ids[arn] for arn in planned.trusted if arn in ids]
    if not known:
        return planned.trust
    return pulumi.Output.all(*known).apply(
        lambda ids: member_trust(planned.trusted, mfa=planned.mfa, member_ids=[id for id in ids if id])
    )
