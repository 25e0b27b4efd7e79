"""Edits that somebody could mean: what comes out is well formed nearly always, and wrong in a way of its own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from eks_access.declaration.kinds import AuthenticationMode
from eks_access.declaration.references.finding import BUILTIN_ROLES
from eks_access.plan.model import EntryType
from hypothesis import strategies as st

from ...plans import as_data, every_kind, prod, small, stack
from . import words

Raw = dict[str, Any]
EVERYTHING: Raw = {
    "teams": {"ops": {"members": ["chie"]}, "dev": {"members": ["aiko", "botan"], "assumeRole": {"mfa": True}}},
    "namespaces": {"payments": {}, "web": {"labels": {"team": "dev"}}},
    "roles": {"releaser": {"rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]}},
    "externalRoles": ["chart"],
    "externalGroups": ["other:group"],
    "nodeGroups": {
        "general": {"kind": "managed", "instanceTypes": ["m7g.large"]},
        "serverless": {"kind": "fargate", "namespaces": ["web"]},
    },
    "grants": [
        {"team": "dev", "role": "view", "namespaces": ["payments"]},
        {"team": "ops", "role": "chart", "clusterWide": True},
        {"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["dev-*"]},
        {"serviceAccount": "web/robot", "role": "releaser", "namespaces": ["payments"]},
    ],
    "metricsReaders": [{"serviceAccount": "web/prometheus", "kubelets": True}],
    "keep": {
        "mapRoles": [
            {
                "rolearn": f"arn:aws:iam::{words.HOME}:role/kept",
                "username": "k:{{SessionName}}",
                "groups": ["other:group"],
            }
        ],
        "mapUsers": [
            {"userarn": f"arn:aws:iam::{words.HOME}:user/kept", "username": "kept", "groups": ["other:group"]}
        ],
        "entries": [{"principalArn": f"arn:aws:iam::{words.HOME}:role/t/entry", "groups": ["other:group"]}],
    },
    "accept": [{"check": "EA609", "path": "roles.releaser", "reason": "somebody said so"}],
}
BASES = (
    *(as_data(stack(name)) for name in ("dev", "staging", "prod")),
    *(as_data(every_kind(mode)) for mode in AuthenticationMode),
    as_data(prod(AuthenticationMode.API)),
    *(small(**EVERYTHING) for _ in range(4)),
)


def one_of(draw: st.DrawFn, *pools: tuple[str, ...]) -> str:
    """Take one of some words."""
    return draw(st.sampled_from([word for pool in pools for word in pool]))


def some(draw: st.DrawFn, pool: tuple[str, ...], most: int = 3) -> list[str]:
    """Take a few of some words, each once."""
    return draw(st.lists(st.sampled_from(pool), min_size=1, max_size=most, unique=True))


def _names(raw: Raw, section: str) -> tuple[str, ...]:
    return tuple(raw.get(section) or {}) or ("nobody",)


def _mode(raw: Raw) -> str:
    return str((raw.get("cluster") or {}).get("authenticationMode", "API_AND_CONFIG_MAP"))


def _person(draw: st.DrawFn, raw: Raw) -> None:
    """Somebody new, or somebody else's principal behind a name."""
    principals: list[Raw] = [
        {"iamUser": {"path": draw(st.sampled_from(["/", "/dev/", "/a/b/"]))}},
        {"iamRole": one_of(draw, words.ROLE_ARNS, words.OTHER_ROLES)},
        {"ssoPermissionSet": {"name": draw(st.sampled_from(["Ops", "ops", "Dev"])), "suffix": "0123456789abcdef"}},
        *(raw.get("people") or {}).values(),
    ]
    name = one_of(draw, _names(raw, "people"), ("newcomer", "AIKO", "Hanako", "x" * 64, "a+=,.@_-"))
    raw.setdefault("people", {})[name] = copy.deepcopy(draw(st.sampled_from(principals)))


