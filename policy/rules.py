"""One policy for each rule of the catalogue that judges a cluster. The rules themselves are `eks_access.checks`."""

from __future__ import annotations

from typing import Any

from eks_access.checks import Check, Needs, Over, Severity, catalogue
from judging import Finding, Requests
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


READABLE = "readable"
"""The policy that is no check: what can't be read, no rule can be held against."""
_requests = Requests()


def policies() -> list[Policy]:
    """List a policy for each rule; one that a single resource breaks runs before that resource is made."""
    checks = catalogue(Over.CLUSTER)
    return [_readable(), *(_of_resource(each) if each.needs is Needs.ONE else _of_stack(each) for each in checks)]


def _readable() -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for problem in _requests.of_stack(READABLE, args).unreadable:
            report(str(problem), None)

    return StackValidationPolicy(
        name=READABLE,
        description="Access has the form that EKS and Kubernetes take; else no rule can be held against it.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=PolicySeverity.HIGH,
    )


def _of_resource(check: Check) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for finding in _requests.of_resource(check.id, args).findings(check):
            report(_message(check, finding), None)

    return ResourceValidationPolicy(validate=validate, **_said(check))


def _of_stack(check: Check) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for finding in _requests.of_stack(check.id, args).findings(check):
            report(_message(check, finding), finding.urn)

    return StackValidationPolicy(validate=validate, **_said(check))


def _said(check: Check) -> dict[str, Any]:
    return {
        "name": check.id,
        "description": f"{check.title}.",
        "enforcement_level": _LEVELS[check.severity],
        "display_name": check.title,
        "severity": _SEVERITIES[check.severity],
        "tags": [check.family],
        "remediation_steps": check.fix,
    }


def _message(check: Check, finding: Finding) -> str:
    """Say where, what is there, the rule, why, and what to write instead."""
    problem = finding.problem
    found = "" if problem.value is None else f" (found: {problem.value})"
    return f"{problem.path}: {problem.rule}{found}\n  Why: {check.why}\n  Fix: {problem.fix}"
