"""Who is compared with whom: people by name, principals by ARN, whatever each side's source calls them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...authn.authenticating import logged_in_groups
from ...authn.model import Authentication
from ...authz.model import AUTHENTICATED, MASTERS, SERVICE_ACCOUNT_PREFIX, UNAUTHENTICATED, Identity
from ...authz.names import groups_of_service_account
from ...errors import Refused
from ...iam.arns import identity as same_principal
from ..access_review import AccessReview
from ..answers import Asker
from ..state import Way
from ..ways import INSTANCE, Mapped, direct_way, mapped_principals
from .model import SubjectKind

_BROAD = frozenset({AUTHENTICATED, UNAUTHENTICATED, "system:serviceaccounts", "system:nodes"})
Key = tuple[SubjectKind, str]


@dataclass(slots=True)
class Subject:
    """Somebody on one side, by all their ways in."""

    name: str
    ways: list[Asker] = field(default_factory=list)
    identity: Identity | None = None
    """Of who enters by no way: a ServiceAccount, or what a binding names."""

    @property
    def usable(self) -> list[Asker]:
        """The ways that lead in."""
        return [way for way in self.ways if way.usable and way.authentication.identity is not None]

    @property
    def identities(self) -> Iterator[tuple[Identity, Asker | None]]:
        """Everybody whom they may be to the API server, where chance decides all of them."""
        if self.identity is not None:
            yield self.identity, None
        for way in self.usable:
            known = way.authentication
            for each in known.alternatives or ((known.identity,) if known.identity else ()):
                yield each, way


class Side:
    """One of the two states, with its people, principals and nodes found."""

    def __init__(self, review: AccessReview) -> None:
        self.review = review
        state = review.state
        self.people = {*state.people, *(way.person for way in state.ways if not _is_arn(way.person))}
        self.owners = {
            same_principal(way.own_arn): way.person for way in state.ways if way.own_arn and not _is_arn(way.person)
        }
        """Own principal → its person."""
        self._ways = frozenset(state.ways)
        mapped = mapped_principals(state)
        covered = {same_principal(way.principal_arn) for way in state.ways}
        nodes = {same_principal(arn) for arn in state.node_roles.values()}
        self.mapped = {same_principal(each.arn): each for each in mapped if not each.is_node}
        known = covered | nodes
        self.nobodys = {(key, False) for key, each in self.mapped.items() if key not in known and not _instances(each)}
        """With False: mapped, and nobody's way; with True: mapped for instances."""
        self.nobodys |= {(key, True) for key, each in self.mapped.items() if _instances(each)}
        self.nodes = dict(state.node_roles)
        foreign = (each for each in mapped if each.is_node and same_principal(each.arn) not in nodes)
        self.nodes |= {each.arn: each.arn for each in foreign}

    def subjects(self, names: Mapping[str, str], nodes: Mapping[str, str]) -> dict[Key, Subject]:
        """Find everybody who is somebody to this side.

        Args:
            names: what this side calls somebody (a name, or the key of a principal) → what they are called here.
            nodes: the same of node roles.
        """
        found: dict[Key, Subject] = {}
        for person in sorted(self.people):
            found[SubjectKind.PERSON, names.get(person, person)] = Subject(person)
        for asker in self.review.askers.people():
            assert asker.way is not None
            self._add(found, asker.way, asker, names)
        for name, arn in sorted(self.nodes.items()):
            way = Way(person=name, principal_arn=arn, session=INSTANCE, via="node", own_arn=arn)
            found[SubjectKind.NODE, nodes.get(name, name)] = Subject(name, [self._asker(way)])
        for account in self.review.authenticator.aws_auth.accounts if self.review.state.mode.uses_aws_auth else ():
            anybody = Identity(username="anybody", groups=logged_in_groups("anybody", ()))
            found[SubjectKind.ACCOUNT, account] = Subject(account, identity=anybody)
        return found

    def add_nobodys(
        self, found: dict[Key, Subject], keys: Iterable[tuple[str, bool]], names: Mapping[str, str]
    ) -> None:
        """Add principals that are nobody's way on one of the sides, and instances for which a role is there."""
        for key, for_instances in sorted(keys):
            if (mapped := self.mapped.get(key)) is not None:
                # a role that lets everybody in lets instances in as well
                way = direct_way(replace(mapped, for_instances=for_instances))
                if way not in self._ways:
                    self._add(found, way, self._asker(way), names)

    @staticmethod
    def carried(subjects: Iterable[Subject]) -> tuple[set[str], set[str]]:
        """Collect the groups and user names that somebody who is known carries."""
        identities = [each for subject in subjects for each, way in subject.identities if way is not None]
        return {group for each in identities for group in each.groups}, {each.username for each in identities}

    def _add(self, found: dict[Key, Subject], way: Way, asker: Asker, names: Mapping[str, str]) -> None:
        if _is_arn(way.person):
            name = names.get(same_principal(way.person))
            key = (SubjectKind.PRINCIPAL, same_principal(way.person)) if name is None else (SubjectKind.PERSON, name)
        else:
            key = (SubjectKind.PERSON, names.get(way.person, way.person))
        found.setdefault(key, Subject(way.person)).ways.append(asker)

    def _asker(self, way: Way) -> Asker:
        try:
            return self.review.askers.by_way(way)
        except Refused as refusal:  # nobody can be who is no principal of AWS
            return Asker(name=way.person, way=way, authentication=Authentication(refusal=str(refusal)))


