"""/metrics for the ServiceAccount that scrapes, and for nobody else; on whatever cluster the kubeconfig leads to."""

import pulumi
from eks_access import MetricsAccess

config = pulumi.Config()
metrics = MetricsAccess("metrics", {"readers": [{"service_account": config.require("serviceAccount")}]})

pulumi.export("service_accounts", metrics.service_accounts)
