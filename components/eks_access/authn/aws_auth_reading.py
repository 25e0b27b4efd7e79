"""The aws-auth ConfigMap as aws-iam-authenticator reads it, and what it loses on the way.

Source: sigs.k8s.io/aws-iam-authenticator v0.7.8, ``pkg/mapper/configmap`` (``ParseMap``, ``saveMap``, ``RoleMapping``,
``UserMapping``) and ``pkg/config/mapper.go``; Go's ``encoding/json`` for the fields.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..iam.arns import PARTITIONS
from .go_text import fold, go_lower, go_strip
from .go_yaml import children_of, decode, decode_texts
from .go_yaml_text import GoYamlError

_NOTHING = ("", "``", '""', "''")
_FIELDS = {
    "mapRoles": {"ROLEARN": "rolearn", "SSO": "sso", "USERNAME": "username", "GROUPS": "groups", "USERID": "userid"},
    "mapUsers": {"USERARN": "userarn", "USERNAME": "username", "GROUPS": "groups", "USERID": "userid"},
}
_SSO_FIELDS = {"PERMISSIONSETNAME": "permissionSetName", "ACCOUNTID": "accountID", "PARTITION": "partition"}
_ARN = {"mapRoles": "rolearn", "mapUsers": "userarn"}
_SECTIONS = (*_ARN, "mapAccounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingLine:
    """One item that survives."""

    section: str
    """``mapRoles`` or ``mapUsers``."""
    index: int
    """0-based position in the section as written."""
    arn: str
    username: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What the authenticator drops or zeroes, in words."""

    section: str
    index: int | None
    """None for the whole section."""
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsAuth:
    """What is left of a ConfigMap. Items with ``sso`` aren't here: they match nobody."""

    roles: tuple[MappingLine, ...] = ()
    users: tuple[MappingLine, ...] = ()
    accounts: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    misspelt: tuple[Loss, ...] = ()
    """Keys that look like ones it reads: it passes them over like any other, and nothing is logged."""

    @property
    def faults(self) -> tuple[Loss, ...]:
        """What somebody wrote and nobody has: what is dropped, then what is passed over."""
        return self.losses + self.misspelt


_Section = tuple[tuple[MappingLine, ...], tuple[Loss, ...], tuple[Loss, ...]]
"""What is left of one, what is lost, and keys that look like others."""


@dataclass(slots=True)
class _Groups:
    """A Go slice: an element that is null or no text keeps what an earlier spelling of the key left in its place."""

    stored: list[str] = field(default_factory=list)
    length: int = 0

    def read(self, items: list[Any]) -> list[int]:
        """Take over a list; positions of elements that are no text."""
        wrong = []
        for at, item in enumerate(items):
            if at >= len(self.stored):
                self.stored.append("")
            if isinstance(item, str):
                self.stored[at] = _clean(item)
            elif item is not None:
                wrong.append(at)
        self.length = len(items)
        if not items:
            self.stored = []
        return wrong


@dataclass(slots=True)
class _Item:
    """One item while its fields are read, in Go's order."""

    texts: dict[str, str] = field(default_factory=dict)
    groups: _Groups = field(default_factory=_Groups)
    sso: dict[str, str] | None = None
    said: list[str] = field(default_factory=list)
    misspelt: list[str] = field(default_factory=list)

    def read(self, section: str, raw: dict[Any, Any]) -> None:
        """Read the fields of a mapping; names fold, and of two spellings the last in byte order wins."""
        for key, value in children_of(raw):
            name = _FIELDS[section].get(_folded(key))
            if name == "groups":
                self._read_groups(key, value)
            elif name == "sso":
                self._read_sso(key, value)
            elif name is not None:
                self._read_text(self.texts, name, key, value)
        known = {key: _FIELDS[section].get(_folded(key)) for key in raw if isinstance(key, str)}
        missing = {_ARN[section], "username", "groups"} - {*known.values()}
        self.misspelt += _near_misses((key for key, name in known.items() if not name), sorted(missing))

    def _read_text(self, texts: dict[str, str], name: str, key: str, value: Any) -> None:
        if isinstance(value, str):
            texts[name] = _clean(value)
        elif value is not None:
            self.said.append(f"{key}: {_kind(value)} is no text, and ignored")

    def _read_groups(self, key: str, value: Any) -> None:
        if value is None:
            self.groups = _Groups()
        elif not isinstance(value, list):
            self.said.append(f"{key}: {_kind(value)} is no list, and ignored")
        else:
            for at in self.groups.read(value):
                self.said.append(f"{key}[{at}]: {_kind(value[at])} is no text, and the group is empty")

    def _read_sso(self, key: str, value: Any) -> None:
        if value is None:
            self.sso = None
            return
        self.sso = self.sso if self.sso is not None else {}  # also where the type is wrong: Go makes the struct first
        if not isinstance(value, dict):
            self.said.append(f"{key}: {_kind(value)} is no mapping")
            return
        for inner, each in children_of(value):
            name = _SSO_FIELDS.get(_folded(inner))
            if name is not None:
                self._read_text(self.sso, name, f"{key}.{inner}", each)


def _near_misses(keys: Iterable[str], missing: Sequence[str]) -> Iterator[str]:
    """Say which keys were probably meant as ones that are missing."""
    by_lower = {name.lower(): name for name in missing}
    for key in keys:
        if near := difflib.get_close_matches(key.lower(), by_lower, n=1):
            yield f"nobody reads the key {key}; did you mean {by_lower[near[0]]}?"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else "a text"


