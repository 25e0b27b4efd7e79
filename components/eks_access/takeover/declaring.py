"""A cluster's declaration, its stack's settings, and what the engine is to import."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ..authn.access_entries import access_entries
from ..authn.go_yaml_writing import dump_yaml
from ..authn.principals import principal_of_arn
from ..checks import Findings, judge
from ..declaration import from_dict
from ..declaration.kinds import AuthenticationMode
from ..errors import Problem, Refused
from ..iam.arns import identity
from ..iam.sso import find_sso_roles
from ..migration.surroundings import Surroundings
from ..plan import compile_plan
from ..plan.model import AccessPlan
from ..printing import printable
from ..review.state import AccessState
from .keeping import keep
from .model import Kept, Takeover

PEOPLE, COMPONENT, RBAC = "people", "access", "rbac"
"""Names of Developers, ClusterAccess and TeamRbac in the program (examples/existing-cluster)."""
_SCHEMA = "# yaml-language-server: $schema={schema}\n"
_LOOK_UP = (
    "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateCluster "
    "--query 'Events[].[Username,CloudTrailEvent]'"
)


def take_over(
    state: AccessState, known: Surroundings, creator: str | None, *, schema: str = "declaration.schema.json"
) -> Takeover:
    """Declare a cluster as it is: nobody gains or loses anything by it.

    Args:
        state: the cluster.
        known: what IAM and EKS know of its principals.
        creator: ARN of the principal that made it.
        schema: where an editor finds the schema of declarations, from the file's folder.

    Raises:
        Refused: something is missing that only a human knows.
    """
    cluster = _cluster(state)
    person, arn = _creator(state, known, creator)
    kept = keep(state, known)
    raw: dict[str, Any] = {"people": {person: _person(arn)}, "cluster": {**cluster, "creator": person}}
    if kept.groups:
        raw["externalGroups"] = list(kept.groups)
    if data := kept.as_data():
        raw["keep"] = data
    plan = compile_plan(from_dict(raw))
    found = judge(plan)
    return Takeover(
        name=cluster["name"],
        declaration=raw,
        text=_text(raw, kept, known, schema),
        settings=_settings(cluster, state.arn or ""),
        imports=_imports(plan),
        left_out=kept.left_out,
        decisions=(*kept.decisions, *_decisions(state, found)),
        warnings=tuple(map(_told, found.warnings)),
    )


def _cluster(state: AccessState) -> dict[str, Any]:
    if not state.arn or not state.version:
        rule = "the cluster's ARN and version are not known"
        raise Refused([Problem(path="-f", rule=rule, fix="add the answer of `aws eks describe-cluster`")])
    _, partition, _, region, account, resource = state.arn.split(":", 5)
    return {
        "name": state.name or resource.partition("/")[2],
        "account": account,
        "partition": partition,
        "region": region,
        "version": state.version,
        "authenticationMode": str(state.mode),
    }


def _creator(state: AccessState, known: Surroundings, creator: str | None) -> tuple[str, str]:
    if creator is None:
        rule = "EKS doesn't say who made a cluster, and who did is an admin of it as long as it reads aws-auth"
        raise Refused([Problem(path="--creator", rule=rule, fix=f"look in CloudTrail: {_LOOK_UP}")])
    principal = principal_of_arn(creator)
    arn = known.full_arn(principal.canonical_arn) or principal.iam_arn or principal.canonical_arn
    if ":root" in arn:
        rule, fix = "root is nobody's name", "name the user or role that runs Pulumi from now on"
        raise Refused([Problem(path="--creator", value=creator, rule=rule, fix=fix)])
    entries = {identity(entry.principal_arn) for entry in state.entries}
    if state.mode.uses_entries and identity(arn) not in entries:
        rule = f"in mode {state.mode} the creator is an admin by an access entry, and this one has none any more"
        fix = "name a principal that has a cluster-admin entry, such as the one that runs Pulumi from now on"
        raise Refused([Problem(path="--creator", value=creator, rule=rule, fix=fix)])
    name = arn.rpartition("/")[2]
    return re.sub(r"^[^A-Za-z0-9]+", "", name) or "creator", arn


def _person(arn: str) -> dict[str, Any]:
    for role in (role for roles in find_sso_roles([arn]).values() for role in roles):
        return dict(yaml.safe_load(role.yaml))
    if ":role/" in arn:
        return {"iamRole": arn}
    path, _, _ = arn.partition(":user")[2].rpartition("/")
    return {"iamUser": {"path": f"{path}/"} if path else {}}


def _settings(cluster: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """Say where the providers go, so that no other account and no other cluster is met by accident."""
    return {
        "config": {
            "aws:region": cluster["region"],
            "aws:allowedAccountIds": [cluster["account"]],
            # as `aws eks update-kubeconfig` calls it
            "kubernetes:context": arn,
            "kubernetes:clusterIdentifier": arn,
        }
    }


def _imports(plan: AccessPlan) -> dict[str, Any] | None:
    """List what ClusterAccess holds of what others made, in the shape of `pulumi import --file`."""
    assert plan.cluster is not None
    resources: list[dict[str, Any]] = []
    for entry in access_entries(plan):
        if not entry.kept or entry.made_by_eks:
            continue
        name, which = f"{COMPONENT}-{entry.key}", f"{plan.cluster.name}:{entry.principal_arn}"
        kind = "aws:eks/accessEntry:AccessEntry"
        resources.append({"type": kind, "name": name, "id": which, "parent": COMPONENT})
        for scope in entry.policies:
            resources.append(
                {
                    "type": "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
                    "name": f"{name}-{scope.policy}",
                    "id": f"{plan.cluster.name}#{entry.principal_arn}#{scope.arn}",
                    "parent": name,
                }
            )
    if not resources:
        return None
    components = [("Developers", PEOPLE), ("ClusterAccess", COMPONENT), ("TeamRbac", RBAC)]
    made = [{"type": f"eks-access:index:{kind}", "name": name, "component": True} for kind, name in components]
    return {"resources": [*made, *resources]}


def _decisions(state: AccessState, found: Findings) -> Iterator[str]:
    if state.mode is AuthenticationMode.CONFIG_MAP:
        yield (
            "in mode CONFIG_MAP a cluster has no access entries, which is what ClusterAccess makes: "
            "`eks-access migrate plan` shows the step to API_AND_CONFIG_MAP, then adopt again"
        )
    # the loss of a principal and of whoever it is are one to somebody who has no name yet
    errors = {(problem.check, problem.path): problem for problem in reversed(found.errors)}
    yield from (_told(problem) for problem in reversed(errors.values()))


def _told(problem: Problem) -> str:
    return f"{problem.check} {problem.path}: {problem.rule}; {problem.fix}"


def _text(raw: Mapping[str, Any], kept: Kept, known: Surroundings, schema: str) -> str:
    notes = [f"Found, and left to whoever made it: {group}" for group in known.node_groups]
    notes += [f"Not kept, since it gives nobody anything: {each}" for each in kept.left_out]
    notes += [f"To decide: {each}" for each in kept.decisions]
    comments = "".join(f"# {printable(note)}\n" for note in notes)
    body = dump_yaml(dict(raw), width=120)
    return f"{_SCHEMA.format(schema=schema)}{comments}{body}"
