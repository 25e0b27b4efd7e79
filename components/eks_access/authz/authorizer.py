"""All authorizers of an EKS cluster in their order; the first that allows decides, and none of them denies.

``system:masters`` short-circuits, then the Node authorizer, RBAC, and EKS's access policies
(k8s.io/kubernetes pkg/kubeapiserver/authorizer; where EKS asks its own is not published, and does not matter to the
verdict since it only allows).
"""

from __future__ import annotations

from collections.abc import Iterable

from ..authn.access_entries import AccessEntry
from .access_policies import AccessPolicyAuthorizer
from .escalation import Escalation, EscalationCheck
from .impersonation import CONSTRAINED_SINCE, Impersonation, Wanted, impersonate
from .model import MASTERS, Decision, Ground, Identity, RbacObjects, Request, Role, RoleBinding
from .node import NodeAuthorizer
from .rbac import RbacAuthorizer

_SUPERUSER = Ground(authorizer=MASTERS, reason="")


class Authorizer:
    """Answers for one cluster.

    Args:
        objects: its RBAC, aggregated and with the bootstrap roles.
        entries: its access entries, whose access policies count.
        minor: Kubernetes minor such as ``1.33``; the newest known one where it is not known.
    """

    def __init__(self, objects: RbacObjects, entries: Iterable[AccessEntry] = (), minor: str | None = None) -> None:
        self.rbac = RbacAuthorizer(objects)
        self.policies = AccessPolicyAuthorizer(entries)
        self.node = NodeAuthorizer(minor)
        self._escalation = EscalationCheck(self.rbac, self.allows)
        self._constrained = minor is None or int(minor.partition(".")[2]) >= CONSTRAINED_SINCE

    def decide(self, identity: Identity, request: Request) -> Decision:
        """Decide with every ground; the reason is that of the first authorizer that allows."""
        if MASTERS in identity.groups:
            return Decision(allowed=True, grounds=(_SUPERUSER,))
        parts = (
            self.node.decide(identity, request),
            self.rbac.decide(identity, request),
            self.policies.decide(identity, request),
        )
        grounds = tuple(ground for part in parts for ground in part.grounds)
        errors = tuple(error for part in parts for error in part.errors)
        if grounds:
            return Decision(allowed=True, reason=grounds[0].reason, grounds=grounds, errors=errors)
        return Decision(allowed=False, reason="\n".join(part.reason for part in parts if part.reason), errors=errors)

    def allows(self, identity: Identity, request: Request) -> bool:
        """Tell the verdict alone, fast."""
        return (
            MASTERS in identity.groups
            or self.rbac.allows(identity, request)
            or self.policies.allows(identity, request)
            or self.node.allows(identity, request)
        )

    def errors_for(self, identity: Identity, request: Request) -> tuple[str, ...]:
        """Say what a decision could not count: missing roles, and access policies whose content nobody knows."""
        return (
            *self.node.decide(identity, request).errors,
            *self.rbac.errors_for(identity, request.namespace),
            *self.policies.decide(identity, request).errors,
        )

    def escalates(self, identity: Identity, written: Role | RoleBinding, *, update: Role | None = None) -> Escalation:
        """Tell whether a write of a role or a binding passes the escalation check that follows authorization."""
        if isinstance(written, Role):
            return self._escalation.of_role(identity, written, update=update)
        return self._escalation.of_binding(identity, written)

    def impersonates(self, identity: Identity, wanted: Wanted, request: Request) -> Impersonation:
        """Tell whether `identity` may make a request as somebody else."""
        return impersonate(identity, wanted, request, self.allows, constrained=self._constrained)
