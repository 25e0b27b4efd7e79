"""Pasted error text → symptoms. Untrusted, so it is bounded, and every pattern takes time that grows with it only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .symptoms_forbidden import Found, forbidden_symptoms
from .symptoms_model import (
    AwsDenied,
    EksRefused,
    Escalation,
    Forbidden,
    Lack,
    MissingRole,
    NodesFail,
    NodeTrouble,
    NoToken,
    Symptom,
    Unauthorized,
)
from .symptoms_phrases import phrase_symptoms
from .symptoms_text import views

MOST_SYMPTOMS = 12
"""Different symptoms of one text that are answered."""


def read_symptoms(text: str) -> tuple[Symptom, ...]:
    """Recognise every error message in a text, each once, in the order in which they stand there."""
    return max(map(_read, views(text)), key=_worth)[:MOST_SYMPTOMS]


def _read(view: str) -> tuple[Symptom, ...]:
    found = sorted((*forbidden_symptoms(view), *phrase_symptoms(view)), key=lambda each: each[0])
    return _once(_telling(found))


def _worth(symptoms: Iterable[Symptom]) -> int:
    """Prefer the reading of a text that understands more of it."""
    return sum(1 if isinstance(symptom, Forbidden) and not symptom.whole else 2 for symptom in symptoms)


def _telling(found: Iterable[Found]) -> Iterator[Symptom]:
    """Leave out what another symptom of the same text says more exactly."""
    symptoms = [symptom for _, symptom in found]
    lacks = {symptom.lack for symptom in symptoms if isinstance(symptom, NoToken)}
    troubles = {symptom.trouble for symptom in symptoms if isinstance(symptom, NodesFail)}
    denied = any(isinstance(symptom, AwsDenied) for symptom in symptoms)
    refused = [symptom for symptom in symptoms if isinstance(symptom, Forbidden)]
    for symptom in symptoms:
        vague = isinstance(symptom, NoToken) and symptom.lack is Lack.FAILED and (lacks != {Lack.FAILED} or denied)
        kubelets = isinstance(symptom, Unauthorized) and NodeTrouble.UNAUTHORIZED in troubles and not symptom.arns
        of_reason = isinstance(symptom, MissingRole) and any(symptom.seen in each.reason for each in refused)
        full = isinstance(symptom, NodesFail) and symptom.trouble is NodeTrouble.FULL and len(troubles) > 1
        if not (vague or kubelets or of_reason or full):
            yield symptom


def _once(symptoms: Iterable[Symptom]) -> tuple[Symptom, ...]:
    """Keep the first of those that say the same."""
    first: dict[object, Symptom] = {}
    for symptom in symptoms:
        first.setdefault(_said(symptom), symptom)
    return tuple(first.values())


def _said(symptom: Symptom) -> object:
    match symptom:
        case NoToken():
            return (NoToken, symptom.lack)
        case NodesFail():
            return (NodesFail, symptom.trouble)
        case EksRefused():
            return (EksRefused, symptom.rule)
        case Unauthorized():
            return Unauthorized
        case Escalation():
            return (Escalation, symptom.user, symptom.missing)
        case _:
            return replace(symptom, seen="")