def _clean(text: str) -> str:
    """Bytes that are no UTF-8 (only ``!!binary`` has some) are replaced one by one by encoding/json."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _folded(key: str) -> str:
    """Fold a field name as encoding/json does: letter case, and the two letters outside of ASCII that fold into it."""
    return "".join(
        letter.upper() if letter.isascii() else {"\u017f": "S", "\u212a": "K"}.get(letter, letter) for letter in key
    )


def _meant(key: str, data: Mapping[str, str]) -> list[str]:
    """List the sections that a key can stand for; one that is there is meant by its own letters only."""
    return [name for name in _SECTIONS if name not in data or name.lower() == key.lower()]


def parse_aws_auth(data: Mapping[str, str]) -> AwsAuth:
    """Read the three sections, each on its own (``ParseMap``)."""
    users, lost_users, misspelt_users = _read_section("mapUsers", data.get("mapUsers", ""))
    roles, lost_roles, misspelt_roles = _read_section("mapRoles", data.get("mapRoles", ""))
    losses = [*lost_users, *lost_roles]
    accounts: list[str] = []
    if (text := data.get("mapAccounts", "")) and go_strip(text) not in _NOTHING:
        accounts, said = decode_texts(text)
        losses += [Loss(section="mapAccounts", index=None, said=each) for each in said]
    odd = [key for key in data if key not in _SECTIONS]
    keys = [Loss(section=key, index=None, said=said) for key in odd for said in _near_misses([key], _meant(key, data))]
    return AwsAuth(
        roles=roles,
        users=users,
        accounts=tuple(map(_clean, accounts)),
        losses=tuple(losses),
        misspelt=(*keys, *misspelt_users, *misspelt_roles),
    )


@lru_cache(maxsize=2)  # both sections of one cluster: each question needs to know who is mapped, and then by which line
def _read_section(section: str, text: str) -> _Section:
    if go_strip(text) in _NOTHING:
        return (), (), ()
    if go_strip(text).startswith("{"):  # taken for JSON, valid or not; an object is no list
        return _lost(section, "not a list")
    try:
        found = decode(text)
    except GoYamlError as error:
        return _lost(section, str(error))
    if found is None:
        return (), (), ()
    return _read_items(section, found) if isinstance(found, list) else _lost(section, f"{_kind(found)}, not a list")


def _lost(section: str, why: str) -> _Section:
    return (), (Loss(section=section, index=None, said=f"{why}: the whole section is lost"),), ()


def _read_items(section: str, items: list[Any]) -> _Section:
    lines: list[MappingLine] = []
    losses: list[Loss] = []
    misspelt: list[Loss] = []
    for index, raw in enumerate(items):
        item = _Item()
        if isinstance(raw, dict):
            item.read(section, raw)
        elif raw is not None:
            item.said.append(f"{_kind(raw)}, not a mapping")
        fault = _fault(section, item)
        losses += [Loss(section=section, index=index, said=said) for said in (*item.said, *fault)]
        misspelt += [Loss(section=section, index=index, said=said) for said in item.misspelt]
        if not fault:
            lines.append(_line(section, index, item))
    return tuple(lines), tuple(losses), tuple(misspelt)


def _line(section: str, index: int, item: _Item) -> MappingLine:
    return MappingLine(
        section=section,
        index=index,
        arn=item.texts[_ARN[section]],
        username=item.texts.get("username", ""),
        groups=tuple(item.groups.stored[: item.groups.length]),
    )


def _fault(section: str, item: _Item) -> tuple[str, ...]:
    """Why an item is dropped, or matches nobody (``Validate``, ``Matches``)."""
    arn = item.texts.get(_ARN[section], "")
    if section == "mapUsers":
        return () if arn else ("value for userarn must be supplied: dropped",)
    if not arn and item.sso is None:
        return ("one of rolearn or SSO must be supplied: dropped",)
    if arn and item.sso is not None:
        return ("only one of rolearn or SSO can be supplied: dropped",)
    if item.sso is None:
        return ()
    account, partition = item.sso.get("accountID", ""), item.sso.get("partition", "")
    if not re.fullmatch("[0-9]{12}", account):
        return (f"AccountID '{account}' is not a valid AWS Account ID: dropped",)
    name = item.sso.get("permissionSetName", "")
    if not re.fullmatch(r"[\w+=,.@-]{1,32}", name, re.ASCII):
        return (f"PermissionSetName '{name}' is not a valid AWS SSO PermissionSet Name: dropped",)
    if partition and partition not in PARTITIONS:
        return (f"partition '{partition}' is not a valid AWS partition: dropped",)
    return ("sso matches nobody: the feature SSORoleMatch is off",)


class AwsAuthMapper:
    """The lookup tables as ``saveMap`` makes them."""

    def __init__(self, parsed: AwsAuth) -> None:
        # Roles are kept by lower-cased ARN and users by ARN as written: the last of a key wins, nothing is merged.
        self._roles = _index({go_lower(line.arn): line for line in parsed.roles})
        self._users = _index({line.arn: line for line in parsed.users})
        self._accounts = frozenset(parsed.accounts)

    def find(self, canonical_arn: str) -> tuple[MappingLine, ...]:
        """Find whom an identity is mapped by: nobody, one, or several of which the order of a Go map picks one."""
        asked = fold(go_lower(canonical_arn))
        return self._roles.get(asked) or self._users.get(asked) or ()

    def allows_account(self, account: str) -> bool:
        """Whether mapAccounts lets in whoever isn't mapped."""
        return account in self._accounts


def _index(lines: Mapping[str, MappingLine]) -> dict[str, tuple[MappingLine, ...]]:
    found: dict[str, tuple[MappingLine, ...]] = {}
    for line in sorted(lines.values(), key=lambda line: line.index):
        key = fold(line.arn)
        found[key] = (*found.get(key, ()), line)
    return found
