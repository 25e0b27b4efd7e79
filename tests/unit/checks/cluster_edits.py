"""Edits of what a cluster says of itself: answers of `aws eks`, aws-auth and RBAC objects, as others leave them."""

from __future__ import annotations

import copy
from typing import Any

import yaml
from eks_access import compile_plan
from eks_access.declaration.models import Declaration
from eks_access.plan.model import EntryType
from hypothesis import strategies as st

from ...plans import TODAY
from ..declaration.mutations import CHANGES, TEXTS, Path, places
from ..review.renderings import dump_of
from . import edits, words

_USER_ARNS = (*words.USER_ARNS, *words.NO_PRINCIPALS)
_ARNS = (*words.ROLE_ARNS, *words.OTHER_ROLES, *_USER_ARNS)
WORDS: dict[str, tuple[Any, ...]] = {
    "verbs": words.VERBS,
    "apiGroups": words.API_GROUPS,
    "resources": words.RESOURCES,
    "resourceNames": words.NAMES,
    "nonResourceURLs": words.URLS,
    "namespaces": words.NAMESPACES,
    "kubernetesGroups": words.GROUPS,
    "groups": words.GROUPS,
    "username": words.USERNAMES,
    "principalArn": _ARNS,
    "rolearn": _ARNS,
    "userarn": _ARNS,
    "policyArn": tuple(f"arn:aws:eks::aws:cluster-access-policy/{policy}" for policy in words.POLICIES),
    "type": (*(str(kind) for kind in EntryType), "namespace", "cluster"),
    "authenticationMode": ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API"),
    "version": ("1.29", "1.30", "1.36", ""),
    "arn": ("x", "arn:aws:eks:eu-west-1:444455556666:cluster/x", "arn:aws-cn:eks:cn-north-1:111122223333:cluster/x"),
    "kind": ("User", "Group", "ServiceAccount", "Role", "ClusterRole"),
    "name": (*words.NAMES, *words.GROUPS, "system:anonymous", "system:serviceaccounts", "x" * 260, "a/b", "%"),
    "namespace": ("default", "x", "Dev"),
}
DUMPS = tuple(
    dump_of(compile_plan(Declaration.model_validate(raw), today=TODAY)) for raw in edits.BASES if raw.get("cluster")
)


def _word(draw: st.DrawFn, root: Any, place: Path) -> None:
    """Another word of the same sort."""
    parent: Any = root
    for step in place[:-1]:
        parent = parent[step]
    key = next((step for step in reversed(place) if isinstance(step, str)), "")
    if key in WORDS and not isinstance(parent[place[-1]], list | dict):
        parent[place[-1]] = draw(st.sampled_from(WORDS[key]))


def _line(draw: st.DrawFn, root: Any) -> None:
    """Lines of aws-auth more, fewer or broken, or accounts."""
    for place in [place for place in places(root) if place[-1] == "data"]:
        data: Any = root
        for step in place:
            data = data[step]
        if not isinstance(data, dict):
            continue
        section = draw(st.sampled_from(["mapRoles", "mapUsers"]))
        key = "rolearn" if section == "mapRoles" else "userarn"
        line = {key: draw(st.sampled_from(_ARNS)), "username": draw(st.sampled_from(words.USERNAMES))}
        line["groups"] = edits.some(draw, words.GROUPS)
        before = str(data.get(section) or "").strip()
        data[section] = f"{'' if before == '[]' else before}\n{yaml.safe_dump([line])}"
        if draw(st.integers(0, 4)) == 0:
            at, text = draw(st.integers(0, 200)), str(data[section])
            data[section] = text[:at] + draw(st.sampled_from(TEXTS)) + text[at:]
        if draw(st.integers(0, 4)) == 0:
            data["mapAccounts"] = draw(st.sampled_from([f"[{words.AWAY!r}]", "[x, 1]", "x", ""]))


@st.composite
def edited_clusters(draw: st.DrawFn) -> list[Any]:
    """What a cluster says of itself after one to six edits, few of which break its form."""
    root = copy.deepcopy(draw(st.sampled_from(DUMPS)))
    for _ in range(draw(st.integers(1, 6))):
        known = [place for place in places(root) if len(place) > 1]
        if not known:
            break
        how = draw(st.integers(0, 9))
        if how == 0:
            draw(st.sampled_from(CHANGES))(draw, root, draw(st.sampled_from(known)))
        elif how < 3:
            _line(draw, root)
        else:
            texts = [place for place in known if any(step in WORDS for step in place)]
            _word(draw, root, draw(st.sampled_from(texts or known)))
    return root
