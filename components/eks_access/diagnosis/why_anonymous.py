"""Requests without credentials: they are never granted anything, and what is meant instead.

EKS from 1.32 on answers them with 401 everywhere but on health paths
(https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html).
"""

from __future__ import annotations

from ..authz.model import Request
from ..plan.rbac import METRICS_ROLE
from .model import Finding, Remedy, Wall
from .why_known import Known, command

_UNAUTHENTICATED_ENDS = 32
"""Minor from which EKS answers requests without credentials with 401, health paths apart."""


def anonymous(request: Request, known: Known | None) -> Finding:
    """Answer a Forbidden of a request that carried no credentials."""
    said = "the request carried no credentials, so it was made as system:anonymous, who is never granted anything"
    evidence = []
    if known and int(known.cluster.version.partition(".")[2]) >= _UNAUTHENTICATED_ENDS:
        evidence.append(
            f"an API server of EKS {known.cluster.version} answers such requests with 401, so this came from "
            "a controller that asks for reviews itself, or from another cluster"
        )
    remedies = [Remedy(say="send a token: of a ServiceAccount for a scraper, through kubectl for a person")]
    if request.path == "/metrics":
        readers = _readers(known) if known else ()
        if readers:
            evidence.append(f"declared to read /metrics: {', '.join(readers[:6])}")
            ask = Remedy(
                say=f"scrape as {readers[0]}, with its token",
                command=command(
                    "kubectl", "create", "token", readers[0].partition("/")[2], "-n", readers[0].partition("/")[0]
                ),
            )
            remedies.insert(0, ask)
        else:
            lines = "  - {serviceAccount: monitoring/prometheus}"
            say = "let the scraper's ServiceAccount read /metrics (its namespace and name for these)"
            remedies.append(Remedy(say=say, file=known.file if known else "", path="metricsReaders", lines=lines))
    return Finding(
        wall=Wall.PERMISSION, cause="anonymous", said=said, evidence=tuple(evidence), remedies=tuple(remedies)
    )


def _readers(known: Known) -> tuple[str, ...]:
    bindings = (binding for binding in known.plan.metrics.bindings if binding.role_name == METRICS_ROLE)
    return tuple(sorted(f"{binding.subject.namespace}/{binding.subject.name}" for binding in bindings))
