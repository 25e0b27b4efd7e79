"""Who is meant by a name on the command line, and by which ways they come in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from ..authn.authenticating import Authenticator
from ..authn.model import Authentication, Principal, Step
from ..authn.principals import ANONYMOUS_CALLER, principal_of_arn, service_account
from ..authn.templates import SESSION_NAME
from ..authn.unmatched import why_no_principal
from ..authz.impersonation import Wanted, become
from ..authz.model import ANONYMOUS, SERVICE_ACCOUNT_PREFIX, Request
from ..authz.names import service_account_of
from ..errors import Problem, Refused
from ..iam.arns import identity as principal_key
from ..plan.naming import team_group
from .anonymous import answers_anonymous
from .answers import Asker
from .state import AccessState, Way
from .ways import INSTANCE

OWNER = "person"
"""Where a step says whose the principal is."""
_USER_PATH = re.compile(":user/.*/")
_ACCOUNT = re.compile(r"(?P<namespace>[a-z0-9]([a-z0-9-]*[a-z0-9])?)/(?P<name>[a-z0-9]([a-z0-9.-]*[a-z0-9])?)")


class Askers:
    """Finds who is meant in one state."""

    def __init__(self, state: AccessState, authenticator: Authenticator) -> None:
        self._state = state
        self._authenticator = authenticator
        self._by_person: dict[str, list[Way]] = {}
        for way in state.ways:
            self._by_person.setdefault(way.person, []).append(way)

    def find(self, text: str, *, session: str = "") -> tuple[Asker, ...]:
        """Resolve a name.

        Args:
            text: a person, an ARN, ``namespace/name`` or ``system:serviceaccount:…`` of a ServiceAccount,
                ``node/KIND`` of nodes, ``user:NAME`` and ``group:NAME`` as `kubectl --as` has them, or ``anonymous``.
            session: name of the session with which a role is assumed.

        Raises:
            Refused: nobody is called so, or no session can be.
        """
        if session and not SESSION_NAME.fullmatch(session):
            rule, fix = "a session is named with 2 to 64 letters, digits and +=,.@_-", "name one that STS would take"
            raise Refused([Problem(value=session, rule=rule, fix=fix)])
        if text in self._by_person:
            return tuple(self.by_way(way, session=session) for way in self._by_person[text])
        if text in self._state.people:
            where = self._state.name or "the cluster"
            nowhere = Authentication(refusal=f"{text} is declared, and has no way into {where}")
            return (Asker(name=text, authentication=nowhere),)
        if text in ("anonymous", ANONYMOUS):
            return (self._without_credentials(),)
        if text.startswith("arn:"):
            return (self._with_owner(self._of_arn(text, session), text),)
        if text.startswith("node/"):
            return (self._node(text),)
        if text.startswith(SERVICE_ACCOUNT_PREFIX):
            return (self._service_account(text),)
        if match := _ACCOUNT.fullmatch(text):
            return (self._asker(text, service_account(match["namespace"], match["name"])),)
        if text.startswith(("user:", "group:")):
            return (_as_kubernetes(text),)
        raise Refused([self._unknown(text)])

    @cached_property
    def _people(self) -> tuple[Asker, ...]:
        return tuple(map(self.by_way, self._state.ways))

    def people(self) -> tuple[Asker, ...]:
        """Everybody, way by way; authenticated once, however many questions follow."""
        return self._people

    def nodes(self) -> Iterator[Asker]:
        """Every node role."""
        return (self._node(f"node/{name}") for name in self._state.node_roles)

    def by_way(self, way: Way, *, session: str = "") -> Asker:
        """Authenticate somebody who comes in by a way."""
        principal = principal_of_arn(way.principal_arn, session=session or way.session)
        return self._asker(way.person, principal, way)

    def _asker(self, name: str, principal: Principal, way: Way | None = None) -> Asker:
        authentication = self._authenticator.authenticate(principal)
        return Asker(name=name, way=way, principal=principal, authentication=authentication)

    def _of_arn(self, arn: str, session: str) -> Asker:
        principal = _principal(arn, session)
        if why := why_no_principal(principal.canonical_arn, self._state.partition):
            return Asker(name=arn, principal=principal, authentication=Authentication(refusal=why))
        return self._asker(arn, principal)

    def _without_credentials(self) -> Asker:
        asker = self._asker(ANONYMOUS, ANONYMOUS_CALLER)
        if answers_anonymous(self._state.version, Request(verb="get", path="/")):
            return asker
        assumed = ", as from 1.32 on: which version it is, is not known here" if self._state.version is None else ""
        said = f"answers requests without credentials on health paths, and with 401 anywhere else{assumed}"
        step = Step(where="EKS", said=said)
        return replace(asker, authentication=replace(asker.authentication, steps=(step,)))

    def _with_owner(self, asker: Asker, arn: str) -> Asker:
        """Say by which ways somebody does come in whose own principal is not mapped."""
        authentication = asker.authentication
        if authentication.identity is not None:
            return asker
        own = [way for way in self._state.ways if way.own_arn and _same_owner(way.own_arn, arn)]
        ways = [way for way in own if self.by_way(way).authentication.identity is not None]
        steps = [
            Step(where=OWNER, said=_owned(theirs, person, vias))
            for (person, theirs), vias in _by_owner(ways).items()
            if person != arn
        ]
        return replace(asker, authentication=replace(authentication, steps=(*authentication.steps, *steps)))

    def _service_account(self, username: str) -> Asker:
        account = service_account_of(username)
        if account is None:
            rule = f"a ServiceAccount's user name is {SERVICE_ACCOUNT_PREFIX}NAMESPACE:NAME"
            raise Refused(
                [Problem(value=username, rule=rule, fix=f"name both, or ask for the user name: user:{username}")]
            )
        return self._asker("/".join(account), service_account(*account))

    def _node(self, text: str) -> Asker:
        arn = self._state.node_roles.get(text.removeprefix("node/"))
        if arn is None:
            raise Refused([self._unknown(text)])
        return self._asker(text, principal_of_arn(arn, session=INSTANCE))

    def _unknown(self, text: str) -> Problem:
        nodes = [f"node/{name}" for name in self._state.node_roles]
        if text.startswith("node/"):
            fix = f"name one of {', '.join(nodes)}" if nodes else "name somebody else: none is known here"
            return Problem(value=text, rule="no node role here is called so", fix=fix)
        if text in self._groups:
            return Problem(value=text, rule="this is a group and nobody", fix=f"ask for it as group:{text}")
        if (group := team_group(text)) in self._groups:
            fix = f"name a member, or ask for its group: group:{group}"
            return Problem(value=text, rule="this is a team and nobody by itself", fix=fix)
        known = [*self._by_person, *self._state.people, *nodes]
        near = difflib.get_close_matches(text, known, n=1)
        if near:
            return Problem(value=text, rule="nobody here is called so", fix=f"did you mean {near[0]}?")
        names = _listed(sorted({name for name in known if not name.startswith(("arn:", "node/"))}))
        who = f"name a person ({names})," if names else "names of people are in a declaration: add --stack, or name"
        fix = f"{who} an ARN, namespace/serviceaccount, node/KIND, user:NAME, group:NAME or anonymous"
        return Problem(value=text, rule="nobody here is called so", fix=fix)

    @cached_property
    def _groups(self) -> frozenset[str]:
        """Groups that somebody carries, or that are bound."""
        subjects = (subject for binding in self._state.rbac.bindings for subject in binding.subjects)
        carried = (asker.authentication.identity for asker in self._people)
        return frozenset(
            (
                *(subject.name for subject in subjects if subject.kind == "Group"),
                *(group for identity in carried if identity for group in identity.groups),
            )
        )


def _principal(arn: str, session: str) -> Principal:
    principal = principal_of_arn(arn, session=session)
    if why := why_no_principal(principal.canonical_arn):
        rule = f"nobody has this ARN: {why}"
        raise Refused([Problem(value=arn, rule=rule, fix="copy the ARN that `aws iam get-role` or `get-user` shows")])
    return principal


def _same_owner(one: str, other: str) -> bool:
    """Tell whether two ARNs are one principal's; a user's path is left out easily, and its name unique without."""
    return _USER_PATH.sub(":user/", principal_key(one)) == _USER_PATH.sub(":user/", principal_key(other))


def _owned(own: str, person: str, vias: list[str]) -> str:
    if ":assumed-role/" in person:
        return f"{own} lets instances in and nobody else: ask for {person}"
    return f"{own} is {person}, who enters through {_listed(vias)}: ask for {person}"


def _by_owner(ways: Iterable[Way]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for way in ways:
        found.setdefault((way.person, way.own_arn), []).append(way.via)
    return found


def _as_kubernetes(text: str) -> Asker:
    """Take somebody as `kubectl --as NAME` would make them, or `--as somebody --as-group NAME`."""
    kind, _, name = text.partition(":")
    wanted = Wanted(username=name) if kind == "user" else Wanted(username="somebody", groups=(name,))
    return Asker(name=text, authentication=Authentication(identity=become(wanted), source=f"asked as {kind}"))


def _listed(names: Iterable[str], most: int = 12) -> str:
    known = list(names)
    return ", ".join(known[:most]) + (", …" if len(known) > most else "")
