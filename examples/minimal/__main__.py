"""One cluster with its people, from access.yaml."""

import pulumi
from eks_access import Platform, read_access

platform = Platform("platform", {"access": read_access("access.yaml"), "create_users": True})

pulumi.export("cluster_name", platform.cluster_name)
pulumi.export("groups", platform.groups)
pulumi.export("kubeconfigs", platform.kubeconfigs)
pulumi.export("aws_profiles", platform.aws_profiles)
