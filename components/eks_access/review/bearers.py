"""Whose a user name or a group is that no way in has by itself: of a session called so, or of anybody in an account.

Source: aws-iam-authenticator pkg/server/server.go (doMapping, renderTemplate): templates are filled in by whoever
assumes the role, and who comes by mapAccounts is called by the canonical ARN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..authn.authenticating import BY_ACCOUNT, Authenticator
from ..authn.model import MappedAs
from ..authn.principals import principal_of_arn
from ..authn.templates import session_of
from ..authn.unmatched import why_no_principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A role of which some session has the name or carries the group."""

    arn: str
    session: str
    template: str
    """What the name or the group is made of."""


class Bearers:
    """Finds them in one cluster."""

    def __init__(self, authenticator: Authenticator, partition: str | None) -> None:
        self._authenticator = authenticator
        self._partition = partition

    def by_session(self, kind: str, name: str) -> Iterator[Bearer]:
        """List the roles that give a user name or a group to a session that is called for it.

        Args:
            kind: ``User`` or ``Group``.
            name: what a binding calls it.
        """
        for end in range(min(len(name), self._longest) + 1):
            for template, mapped in self._by_beginning.get((kind, name[:end]), ()):
                session = session_of(template, name, mapped.arn.split(":")[4])
                if session and self._gives(mapped.arn, session, kind, name):
                    yield Bearer(arn=mapped.arn, session=session, template=template)

    def remark(self, kind: str, name: str) -> str:
        """Say whose it is; nothing where it is nobody's."""
        for bearer in self.by_session(kind, name):
            return f"a session of {bearer.arn} called {bearer.session} {'is' if kind == 'User' else 'carries'} it"
        if kind == "User" and not why_no_principal(name, self._partition):
            found = self._authenticator.authenticate_arn(name)
            if found.source == BY_ACCOUNT and found.identity and found.identity.username == name:
                return "whoever has this ARN enters by mapAccounts"
        return ""

    def _gives(self, arn: str, session: str, kind: str, name: str) -> bool:
        """Whether the whole login succeeds: another template of the same principal may refuse it."""
        found = self._authenticator.authenticate(principal_of_arn(arn, session=session))
        identities = found.alternatives or ((found.identity,) if found.identity else ())
        return any(name == each.username if kind == "User" else name in each.groups for each in identities)

    @cached_property
    def _by_beginning(self) -> dict[tuple[str, str], list[tuple[str, MappedAs]]]:
        """Kind, and what a template begins with → the templates, each with a role of those that give it alike."""
        found: dict[tuple[str, str], list[tuple[str, MappedAs]]] = {}
        known = set()
        for mapped in self._authenticator.roles():
            account = mapped.arn.split(":")[4]
            for kind, template in (("User", mapped.username), *(("Group", group) for group in mapped.groups)):
                beginning, by_session, _ = template.replace("{{AccountID}}", account).partition("{{SessionName")
                alike = kind, template, account, mapped.for_instances
                if by_session and alike not in known and not why_no_principal(mapped.arn, self._partition):
                    known.add(alike)
                    found.setdefault((kind, beginning), []).append((template, mapped))
        return found

    @cached_property
    def _longest(self) -> int:
        return max((len(beginning) for _, beginning in self._by_beginning), default=0)
