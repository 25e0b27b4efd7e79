"""Two states → who gains and loses what, exactly: rights are compared as sets of requests, not as text."""

from __future__ import annotations

from collections.abc import Iterator

from ..access_review import AccessReview
from ..gaps import listed
from ..sessions import sessions_that_may_live
from ..state import AccessState
from .boxes import EVERYTHING
from .creators import with_creator_of
from .facts import NO, YES, facts_of
from .held import Comparison, Held, Holdings
from .model import ELSEWHERE, AccessDiff, Change, Fact, FactKind, SubjectKind
from .subjects import Key, Side, Subject, bound_subjects, names_of, subject_of_binding
from .units import Units

_ORDER = {kind: at for at, kind in enumerate(SubjectKind)}


def diff_access(old: AccessState, new: AccessState) -> AccessDiff:
    """Compare the access of two states of a cluster, or what two sources say of one.

    Everybody is compared: people by name, whoever is mapped and nobody's, node roles, ServiceAccounts, and the users
    and groups of bindings. What somebody may do counts by all usable ways in together.

    Args:
        old: before.
        new: after.
    """
    cluster = new.name or old.name
    if old == new:
        return AccessDiff(cluster=cluster, notices=new.notices)
    before, after = with_creator_of(old, new), with_creator_of(new, old)
    return _Diff(Side(AccessReview(before)), Side(AccessReview(after))).whole(cluster)


class _Diff:
    """One comparison."""

    def __init__(self, old: Side, new: Side) -> None:
        self._units = Units()
        self._old, self._new = Holdings(old.review, self._units), Holdings(new.review, self._units)
        names = names_of(old, new)
        befores, afters = old.subjects(names.old, names.old_nodes), new.subjects(names.new, {})
        old.add_nobodys(befores, names.nobodys, names.old)
        new.add_nobodys(afters, names.nobodys, names.new)
        carried = [old.carried(befores.values()), new.carried(afters.values())]
        self._unbound = frozenset((carried[0][0] | carried[1][0]) - self._old.bound - self._new.bound)
        others = bound_subjects([(old, *carried[0]), (new, *carried[1])])
        bound = {key: subject_of_binding(key) for key in others}
        self._befores, self._afters = befores | bound, afters | bound
        self._sessions = sessions_that_may_live(old.review.state.ways, new.review.state.ways)
        self._notices = dict.fromkeys((*old.review.state.notices, *new.review.state.notices))

    def whole(self, cluster: str) -> AccessDiff:
        """Compare everybody."""
        changes, unchanged = [], []
        for key in sorted({**self._befores, **self._afters}, key=lambda key: (_ORDER[key[0]], key[1])):
            change = self._change(key)
            if change.effective or change.facts:
                changes.append(change)
            else:
                unchanged.append((change.kind, change.name))
        return AccessDiff(
            cluster=cluster,
            changes=tuple(changes),
            unchanged=tuple(unchanged),
            sessions=self._sessions,
            notices=tuple(self._notices),
        )

    def _change(self, key: Key) -> Change:
        kind, _ = key
        old, new = self._befores.get(key), self._afters.get(key)
        before, after = self._held(self._old, old), self._held(self._new, new)
        comparison = Comparison(self._units, before, after)
        gains, loses = comparison.gains(), comparison.loses()
        facts = [*facts_of(kind, old, new)]
        if gains or loses:
            facts += self._admin(before, after)
        facts += self._mfa(old, new, before, after)
        named = new or old
        assert named is not None
        if comparison.uncompared:
            self._notices[_uncompared(named.name, comparison.uncompared)] = None
        return Change(
            kind=kind,
            name=named.name,
            gains=gains,
            loses=loses,
            facts=tuple(sorted(facts, key=lambda fact: [*FactKind].index(fact.kind))),
            places=comparison.places if gains or loses else (),
        )

    def _held(self, holdings: Holdings, subject: Subject | None, *, without_mfa: bool = False) -> Held:
        held = Held()
        for identity, way in subject.identities if subject else ():
            if not (without_mfa and way and way.way and way.way.mfa):
                via = way.way.via if way and way.way else ""
                holdings.add(held, identity, via, unbound=self._unbound)
        return held

    def _admin(self, before: Held, after: Held) -> Iterator[Fact]:
        old, new = self._is_admin(before), self._is_admin(after)
        if old != new:
            yield Fact(kind=FactKind.ADMIN, old=YES if old else NO, new=YES if new else NO)

    def _is_admin(self, held: Held) -> bool:
        """Tell whether everything is held: sums of finite rules never are, so one rule must say each half alone."""
        return set(EVERYTHING) <= set(self._units.parts(held.at(ELSEWHERE)))

    def _mfa(self, old: Subject | None, new: Subject | None, before: Held, after: Held) -> Iterator[Fact]:
        """Tell whether what somebody has on both sides takes MFA on one of them only."""
        if not any(way.way and way.way.mfa for subject in (old, new) if subject for way in subject.usable):
            return
        easy_before = self._held(self._old, old, without_mfa=True)
        easy_after = self._held(self._new, new, without_mfa=True)
        comparison = Comparison(self._units, easy_before, easy_after)
        for rights, whole, kinds in (
            (comparison.gains(), before, ("needed", "not needed")),
            (comparison.loses(), after, ("not needed", "needed")),
        ):
            for right in rights:
                held = [part for place in right.places for part in self._units.parts(whole.at(place))]
                if any(part.meets(other) for part in right.parts for other in held):
                    yield Fact(kind=FactKind.MFA, old=(kinds[0],), new=(kinds[1],))
                    break


def _uncompared(name: str, patterns: tuple[str, ...]) -> str:
    return (
        f"the {len(patterns)} namespace patterns of {name} overlap in more ways than are compared, so in namespaces "
        f"that match several of them rights can differ and not be listed: {listed(patterns)}; write fewer patterns"
    )
