"""People and namespaces by this package's components."""

from __future__ import annotations

import json

import pulumi
from eks_access import Developers, TeamRbac

from bench.programs.common import ACCESS, providers

access = json.loads(ACCESS.read_text())
aws_provider, cluster = providers()
Developers("people", {"access": access, "create_users": True}, pulumi.ResourceOptions(providers=[aws_provider]))
TeamRbac("rbac", {"access": access}, pulumi.ResourceOptions(providers=[cluster]))
