"""Every resource type that the stand-in knows."""

from __future__ import annotations

from typing import Final

from sandbox.standins.aws import ec2, eks, eks_access, iam, iam_policies, iam_users, launch_template, services
from sandbox.standins.aws.spec import Spec

_MODULES = (iam, iam_users, iam_policies, ec2, launch_template, eks, eks_access, services)

TABLE: Final[dict[str, Spec]] = {spec.type: spec for module in _MODULES for spec in module.SPECS}
