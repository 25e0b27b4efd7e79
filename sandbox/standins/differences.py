"""A handler's `Diff` in the engine's words, with the kind of each change told from the values at its path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pulumi.runtime.proto import provider_pb2

from sandbox.standins.resource import Diff

_STEP = re.compile(r"""\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[?([^.\[\]]+)\]?""")
_ABSENT = object()
_Kind = provider_pb2.PropertyDiff.Kind


def diff_response(
    diff: Diff, olds: dict[str, Any], news: dict[str, Any], ignored: Iterable[str] = ()
) -> provider_pb2.DiffResponse:
    """Say what the engine needs to choose a step and to show it, without what the program said to ignore."""
    diff = _without(diff, tuple(ignored))
    paths = tuple(dict.fromkeys((*diff.changed, *diff.replaces)))
    changes = provider_pb2.DiffResponse.DIFF_SOME if paths else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=changes,
        diffs=list(dict.fromkeys(top_level(path) for path in paths)),
        replaces=list(dict.fromkeys(top_level(path) for path in diff.replaces)),
        deleteBeforeReplace=diff.delete_before_replace,
        detailedDiff={path: _property(path, path in diff.replaces, olds, news) for path in paths},
        hasDetailedDiff=bool(paths),
    )


def _without(diff: Diff, ignored: tuple[str, ...]) -> Diff:
    """Drop what is ignored: drift that a handler found itself (the engine has already put back ignored inputs)."""

    def kept(path: str) -> bool:
        return not any(_covers(_steps(ignore), _steps(path)) for ignore in ignored)

    return replace(diff, changed=tuple(filter(kept, diff.changed)), replaces=tuple(filter(kept, diff.replaces)))


def _covers(ignore: list[str | int], path: list[str | int]) -> bool:
    return len(ignore) <= len(path) and all(mine in ("*", its) for mine, its in zip(ignore, path, strict=False))


def _property(path: str, replaces: bool, olds: dict[str, Any], news: dict[str, Any]) -> provider_pb2.PropertyDiff:
    kind: _Kind.ValueType
    if _at(olds, path) is _ABSENT:
        kind = provider_pb2.PropertyDiff.ADD_REPLACE if replaces else provider_pb2.PropertyDiff.ADD
    elif _at(news, path) is _ABSENT:
        kind = provider_pb2.PropertyDiff.DELETE_REPLACE if replaces else provider_pb2.PropertyDiff.DELETE
    else:
        kind = provider_pb2.PropertyDiff.UPDATE_REPLACE if replaces else provider_pb2.PropertyDiff.UPDATE
    return provider_pb2.PropertyDiff(kind=kind, inputDiff=True)


def top_level(path: str) -> str:
    """Return the property that a path starts with."""
    first = _STEP.match(path)
    return str(_steps(path)[0]) if first else path


def join(path: str, step: str | int) -> str:
    """Return a path one step longer, quoted where the step isn't a plain name."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", step):
        return f"{path}.{step}" if path else step
    quoted = step.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}["{quoted}"]'


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for quoted, index, name in _STEP.findall(path):
        steps.append(int(index) if index else name or re.sub(r"\\(.)", r"\1", quoted))
    return steps


def _at(value: Any, path: str) -> Any:
    for step in _steps(path):
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not in_list and not (isinstance(value, dict) and step in value):
            return _ABSENT
        value = value[step]
    return value
