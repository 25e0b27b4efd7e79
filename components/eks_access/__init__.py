"""Who can get into an EKS cluster, and what may they do there: declared once.

Names are loaded when they are first used, so that the pure core and the command line need no Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str
    """Version of the installed package, as pyproject.toml says it."""

    from .cluster import EksCluster as EksCluster
    from .cluster import EksClusterArgs as EksClusterArgs
    from .cluster_access import ClusterAccess as ClusterAccess
    from .cluster_access import ClusterAccessArgs as ClusterAccessArgs
    from .component import read_access as read_access
    from .declaration import Declaration as Declaration
    from .declaration import load as load
    from .developers import Developers as Developers
    from .developers import DevelopersArgs as DevelopersArgs
    from .errors import EksAccessError as EksAccessError
    from .errors import Problem as Problem
    from .errors import Refused as Refused
    from .metrics_access import MetricsAccess as MetricsAccess
    from .metrics_access import MetricsAccessArgs as MetricsAccessArgs
    from .metrics_access import MetricsReaderArgs as MetricsReaderArgs
    from .node_role import NodeRole as NodeRole
    from .node_role import NodeRoleArgs as NodeRoleArgs
    from .plan import AccessPlan as AccessPlan
    from .plan import compile_plan as compile_plan
    from .plan.naming import person_group as person_group
    from .plan.naming import team_group as team_group
    from .platform import Platform as Platform
    from .platform import PlatformArgs as PlatformArgs
    from .review.access_review import AccessReview as AccessReview
    from .review.asking import question as question
    from .review.declared import state_of_plan as state_of_plan
    from .review.state import AccessState as AccessState
    from .team_rbac import TeamRbac as TeamRbac
    from .team_rbac import TeamRbacArgs as TeamRbacArgs

_HOMES = {
    "AccessPlan": "plan",
    "AccessReview": "review.access_review",
    "AccessState": "review.state",
    "ClusterAccess": "cluster_access",
    "ClusterAccessArgs": "cluster_access",
    "Declaration": "declaration",
    "Developers": "developers",
    "DevelopersArgs": "developers",
    "EksAccessError": "errors",
    "EksCluster": "cluster",
    "EksClusterArgs": "cluster",
    "MetricsAccess": "metrics_access",
    "MetricsAccessArgs": "metrics_access",
    "MetricsReaderArgs": "metrics_access",
    "NodeRole": "node_role",
    "NodeRoleArgs": "node_role",
    "Platform": "platform",
    "PlatformArgs": "platform",
    "Problem": "errors",
    "Refused": "errors",
    "TeamRbac": "team_rbac",
    "TeamRbacArgs": "team_rbac",
    "compile_plan": "plan",
    "load": "declaration",
    "person_group": "plan.naming",
    "question": "review.asking",
    "read_access": "component",
    "state_of_plan": "review.declared",
    "team_group": "plan.naming",
}

__all__ = [
    "AccessPlan",
    "AccessReview",
    "AccessState",
    "ClusterAccess",
    "ClusterAccessArgs",
    "Declaration",
    "Developers",
    "DevelopersArgs",
    "EksAccessError",
    "EksCluster",
    "EksClusterArgs",
    "MetricsAccess",
    "MetricsAccessArgs",
    "MetricsReaderArgs",
    "NodeRole",
    "NodeRoleArgs",
    "Platform",
    "PlatformArgs",
    "Problem",
    "Refused",
    "TeamRbac",
    "TeamRbacArgs",
    "compile_plan",
    "load",
    "person_group",
    "question",
    "read_access",
    "state_of_plan",
    "team_group",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("eks-access")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
