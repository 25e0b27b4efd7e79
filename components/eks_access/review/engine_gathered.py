"""What is gathered about one cluster while a stack's resources are gone through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .documents import Document
from .engine_reading import Resource, Resources
from .facts import Facts
from .gaps import listed


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Facts, where in the stack they come from, and what can't be told."""

    resources: Resources
    facts: Facts
    places: dict[str, str] = field(default_factory=dict)
    """As `EngineReading.places`."""
    gaps: list[str] = field(default_factory=list)
    """Names of resources of which something isn't counted."""
    untold_urns: set[str] = field(default_factory=set)
    """URNs of resources of which something isn't known yet, or encrypted."""

    @property
    def document(self) -> Document:
        """Where the resources are written."""
        return self.resources.document

    def untold(self, resources: Iterable[Resource]) -> None:
        """Tell that something of these is unknown."""
        resources = list(resources)
        self.untold_urns |= {resource.urn for resource in resources}
        names = [resource.name for resource in resources]
        told = "will only be known after the update" if self.resources.preview else "are encrypted in the state"
        fix = "" if self.resources.preview else ": export it with --show-secrets"
        self.uncounted(names, f"parts of {listed(names)} {told}, so they are not counted{fix}")

    def uncounted(self, names: Iterable[str], sentence: str) -> None:
        """Tell that something of these isn't counted, where there are any."""
        if names := list(names):
            self.gaps += names
            self.facts.notices.append(sentence)
