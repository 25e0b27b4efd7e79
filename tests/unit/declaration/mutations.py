"""The project's own stack files, damaged: with the structure in mind, and without."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

from ...plans import ROOT

ACCESS = ROOT / "stacks" / "access"
FILES = (
    *sorted(ACCESS.glob("*.yaml")),
    ROOT / "examples" / "walls" / "with_eks_access" / "access.yaml",
    ROOT / "tests" / "unit" / "declaration" / "examples" / "prod.yaml",
)
Path = tuple[Any, ...]
DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]
LEAVES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1e308,
        float("nan"),
        10**30,
        9**999,
        "",
        " ",
        "x" * 70,
        "x" * 5000,
        "é",
        "\u202e\u2066",
        "\u017f",
    ),
    *(
        "1.30",
        1.30,
        "1.99",
        "2027-02-30",
        "{{SessionName}}",
        "{{",
        "*",
        "dev-*",
        "system:masters",
        "eks:x",
        "../..",
        "a/b/c",
    ),
    *(
        "\x1b[2J",
        "\n- injected",
        "${jndi:x}",
        "`id`",
        "%s%n",
        "[x](y)",
        "@team",
        "<b>",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam",
    ),
    *(
        "arn:aws-cn:iam::111122223333:role/x",
        "arn:aws:sts::111122223333:assumed-role/a/b",
        "arn:::::::::",
        [],
        {},
        [[]],
        {"": ""},
    ),
    *(
        ["hanako", "hanako"],
        ["nobody"],
        {"iamUser": {}},
        {"x": {"y": {"z": 1}}},
        DEEP,
        ["x"] * 300,
        {str(i): {} for i in range(300)},
    ),
    *(
        "API",
        "CONFIG_MAP",
        "AmazonEKSAdminPolicy",
        "AmazonEKSClusterAdminPolicy",
        "view",
        "cluster-admin",
        "default",
        "hybrid",
    ),
    *({"check": "EA101", "path": "admins", "reason": "no"}, [{"check": "EA609", "path": "[", "reason": "why not"}]),
    *(
        ["escalate", "*"],
        ["secrets", "pods/exec", "nodes/proxy", "deployment"],
        ["", "apps", "app", "v1"],
        ["/metrics", "metrics"],
    ),
)
TEXTS = (
    *(
        "\t",
        "\n",
        "  ",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!str ",
        "!!binary ",
        "!!python/object:os.system ",
        "!x ",
    ),
    *(
        "<<: *a\n",
        "? ",
        "|\n",
        ">-\n",
        "#",
        "'",
        '"',
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "\x00",
        "\ufeff",
        "\u2028",
    ),
    *(
        "&b [*b]",
        "{a: 1, a: 2}",
        "include: [prod.yaml]\n",
        "include: [/etc/passwd]\n",
        "=",
        "~",
        "0x1f",
        "1_0",
        "12:30",
        "@",
        "`",
    ),
)


def places(node: Any, at: Path = ()) -> Iterator[Path]:
    """List every place below a node."""
    if isinstance(node, dict):
        for key, inner in node.items():
            yield (*at, key)
            yield from places(inner, (*at, key))
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield (*at, index)
            yield from places(inner, (*at, index))


def _parent(root: Any, place: Path) -> Any:
    for step in place[:-1]:
        root = root[step]
    return root


def _replace(draw: st.DrawFn, root: Any, place: Path) -> None:
    _parent(root, place)[place[-1]] = copy.deepcopy(draw(st.sampled_from(LEAVES)))


def _delete(draw: st.DrawFn, root: Any, place: Path) -> None:
    del _parent(root, place)[place[-1]]


def _rename(draw: st.DrawFn, root: Any, place: Path) -> None:
    parent = _parent(root, place)
    if isinstance(parent, dict):
        key = draw(st.sampled_from([*(leaf for leaf in LEAVES if isinstance(leaf, str | int)), *parent]))
        parent[key] = parent.pop(place[-1])


def _double(draw: st.DrawFn, root: Any, place: Path) -> None:
    parent = _parent(root, place)
    twin = copy.deepcopy(parent[place[-1]])
    if isinstance(parent, list):
        parent.append(twin)
    else:
        parent[f"{place[-1]}{draw(st.sampled_from(['', '2', ' ', 'X']))}".swapcase()] = twin


def _swap(draw: st.DrawFn, root: Any, place: Path) -> None:
    """Put something from elsewhere in its place: the right words in the wrong spot."""
    other = draw(st.sampled_from(sorted(places(root), key=repr)))
    _parent(root, place)[place[-1]] = copy.deepcopy(_parent(root, other)[other[-1]])


def _wrap(draw: st.DrawFn, root: Any, place: Path) -> None:
    parent = _parent(root, place)
    inner = parent[place[-1]]
    parent[place[-1]] = draw(st.sampled_from([[inner], {"x": inner}, str(inner), [inner, inner]]))


CHANGES: tuple[Callable[[st.DrawFn, Any, Path], None], ...] = (
    _replace,
    _replace,
    _delete,
    _rename,
    _double,
    _swap,
    _wrap,
)


@st.composite
def mutated_files(draw: st.DrawFn) -> bytes:
    """One of the files, changed in a few places, then perhaps cut into as text or as bytes."""
    source = draw(st.sampled_from(FILES)).read_text()
    if draw(st.integers(0, 4)):
        root = yaml.safe_load(source)
        for _ in range(draw(st.integers(1, 4))):
            if known := list(places(root)):
                draw(st.sampled_from(CHANGES))(draw, root, draw(st.sampled_from(known)))
        dumper = draw(st.sampled_from([yaml.SafeDumper, _NoAliases]))
        source = yaml.dump(root, Dumper=dumper, sort_keys=False, allow_unicode=draw(st.booleans()))
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        at = draw(st.integers(0, len(source)))
        source = source[:at] + draw(st.sampled_from(TEXTS)) + source[at + draw(st.integers(0, 6)) :]
    raw = source.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.binary(max_size=4)) + raw[at + draw(st.integers(0, 4)) :]
    return raw


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
