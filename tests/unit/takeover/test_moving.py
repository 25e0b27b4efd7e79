"""People move from `keep` to `people` one by one, and the access diff of each move is empty."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from eks_access import compile_plan
from eks_access.checks import judge
from eks_access.declaration import from_dict
from eks_access.migration.surroundings import key_of
from eks_access.review.declared import state_of_plan
from eks_access.review.diff import AccessDiff, diff_access
from eks_access.review.state import AccessState
from eks_access.takeover.declaring import take_over

from ..migration.messy import A, Raw, binding, cluster, iam, read, role, user
from .test_declaring import ADMIN, CREATOR, entry

Edit = Callable[[Raw], None]


def adopted(*documents: list[Raw]) -> tuple[Raw, AccessState]:
    """The declaration that `adopt` writes, and the cluster."""
    known_iam = iam("ci/terraform", "teams/dev", "ops", users=["taro", "x/hana", "mika"])
    state, known = read([each for part in (*documents, known_iam) for each in part])
    return dict(yaml.safe_load(take_over(state, known, CREATOR).text)), state


def moved(raw: Raw, arn: str, declare: Edit) -> Raw:
    """The declaration with one principal out of `keep`, and declared."""
    after = copy.deepcopy(raw)
    for key, field in (("mapRoles", "rolearn"), ("mapUsers", "userarn"), ("entries", "principalArn")):
        kept = after["keep"].get(key, [])
        after["keep"][key] = [each for each in kept if key_of(each[field]) != key_of(arn)]
    assert after["keep"] != raw["keep"]
    declare(after)
    return after


def compared(old: Raw, new: Raw, live: AccessState) -> AccessDiff:
    """What changes, with everything in the cluster that others bound."""
    before, after = (compile_plan(from_dict(raw)) for raw in (old, new))
    assert judge(after).errors == ()
    return diff_access(state_of_plan(before, live.rbac), state_of_plan(after, live.rbac))


def viewer(raw: Raw) -> None:
    raw["people"]["hana"] = {"iamUser": {"path": "/x/"}}
    raw["grants"] = [*raw.get("grants", []), {"person": "hana", "role": "view", "namespaces": ["default"]}]


def viewer_by_policy(raw: Raw) -> None:
    raw["people"]["hana"] = {"iamUser": {"path": "/x/"}}
    raw["grants"] = [
        *raw.get("grants", []),
        {"person": "hana", "accessPolicy": "AmazonEKSViewPolicy", "clusterWide": True},
    ]


def admin(raw: Raw) -> None:
    raw["people"]["mika"] = {"iamUser": {}}
    raw["admins"] = {"people": ["mika"]}


def editor(raw: Raw) -> None:
    raw["people"]["dev"] = {"iamRole": f"{A}:role/teams/dev"}
    raw["grants"] = [*raw.get("grants", []), {"person": "dev", "role": "edit", "namespaces": ["default"]}]


BINDINGS = [binding("viewers", "viewers", "view", "default"), binding("editors", "editors", "edit", "default")]
BY_AWS_AUTH = cluster(
    [role("dev", "dev:{{SessionName}}", ["editors"]), role("ops", "ops", ["system:masters"])],
    [
        user("x/hana", "hana", ["viewers"]),
        user("mika", "mika", ["system:masters"]),
        user("taro", "t", ["system:masters"]),
    ],
    mode="API_AND_CONFIG_MAP",
    bindings=BINDINGS,
    entries=entry(CREATOR, ADMIN),
)
BY_ENTRIES = cluster(
    mode="API",
    bindings=BINDINGS,
    entries=[
        *entry(CREATOR, ADMIN),
        *entry(f"{A}:role/ops", ADMIN),
        *entry(f"{A}:user/taro", ADMIN),
        *entry(f"{A}:role/teams/dev", groups=("editors",)),
        *entry(f"{A}:user/x/hana", "AmazonEKSViewPolicy"),
        *entry(f"{A}:user/mika", ADMIN),
    ],
)


@pytest.mark.parametrize(
    ("documents", "moves"),
    [
        (BY_AWS_AUTH, [(f"{A}:user/x/hana", viewer), (f"{A}:role/dev", editor), (f"{A}:user/mika", admin)]),
        (
            BY_ENTRIES,
            [(f"{A}:user/x/hana", viewer_by_policy), (f"{A}:role/teams/dev", editor), (f"{A}:user/mika", admin)],
        ),
    ],
    ids=["aws-auth", "entries"],
)
def test_nobody_gains_or_loses_anything_by_any_move(documents: list[Raw], moves: list[tuple[str, Edit]]) -> None:
    raw, live = adopted(documents)

    for arn, declare in moves:
        after = moved(raw, arn, declare)
        diff = compared(raw, after, live)

        assert diff.empty, diff.effective
        raw = after


def test_what_is_declared_is_what_runs() -> None:
    for documents in (BY_AWS_AUTH, BY_ENTRIES):
        raw, live = adopted(documents)

        assert diff_access(live, state_of_plan(compile_plan(from_dict(raw)), live.rbac)).empty


def test_a_move_that_forgets_something_is_seen() -> None:
    raw, live = adopted(BY_AWS_AUTH)

    def too_little(after: Raw) -> None:
        viewer(after)
        after["grants"][0]["namespaces"] = ["kube-public"]

    diff = compared(raw, moved(raw, f"{A}:user/x/hana", too_little), live)

    assert [change.name for change in diff.effective] == ["hana"]


def test_a_principal_is_kept_or_declared_and_not_both() -> None:
    raw, _ = adopted(BY_ENTRIES)
    both: dict[str, Any] = copy.deepcopy(raw)
    viewer_by_policy(both)

    found = judge(compile_plan(from_dict(both))).errors

    assert "EA302" in {problem.check for problem in found}
