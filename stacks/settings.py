"""The only reader of pulumi.Config: stack file → arguments of Platform."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pulumi
from eks_access import AccessPlan, EksAccessError, PlatformArgs, Problem, Refused, compile_plan, load
from eks_access.checks import judge
from eks_access.checks.settings import creates_users, find_setting_problems
from eks_access.declaration.nodes import Place
from eks_access.declaration.placing import with_places
from eks_access.declaration.stack_files import declaration_file
from eks_access.declaration.stack_settings import (
    NAMESPACE,
    SHAPES,
    StackSettings,
    read_stack_settings,
    unknown_settings,
)

KEYS = tuple(SHAPES)
"""Keys of our namespace; Pulumi itself accepts any other one without a word."""
STACKS = Path(__file__).parent


def read_settings() -> PlatformArgs:
    """Read the stack's settings and its declaration.

    Raises:
        pulumi.RunError: with every key or line that is wrong, and what to write instead.
    """
    try:
        return _platform_args(_settings(json.loads(os.environ.get("PULUMI_CONFIG", "{}"))))
    except EksAccessError as refusal:
        raise pulumi.RunError(str(refusal)) from refusal


def _settings(everything: Mapping[str, str]) -> StackSettings:
    _refuse(unknown_settings(everything, KEYS, _place_of))
    config = pulumi.Config(NAMESPACE)
    said: dict[str, object] = {f"aws:{key}": everything.get(f"aws:{key}") for key in ("profile", "region")}
    for key, shape in SHAPES.items():
        if (text := config.get(key)) is not None:
            said[f"{NAMESPACE}:{key}"] = shape.decode(text)
    return read_stack_settings(said, _place_of)


def _platform_args(settings: StackSettings) -> PlatformArgs:
    file = declaration_file(STACKS, settings.access, _place_of("access"))
    declaration = load(file)
    plan = compile_plan(declaration)
    _refuse([*find_setting_problems(settings, plan), *with_places(judge(plan).errors, file)])
    args: PlatformArgs = {
        "access": declaration.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "create_users": settings.create_users,
        "tags": dict(settings.tags),
    }
    if settings.people_stack and not creates_users(settings, plan):
        args["principal_ids"] = _user_ids(settings.people_stack, plan)
    if settings.vpc_id:
        args["vpc_id"] = settings.vpc_id
    if settings.adopt:
        args["adopt"] = list(settings.adopt)
    if settings.subnet_ids:
        args["subnet_ids"] = list(settings.subnet_ids)
    if settings.permissions_boundary:
        args["permissions_boundary"] = settings.permissions_boundary
    if settings.profile:
        args["profile"] = settings.profile
    return args


def _user_ids(people: str, plan: AccessPlan) -> dict[str, pulumi.Input[str]]:
    """Watch the users that another stack of this project creates."""
    stack = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/{people}")
    ids = stack.get_output("user_ids")
    return {user.arn: _id_of(user.name, people, ids) for user in plan.users}


def _id_of(name: str, people: str, ids: pulumi.Output[Any]) -> pulumi.Output[str]:
    def look_up(known: Mapping[str, str] | None) -> str | None:
        if not known or name not in known:
            pulumi.log.warn(
                f"nobody watches the IAM user {name}: the stack {people} gives no id of it. Should the user be "
                f"re-created, its access entry stays with the old one. Declare it in {people}, and update that first"
            )
            return None
        return known[name]

    found: pulumi.Output[Any] = ids.apply(look_up)
    return found


def _refuse(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise Refused(found)


def _place_of(key: str) -> Place:
    return Place(f"stacks/Pulumi.{pulumi.get_stack()}.yaml")
