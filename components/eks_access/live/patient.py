"""Who asks the doctor, and what a walk tells on its way."""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnosis.model import Wall
from ..plan.model import AccessPlan, ClusterPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Who is stuck where, as said on the command line."""

    cluster: str
    profile: str | None = None
    region: str | None = None
    namespace: str | None = None
    kubeconfig: str | None = None
    context: str | None = None
    admin_profile: str | None = None
    """AWS profile of an admin who looks at aws-auth and access entries; the patient's own where there is none."""
    plan: AccessPlan | None = None
    file: str = ""
    """The declaration's."""
    stack: str = ""

    @property
    def declared(self) -> ClusterPlan | None:
        """The cluster as declared, where the declaration is of this one."""
        cluster = self.plan.cluster if self.plan else None
        return cluster if cluster and cluster.name == self.cluster else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One station of the way that was looked at."""

    wall: Wall
    free: bool
    said: str
