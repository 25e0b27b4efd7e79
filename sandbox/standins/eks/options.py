"""The component's inputs, and the combinations that pulumi-eks refuses before it makes anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi

CONFIG_MAP: Final = "CONFIG_MAP"
API_AND_CONFIG_MAP: Final = "API_AND_CONFIG_MAP"
API: Final = "API"
_MODES = (CONFIG_MAP, API_AND_CONFIG_MAP, API)
_UNSUPPORTED = ("creationRoleProvider", "fargate", "nodeGroupOptions", "storageClasses")
_INSTALL = (
    "See https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html for installation instructions."
)


@dataclass(frozen=True)
class ClusterOptions:
    """The inputs of `eks:index:Cluster`, in the engine's names."""

    inputs: Mapping[str, Any]
    written: Mapping[str, Any]
    """The inputs as the program wrote them, which is what the engine gets to compare."""

    @classmethod
    def of(cls, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None) -> ClusterOptions:
        """Return checked inputs, with the AWS profile that the environment or the configuration names."""
        given = {name: value for name, value in inputs.items() if value is not None}
        credentials = given.get("providerCredentialOpts")
        if credentials is None and _has_aws_provider(options):
            raise pulumi.RunError(
                "It looks like you're using an explicit AWS provider. "
                "Please specify this provider in providerCredentialOpts."
            )
        profile = os.environ.get("AWS_PROFILE") or pulumi.Config("aws").get("profile")
        if credentials is None and profile:
            given["providerCredentialOpts"] = {"profileName": profile}
        result = cls(given, dict(inputs))
        result._check()
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
        return bool(self.part("autoMode").get("enabled"))

    @property
    def skips_security_groups(self) -> bool:
        """Whether EKS's own security group is all that the cluster has."""
        return bool(self.get("skipDefaultSecurityGroups", self.auto_mode))

    @property
    def tags(self) -> Any:
        """Tags for everything that takes tags."""
        return self.get("tags")

    def _check(self) -> None:
        assert_aws_cli()
        if self.mode is not None and self.mode not in _MODES:
            raise pulumi.RunError(
                f"Invalid value for authenticationMode: {self.mode}. Allowed values are: {', '.join(_MODES)}."
            )
        if self.get("accessEntries") and not self.uses_entries:
            state = f"set to '{self.mode}'" if self.mode else "not set"
            raise pulumi.RunError(
                f"The 'accessEntries' property is not supported when 'authenticationMode' is {state}."
            )
        if self.get("instanceRole") is not None and self.get("instanceRoles") is not None:
            raise pulumi.RunError("instanceRole and instanceRoles are mutually exclusive, and cannot both be set.")
        if self.get("subnetIds") is not None and (self.get("publicSubnetIds") or self.get("privateSubnetIds")):
            raise pulumi.RunError(
                "subnetIds, and the use of publicSubnetIds and/or privateSubnetIds are mutually exclusive. "
                "Choose a single approach."
            )
        if self.auto_mode and not self.uses_entries:
            raise pulumi.RunError(
                "Access entries are required when using EKS Auto Mode. "
                "Use the authentication mode 'API' or 'API_AND_CONFIG_MAP'."
            )
        if not self.uses_config_map:
            for name in ("roleMappings", "userMappings", "instanceRoles"):
                self._refuse_mappings(name, self.get(name))
        self._check_supported()

    def _refuse_mappings(self, name: str, value: Any) -> None:
        if isinstance(value, list | tuple) and value:
            raise pulumi.RunError(
                f"The '{name}' property does not support non-empty values "
                f"when 'authenticationMode' is set to '{self.mode}'."
            )

    def _check_supported(self) -> None:
        for name in _UNSUPPORTED:
            if self.get(name):
                raise pulumi.RunError(f"the sandbox's stand-in for pulumi-eks doesn't implement {name!r}")
        if not self.get("skipDefaultNodeGroup") and not self.auto_mode:
            raise pulumi.RunError(
                "the sandbox's stand-in for pulumi-eks doesn't make the default node group: set skipDefaultNodeGroup"
            )


def _has_aws_provider(options: pulumi.ResourceOptions | None) -> bool:
    providers = options.providers if options is not None else None
    return isinstance(providers, Mapping) and "aws" in providers


def assert_aws_cli() -> None:
    """Look for the `aws` CLI, which the kubeconfig calls; the real component does so even in a preview."""
    if shutil.which("aws") is None:
        raise pulumi.RunError(f"Could not find aws CLI for EKS. {_INSTALL}")
    answer = subprocess.run(["aws", "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    match = re.match(r"aws-cli/(\d+)\.(\d+)\.(\d+)", answer)
    if match is None:
        return
    version = tuple(int(part) for part in match.groups())
    needed = (1, 24, 0) if version[0] == 1 else (2, 7, 0)
    if version < needed:
        current, least = ".".join(map(str, version)), ".".join(map(str, needed))
        raise pulumi.RunError(f"At least v{least} of aws-cli is required. Current version is: {current}. {_INSTALL}")
