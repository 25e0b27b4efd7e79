"""Platform: people, cluster and access of one environment, composed."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from .access_changes import tell_access_changes
from .cluster import EksCluster, refuse_half_a_network
from .component import plan_cluster_access, refusing, say_findings
from .declaration.kinds import NodeKind
from .developers import Developers
from .metrics_access import MetricsAccess
from .plan.adoption import adopted
from .plan.model import AccessPlan, ClusterPlan
from .plan.onboarding import access_list, aws_config, deployer_kubeconfig, people_who_enter, person_kubeconfig
from .rotation import warn_of_rotated_sets
from .team_rbac import TeamRbac


class PlatformArgs(TypedDict):
    """Arguments of Platform."""

    access: dict[str, Any]
    """The declaration, in the shape of stacks/access/*.yaml."""
    create_users: NotRequired[bool]
    """Create the declared IAM users here; without a cluster in the declaration they always are."""
    principal_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Principal ARN → unique id, of users that another program creates: once one is re-created, so is its entry."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """VPC of the cluster; the account's default VPC when left out."""
    subnet_ids: NotRequired[pulumi.Input[list[str]]]
    """Subnets of the control plane and the nodes."""
    adopt: NotRequired[list[str]]
    """What exists already and is taken over by this update instead of created: ``user/<name>``, ``role/<key>``,
    ``entry/<key>``, ``aws-auth``."""
    profile: NotRequired[str]
    """AWS profile of whoever runs Pulumi; the environment's credentials when left out."""
    permissions_boundary: NotRequired[str]
    """ARN of the policy that bounds every user and role."""
    tags: NotRequired[dict[str, str]]
    """Tags put on everything that takes tags."""


class Platform(pulumi.ComponentResource):
    """An environment in which nobody is locked out. It alone builds the AWS and the Kubernetes provider."""

    cluster_name: pulumi.Output[str | None]
    """Name of the cluster; None where only users are declared."""
    node_role_arns: pulumi.Output[dict[str, str]]
    """Kind of node → ARN of its role."""
    role_arns: pulumi.Output[dict[str, str]]
    """Key → ARN of the roles through which people enter."""
    user_arns: pulumi.Output[dict[str, str]]
    """User name → ARN, of the users created here."""
    user_ids: pulumi.Output[dict[str, str]]
    """User name → unique id, of the users created here; other stacks watch them (`principal_ids`)."""
    kubeconfigs: pulumi.Output[dict[str, str]]
    """Person → kubeconfig (YAML)."""
    aws_profiles: pulumi.Output[dict[str, str]]
    """Person → lines for ~/.aws/config."""
    access: pulumi.Output[list[Any]]
    """Who enters how, and as what."""
    access_state: pulumi.Output[str]
    """The cluster's access as one text, empty without a cluster. Exported as ``access_state``, the next preview says
    what changes about it."""
    credentials: pulumi.Output[dict[str, Any]]
    """Access keys and passwords that were asked for; secret."""

    def __init__(self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = plan_cluster_access(args.get("access"))
        refusing(lambda: refuse_half_a_network(args))
        refusing(lambda: adopted(plan, args.get("adopt") or []))
        super().__init__("eks-access:index:Platform", name, {}, opts)
        self._name = name
        self._args = args
        for notice in plan.notices:
            pulumi.log.info(notice, resource=self)
        say_findings(args.get("access"), self)
        for key in args.get("adopt") or []:
            pulumi.log.warn(f"adopt: {key} is left as it is for as long as the key is there; take it out", self)
        provider = self._aws_provider(plan)
        warn_of_rotated_sets(plan, provider, self)
        providers: list[pulumi.ProviderResource] = [provider]
        self._developers = self._make_developers(plan, providers)
        self.user_arns = self._developers.user_arns
        self.user_ids = self._developers.user_ids
        self.role_arns = self._developers.role_arns
        self.credentials = pulumi.Output.secret(
            {
                "accessKeyIds": self._developers.access_key_ids,
                "accessKeySecrets": self._developers.access_key_secrets,
                "passwords": self._developers.passwords,
            }
        )
        self.access = pulumi.Output.from_input(access_list(plan))
        self.access_state = pulumi.Output.from_input(tell_access_changes(plan, self) if plan.cluster else "")
        cluster = self._cluster(plan, plan.cluster, providers) if plan.cluster else None
        people = people_who_enter(plan) if cluster else ()
        self.cluster_name = pulumi.Output.from_input(cluster.cluster_name if cluster else None)
        self.node_role_arns = pulumi.Output.from_input(cluster.node_role_arns if cluster else {})
        self.aws_profiles = pulumi.Output.from_input({person: aws_config(plan, person) for person in people})
        self.kubeconfigs = (
            pulumi.Output.all(cluster.endpoint, cluster.certificate_authority).apply(
                lambda server: {person: person_kubeconfig(plan, person, *server) for person in people}
            )
            if cluster
            else pulumi.Output.from_input({})
        )
        self.register_outputs(
            {
                "clusterName": self.cluster_name,
                "nodeRoleArns": self.node_role_arns,
                "roleArns": self.role_arns,
                "userArns": self.user_arns,
                "userIds": self.user_ids,
                "kubeconfigs": self.kubeconfigs,
                "awsProfiles": self.aws_profiles,
                "access": self.access,
                "accessState": self.access_state,
                "credentials": self.credentials,
            }
        )

    def _aws_provider(self, plan: AccessPlan) -> aws.Provider:
        """Build the provider that refuses any account but the declared one, in the declared region."""
        return aws.Provider(
            f"{self._name}-aws",
            allowed_account_ids=[plan.account.id],
            region=plan.region,
            profile=self._args.get("profile"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _make_developers(self, plan: AccessPlan, providers: list[pulumi.ProviderResource]) -> Developers:
        create = self._args.get("create_users", False) or plan.cluster is None
        args: Any = {
            key: value for key, value in self._args.items() if key in ("adopt", "permissions_boundary", "tags")
        }
        args |= {"access": self._args["access"], "create_users": create}
        args["principal_ids"] = self._args.get("principal_ids") or {}
        return Developers(f"{self._name}-people", args, pulumi.ResourceOptions(parent=self, providers=providers))

    def _cluster(self, plan: AccessPlan, declared: ClusterPlan, providers: list[pulumi.ProviderResource]) -> EksCluster:
        passed = ("vpc_id", "subnet_ids", "adopt", "profile", "permissions_boundary", "tags")
        args: Any = {key: value for key, value in self._args.items() if key in passed}
        ids = {**(self._args.get("principal_ids") or {}), **self._developers.principal_ids}
        args |= {"access": self._args["access"], "principal_ids": ids}
        cluster = EksCluster(
            f"{self._name}-cluster",
            args,
            pulumi.ResourceOptions(parent=self, providers=providers),
        )
        kubernetes = self._kubernetes_provider(declared, cluster)
        if any(group.kind is NodeKind.WINDOWS for group in plan.node_groups) and "vpc-cni" not in declared.addons:
            self._windows_addresses(cluster, kubernetes)
        inside = pulumi.ResourceOptions(
            parent=self,
            providers=[kubernetes],
            depends_on=[cluster],
            # What is inside goes with the cluster; deleting it first would need access that may be gone.
            deleted_with=cluster.core,
        )
        TeamRbac(f"{self._name}-rbac", {"access": self._args["access"]}, inside)
        if readers := self._readers():
            MetricsAccess(f"{self._name}-metrics", {"readers": readers}, inside)
        return cluster

    def _windows_addresses(self, cluster: EksCluster, kubernetes: k8s.Provider) -> None:
        """Let the VPC CNI that EKS installs by itself serve Windows nodes; a pinned add-on is told so instead.

        Source: https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html
        """
        k8s.core.v1.ConfigMapPatch(
            f"{self._name}-windows-ipam",
            metadata={
                "name": "amazon-vpc-cni",
                "namespace": "kube-system",
                # EKS wrote "false" there.
                "annotations": {"pulumi.com/patchForce": "true"},
            },
            data={"enable-windows-ipam": "true"},
            opts=pulumi.ResourceOptions(
                parent=self, provider=kubernetes, depends_on=[cluster.access], deleted_with=cluster.core
            ),
        )

    def _readers(self) -> list[Any]:
        access = self._args["access"]
        return list(access.get("metricsReaders") or access.get("metrics_readers") or [])

    def _kubernetes_provider(self, declared: ClusterPlan, cluster: EksCluster) -> k8s.Provider:
        """Build the provider from plain settings: its identity is known before the cluster is.

        An unknown kubeconfig without `cluster_identifier` shows every object as replaced.
        """
        profile = self._args.get("profile")
        return k8s.Provider(
            f"{self._name}-k8s",
            kubeconfig=pulumi.Output.all(cluster.endpoint, cluster.certificate_authority).apply(
                lambda server: deployer_kubeconfig(declared, server[0], server[1], profile)
            ),
            cluster_identifier=declared.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
