"""The only reader of pulumi.Config: stack file → arguments of Platform."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pulumi
from eks_access import AccessPlan, EksAccessError, PlatformArgs, Problem, Refused, compile_plan, load
from eks_access.checks import find_problems
from eks_access.declaration.nodes import Place
from eks_access.declaration.placing import with_places
from eks_access.declaration.stack_files import NAMESPACE, declaration_file, other_region, unknown_settings

KEYS = ("access", "createUsers", "peopleStack", "adopt", "vpcId", "subnetIds", "permissionsBoundary", "tags")
"""Keys of our namespace; Pulumi itself accepts any other one without a word."""
STACKS = Path(__file__).parent


def read_settings() -> PlatformArgs:
    """Read the stack's settings and its declaration.

    Raises:
        pulumi.RunError: with every key or line that is wrong, and what to write instead.
    """
    try:
        return _platform_args(json.loads(os.environ.get("PULUMI_CONFIG", "{}")))
    except EksAccessError as refusal:
        raise pulumi.RunError(str(refusal)) from refusal


def _platform_args(everything: Mapping[str, str]) -> PlatformArgs:
    _refuse(unknown_settings(everything, KEYS, _stack_file()))
    config = pulumi.Config(NAMESPACE)
    file = declaration_file(STACKS, config.get("access"), Place(_stack_file()))
    declaration = load(file)
    if declaration.cluster:
        _refuse(other_region(everything.get("aws:region"), declaration.cluster.region, Place(_stack_file())))
    plan = compile_plan(declaration)
    _refuse(with_places(find_problems(plan), file))
    args: PlatformArgs = {
        "access": declaration.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "create_users": config.get_bool("createUsers") or False,
        "tags": _text_map(config, "tags"),
    }
    if people := config.get("peopleStack"):
        args["principal_ids"] = _user_ids(people, plan)
    if vpc := config.get("vpcId"):
        args["vpc_id"] = vpc
    if adopt := _text_list(config, "adopt"):
        args["adopt"] = adopt
    if subnets := _text_list(config, "subnetIds"):
        args["subnet_ids"] = subnets
    if boundary := config.get("permissionsBoundary"):
        args["permissions_boundary"] = boundary
    if profile := everything.get("aws:profile"):
        args["profile"] = profile
    return args


def _user_ids(people: str, plan: AccessPlan) -> dict[str, pulumi.Input[str]]:
    """Watch the users that another stack of this project creates."""
    stack = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/{people}")
    ids = stack.get_output("user_ids")
    return {user.arn: _id_of(user.name, ids) for user in plan.users}


def _id_of(name: str, ids: pulumi.Output[Any]) -> pulumi.Output[str]:
    return ids.apply(lambda known: (known or {}).get(name))


def _refuse(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise Refused(found)


def _text_map(config: pulumi.Config, key: str) -> dict[str, str]:
    value = _json(config, key, "{name: text}")
    if not isinstance(value or {}, dict) or not all(isinstance(each, str) for each in (value or {}).values()):
        raise Refused([_wrong_shape(key, value, "{name: text}")])
    return dict(value or {})


def _text_list(config: pulumi.Config, key: str) -> list[str]:
    value = _json(config, key, "[text]")
    if not isinstance(value or [], list) or not all(isinstance(each, str) for each in value or []):
        raise Refused([_wrong_shape(key, value, "[text]")])
    return list(value or [])


def _json(config: pulumi.Config, key: str, shape: str) -> Any:
    try:
        return config.get_object(key)
    except pulumi.ConfigTypeError as error:
        raise Refused([_wrong_shape(key, config.get(key), shape)]) from error


def _wrong_shape(key: str, value: object, shape: str) -> Problem:
    return Problem(
        file=_stack_file(),
        path=f"config.{NAMESPACE}:{key}",
        value=repr(value),
        rule=f"the setting is written {shape}",
        fix=f"write `{NAMESPACE}:{key}: {shape}` in the stack file",
    )


def _stack_file() -> str:
    return f"stacks/Pulumi.{pulumi.get_stack()}.yaml"
