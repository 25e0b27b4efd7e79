"""The only reader of pulumi.Config: stack file → arguments of Platform."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pulumi
from eks_access import Declaration, EksAccessError, PlatformArgs, Problem, Refused, load

NAMESPACE = "eks-access"
KEYS = ("access", "createUsers", "vpcId", "subnetIds", "permissionsBoundary", "tags")
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
    if problems := [*_unknown_keys(everything)]:
        raise Refused(problems)
    config = pulumi.Config(NAMESPACE)
    declaration = load(_declaration_file(config.get("access")))
    if problems := [*_other_region(declaration, everything.get("aws:region"))]:
        raise Refused(problems)
    args: PlatformArgs = {
        "access": declaration.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "create_users": config.get_bool("createUsers") or False,
        "tags": config.get_object("tags") or {},
    }
    if vpc := config.get("vpcId"):
        args["vpc_id"] = vpc
    if subnets := config.get_object("subnetIds"):
        args["subnet_ids"] = subnets
    if boundary := config.get("permissionsBoundary"):
        args["permissions_boundary"] = boundary
    if profile := everything.get("aws:profile"):
        args["profile"] = profile
    return args


def _unknown_keys(everything: Mapping[str, str]) -> Iterator[Problem]:
    for key in sorted(everything):
        namespace, _, name = key.partition(":")
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
    return STACKS / name


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
