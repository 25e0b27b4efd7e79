"""The only reader of pulumi.Config: stack file → arguments of Platform."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
from eks_access import Declaration, EksAccessError, PlatformArgs, Problem, Refused, compile_plan, load
from eks_access.checks import find_problems

NAMESPACE = "eks-access"
KEYS = ("access", "createUsers", "vpcId", "subnetIds", "permissionsBoundary", "tags")
"""Keys of our namespace; Pulumi itself accepts any other one without a word."""
AWS_KEYS = ("profile", "region")
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
    _refuse(_unknown_keys(everything))
    config = pulumi.Config(NAMESPACE)
    file = _declaration_file(config.get("access"))
    declaration = load(file)
    _refuse(_other_region(declaration, everything.get("aws:region")))
    _refuse(replace(problem, file=str(file)) for problem in find_problems(compile_plan(declaration)))
    args: PlatformArgs = {
        "access": declaration.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "create_users": config.get_bool("createUsers") or False,
        "tags": _text_map(config, "tags"),
    }
    if vpc := config.get("vpcId"):
        args["vpc_id"] = vpc
    if subnets := _text_list(config, "subnetIds"):
        args["subnet_ids"] = subnets
    if boundary := config.get("permissionsBoundary"):
        args["permissions_boundary"] = boundary
    if profile := everything.get("aws:profile"):
        args["profile"] = profile
    return args


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


def _unknown_keys(everything: Mapping[str, str]) -> Iterator[Problem]:
    for key in sorted(everything):
        namespace, _, name = key.partition(":")
        if namespace == "aws" and name not in AWS_KEYS:
            yield Problem(
                file=_stack_file(),
                path=f"config.{key}",
                rule="the AWS provider is built from the declaration, so this would be passed over",
                fix=f"use {' and '.join(f'aws:{each}' for each in AWS_KEYS)} only; a profile can assume a role",
            )
        if namespace == NAMESPACE and name not in KEYS:
            near = difflib.get_close_matches(name, KEYS, n=1)
            yield Problem(
                file=_stack_file(),
                path=f"config.{key}",
                rule="no such setting",
                fix=f"write {near[0]}" if near else f"use one of {', '.join(KEYS)}",
            )


def _declaration_file(name: str | None) -> Path:
    if not name:
        raise Refused(
            [
                Problem(
                    file=_stack_file(),
                    path=f"config.{NAMESPACE}:access",
                    rule="the stack does not say which declaration is its own",
                    fix="write `eks-access:access: access/<environment>.yaml`",
                )
            ]
        )
    file = (STACKS / name).resolve()
    if not file.is_relative_to(STACKS.resolve()):
        raise Refused(
            [
                Problem(
                    file=_stack_file(),
                    path=f"config.{NAMESPACE}:access",
                    value=name,
                    rule="a declaration is part of the repository, below stacks/",
                    fix="write `eks-access:access: access/<environment>.yaml`",
                )
            ]
        )
    return Path(os.path.relpath(file))


def _other_region(declaration: Declaration, region: str | None) -> Iterator[Problem]:
    declared = declaration.cluster.region if declaration.cluster else None
    if region and declared and region != declared:
        yield Problem(
            file=_stack_file(),
            path="config.aws:region",
            value=region,
            rule=f"the declaration puts the cluster into {declared}",
            fix="take aws:region out of the stack file; the declaration decides",
        )


def _stack_file() -> str:
    return f"stacks/Pulumi.{pulumi.get_stack()}.yaml"
