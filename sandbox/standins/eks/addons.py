"""The add-ons that the cluster makes itself (cluster.ts), and the component `eks:index:Addon` (addon.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.core import Core
from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.texts import json_text


def configuration_text(values: Any) -> pulumi.Output[Any] | None:
    """Return the settings as JSON; nothing where there are none, also when that shows only later."""
    if values is None:
        return None
    return pulumi.Output.from_input(values).apply(lambda value: None if value is None else json_text(value))


def newest(add_on: str, kubernetes: pulumi.Input[str], parent: pulumi.Resource) -> pulumi.Output[str]:
    """Ask AWS for the newest version today: such a program previews differently tomorrow."""
    found = aws.eks.get_addon_version_output(
        addon_name=add_on,
        kubernetes_version=kubernetes,
        most_recent=True,
        opts=pulumi.InvokeOutputOptions(parent=parent),
    )
    return found.apply(lambda result: str(result.version))


def kube_proxy(name: str, options: ClusterOptions, cluster: aws.eks.Cluster, parent: pulumi.Resource) -> None:
    """Make kube-proxy unless it is switched off, as it is in Auto Mode."""
    settings = options.part("kubeProxyAddonOptions")
    if settings.get("enabled", not options.auto_mode):
        values = settings.get("configurationValues")
        opts = pulumi.ResourceOptions(parent=parent)
        _add_on(f"{name}-kube-proxy", "kube-proxy", settings, values, options.tags, cluster, opts)


def coredns(
    name: str,
    options: ClusterOptions,
    cluster: aws.eks.Cluster,
    fargate: aws.eks.FargateProfile | None,
    parent: pulumi.Resource,
) -> None:
    """Make coredns where there are nodes for it, after the Fargate profile that it needs, or where it is asked for."""
    settings = options.part("corednsAddonOptions")
    asked = settings.get("enabled") is True or settings.get("configurationValues") is not None
    has_nodes = fargate is not None or not options.get("skipDefaultNodeGroup") or options.auto_mode
    if not asked and not (has_nodes and settings.get("enabled", True)):
        return
    values = settings.get("configurationValues")
    if fargate is not None:
        values = pulumi.Output.from_input(values or {}).apply(lambda given: {"computeType": "Fargate", **given})
    opts = pulumi.ResourceOptions(parent=parent, depends_on=[fargate] if fargate is not None else [])
    _add_on(f"{name}-coredns", "coredns", settings, values, options.tags, cluster, opts)


def _add_on(
    title: str,
    add_on: str,
    settings: Mapping[str, Any],
    values: Any,
    tags: Any,
    cluster: aws.eks.Cluster,
    opts: pulumi.ResourceOptions,
) -> None:
    assert opts.parent is not None
    aws.eks.Addon(
        title,
        cluster_name=cluster.name,
        addon_name=add_on,
        addon_version=settings.get("version") or newest(add_on, cluster.version, opts.parent),
        configuration_values=configuration_text(values),
        preserve=True,
        resolve_conflicts_on_create=settings.get("resolveConflictsOnCreate") or "OVERWRITE",
        resolve_conflicts_on_update=settings.get("resolveConflictsOnUpdate") or "OVERWRITE",
        tags=tags,
        opts=opts,
    )


class Addon(pulumi.ComponentResource):
    """An add-on of a cluster that is there: under the cluster, wherever the program puts it."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        cluster = inputs.get("cluster")
        if not isinstance(cluster, pulumi.Resource):
            raise pulumi.RunError("eks:index:Addon needs `cluster`: the pulumi_eks.Cluster that the add-on is for")
        under = pulumi.ResourceOptions(parent=cluster)
        super().__init__("eks:index:Addon", name, dict(inputs), pulumi.ResourceOptions.merge(opts, under))
        self.addon = aws.eks.Addon(
            name,
            cluster_name=Core.of(cluster).field("cluster").apply(lambda found: found.name),
            addon_name=inputs["addonName"],
            addon_version=inputs.get("addonVersion"),
            configuration_values=configuration_text(inputs.get("configurationValues")),
            preserve=inputs.get("preserve"),
            resolve_conflicts_on_create=inputs.get("resolveConflictsOnCreate"),
            resolve_conflicts_on_update=inputs.get("resolveConflictsOnUpdate"),
            service_account_role_arn=inputs.get("serviceAccountRoleArn"),
            tags=inputs.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.state = {"addon": self.addon}
