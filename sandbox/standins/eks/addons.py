"""The add-ons: kube-proxy and coredns as plain resources, vpc-cni as a component with its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.options import ClusterOptions

_FIXED_ENV = {
    "AWS_VPC_K8S_CNI_LOGLEVEL": ("logLevel", "DEBUG"),
    "AWS_VPC_K8S_CNI_LOG_FILE": ("logFile", "/host/var/log/aws-routed-eni/ipamd.log"),
    "AWS_VPC_K8S_CNI_VETHPREFIX": ("vethPrefix", "eni"),
    "AWS_VPC_ENI_MTU": ("eniMtu", "9001"),
    "AWS_VPC_K8S_PLUGIN_LOG_LEVEL": ("pluginLogLevel", "DEBUG"),
    "AWS_VPC_K8S_PLUGIN_LOG_FILE": ("pluginLogFile", "/var/log/aws-routed-eni/plugin.log"),
    "ENABLE_POD_ENI": ("enablePodEni", "false"),
    "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": ("cniCustomNetworkCfg", "false"),
    "WARM_ENI_TARGET": ("warmEniTarget", "1"),
}
_OPTIONAL_ENV = {
    "AWS_VPC_CNI_NODE_PORT_SUPPORT": "nodePortSupport",
    "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER": "cniConfigureRpfilter",
    "ENABLE_PREFIX_DELEGATION": "enablePrefixDelegation",
    "ENI_CONFIG_LABEL_DEF": "eniConfigLabelDef",
    "WARM_IP_TARGET": "warmIpTarget",
    "WARM_PREFIX_TARGET": "warmPrefixTarget",
}


def add_ons(name: str, options: ClusterOptions, cluster: aws.eks.Cluster, parent: pulumi.Resource) -> None:
    """kube-proxy unless switched off, coredns where there are nodes for it or where it is asked for."""
    proxy, dns = options.part("kubeProxyAddonOptions"), options.part("corednsAddonOptions")
    if proxy.get("enabled", not options.auto_mode):
        _add_on(name, "kube-proxy", proxy, options, cluster, parent)
    has_nodes = not options.get("skipDefaultNodeGroup") or options.auto_mode
    asked = dns.get("enabled") is True or dns.get("configurationValues")
    if asked or (has_nodes and dns.get("enabled", True)):
        _add_on(name, "coredns", dns, options, cluster, parent)


def _add_on(
    name: str,
    add_on: str,
    settings: Mapping[str, Any],
    options: ClusterOptions,
    cluster: aws.eks.Cluster,
    parent: pulumi.Resource,
) -> None:
    values = settings.get("configurationValues")
    aws.eks.Addon(
        f"{name}-{add_on}",
        cluster_name=cluster.name,
        addon_name=add_on,
        addon_version=settings.get("version") or newest(add_on, cluster.version, parent),
        configuration_values=None if values is None else _json(values),
        preserve=True,
        resolve_conflicts_on_create=settings.get("resolveConflictsOnCreate") or "OVERWRITE",
        resolve_conflicts_on_update=settings.get("resolveConflictsOnUpdate") or "OVERWRITE",
        tags=options.tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def newest(add_on: str, kubernetes: pulumi.Input[str], parent: pulumi.Resource) -> pulumi.Output[str]:
    """Ask AWS for the newest version today: such a program previews differently tomorrow."""
    found = aws.eks.get_addon_version_output(
        addon_name=add_on,
        kubernetes_version=kubernetes,
        most_recent=True,
        opts=pulumi.InvokeOutputOptions(parent=parent),
    )
    return found.apply(lambda result: str(result.version))


class VpcCniAddon(pulumi.ComponentResource):
    """`eks:index:VpcCniAddon`: the vpc-cni add-on under its own component."""

    def __init__(
        self,
        name: str,
        settings: Mapping[str, Any],
        cluster: aws.eks.Cluster,
        tags: Any,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("eks:index:VpcCniAddon", name, {}, opts)
        if settings.get("securityContextPrivileged"):
            raise pulumi.RunError("the sandbox's stand-in for pulumi-eks doesn't implement 'securityContextPrivileged'")
        configuration = pulumi.Output.from_input(dict(settings)).apply(vpc_cni_configuration)
        self.addon = aws.eks.Addon(
            name,
            cluster_name=cluster.name,
            addon_name="vpc-cni",
            addon_version=settings.get("addonVersion") or newest("vpc-cni", cluster.version, self),
            configuration_values=_json(configuration),
            preserve=True,
            resolve_conflicts_on_create=settings.get("resolveConflictsOnCreate") or "OVERWRITE",
            resolve_conflicts_on_update=settings.get("resolveConflictsOnUpdate") or "OVERWRITE",
            service_account_role_arn=settings.get("serviceAccountRoleArn"),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"addon": self.addon})


def vpc_cni_configuration(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Put the program's values over pulumi-eks's environment for the plugin and its init container."""
    env = {variable: _text(settings.get(source) or default) for variable, (source, default) in _FIXED_ENV.items()}
    env |= {variable: _text(settings[source]) for variable, source in _OPTIONAL_ENV.items() if settings.get(source)}
    external = (settings.get("externalSnat"), settings.get("cniExternalSnat"))
    if all(external):
        raise pulumi.RunError("Please specify one of `cniExternalSnat` or `externalSnat` in your VpcCniOptions")
    env["AWS_VPC_K8S_CNI_EXTERNALSNAT"] = _text(external[0] or external[1] or False)
    init = {"DISABLE_TCP_EARLY_DEMUX": _text(settings.get("disableTcpEarlyDemux") or False)}
    wanted = dict(settings.get("configurationValues") or {})
    if "enableNetworkPolicy" not in wanted and settings.get("enableNetworkPolicy") is not None:
        wanted["enableNetworkPolicy"] = _text(settings["enableNetworkPolicy"])
    given_init = wanted.get("init") or {}
    wanted["env"] = {**env, **(wanted.get("env") or {})}
    wanted["init"] = {**given_init, "env": {**init, **(given_init.get("env") or {})}}
    return wanted


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(values: Any) -> pulumi.Output[str]:
    """JSON with its keys in order, so that the same values are the same text."""
    return pulumi.Output.from_input(values).apply(
        lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"))
    )
