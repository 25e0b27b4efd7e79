"""One cluster of the fleet, or its people: the stack's name says which."""

import pulumi
from eks_access import Platform, read_access

stack = pulumi.get_stack()
declaration = "people.yaml" if stack == "people" else f"clusters/{stack}.yaml"
platform = Platform("platform", {"access": read_access(declaration)})

pulumi.export("groups", platform.groups)
pulumi.export("kubeconfigs", platform.kubeconfigs)
pulumi.export("aws_profiles", platform.aws_profiles)
