"""Files, folders and standard input → documents, whoever wrote them; nothing in them is trusted."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from ..authn.templates import TEMPLATES
from ..errors import Problem, Refused
from ..review.documents import Document

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")
MOST_BYTES = 256 * 1024 * 1024
"""Of all files together: ten times the dump of a cluster at its quotas."""
MOST_FILES = 10_000
_RENDER = "render it first, e.g. `helm template … | eks-access can … -f -`"
_DESCRIBED = "give what `kubectl get … -o yaml` prints; `kubectl describe` is for people"
_TEMPLATE = re.compile(rf"\{{\{{(?!(?:{'|'.join(TEMPLATES)})\}}\}})")
"""Opens a template of Helm; those that the authenticator fills in stand in every aws-auth with nodes."""
_SPACE = re.compile(r"\s*")


def read_documents(paths: Iterable[str | Path]) -> list[Document]:
    """Read every document of files, of folders with all below them, and of standard input (``-``).

    Raises:
        Refused: something can't be read, is too big, or is neither YAML nor JSON.
    """
    found: list[Document] = []
    left = MOST_BYTES
    for file in _files(paths):
        raw = _read(file, left)
        left -= len(raw)
        name = "stdin" if file == STDIN else str(file)
        found += parse_documents(_text(raw, name), name)
    return found


def read_state(path: str | Path) -> Document:
    """Read the one JSON document of a stack's state or preview.

    Raises:
        Refused: it can't be read, is too big, or is not JSON.
    """
    name = "stdin" if str(path) == STDIN else str(path)
    if name != "stdin" and Path(path).is_dir():
        raise _refused(name, "a state is one file", "name the file that `pulumi stack export` wrote")
    text = _text(_read(STDIN if str(path) == STDIN else Path(path), MOST_BYTES), name)
    try:
        return Document(content=json.loads(text), file=name)
    except json.JSONDecodeError as error:
        fix = "give what `pulumi stack export` or `pulumi preview --json --show-sames` prints"
        raise _refused(name, f"a state is JSON: {error.msg}", fix, error.lineno) from None
    except (ValueError, RecursionError):
        raise _refused(name, "a state is JSON as the engine writes it", "export it again") from None


def parse_documents(text: str, file: str) -> list[Document]:
    """Parse YAML with any number of documents, or JSON values one after the other.

    Raises:
        Refused: it is neither.
    """
    if file.endswith(".json") or text.lstrip()[:1] in ("{", "["):
        try:
            return list(_json(text, file))
        except json.JSONDecodeError as error:
            if file.endswith(".json"):
                fix = "correct this line or the one above"
                raise _refused(file, f"the file must be valid JSON: {error.msg}", fix, error.lineno) from None
        except (ValueError, RecursionError):
            raise _refused(file, "a number is too long, or lists are nested too deeply", "remove it") from None
    return _yaml(text, file)


def _yaml(text: str, file: str) -> list[Document]:
    import yaml  # most dumps are JSON

    from ..declaration.yaml_errors import syntax_problem
    from .yaml_documents import UnreadableError, yaml_documents

    try:
        return [Document(content=content, file=file, line=line) for line, content in yaml_documents(text)]
    except yaml.YAMLError as error:
        # the line itself isn't shown: it may be part of a Secret
        problem = replace(syntax_problem(error, text, file), value=None)
        raise Refused([replace(problem, fix=_better_fix(text) or problem.fix)]) from None
    except UnreadableError as error:
        raise _refused(file, error.rule, _better_fix(text) or error.fix, error.line) from None


def _better_fix(text: str) -> str:
    """Say what to give instead of what is no YAML at all: a description for people, a template."""
    if re.match(r"Name: {2,}", text):
        return _DESCRIBED
    return _RENDER if _TEMPLATE.search(text) else ""


def _files(paths: Iterable[str | Path]) -> Iterator[Path | str]:
    count = 0
    for path in paths:
        if not str(path):
            raise _refused("''", "a file has a name", "name a file or a folder, or - for standard input")
        for file in [STDIN] if str(path) == STDIN else _below(Path(path)):
            count += 1
            if count > MOST_FILES:
                raise _refused(str(path), f"at most {MOST_FILES:,} files are read at once", "name fewer folders")
            yield file


def _below(path: Path) -> list[Path]:
    """List the file itself, or the YAML and JSON files below a folder in a fixed order; hidden ones are left out."""
    try:
        if not path.is_dir():
            return [path]
        found = sorted(_manifests(path))
    except (OSError, ValueError) as error:
        raise _refused(str(path), f"the folder must be readable: {error}", "correct the path") from None
    if not found:
        raise _refused(str(path), f"no file below it ends in {', '.join(SUFFIXES)}", "name the folder of manifests")
    return found


def _manifests(folder: Path) -> Iterator[Path]:
    """Walk a folder; what can't be looked into is an error, since an answer without it could be wrong."""
    for place, folders, names in os.walk(folder, onerror=_give_up):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(place, name) for name in names if not name.startswith(".")):
            dangling = path.is_symlink() and not path.exists()
            if path.suffix in SUFFIXES and (path.is_file() or dangling):
                yield path


def _give_up(error: OSError) -> NoReturn:
    raise error


def _read(file: Path | str, most: int) -> bytes:
    try:
        if file == STDIN:
            raw = sys.stdin.buffer.read(most + 1)
        else:
            with Path(file).open("rb") as opened:
                raw = opened.read(most + 1)
    except FileNotFoundError:
        raise _refused(str(file), "the file must exist", "correct the path") from None
    except (OSError, ValueError) as error:
        raise _refused(
            str(file), f"the file must be readable: {error}", "correct the path or its permissions"
        ) from None
    if len(raw) > most:
        rule = f"at most {MOST_BYTES // 1024 // 1024} MiB are read at once"
        fix = "leave out what is not RBAC: `kubectl get roles,clusterroles,rolebindings,clusterrolebindings -A -o json`"
        raise _refused(str(file), rule, fix)
    return raw


def _text(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(file, "the file must be UTF-8", "save it as UTF-8", line) from None


def _json(text: str, file: str) -> Iterator[Document]:
    decoder = json.JSONDecoder(parse_constant=_no_json)
    at = _SPACE.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        content, end = decoder.raw_decode(text, at)
        yield Document(content=content, file=file, line=text.count("\n", 0, at) + 1)
        at = _SPACE.match(text, end).end()  # type: ignore[union-attr]


def _no_json(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python takes for JSON; in YAML they are text."""
    raise json.JSONDecodeError(f"{constant} is no JSON", "", 0)


def _refused(file: str, rule: str, fix: str, line: int | None = None) -> Refused:
    return Refused([Problem(file=file, line=line, rule=rule, fix=fix)])
