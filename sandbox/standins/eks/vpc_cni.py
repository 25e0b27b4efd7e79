"""`eks:index:VpcCniAddon`: the vpc-cni add-on under its own component, with its environment (cni-addon.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from sandbox.standins.eks.addons import configuration_text, newest
from sandbox.standins.eks.options import truthy
from sandbox.standins.eks.texts import text

_FIXED_ENV = {
    "AWS_VPC_K8S_CNI_LOGLEVEL": ("logLevel", "DEBUG"),
    "AWS_VPC_K8S_CNI_LOG_FILE": ("logFile", "/host/var/log/aws-routed-eni/ipamd.log"),
    "AWS_VPC_K8S_CNI_VETHPREFIX": ("vethPrefix", "eni"),
    "AWS_VPC_ENI_MTU": ("eniMtu", "9001"),
    "AWS_VPC_K8S_PLUGIN_LOG_LEVEL": ("pluginLogLevel", "DEBUG"),
    "AWS_VPC_K8S_PLUGIN_LOG_FILE": ("pluginLogFile", "/var/log/aws-routed-eni/plugin.log"),
    "ENABLE_POD_ENI": ("enablePodEni", "false"),
    "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": ("cniCustomNetworkCfg", "false"),
}
_OPTIONAL_ENV = {
    "AWS_VPC_CNI_NODE_PORT_SUPPORT": "nodePortSupport",
    "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER": "cniConfigureRpfilter",
    "ENABLE_PREFIX_DELEGATION": "enablePrefixDelegation",
    "ENI_CONFIG_LABEL_DEF": "eniConfigLabelDef",
    "WARM_IP_TARGET": "warmIpTarget",
    "WARM_PREFIX_TARGET": "warmPrefixTarget",
}


class VpcCniAddon(pulumi.ComponentResource):
    """The add-on, and a patch of the DaemonSet aws-node for what the add-on has no setting for."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__("eks:index:VpcCniAddon", name, dict(inputs), opts)
        if inputs.get("clusterName") is None:
            raise pulumi.RunError("Missing required option 'clusterName'")
        if truthy(inputs.get("externalSnat")) and truthy(inputs.get("cniExternalSnat")):
            raise pulumi.RunError("Please specify one of `cniExternalSnat` or `externalSnat` in your VpcCniOptions")
        settings = {key: value for key, value in inputs.items() if key not in ("clusterName", "clusterVersion", "tags")}
        configuration = pulumi.Output.from_input(settings).apply(vpc_cni_configuration)
        self.addon = aws.eks.Addon(
            name,
            cluster_name=inputs["clusterName"],
            addon_name="vpc-cni",
            addon_version=inputs.get("addonVersion") or self._newest(inputs),
            configuration_values=configuration_text(configuration),
            preserve=True,
            resolve_conflicts_on_create=inputs.get("resolveConflictsOnCreate") or "OVERWRITE",
            resolve_conflicts_on_update=inputs.get("resolveConflictsOnUpdate") or "OVERWRITE",
            service_account_role_arn=inputs.get("serviceAccountRoleArn"),
            tags=inputs.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        if truthy(inputs.get("securityContextPrivileged")):
            self._patch(name, inputs["securityContextPrivileged"])
        self.state = {"addon": self.addon}
        self.register_outputs(self.state)

    def _newest(self, inputs: Mapping[str, Any]) -> pulumi.Output[str]:
        if not truthy(inputs.get("clusterVersion")):
            raise pulumi.RunError(
                "You need to specify either `addonVersion` or `clusterVersion` to determine the version of the "
                "vpc-cni addon to use."
            )
        return newest("vpc-cni", inputs["clusterVersion"], self)

    def _patch(self, name: str, privileged: Any) -> None:
        container = {"name": "aws-node", "security_context": {"privileged": privileged}}
        spec: Any = {"template": {"spec": {"containers": [container]}}}
        kubernetes.apps.v1.DaemonSetPatch(
            name,
            metadata=kubernetes.meta.v1.ObjectMetaPatchArgs(
                name="aws-node", namespace="kube-system", annotations={"pulumi.com/patchForce": "true"}
            ),
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.addon], retain_on_delete=True),
        )


def vpc_cni_configuration(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Put the program's values over pulumi-eks's environment for the plugin and its init container."""
    env = {variable: text(settings.get(source) or default) for variable, (source, default) in _FIXED_ENV.items()}
    env |= {variable: text(settings[source]) for variable, source in _OPTIONAL_ENV.items() if settings.get(source)}
    warm = settings.get("warmEniTarget")
    env["WARM_ENI_TARGET"] = text(1 if warm is None else warm)
    snat = settings.get("externalSnat") or settings.get("cniExternalSnat") or False
    env["AWS_VPC_K8S_CNI_EXTERNALSNAT"] = text(snat)
    init = {"DISABLE_TCP_EARLY_DEMUX": text(settings.get("disableTcpEarlyDemux") or False)}
    wanted = dict(settings.get("configurationValues") or {})
    if "enableNetworkPolicy" not in wanted and settings.get("enableNetworkPolicy") is not None:
        wanted["enableNetworkPolicy"] = text(settings["enableNetworkPolicy"])
    given_init = wanted.get("init")
    given_init = given_init if isinstance(given_init, Mapping) else {}
    given_env = wanted.get("env")
    wanted["env"] = {**env, **(given_env if isinstance(given_env, Mapping) else {})}
    wanted["init"] = {**given_init, "env": {**init, **(given_init.get("env") or {})}}
    return wanted
