"""What the team payments may do in its own namespace: written, reviewed and deployed by the team."""

import pulumi
import pulumi_kubernetes as k8s
from eks_access import TeamRbac

config = pulumi.Config()
platform = pulumi.StackReference(config.require("platform"))
kubeconfig = platform.require_output("kubeconfigs").apply(lambda people: people[config.require("deployer")])
cluster = k8s.Provider("cluster", kubeconfig=kubeconfig)

rbac = TeamRbac(
    "payments",
    {
        "access": {
            "roles": {
                "deployer": {
                    "rules": [
                        {
                            "apiGroups": ["apps"],
                            "resources": ["deployments", "deployments/scale"],
                            "verbs": ["get", "list", "watch", "create", "update", "patch"],
                        },
                    ]
                }
            },
            "grants": [{"team": "payments", "role": "deployer", "namespaces": ["payments"]}],
        },
        "existing_namespaces": ["payments"],
        "mapped_groups": platform.require_output("groups"),
    },
    pulumi.ResourceOptions(providers=[cluster]),
)

pulumi.export("groups", rbac.groups)
