"""What a stack may say beside its declaration: its settings, and which form each of them has.

``stacks/settings.py`` reads them inside a Pulumi run, `stack_files` without one; the rules are here, for both.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..errors import Problem, Refused
from .nodes import Place, from_python, locate, shown

NAMESPACE = "eks-access"
"""Of our keys in a stack file."""
AWS_KEYS = ("profile", "region")
"""Keys of the AWS provider's namespace that the program takes over."""
PlaceOf = Callable[[str], Place]
"""Key with namespace → where the stack says it."""
_NEAR_NAMESPACE = 0.85
"""How much a namespace looks like ours before it is taken for a misspelt one."""
_POLICY_ARN = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[\x21-\x7e]+")


class Shape(StrEnum):
    """The form of a setting, as it is written."""

    TEXT = "text"
    SWITCH = "true"
    TEXTS = "[text]"
    TEXT_MAP = "{name: text}"

    @property
    def words(self) -> str:
        """What to call it."""
        return {
            Shape.TEXT: "a text, written plainly: not encrypted, no list, no map",
            Shape.SWITCH: "true or false",
            Shape.TEXTS: "a list of texts",
            Shape.TEXT_MAP: "a map of names and texts",
        }[self]

    def fits(self, value: object) -> bool:
        """Whether a value has this form."""
        if self is Shape.TEXT:
            return isinstance(value, str)
        if self is Shape.SWITCH:
            return isinstance(value, bool) or value in ("true", "false")
        if self is Shape.TEXTS:
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())

    def decode(self, text: str) -> object:
        """Read what Pulumi hands over, which is always text; a text that is no JSON stays what it is."""
        if self in (Shape.TEXT, Shape.SWITCH):
            return text
        try:
            return json.loads(text)
        except ValueError:
            return text


SHAPES = {
    "access": Shape.TEXT,
    "createUsers": Shape.SWITCH,
    "peopleStack": Shape.TEXT,
    "adopt": Shape.TEXTS,
    "vpcId": Shape.TEXT,
    "subnetIds": Shape.TEXTS,
    "permissionsBoundary": Shape.TEXT,
    "tags": Shape.TEXT_MAP,
}
"""Key of our namespace → its form."""


def _nowhere(key: str) -> Place:
    return Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSettings:
    """What a stack says beside its declaration; empty texts mean what no text means."""

    access: str | None = None
    create_users: bool = False
    people_stack: str | None = None
    adopt: tuple[str, ...] = ()
    vpc_id: str | None = None
    subnet_ids: tuple[str, ...] = ()
    permissions_boundary: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    profile: str | None = None
    place_of: PlaceOf = field(default=_nowhere, compare=False)

    def problem(self, key: str, rule: str, fix: str, value: str | None = None, step: str = "") -> Problem:
        """Say what is wrong with a setting, with its place; `step` leads further into its value."""
        namespaced = key if ":" in key else f"{NAMESPACE}:{key}"
        place = self.place_of(namespaced)
        path = f"config.{namespaced}{step}"
        return Problem(file=place.file, line=place.line, path=path, value=value, rule=rule, fix=fix)


def read_stack_settings(config: Mapping[str, object], place_of: PlaceOf) -> StackSettings:
    """Take a stack's settings from its config.

    Args:
        config: key with namespace → value.
        place_of: where each is said.

    Raises:
        Refused: with each setting whose form is not its own.
    """
    said = {key: value for key in SHAPES if (value := config.get(f"{NAMESPACE}:{key}")) is not None}
    blank = StackSettings(place_of=place_of)
    if problems := [_wrong_shape(blank, key, value) for key, value in said.items() if not SHAPES[key].fits(value)]:
        raise Refused(problems)
    known: dict[str, Any] = said
    region, profile = config.get("aws:region"), config.get("aws:profile")
    settings = StackSettings(
        access=known.get("access") or None,
        create_users=known.get("createUsers") in (True, "true"),
        people_stack=known.get("peopleStack") or None,
        adopt=tuple(known.get("adopt", ())),
        vpc_id=known.get("vpcId") or None,
        subnet_ids=tuple(known.get("subnetIds", ())),
        permissions_boundary=known.get("permissionsBoundary") or None,
        tags=known.get("tags", {}),
        region=region if isinstance(region, str) else None,
        profile=profile if isinstance(profile, str) else None,
        place_of=place_of,
    )
    if (boundary := settings.permissions_boundary) and not _POLICY_ARN.fullmatch(boundary):
        rule = "a permissions boundary is an IAM policy, by its ARN"
        fix = "write it like arn:aws:iam::111122223333:policy/boundary"
        raise Refused([settings.problem("permissionsBoundary", rule, fix, boundary)])
    return settings


def unknown_settings(keys: Iterable[str], known: Iterable[str], place_of: PlaceOf) -> Iterator[Problem]:
    """Look for keys that Pulumi takes without a word and nothing reads.

    Args:
        keys: with namespace, as the stack says them.
        known: those of our namespace that are read.
        place_of: where each is said.
    """
    blank, names = StackSettings(place_of=place_of), tuple(known)
    for key in sorted(keys):
        namespace, _, name = key.partition(":")
        if namespace == "aws" and name not in AWS_KEYS:
            rule = "the AWS provider is built from the declaration, so this would be passed over"
            fix = f"use {' and '.join(f'aws:{each}' for each in AWS_KEYS)} only; a profile can assume a role"
            yield blank.problem(key, rule, fix)
        elif namespace == NAMESPACE and name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            fix = f"write {near[0]}" if near else f"use one of {', '.join(names)}"
            yield blank.problem(key, "no such setting", fix)
        elif namespace != NAMESPACE and difflib.get_close_matches(
            namespace.lower(), [NAMESPACE], cutoff=_NEAR_NAMESPACE
        ):
            rule = f"nothing reads settings of `{namespace}`"
            yield blank.problem(key, rule, f"write `{NAMESPACE}:{name}`")


def _wrong_shape(settings: StackSettings, key: str, value: object) -> Problem:
    shape = SHAPES[key]
    found = shown(locate(from_python({key: value})[0], (key,))[1])
    return settings.problem(key, f"the setting is {shape.words}", f"write `{NAMESPACE}:{key}: {shape}`", found)
