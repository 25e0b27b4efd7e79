"""What every component does first: compile and check its plan, so that a refusal registers nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pulumi

from .declaration import from_dict, load
from .errors import EksAccessError, Problem, Refused
from .plan import AccessPlan, compile_plan
from .plan.model import ClusterPlan

if TYPE_CHECKING:
    from .checks import Findings

T = TypeVar("T")
_SOUND: dict[str, tuple[AccessPlan, Findings]] = {}
"""Declarations that were judged, as text, and what they compile to."""
_MOST_KEPT = 4
gc.freeze()  # a program's SDKs stay until it ends: looked through again and again they are a tenth of its time


def refusing(compute: Callable[[], T]) -> T:
    """Run a pure computation; what it refuses becomes a RunError, which the engine prints without a traceback.

    Raises:
        pulumi.RunError: with the text of every problem.
    """
    try:
        return compute()
    except EksAccessError as refusal:
        raise pulumi.RunError(str(refusal)) from refusal


def read_access(path: Path | str) -> dict[str, Any]:
    """Read a declaration, with what it includes, as the plain data that components take as `access`.

    Args:
        path: the YAML file; relative to the folder of the program, where Pulumi runs it.

    Raises:
        pulumi.RunError: with the file, the line and the remedy of everything that is wrong.
    """
    return refusing(lambda: load(path).model_dump(mode="json", by_alias=True, exclude_unset=True))


def plan_cluster_access(access: Mapping[str, Any] | None) -> AccessPlan:
    """Compile a whole declaration and refuse it unless every check passes."""
    return refusing(lambda: _judged(access)[0])


def say_findings(access: Mapping[str, Any] | None, resource: pulumi.Resource) -> None:
    """Log what the checks warn of, and what the declaration accepts; errors have been refused."""
    _, findings = _judged(access)
    for problem in findings.warnings:
        pulumi.log.warn(str(problem), resource)
    for each in findings.accepted:
        until = f" (until {each.until})" if each.until else ""
        said = f"accepted: {each.problem.path}: {each.problem.rule} [{each.problem.check}]: {each.reason}{until}"
        pulumi.log.info(said, resource)


def _judged(access: Mapping[str, Any] | None) -> tuple[AccessPlan, Findings]:
    """Judge a declaration once a run: the parts of a Platform are all given the same one."""
    from .checks import judge  # programs of parts, which are not judged, start without them

    text = repr(access)
    if text not in _SOUND:
        plan = compile_plan(from_dict(access))
        findings = judge(plan)
        if findings.errors:
            raise Refused(findings.errors)
        while len(_SOUND) >= _MOST_KEPT:
            del _SOUND[next(iter(_SOUND))]
        _SOUND[text] = plan, findings
    return _SOUND[text]


def plan_part(access: Mapping[str, Any] | None) -> AccessPlan:
    """Compile a declaration of which only a part is used, where the checks of a whole cluster say nothing."""
    return refusing(lambda: compile_plan(from_dict(access)))


def cluster_of(plan: AccessPlan) -> ClusterPlan:
    """Return the plan's cluster, for components that are nothing without one."""
    if plan.cluster is None:
        missing = Problem(path="cluster", rule="the declaration has no cluster", fix="declare `cluster`")
        raise pulumi.RunError(str(Refused([missing])))
    return plan.cluster


def gather(values: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[dict[str, str]]:
    """Turn a dict of outputs into an output of a dict; the SDK resolves them, but its types do not say so."""
    return pulumi.Output.from_input(cast(dict[str, str], dict(values)))
