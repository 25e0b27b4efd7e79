"""Plain arguments of components that are no declaration: the same models, the same kind of refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import Problem, Refused
from .kinds import NodeKind
from .texts import AccountId, ClusterName, Region, TrustAnchorArn


class NodeRoleSpec(BaseModel):
    """What decides a node role."""

    model_config = ConfigDict(strict=True, frozen=True)

    kind: NodeKind = Field(strict=False)
    cluster_name: ClusterName
    account: AccountId
    region: Region
    trust_anchor_arns: list[TrustAnchorArn] = []


def argument_problems(model: type[BaseModel], arguments: Mapping[str, Any], path: str, fix: str) -> list[Problem]:
    """Say what keeps arguments from being the model."""
    try:
        model.model_validate(dict(arguments), by_alias=True, by_name=True)
    except ValidationError as error:
        return [
            Problem(
                path=".".join(part for part in (path, *map(str, detail["loc"])) if part),
                value=None if detail["type"] == "missing" else repr(detail["input"]),
                rule="is required" if detail["type"] == "missing" else detail["msg"],
                fix=fix,
            )
            for detail in error.errors()
        ]
    return []


def node_role_spec(arguments: Mapping[str, Any]) -> NodeRoleSpec:
    """Check the arguments of a node role.

    Raises:
        Refused: with everything that is missing or malformed.
    """
    wanted = {key: arguments[key] for key in NodeRoleSpec.model_fields if key in arguments}
    fix = (
        f"write one of {', '.join(NodeKind)} as kind, the cluster_name, the account as 12 digits in quotes, "
        "and the region like eu-west-1"
    )
    if problems := argument_problems(NodeRoleSpec, wanted, "", fix):
        raise Refused(problems)
    spec = NodeRoleSpec.model_validate(wanted)
    if spec.trust_anchor_arns and spec.kind is not NodeKind.HYBRID:
        rule = "trust anchors are for hybrid nodes: other nodes get their credentials from AWS"
        raise Refused([Problem(path="trust_anchor_arns", rule=rule, fix="leave it out, or write kind hybrid")])
    return spec