def _rename(draw: st.DrawFn, raw: Raw) -> None:
    """A name, everywhere: nothing may come of it, or a name that is taken ignoring case, or too long."""
    section = draw(st.sampled_from(["people", "teams", "namespaces", "roles"]))
    old = one_of(draw, _names(raw, section))
    new = draw(st.sampled_from([old.upper(), "z" * 40, "payments", f"{old}2"]))

    def renamed(node: Any) -> Any:
        if isinstance(node, dict):
            return {(new if key == old else key): renamed(value) for key, value in node.items()}
        return [renamed(each) for each in node] if isinstance(node, list) else new if node == old else node

    changed = renamed(raw)
    raw.clear()
    raw.update(changed)


def _leave(draw: st.DrawFn, raw: Raw) -> None:
    """Somebody goes, from wherever they are named."""
    gone = one_of(draw, _names(raw, "people"))

    def without(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: without(value) for key, value in node.items() if key != gone}
        if not isinstance(node, list):
            return node
        kept = [each for each in node if each != gone and not (isinstance(each, dict) and gone in each.values())]
        return [without(each) for each in kept or node]

    changed = without(raw)
    raw.clear()
    raw.update(changed)


def _team(draw: st.DrawFn, raw: Raw) -> None:
    team: Raw = {"members": some(draw, _names(raw, "people"))}
    if draw(st.booleans()):
        team["assumeRole"] = {"mfa": draw(st.sampled_from([False, False, True]))}
    raw.setdefault("teams", {})[one_of(draw, _names(raw, "teams"), ("late", "a" * 40))] = team


def _admins(draw: st.DrawFn, raw: Raw) -> None:
    people = _names(raw, "people")
    admins: Raw = {"people": some(draw, people)} if draw(st.booleans()) else {}
    if draw(st.booleans()) and raw.get("teams"):
        admins["teams"] = some(draw, _names(raw, "teams"))
    if draw(st.booleans()):
        admins["breakGlass"] = {"trustedBy": some(draw, people), "mfa": draw(st.sampled_from([False, False, True]))}
    raw["admins"] = admins


def _cluster(draw: st.DrawFn, raw: Raw) -> None:
    if cluster := raw.get("cluster"):
        cluster |= draw(
            st.sampled_from(
                [
                    *({"authenticationMode": str(mode)} for mode in AuthenticationMode),
                    *({"version": version} for version in ("1.29", "1.30", "1.36")),
                    *({"creator": name} for name in _names(raw, "people")),
                    *({"account": words.AWAY}, {"partition": "aws-cn", "region": "cn-north-1"}, {"name": "c" * 100}),
                ]
            )
        )


def _nodes(draw: st.DrawFn, raw: Raw) -> None:
    kind = one_of(draw, words.KINDS, words.KINDS[:5], words.KINDS[:5])
    group: Raw = {"kind": kind}
    if kind in ("managed", "windows"):
        group["instanceTypes"] = ["m6i.large"]
    if kind == "fargate":
        group["namespaces"] = ["default"]
    raw.setdefault("nodeGroups", {})[one_of(draw, _names(raw, "nodeGroups"), ("more",))] = group


def rule(draw: st.DrawFn) -> Raw:
    """A rule of a role."""
    made: Raw = {"verbs": some(draw, words.VERBS)}
    if draw(st.integers(0, 5)):
        made |= {"apiGroups": some(draw, words.API_GROUPS, 2), "resources": some(draw, words.RESOURCES)}
        if draw(st.booleans()):
            made["resourceNames"] = some(draw, words.NAMES)
    else:
        made["nonResourceURLs"] = some(draw, words.URLS)
    return made


def _role(draw: st.DrawFn, raw: Raw) -> None:
    name = one_of(draw, _names(raw, "roles"), ("late", "system:late", "A:b", "r" * 250))
    raw.setdefault("roles", {})[name] = {"rules": [rule(draw) for _ in range(draw(st.integers(1, 2)))]}


