"""One environment: settings → Platform → exports."""

import pulumi
from eks_access import Platform

from stacks.settings import read_settings

platform = Platform("platform", read_settings())

pulumi.export("cluster_name", platform.cluster_name)
pulumi.export("user_arns", platform.user_arns)
pulumi.export("user_ids", platform.user_ids)
pulumi.export("role_arns", platform.role_arns)
pulumi.export("node_role_arns", platform.node_role_arns)
pulumi.export("access", platform.access)
pulumi.export("access_state", platform.access_state)
pulumi.export("kubeconfigs", platform.kubeconfigs)
pulumi.export("aws_profiles", platform.aws_profiles)
pulumi.export("credentials", platform.credentials)
