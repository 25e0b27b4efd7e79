"""Generated declarations: well-formed, but not necessarily sound."""

from __future__ import annotations

from typing import Any

from eks_access.declaration.models import Declaration
from hypothesis import strategies as st

ACCOUNT = "111122223333"
PEOPLE = ("aiko", "botan", "chie", "daichi", "emi", "fumio")
TEAMS = ("ants", "bees", "crows")
NAMESPACES = ("east", "west")
ROLES = ("view", "edit", "releaser", "watcher")
MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")

_RULE = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}


@st.composite
def raw_people(draw: st.DrawFn) -> dict[str, Any]:
    """Everybody with one of the three kinds of principal, each principal once; `deployer` is the creator."""
    kinds = [
        lambda name, index: {"iamUser": {"path": draw(st.sampled_from(["/", "/dev/", "/a/b/"]))}},
        lambda name, index: {"ssoPermissionSet": {"name": f"Set{index}", "suffix": f"{index:016x}"}},
        lambda name, index: {"iamRole": f"arn:aws:iam::{ACCOUNT}:role/people/{name}"},
    ]
    people = {name: draw(st.sampled_from(kinds))(name, index) for index, name in enumerate(PEOPLE)}
    return {**people, "deployer": {"iamRole": f"arn:aws:iam::{ACCOUNT}:role/ci/deployer"}}


@st.composite
def raw_teams(draw: st.DrawFn) -> dict[str, Any]:
    """Teams of people other than the deployer, with or without a role, with or without MFA."""
    members = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True)
    role = st.sampled_from([None, {"mfa": False}, {"mfa": True}])
    teams = {}
    for team in draw(st.lists(st.sampled_from(TEAMS), unique=True, max_size=3)):
        how = draw(role)
        teams[team] = {"members": draw(members), **({"assumeRole": how} if how else {})}
    return teams


@st.composite
def raw_grants(draw: st.DrawFn, teams: list[str], mode: str) -> list[dict[str, Any]]:
    """Grants of roles and, where entries exist, of access policies."""
    whos = [{"person": p} for p in PEOPLE] + [{"team": t} for t in teams] + [{"serviceAccount": "east/robot"}]
    scope = st.one_of(
        st.lists(st.sampled_from(NAMESPACES), min_size=1, unique=True).map(lambda n: {"namespaces": n}),
        st.just({"clusterWide": True}),
    )
    grants = []
    for who in draw(st.lists(st.sampled_from(whos), max_size=6)):
        policy = mode != "CONFIG_MAP" and "serviceAccount" not in who and draw(st.booleans())
        what = {"accessPolicy": "AmazonEKSViewPolicy"} if policy else {"role": draw(st.sampled_from(ROLES))}
        grants.append({**who, **what, **draw(scope)})
    return [g for i, g in enumerate(grants) if g not in grants[:i]]


@st.composite
def raw_declarations(draw: st.DrawFn) -> dict[str, Any]:
    """A whole declaration as plain data."""
    teams = draw(raw_teams())
    mode = draw(st.sampled_from(MODES))
    admins: dict[str, Any] = {
        "teams": draw(st.lists(st.sampled_from(sorted(teams)), unique=True)) if teams else [],
        "people": draw(st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2)),
    }
    if draw(st.booleans()):
        trusted = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True))
        admins["breakGlass"] = {"trustedBy": trusted, "mfa": draw(st.booleans())}
    kinds = draw(st.lists(st.sampled_from(["managed", "windows", "fargate"]), unique=True))
    return {
        "people": draw(raw_people()),
        "teams": teams,
        "cluster": {
            "name": "demo",
            "account": ACCOUNT,
            "region": "eu-west-1",
            "version": "1.33",
            "authenticationMode": mode,
            "creator": "deployer",
        },
        "nodeGroups": {
            kind: {"kind": kind, "namespaces": ["east"]}
            if kind == "fargate"
            else {"kind": kind, "instanceTypes": ["m"]}
            for kind in kinds
        },
        "admins": admins,
        "namespaces": {n: {} for n in NAMESPACES},
        "roles": {"releaser": {"rules": [_RULE]}, "watcher": {"rules": [_RULE]}},
        "grants": draw(raw_grants(sorted(teams), mode)),
        "metricsReaders": draw(st.sampled_from([[], [{"serviceAccount": "east/prometheus", "kubelets": True}]])),
    }


def declarations() -> st.SearchStrategy[Declaration]:
    """Generate declarations as models, skipping the cross-reference rules on purpose."""
    return raw_declarations().map(Declaration.model_validate)