@dataclass(frozen=True, slots=True)
class Names:
    """What each side's people and node roles are called in the comparison."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    old_nodes: Mapping[str, str]
    nobodys: frozenset[tuple[str, bool]]
    """Principals to compare for themselves, and whether their instances are."""


def names_of(old: Side, new: Side) -> Names:
    """Match who is called differently on the two sides, by the principal that is their own."""
    renamed = {
        person: new.owners[arn]
        for arn, person in sorted(old.owners.items())
        if person not in new.people and arn in new.owners and new.owners[arn] not in old.people
    }
    theirs = {arn: renamed.get(person, person) for arn, person in old.owners.items()}
    owners = theirs | dict(new.owners)
    by_arn = {same_principal(arn): name for name, arn in sorted(new.nodes.items())}
    return Names(
        old={**owners, **renamed},
        new=owners,
        old_nodes={
            name: by_arn[same_principal(arn)]
            for name, arn in old.nodes.items()
            if name not in new.nodes and same_principal(arn) in by_arn and by_arn[same_principal(arn)] not in old.nodes
        },
        nobodys=frozenset(old.nobodys | new.nobodys),
    )


def bound_subjects(sides: Iterable[tuple[Side, set[str], set[str]]]) -> tuple[Key, ...]:
    """List what bindings name and nobody who is known is.

    Args:
        sides: each with the groups and the user names that somebody carries there.
    """
    found: dict[Key, None] = {}
    for side, groups, users in sides:
        for binding in side.review.state.rbac.bindings:
            for subject in binding.subjects:
                if subject.kind == "ServiceAccount" and (namespace := subject.namespace or binding.namespace):
                    found[SubjectKind.SERVICE_ACCOUNT, f"{namespace}/{subject.name}"] = None
                elif subject.kind == "User" and subject.name not in users:
                    found[_user(subject.name)] = None
                elif subject.kind == "Group" and (subject.name in _BROAD or subject.name not in {*groups, MASTERS}):
                    found[SubjectKind.GROUP, subject.name] = None
    return tuple(sorted(found))


def subject_of_binding(key: Key) -> Subject:
    """Return what a binding names as somebody with no way in of their own."""
    return Subject(key[1], identity=_bound(*key))


def _user(name: str) -> Key:
    namespace, colon, account = name.removeprefix(SERVICE_ACCOUNT_PREFIX).partition(":")
    if name.startswith(SERVICE_ACCOUNT_PREFIX) and namespace and colon and account:
        return SubjectKind.SERVICE_ACCOUNT, f"{namespace}/{account}"
    return SubjectKind.USER, name


def _bound(kind: SubjectKind, name: str) -> Identity:
    if kind is SubjectKind.GROUP:
        return Identity(username="\N{ZERO WIDTH SPACE}anybody", groups=(name,))
    if kind is SubjectKind.USER:
        return Identity(username=name)
    namespace, _, account = name.partition("/")
    groups = (*groups_of_service_account(namespace), AUTHENTICATED)
    return Identity(username=f"{SERVICE_ACCOUNT_PREFIX}{namespace}:{account}", groups=groups)


def _instances(mapped: Mapped) -> bool:
    return mapped.session == INSTANCE


def _is_arn(name: str) -> bool:
    return name.startswith("arn:")
