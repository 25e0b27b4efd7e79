"""What a diagnosis is made of: the wall, the cause, what is seen, what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wall(StrEnum):
    """Where on the way to the API server it ends, in the order of the way."""

    CREDENTIALS = "credentials"
    """No token: the client has no AWS credentials, or its token command fails. AWS and the cluster aren't asked yet."""
    CALLER = "caller identity"
    """AWS does not accept the credentials."""
    CLUSTER = "cluster"
    """EKS does not know the cluster there, or does not show it."""
    ENDPOINT = "endpoint"
    """The API server cannot be reached, or is another one."""
    MAPPING = "mapping"
    """Unauthorized (401): nothing maps the principal, or what maps it fails."""
    PERMISSION = "permission"
    """Forbidden (403): somebody whom nothing allows it."""
    ESCALATION = "escalation"
    """Forbidden (403): a write of roles or bindings that gives more than the writer has."""
    ADMISSION = "admission"
    """Forbidden (403): allowed, and refused by a rule of admission such as NodeRestriction."""
    NODES = "nodes"
    """Nodes don't join or went silent, and pods stay Pending."""
    NONE = "none"
    """The way is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way to remove a wall."""

    say: str
    """What to do, as one sentence."""
    file: str = ""
    """Declaration to edit, where it is one."""
    path: str = ""
    """Place in the declaration, e.g. ``grants``; the lines are added there."""
    lines: str = ""
    """YAML to add, with the indentation it has in the file."""
    command: str = ""
    """A command to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong, and why."""

    wall: Wall
    cause: str
    """Stable name for programs, e.g. ``not-mapped``, ``path-in-role-arn``, ``no-binding``."""
    said: str
    """What is wrong exactly, as one sentence."""
    evidence: tuple[str, ...] = ()
    """What was looked at and what was seen, one sentence each."""
    remedies: tuple[Remedy, ...] = ()
    """The best one first."""
    ask: tuple[str, ...] = ()
    """Who can do it: people who are cluster admins, by name."""
