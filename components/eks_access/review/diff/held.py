"""What an identity holds, place by place, as units; and what one side holds beyond the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...authz.access_policies import access_policies, matches_pattern, unpublished
from ...authz.model import MASTERS, UNAUTHENTICATED, Identity, Role, RoleBinding
from ...authz.node import is_node
from ...plan.model import PolicyScope
from ..access_review import AccessReview
from ..matrix import gives_everybody
from .boxes import Part, Paths
from .model import BEING_A_NODE, ELSEWHERE, Place, Right, Through
from .node_rights import node_parts
from .regions import Region, regions_of
from .units import Unit, Units

_BY_ITSELF = frozenset({"system:authenticated", UNAUTHENTICATED, MASTERS, "system:nodes", "system:bootstrappers"})
"""Groups of which it is known what they give without a binding. That of bootstrappers is bound by EKS, to what
system:nodes is bound to as well (https://github.com/aws/karpenter-provider-aws/issues/5369)."""


@dataclass(slots=True)
class Held:
    """Everything that one or more identities hold together."""

    named: dict[str, dict[Unit, set[Through]]] = field(default_factory=dict)
    """Namespace → what holds there; the empty name is everywhere."""
    patterns: dict[str, dict[Unit, set[Through]]] = field(default_factory=dict)
    """Pattern of namespaces → what holds in those."""

    def add(self, place: str, unit: Unit, through: Through) -> None:
        """Add what holds in a namespace, in those of a pattern, or everywhere."""
        where = self.patterns if "*" in place else self.named
        where.setdefault(place, {}).setdefault(unit, set()).add(through)

    def at(self, place: Place) -> dict[Unit, set[Through]]:
        """Return what holds in a place, and through what."""
        parts = [self.named.get(ELSEWHERE, {})]
        if isinstance(place, Region):
            parts += [found for pattern, found in self.patterns.items() if pattern in place.matching]
        elif place:
            parts.append(self.named.get(place, {}))
            parts += [found for pattern, found in self.patterns.items() if matches_pattern(place, pattern)]
        if len(parts) == 1:
            return parts[0]
        together: dict[Unit, set[Through]] = {}
        for part in parts:
            for unit, through in part.items():
                together[unit] = together.get(unit, set()) | through
        return together


class Holdings:
    """Tells what identities hold on one side."""

    def __init__(self, review: AccessReview, units: Units) -> None:
        self._review = review
        self._units = units
        self._policies = {entry.principal_arn: entry.policies for entry in review.state.entries}
        self._of_role: dict[int, Unit] = {}
        self._node: dict[str, tuple[Unit, Unit]] = {}
        self.bound = {
            subject.name
            for binding in review.state.rbac.bindings
            for subject in binding.subjects
            if subject.kind == "Group"
        }
        """Groups that some binding names."""

    def add(self, held: Held, identity: Identity, via: str, *, unbound: frozenset[str] = frozenset()) -> None:
        """Add what an identity holds.

        Args:
            held: takes it.
            identity: whose.
            via: by which way in.
            unbound: groups that nothing binds on either side: what they give is decided elsewhere.
        """
        if MASTERS in identity.groups:
            held.add(ELSEWHERE, self._units.everything, Through(via=via, by=MASTERS))
        for binding, _, role in self._review.authorizer.rbac.all_held_by(identity):
            unit = self._role(binding, role)
            by = f"role {binding.role_name}"
            through = Through(via=via, by=by, everybodys=gives_everybody(binding))
            held.add(binding.namespace or ELSEWHERE, unit, through)
        for scope in self._policies.get(identity.principal_arn or "", ()):
            through = Through(via=via, by=f"access policy {scope.policy}")
            for place in scope.namespaces or (ELSEWHERE,):
                held.add(place, self._policy(scope), through)
        if is_node(identity):
            self._add_node(held, identity, via)
        for group in identity.groups:
            if group in unbound and group not in _BY_ITSELF:
                unit = self._units.of_unknown(f"whatever is bound to group {group} elsewhere")
                held.add(ELSEWHERE, unit, Through(via=via, by=f"group {group}"))

    def _role(self, binding: RoleBinding, role: Role | None) -> Unit:
        if role is None:
            where = f" in {binding.namespace}" if binding.role_kind == "Role" and binding.namespace else ""
            return self._units.of_unknown(f"{binding.role_kind} {binding.role_name}{where}, which is not known here")
        unit = self._of_role.get(id(role))
        if unit is None:
            unit = self._of_role[id(role)] = self._units.of_rules(role.rules)
        return unit

    def _policy(self, scope: PolicyScope) -> Unit:
        policy = access_policies().get(scope.policy)
        if policy is None or policy.rules is None:
            return self._units.of_unknown(unpublished(scope.policy))
        return self._units.of_rules(policy.rules)

    def _add_node(self, held: Held, identity: Identity, via: str) -> None:
        for place, parts in node_parts(self._review.authorizer.node, identity).items():
            through = Through(via=via, by=BEING_A_NODE)
            held.add(place, self._units.of_parts(parts), through)


class Comparison:
    """Compares what is held on both sides."""

    def __init__(self, units: Units, old: Held, new: Held) -> None:
        self._units = units
        self._old, self._new = old, new
        named = sorted({*old.named, *new.named} - {ELSEWHERE})
        self._patterns = tuple(sorted({*old.patterns, *new.patterns}))
        self.places: tuple[Place, ...] = (*named, *sorted(regions_of(self._patterns).named))

    @property
    def uncompared(self) -> tuple[str, ...]:
        """Patterns that overlap in more ways than were looked at."""
        return () if regions_of(self._patterns).complete else self._patterns

    def gains(self) -> tuple[Right, ...]:
        """List what NEW holds beyond OLD."""
        return self._beyond(self._new, self._old)

    def loses(self) -> tuple[Right, ...]:
        """List what OLD holds beyond NEW."""
        return self._beyond(self._old, self._new)

    def _beyond(self, more: Held, less: Held) -> tuple[Right, ...]:
        found: dict[tuple[tuple[Part, ...], str], dict[Place, set[Through]]] = {}
        for place in (ELSEWHERE, *self.places):
            mine = more.at(place)
            theirs = frozenset(less.at(place))
            for unit in sorted(mine.keys() - theirs):
                for key in self._differences(unit, theirs, place):
                    found.setdefault(key, {}).setdefault(place, set()).update(mine[unit])
        return self._without_covered(list(self._rights(found)))

    def _differences(self, unit: Unit, theirs: frozenset[Unit], place: Place) -> Iterator[tuple[tuple[Part, ...], str]]:
        if unknown := self._units.unknown(unit):
            yield (), unknown
        if boxes := self._units.beyond(unit, theirs, boxes=True):
            yield boxes, ""
        if place == ELSEWHERE and (paths := self._units.beyond(unit, theirs, boxes=False)):
            yield paths, ""

    def _rights(self, found: dict[tuple[tuple[Part, ...], str], dict[Place, set[Through]]]) -> Iterator[Right]:
        for (parts, unknown), places in found.items():
            on_paths = any(isinstance(part, Paths) for part in parts)
            apart = [place for place in self.places if place not in places]
            yield Right(
                parts=parts,
                unknown=unknown,
                places=tuple(places),
                apart=tuple(apart) if ELSEWHERE in places and not on_paths else (),
                through=tuple(sorted(set().union(*places.values()))),
            )

    def _without_covered(self, rights: list[Right]) -> tuple[Right, ...]:
        """Leave out what another right says as well, such as `view` beside `edit`."""
        kept = list(rights)
        for right in rights:
            if right.parts and any(other is not right and self._covers(other, right) for other in kept):
                kept.remove(right)
        return tuple(kept)

    def _covers(self, other: Right, right: Right) -> bool:
        return set(right.places) <= set(other.places) and self._units.covers(right.parts, other.parts)
