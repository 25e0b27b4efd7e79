"""ClusterAccess: the access entries of a cluster and their policy associations."""

from collections.abc import Callable, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .adoption import importing
from .authn.access_entries import AccessEntry, access_entries, kept_key
from .component import cluster_of, plan_cluster_access, refusing
from .plan.adoption import adopted
from .plan.model import ClusterPlan, EntryType, PolicyScope
from .traces import short_traces

Inside = Callable[[Sequence[pulumi.Resource]], Sequence[pulumi.Resource]]
"""Gets what must be there before anything can be made inside of the cluster, makes it, and returns it."""


class ClusterAccessArgs(TypedDict):
    """Arguments of ClusterAccess."""

    access: dict[str, Any]
    """The declaration, in the shape of stacks/access/*.yaml."""
    principal_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Principal ARN → unique id, for the principals that this program creates.

    An entry remembers the id: once the principal is re-created, the entry is dead until it is too."""
    adopt: NotRequired[list[str]]
    """Entries that EKS or somebody else made already, as ``entry/<key>``: taken over instead of created (409)."""
    tags: NotRequired[dict[str, str]]
    """Tags put on every entry."""


class ClusterAccess(pulumi.ComponentResource):
    """One access entry per principal of the declaration, nodes included; none in mode CONFIG_MAP.

    The entry of Auto Mode's node role is EKS's own where it runs node pools of its own. The cluster may be anybody's;
    its aws-auth isn't touched.

    Raises:
        pulumi.RunError: the declaration has no cluster, is malformed or would lock somebody out; nothing has been
            registered.
    """

    principal_arns: pulumi.Output[list[str]]
    """Principals that have an entry here, known once the entries and their policies exist."""
    groups: pulumi.Output[list[str]]
    """Kubernetes groups that the mappings carry; a program that binds them takes it as `mapped_groups`."""

    def __init__(
        self,
        name: str,
        args: ClusterAccessArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        inside: Inside | None = None,
    ) -> None:
        """Make the entries.

        Args:
            name: of the component.
            args: its arguments.
            opts: its options.
            inside: makes what the groups of people are bound to, before people's entries change: somebody whose group
                gets another name would otherwise carry it before anything is bound to it.
        """
        plan = plan_cluster_access(args.get("access"))
        cluster = cluster_of(plan)
        self._adopted = refusing(lambda: adopted(plan, args.get("adopt") or []))
        super().__init__("eks-access:index:ClusterAccess", name, {}, opts)
        self._name = name
        self._args = args
        self._cluster = cluster.name
        planned = [entry for entry in access_entries(plan) if not entry.made_by_eks]
        with short_traces():
            ready = [self._entry(entry) for entry in planned if self._comes_first(entry, cluster)]
        self.first = tuple(entry for entry, _ in ready)
        """Entries of nodes, and of who deploys: what is inside of the cluster is made by the latter."""
        bound = inside(self.first) if inside else ()
        with short_traces():
            people = [self._entry(entry, bound) for entry in planned if not self._comes_first(entry, cluster)]
        made = [arn for _, arn in (*ready, *people)]
        self.principal_arns = pulumi.Output.all(*made) if made else pulumi.Output.from_input([])
        self.groups = pulumi.Output.from_input(list(plan.mapped_groups))
        self.register_outputs({"principalArns": self.principal_arns, "groups": self.groups})

    def _options(self, planned: AccessEntry, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Say how an entry is held: somebody who moves from `keep` to `people` keeps the very same one."""
        return pulumi.ResourceOptions(
            parent=self,
            depends_on=list(after),
            replacement_trigger=self._principal_id(planned),
            # One entry per principal: a second one beside the first is a 409.
            delete_before_replace=True,
            # When EKS gets node pools of its own, it finds this entry and makes none: it must not go. Nor must what
            # others made, when it isn't kept any more.
            retain_on_delete=planned.type is EntryType.EC2 or planned.kept,
            # Tags are their maker's.
            ignore_changes=["tags", "tagsAll"] if planned.kept else None,
            aliases=None if planned.kept else [pulumi.Alias(name=f"{self._name}-{kept_key(planned.principal_arn)}")],
        )

    @staticmethod
    def _comes_first(planned: AccessEntry, cluster: ClusterPlan) -> bool:
        return planned.type is not EntryType.STANDARD or planned.principal_arn == cluster.creator_arn

    def _entry(
        self, planned: AccessEntry, after: Sequence[pulumi.Resource] = ()
    ) -> tuple[pulumi.Resource, pulumi.Output[str]]:
        entry = aws.eks.AccessEntry(
            f"{self._name}-{planned.key}",
            cluster_name=self._cluster,
            principal_arn=planned.principal_arn,
            type=str(planned.type),
            user_name=planned.username,
            # Said even when empty: the provider takes silence for "as it is", and a removed admin would stay one.
            kubernetes_groups=list(planned.groups) if planned.type is EntryType.STANDARD else None,
            tags=None if planned.kept else self._args.get("tags"),
            opts=pulumi.ResourceOptions.merge(
                self._options(planned, after),
                importing(aws.eks.AccessEntry, self._adopted.get(f"entry/{planned.key}")),
            ),
        )
        policies = [self._policy(planned, scope, entry) for scope in planned.policies]
        arn = pulumi.Output.all(entry.principal_arn, *[p.id for p in policies]).apply(lambda ready: str(ready[0]))
        return (policies[-1] if policies else entry), arn

    def _policy(
        self, planned: AccessEntry, scope: PolicyScope, entry: aws.eks.AccessEntry
    ) -> aws.eks.AccessPolicyAssociation:
        return aws.eks.AccessPolicyAssociation(
            f"{self._name}-{planned.key}-{scope.policy}",
            cluster_name=self._cluster,
            principal_arn=planned.principal_arn,
            policy_arn=scope.arn,
            access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(
                type="namespace" if scope.namespaces else "cluster",
                namespaces=list(scope.namespaces) or None,
            ),
            opts=pulumi.ResourceOptions(
                parent=entry,
                # An association made before its entry is refused; the ARN is plain, so nothing else orders them.
                depends_on=[entry],
                # EKS drops the associations with a replaced entry, and nothing of theirs would have changed.
                replacement_trigger=self._principal_id(planned),
                delete_before_replace=True,
                retain_on_delete=planned.type is EntryType.EC2 or planned.kept,
            ),
        )

    def _principal_id(self, planned: AccessEntry) -> pulumi.Input[str] | None:
        return self._args.get("principal_ids", {}).get(planned.principal_arn)
