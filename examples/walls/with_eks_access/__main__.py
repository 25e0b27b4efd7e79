"""The same cluster with eks-access: access.yaml says who gets in, and what they may do there."""

from pathlib import Path
from typing import Any

import pulumi
import yaml
from eks_access import Platform

config = pulumi.Config()
access: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "access.yaml").read_text(encoding="utf-8"))
access["cluster"]["authenticationMode"] = config.require("mode")

platform = Platform(
    "platform",
    {"access": access, "vpc_id": config.require("vpcId"), "subnet_ids": config.require_object("subnetIds")},
)

pulumi.export("kubeconfigs", platform.kubeconfigs)
pulumi.export("aws_profiles", platform.aws_profiles)
pulumi.export("node_role_arns", platform.node_role_arns)
pulumi.export("access", platform.access)
