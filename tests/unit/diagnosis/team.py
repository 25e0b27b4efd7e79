"""A team that diagnoses are tested with, what is asked about it, and remedies put into declarations."""

from __future__ import annotations

import copy
from typing import Any

import yaml
from eks_access import AccessPlan
from eks_access.diagnosis.model import Finding, Remedy
from eks_access.diagnosis.why import why

from ...plans import PEOPLE, plan_of, small

TEAM: dict[str, Any] = small(
    people={**PEOPLE, "emi": {"iamUser": {}}, "fumio": {"iamUser": {"path": "/dev/"}}, "gin": {"iamUser": {}}},
    teams={
        "bees": {"members": ["emi", "fumio"], "assumeRole": {"mfa": True}},
        "ants": {"members": ["fumio"]},
    },
    namespaces={"east": {}, "west": {}},
    nodeGroups={"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}},
    grants=[
        {"team": "bees", "role": "edit", "namespaces": ["east"]},
        {"team": "ants", "role": "view", "namespaces": ["east", "west"]},
        {"person": "chie", "role": "view", "namespaces": ["west"], "until": "2026-06-30"},
    ],
    metricsReaders=[{"serviceAccount": "east/prometheus"}],
)
PLAN = plan_of(TEAM)
USER = "arn:aws:iam::111122223333:user"
ROLE = "arn:aws:iam::111122223333:role"


def answer(text: str, plan: AccessPlan | None = PLAN) -> Finding:
    (finding,) = why(text, plan, file="dev.yaml", stack="dev")
    return finding


def forbidden(user: str, verb: str = "delete", resource: str = "pods", namespace: str = "east") -> str:
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    return f'{resource} is forbidden: User "{user}" cannot {verb} resource "{resource}" in API group "" {where}'


def unauthorized(arn: str) -> str:
    return f'level=warning msg="access denied" arn="{arn}" error="identity is not mapped"'


def commands(finding: Finding) -> str:
    return "\n".join(remedy.command for remedy in finding.remedies)


def evidence(finding: Finding) -> str:
    return "\n".join(finding.evidence)


def applied(raw: dict[str, Any], remedy: Remedy) -> dict[str, Any]:
    """The declaration with the lines of a remedy in it, as a reader would add them."""
    data = yaml.safe_load(remedy.lines if not remedy.path else f"{remedy.path}:\n{remedy.lines}")
    result = copy.deepcopy(raw)
    for key, value in data.items():
        if isinstance(value, list):
            result[key] = [*result.get(key, []), *value]
        else:
            assert not {*value} & {*result.get(key, {})}, "a key that is there already"
            result[key] = {**result.get(key, {}), **value}
    return result
