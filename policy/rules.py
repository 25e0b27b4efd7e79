"""One policy for each rule of the catalogue that judges a cluster. The rules themselves are `eks_access.checks`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from eks_access.checks import Check, Over, Severity, catalogue
from judging import Finding, findings_of_resource, findings_of_stack, is_alone, unreadable
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PolicySeverity

_LEVELS = {Severity.ERROR: EnforcementLevel.MANDATORY, Severity.WARNING: EnforcementLevel.ADVISORY}
_SEVERITIES = {Severity.ERROR: PolicySeverity.HIGH, Severity.WARNING: PolicySeverity.LOW}


def policies() -> list[Policy]:
    """List a policy for each rule; one that a single resource can break runs before that resource is made."""
    return [_readable(), *(_policy(check) for check in catalogue(Over.CLUSTER))]


def _readable() -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for problem in unreadable(args):
            report(str(problem), None)

    return StackValidationPolicy(
        name="readable",
        description="Access has the form that EKS and Kubernetes take; else no rule can be held against it.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=PolicySeverity.HIGH,
    )


def _policy(check: Check) -> Policy:
    kind: Callable[..., Policy] = StackValidationPolicy
    validate: Callable[..., None] = partial(_stack, check)
    if is_alone(check):
        kind, validate = ResourceValidationPolicy, partial(_resource, check)
    return kind(
        name=check.id,
        description=f"{check.title}.",
        validate=validate,
        enforcement_level=_LEVELS[check.severity],
        display_name=check.title,
        severity=_SEVERITIES[check.severity],
        tags=[check.family],
        remediation_steps=check.fix,
    )


def _resource(check: Check, args: ResourceValidationArgs, report: ReportViolation) -> None:
    for finding in findings_of_resource(check, args):
        report(_message(check, finding), None)


def _stack(check: Check, args: StackValidationArgs, report: ReportViolation) -> None:
    for finding in findings_of_stack(check, args):
        report(_message(check, finding), finding.urn)


def _message(check: Check, finding: Finding) -> str:
    """Say where, what is there, the rule, why, and what to write instead."""
    problem = finding.problem
    found = "" if problem.value is None else f" (found: {problem.value})"
    return f"{problem.path}: {problem.rule}{found}\n  Why: {check.why}\n  Fix: {problem.fix}"