def _grant(draw: st.DrawFn, raw: Raw) -> None:
    who = draw(
        st.sampled_from(
            [
                {"team": one_of(draw, _names(raw, "teams"))},
                {"person": one_of(draw, _names(raw, "people"))},
                {"serviceAccount": "web/robot"},
            ]
        )
    )
    by_policy = "person" in who and _mode(raw) != "CONFIG_MAP" and draw(st.booleans())
    roles = one_of(draw, _names(raw, "roles"), BUILTIN_ROLES)
    what = {"accessPolicy": one_of(draw, words.POLICIES)} if by_policy else {"role": roles}
    namespaces = words.NAMESPACES if by_policy else words.NAMESPACES[:2]
    where = draw(st.sampled_from([{"clusterWide": True}, {"namespaces": some(draw, namespaces)}]))
    until = draw(st.sampled_from([{}, {}, {"until": "2020-01-01"}, {"until": "2099-12-31"}]))
    grants = raw.setdefault("grants", [])
    grants.insert(draw(st.integers(0, len(grants))), {**who, **what, **where, **until})


def _keep(draw: st.DrawFn, raw: Raw) -> None:
    arn = one_of(draw, words.ROLE_ARNS, words.OTHER_ROLES, words.USER_ARNS, words.NO_PRINCIPALS)
    named = {"username": one_of(draw, words.USERNAMES), "groups": some(draw, words.GROUPS)}
    keep = raw.setdefault("keep", {})
    entries, lines = _mode(raw) != "CONFIG_MAP", _mode(raw) != "API"
    section = draw(st.sampled_from(["entries"] * 2 * entries + ["mapRoles", "mapUsers"] * lines))
    if section == "entries":
        kind = draw(st.sampled_from(EntryType))
        scopes = [
            {"policy": p, "namespaces": draw(st.sampled_from([[], ["dev-*"], ["Dev"]]))}
            for p in some(draw, words.POLICIES)
        ]
        entry: Raw = {
            "principalArn": arn,
            "type": str(kind),
            "policies": draw(st.sampled_from([[], scopes, scopes * 2])),
        }
        keep.setdefault(section, []).append(entry | draw(st.sampled_from([{}, named])))
    else:
        keep.setdefault(section, []).append({("rolearn" if section == "mapRoles" else "userarn"): arn, **named})


def _crowd(draw: st.DrawFn, raw: Raw) -> None:
    """Many people in one team, or many teams of one person."""
    number = draw(st.sampled_from([20, 60]))
    people, teams = raw.setdefault("people", {}), raw.setdefault("teams", {})
    if draw(st.booleans()):
        crowd = {f"{'long-' * 8}{at}": {"iamUser": {}} for at in range(number)}
        people |= crowd
        teams["crowd"] = {"members": list(crowd), "assumeRole": {}}
        raw.setdefault("grants", []).append({"team": "crowd", "role": "view", "clusterWide": True})
    else:
        made = {f"t{at}": {"members": [one_of(draw, _names(raw, "people"))], "assumeRole": {}} for at in range(number)}
        teams |= made
        raw.setdefault("grants", []).extend({"team": team, "role": "view", "clusterWide": True} for team in made)


def _outside(draw: st.DrawFn, raw: Raw) -> None:
    raw |= draw(
        st.sampled_from(
            [
                {"externalGroups": some(draw, words.GROUPS)},
                {"externalRoles": ["chart", "other"]},
                {
                    "accept": [
                        {"check": f"EA{draw(st.integers(100, 999))}", "path": "roles", "reason": "because we say so"}
                    ]
                },
                {"accept": [{"check": "EA607", "path": "roles", "reason": "until then", "until": "2020-01-01"}]},
                {"metricsReaders": [{"serviceAccount": "default/x"}]},
            ]
        )
    )


EDITS: tuple[Callable[[st.DrawFn, Raw], None], ...] = (
    *(_person, _rename, _leave, _team, _admins, _cluster, _nodes, _role, _role, _grant, _grant),
    *(_keep, _keep, _keep, _crowd, _outside),
)


@st.composite
def edited_declarations(draw: st.DrawFn) -> Raw:
    """One of the project's declarations after one to four edits."""
    raw = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 4))):
        draw(st.sampled_from(EDITS))(draw, raw)
    return raw
