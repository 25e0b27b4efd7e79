"""Who is meant by a name on the command line, and by which ways they come in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from ..authn.authenticating import Authenticator, logged_in_groups
from ..authn.model import Authentication, Principal
from ..authn.principals import ANONYMOUS_CALLER, principal_of_arn, service_account
from ..authz.model import ANONYMOUS, SERVICE_ACCOUNT_PREFIX, Identity
from ..authz.names import service_account_of
from ..errors import Problem, Refused
from .answers import Asker
from .state import AccessState, Way

_INSTANCE = "i-0123456789abcdef0"
"""Stands for the instance of a node whose role is asked about."""
_SESSION = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")
"""RoleSessionName (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html)."""
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
                ``node/KIND`` of nodes, ``user:NAME`` and ``group:NAME`` as Kubernetes has them, or ``anonymous``.
            session: name of the session with which a role is assumed.

        Raises:
            Refused: nobody is called so, or no session can be.
        """
        if session and not _SESSION.fullmatch(session):
            rule, fix = "a session is named with 2 to 64 letters, digits and +=,.@_-", "name one that STS would take"
            raise Refused([Problem(value=session, rule=rule, fix=fix)])
        if text in self._by_person:
            return tuple(self.by_way(way, session=session) for way in self._by_person[text])
        if text in self._state.people:
            where = self._state.name or "the cluster"
            nowhere = Authentication(refusal=f"{text} is declared, and has no way into {where}")
            return (Asker(name=text, authentication=nowhere),)
        if text in ("anonymous", ANONYMOUS):
            return (self._asker(ANONYMOUS, ANONYMOUS_CALLER),)
        if text.startswith("arn:"):
            return (self._asker(text, principal_of_arn(text, session=session)),)
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
        return self._asker(text, principal_of_arn(arn, session=_INSTANCE))

    def _unknown(self, text: str) -> Problem:
        known = [*self._by_person, *self._state.people, *(f"node/{name}" for name in self._state.node_roles)]
        near = difflib.get_close_matches(text, known, n=1)
        names = _listed(sorted({name for name in known if not name.startswith("arn:")}))
        fix = f"did you mean {near[0]}?" if near else "name a person" + (f" ({names})" if names else "")
        more = ", an ARN, namespace/serviceaccount, node/KIND, user:NAME, group:NAME or anonymous"
        return Problem(value=text, rule="nobody here is called so", fix=fix if near else fix + more)


def _as_kubernetes(text: str) -> Asker:
    """Take somebody as Kubernetes would see them, without a look at AWS."""
    kind, _, name = text.partition(":")
    identity = (
        Identity(username=name, groups=logged_in_groups(name, ()))
        if kind == "user"
        else Identity(username="somebody", groups=logged_in_groups("somebody", (name,)))
    )
    return Asker(name=text, authentication=Authentication(identity=identity, source=f"asked as {kind}"))


def _listed(names: Iterable[str], most: int = 12) -> str:
    known = list(names)
    return ", ".join(known[:most]) + (", …" if len(known) > most else "")
