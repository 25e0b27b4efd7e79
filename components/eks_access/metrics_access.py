"""MetricsAccess: /metrics for named ServiceAccounts, and nothing else."""

from typing import NotRequired, TypedDict

import pulumi

from .component import refusing
from .declaration.readers import metrics_readers
from .plan.rbac import compile_metrics
from .team_rbac import register_rbac


class MetricsReaderArgs(TypedDict):
    """One ServiceAccount that may read /metrics."""

    service_account: str
    """``namespace/name`` of the ServiceAccount."""
    kubelets: NotRequired[bool]
    """Also the kubelets' metrics (the resource ``nodes/metrics``)."""


class MetricsAccessArgs(TypedDict):
    """Arguments of MetricsAccess."""

    readers: list[MetricsReaderArgs]
    """Who may read. Each gets it from everything that asks this cluster's RBAC: name few."""


class MetricsAccess(pulumi.ComponentResource):
    """A ClusterRole for the non-resource URL /metrics with verb get, bound to ServiceAccounts.

    It takes the Kubernetes provider that it is given. No Role can give this: such a URL is in no namespace
    (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources).

    Raises:
        pulumi.RunError: no reader, one twice, or one that is no ServiceAccount; nothing has been registered.
    """

    service_accounts: pulumi.Output[list[str]]
    """``namespace/name`` of those who may read."""

    def __init__(self, name: str, args: MetricsAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        readers = refusing(lambda: metrics_readers(args.get("readers")))
        super().__init__("eks-access:index:MetricsAccess", name, {}, opts)
        register_rbac(name, compile_metrics(readers), self)
        self.service_accounts = pulumi.Output.from_input(sorted(r.service_account for r in readers))
        self.register_outputs({"serviceAccounts": self.service_accounts})
