"""The cluster's inputs, and the combinations that pulumi-eks refuses before it makes anything (cluster.ts)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from sandbox.standins.eks.cli import assert_aws_cli

CONFIG_MAP: Final = "CONFIG_MAP"
API_AND_CONFIG_MAP: Final = "API_AND_CONFIG_MAP"
API: Final = "API"
_MODES = (CONFIG_MAP, API_AND_CONFIG_MAP, API)
_NODE_OPTIONS: Final = {
    "nodeSubnetIds": "nodeSubnetIds",
    "nodeAssociatePublicIpAddress": "nodeAssociatePublicIpAddress",
    "instanceType": "instanceType",
    "nodePublicKey": "nodePublicKey",
    "nodeRootVolumeEncrypted": "nodeRootVolumeEncrypted",
    "nodeRootVolumeSize": "nodeRootVolumeSize",
    "nodeUserData": "nodeUserData",
    "minSize": "minSize",
    "maxSize": "maxSize",
    "desiredCapacity": "desiredCapacity",
    "amiId": "nodeAmiId",
    "gpu": "gpu",
    "version": "version",
}
"""Option of the default node group → the cluster's input for it."""
_NOT_EXCLUSIVE: Final = {"nodeRootVolumeEncrypted", "version"}


def truthy(value: Any) -> bool:
    """Whether JavaScript takes a value for true: an output, an empty list and an empty object are."""
    return isinstance(value, pulumi.Output | Mapping | list | tuple) or bool(value)


@dataclass(frozen=True)
class ClusterOptions:
    """The inputs of `eks:index:Cluster`, in the engine's names."""

    inputs: Mapping[str, Any]

    @classmethod
    def of(cls, inputs: Mapping[str, Any]) -> ClusterOptions:
        """Return checked inputs, with the AWS profile that the environment or the configuration names.

        The real component refuses an explicit AWS provider without credentials for the kubeconfig in Node programs
        only: for all others it gets the providers as a map, where it doesn't look.
        """
        given = {name: value for name, value in inputs.items() if value is not None}
        if truthy((given.get("creationRoleProvider") or {}).get("provider")):
            raise pulumi.RunError(
                "The `creationRoleProvider.provider` option is not supported in non-nodejs Pulumi programs. "
                "Please use the `providerCredentialOpts` option instead."
            )
        profile = os.environ.get("AWS_PROFILE") or pulumi.Config("aws").get("profile")
        if "providerCredentialOpts" not in given and profile:
            given["providerCredentialOpts"] = {"profileName": profile}
        result = cls(given)
        assert_aws_cli()
        result._check_access()
        result._check_combinations()
        return result

    def get(self, name: str, default: Any = None) -> Any:
        """Return an input, or the default where the program left it out."""
        return self.inputs.get(name, default)

    def part(self, name: str) -> Mapping[str, Any]:
        """Return an input that is an object; empty where it was left out."""
        value = self.inputs.get(name)
        return value if isinstance(value, Mapping) else {}

    @property
    def mode(self) -> str | None:
        """The authentication mode; None is EKS's default, CONFIG_MAP."""
        value = self.get("authenticationMode")
        return None if value is None else str(value)

    @property
    def uses_config_map(self) -> bool:
        """Whether the cluster reads aws-auth."""
        return self.mode in (None, CONFIG_MAP, API_AND_CONFIG_MAP)

    @property
    def uses_entries(self) -> bool:
        """Whether the cluster has access entries."""
        return self.mode in (API, API_AND_CONFIG_MAP)

    @property
    def auto_mode(self) -> bool:
        """Whether EKS runs the nodes."""
        return truthy(self.part("autoMode").get("enabled"))

    @property
    def fargate(self) -> bool:
        """Whether there is a Fargate profile."""
        return truthy(self.get("fargate"))

    @property
    def has_default_nodes(self) -> bool:
        """Whether the cluster comes with a node group of its own."""
        return not (self.get("skipDefaultNodeGroup") or self.fargate or self.auto_mode)

    @property
    def skips_security_groups(self) -> bool:
        """Whether EKS's own security group is all that the cluster has."""
        return bool(self.get("skipDefaultSecurityGroups", self.auto_mode))

    @property
    def tags(self) -> Any:
        """Tags for everything that takes tags."""
        return self.get("tags")

    def node_group_options(self) -> dict[str, Any]:
        """Return what the default node group is made with, as one object or from the cluster's single inputs."""
        if "nodeGroupOptions" in self.inputs:
            return dict(self.part("nodeGroupOptions"))
        return {name: self.inputs[source] for name, source in _NODE_OPTIONS.items() if source in self.inputs}

    def _check_access(self) -> None:
        if self.mode and self.mode not in _MODES:
            raise pulumi.RunError(
                f"Invalid value for authenticationMode: {self.mode}. Allowed values are: {', '.join(_MODES)}."
            )
        if not self.uses_config_map:
            for name in ("roleMappings", "userMappings", "instanceRoles"):
                self._refuse_mappings(name, self.get(name))
        if self.get("accessEntries") is not None and not self.uses_entries:
            state = f"set to '{self.mode}'" if self.mode else "not set"
            raise pulumi.RunError(
                f"The 'accessEntries' property is not supported when 'authenticationMode' is {state}."
            )

    def _check_combinations(self) -> None:
        given = self.inputs
        if "instanceRole" in given and "instanceRoles" in given:
            raise pulumi.RunError("instanceRole and instanceRoles are mutually exclusive, and cannot both be set.")
        if "subnetIds" in given and ("publicSubnetIds" in given or "privateSubnetIds" in given):
            raise pulumi.RunError(
                "subnetIds, and the use of publicSubnetIds and/or privateSubnetIds are mutually exclusive. "
                "Choose a single approach."
            )
        single = [source for name, source in _NODE_OPTIONS.items() if name not in _NOT_EXCLUSIVE]
        if "nodeGroupOptions" in given and any(truthy(self.get(name)) for name in (*single, "instanceProfileName")):
            raise pulumi.RunError(
                "Setting nodeGroupOptions, and any set of singular node group option(s) on the cluster, is mutually "
                "exclusive. Choose a single approach."
            )
        if self.auto_mode and not self.uses_entries:
            raise pulumi.RunError(
                "Access entries are required when using EKS Auto Mode. "
                "Use the authentication mode 'API' or 'API_AND_CONFIG_MAP'."
            )

    def _refuse_mappings(self, name: str, value: Any) -> None:
        if isinstance(value, list | tuple) and value:
            raise pulumi.RunError(
                f"The '{name}' property does not support non-empty values "
                f"when 'authenticationMode' is set to '{self.mode}'."
            )
