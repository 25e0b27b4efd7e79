"""Every resource type that the stand-in knows."""

from __future__ import annotations

from typing import Final

from sandbox.standins.aws import (
    ec2,
    ec2_rules,
    eks,
    eks_access,
    eks_addons,
    eks_nodes,
    iam,
    iam_identities,
    iam_policies,
    iam_users,
    launch_configuration,
    launch_template,
    machines,
    scaling,
    services,
    stacks,
)
from sandbox.standins.aws.spec import Spec

_MODULES = (
    *(iam, iam_users, iam_policies, iam_identities),
    *(ec2, ec2_rules, machines, launch_template, launch_configuration, scaling, stacks),
    *(eks, eks_addons, eks_access, eks_nodes, services),
)

TABLE: Final[dict[str, Spec]] = {spec.type: spec for module in _MODULES for spec in module.SPECS}
