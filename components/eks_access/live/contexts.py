"""What a kubeconfig says about one context: where it leads, and which command makes its tokens, with what.

Rules: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ (KUBECONFIG is a list, the
first file that says something wins).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import NoAnswerError
from .yaml_documents import UnreadableError, yaml_documents

_PROFILE, _REGION = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"), ("AWS_REGION", "AWS_DEFAULT_REGION")
_CLUSTER = ("--cluster-name", "--cluster-id", "-i")
_ANEW = "have a new one written by `aws eks update-kubeconfig`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One context, as far as it matters to who gets in where."""

    name: str
    file: str
    server: str = ""
    authority: str = ""
    """CA, base64 of PEM; empty where it names none that can be read."""
    namespace: str = ""
    command: str = ""
    """What makes the tokens, e.g. ``aws``; empty where it has none."""
    profile: str = ""
    region: str = ""
    cluster: str = ""
    """Name of the cluster for which the command makes tokens."""
    account: str = ""
    """AWS account, where the cluster is called by its ARN as the AWS CLI does."""


def read_context(file: str | None = None, context: str | None = None) -> Context | None:
    """Read the named context, or the current one; None where there is no kubeconfig.

    Raises:
        NoAnswerError: a kubeconfig that can't be read, or has no such context.
    """
    paths = [Path(file)] if file else _default_paths()
    found = [(path, _read(path)) for path in paths if file or path.exists()]
    if not found:
        return None
    name = context or next((str(c["current-context"]) for _, c in found if c.get("current-context")), "")
    where = ", ".join(str(path) for path, _ in found)
    if not name:
        raise NoAnswerError(f"{where} has no current context; `kubectl config use-context NAME` chooses one")
    chosen = _named(found, "contexts", name)
    if chosen is None:
        known = ", ".join(str(each.get("name")) for _, c in found for each in _items(c, "contexts"))
        raise NoAnswerError(f"{where} has no context {name}; it has {known or 'none'}")
    inner = _mapping(chosen.get("context"))
    cluster = _mapping((_named(found, "clusters", str(inner.get("cluster"))) or {}).get("cluster"))
    user = _mapping((_named(found, "users", str(inner.get("user"))) or {}).get("user"))
    return _context(name, where, inner, cluster, _mapping(user.get("exec")))


def _context(
    name: str, file: str, inner: Mapping[str, Any], cluster: Mapping[str, Any], command: Mapping[str, Any]
) -> Context:
    given = command.get("args")
    arguments = [str(each) for each in given] if isinstance(given, list) else []
    variables = {str(each.get("name")): str(each.get("value")) for each in _dicts(command.get("env"))}
    parts = str(inner.get("cluster") or "").split(":")
    return Context(
        name=name,
        file=file,
        server=str(cluster.get("server") or "").rstrip("/"),
        authority=str(cluster.get("certificate-authority-data") or "") or _encoded(cluster, Path(file.split(", ")[0])),
        namespace=str(inner.get("namespace") or ""),
        command=str(command.get("command") or ""),
        profile=_after(arguments, ("--profile",)) or _first(variables, _PROFILE),
        region=_after(arguments, ("--region",)) or _first(variables, _REGION),
        cluster=_after(arguments, _CLUSTER),
        account=parts[4] if len(parts) > 5 and parts[0] == "arn" else "",
    )


def _encoded(cluster: Mapping[str, Any], file: Path) -> str:
    """Read the CA that a kubeconfig names by its file; relative ones are beside the kubeconfig."""
    named = cluster.get("certificate-authority")
    if not isinstance(named, str) or not named:
        return ""
    try:
        return base64.b64encode((file.parent / named).read_bytes()).decode()
    except (OSError, ValueError):
        return ""


def _default_paths() -> list[Path]:
    named = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return named or [Path.home() / ".kube" / "config"]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoAnswerError(
            f"the kubeconfig {path} can't be read ({getattr(error, 'strerror', None) or error}); {_ANEW}"
        ) from error
    try:
        content = next(iter(yaml_documents(text)), (1, None))[1]
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        why = f"{problem}, line {mark.line + 1}" if problem and mark else " ".join(str(error).split())
        raise NoAnswerError(f"the kubeconfig {path} is no YAML ({why}); mend it, or {_ANEW}") from error
    except UnreadableError as error:
        raise NoAnswerError(f"the kubeconfig {path} is not read ({error}, line {error.line}); {_ANEW}") from error
    if content is not None and not isinstance(content, dict):
        raise NoAnswerError(f"the kubeconfig {path} is no kubeconfig; {_ANEW}")
    return content or {}


def _named(found: list[tuple[Path, Mapping[str, Any]]], kind: str, name: str) -> Mapping[str, Any] | None:
    return next((each for _, content in found for each in _items(content, kind) if str(each.get("name")) == name), None)


def _items(content: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return _dicts(content.get(kind))


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _after(arguments: list[str], options: tuple[str, ...]) -> str:
    for index, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if option in options:
            return value if equals else next(iter(arguments[index + 1 : index + 2]), "")
    return ""


def _first(variables: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((variables[name] for name in names if variables.get(name)), "")
