"""Symptoms and a declaration → findings: what each error means here, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..plan.model import AccessPlan
from .model import Finding
from .symptoms import read_symptoms
from .symptoms_model import (
    AwsDenied,
    EksRefused,
    Escalation,
    Forbidden,
    InvalidRole,
    MissingRole,
    NoCluster,
    NodeRestricted,
    NodesFail,
    NoToken,
    Symptom,
    Unauthorized,
    Unreachable,
)
from .why_client import aws_denied, no_cluster, no_token, unreachable
from .why_eks import eks_refused
from .why_known import Known, known_of
from .why_mapping import mapping
from .why_nodes import nodes, restricted
from .why_permission import permission
from .why_roles import escalation, invalid_role, missing_role


def why(text: str, plan: AccessPlan | None = None, *, file: str = "", stack: str = "") -> tuple[Finding, ...]:
    """Answer a pasted error text; nothing where no message in it is known.

    Args:
        text: whatever somebody pasted.
        plan: what the declaration compiles to; without one the answer is general.
        file: the declaration, for remedies.
        stack: name of its stack, for commands; empty where it is a file alone.
    """
    return explain_symptoms(read_symptoms(text), plan, file=file, stack=stack)


def explain_symptoms(
    symptoms: Iterable[Symptom], plan: AccessPlan | None = None, *, file: str = "", stack: str = ""
) -> tuple[Finding, ...]:
    """Answer symptoms in their order; what was read stands first in the evidence."""
    symptoms = tuple(symptoms)
    known = known_of(plan, file=file, stack=stack) if plan is not None and symptoms else None
    found = ((symptom, finding) for symptom in symptoms for finding in _findings(symptom, known))
    return tuple(replace(each, evidence=(f"read: {symptom.seen}", *each.evidence)) for symptom, each in found)


def _findings(symptom: Symptom, known: Known | None) -> tuple[Finding, ...]:
    match symptom:
        case Unauthorized():
            return mapping(symptom, known)
        case Forbidden():
            return (permission(symptom, known),)
        case Escalation():
            return (escalation(symptom, known),)
        case MissingRole():
            return (missing_role(symptom, known),)
        case InvalidRole():
            return (invalid_role(symptom, known),)
        case NodeRestricted():
            return (restricted(symptom, known),)
        case NodesFail():
            return (nodes(symptom, known),)
        case NoToken():
            return (no_token(symptom, known),)
        case AwsDenied():
            return (aws_denied(symptom, known),)
        case NoCluster():
            return (no_cluster(symptom, known),)
        case Unreachable():
            return (unreachable(symptom, known),)
        case _:
            assert isinstance(symptom, EksRefused)
            return (eks_refused(symptom, known),)
