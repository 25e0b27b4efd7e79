"""Declarations as they are at a revision of git: read out of its objects, never by way of the work tree or a shell."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ..errors import Problem, Refused

_REVISION = re.compile(r"[A-Za-z0-9_.@^~{}/+-]+")
"""What names of revisions are made of here; a colon ends one, and none begins like an option."""
_MOST_FILES, _MOST_BYTES = 2000, 1024 * 1024
_SECONDS = 60
_REGULAR = ("100644", "100755")


def is_revision(text: str) -> bool:
    """Tell whether git knows a commit by this name, in the repository of the current folder."""
    if not _REVISION.fullmatch(text) or text.startswith("-"):
        return False
    return _run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}") is not None


def merge_base(old: str, new: str) -> str:
    """Return the commit from which two revisions went apart.

    Raises:
        Refused: one of them is none, or they have nothing in common.
    """
    found = _run("merge-base", commit_of(old), commit_of(new))
    if not found:
        rule, fix = "the two revisions have no commit in common", "write two dots, or fetch the whole history"
        raise Refused([Problem(value=f"{old}...{new}", rule=rule, fix=fix)])
    return found.decode().split()[0]


def commit_of(revision: str) -> str:
    """Return the commit that a revision is.

    Raises:
        Refused: git doesn't know it.
    """
    if is_revision(revision):
        found = _run("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        if found:
            return found.decode().strip()
    rule, fix = "git knows no revision of this name", "name a branch, a tag or a commit that is fetched here"
    raise Refused([Problem(value=revision, rule=rule, fix=fix)])


@contextmanager
def files_at(revision: str, folder: Path) -> Iterator[Path]:
    """Lay out the YAML files below a folder as they are at a revision, in a folder that lasts as long as this does.

    Args:
        revision: of git.
        folder: of the work tree; only what is below it is read.

    Raises:
        Refused: git doesn't know the revision or the folder at it; problems of what is read name the revision.
    """
    commit = commit_of(revision)
    prefix = _run("rev-parse", "--show-prefix", cwd=folder)
    if prefix is None:
        raise Refused([Problem(value=str(folder), rule="this is in no repository of git", fix="go to the project")])
    with TemporaryDirectory(prefix="eks-access-") as name:
        root = Path(name).resolve()
        _lay_out(commit, prefix.decode().strip(), root, folder)
        try:
            yield root
        except Refused as refusal:
            raise placed(refusal, root, revision) from None


def _lay_out(commit: str, prefix: str, root: Path, folder: Path) -> None:
    listed = _run("ls-tree", "-r", "-z", "-l", f"{commit}:{prefix}", cwd=folder) or b""
    rows = [row for row in listed.decode("utf-8", "surrogateescape").split("\0") if row]
    wanted = []
    for row in rows:
        about, _, path = row.partition("\t")
        mode, kind, object_id, size = about.split()
        if kind == "blob" and mode in _REGULAR and path.endswith((".yaml", ".yml")) and _is_inside(path):
            # a bigger one would be refused anyway; so it keeps its place and is told about when it is read
            wanted.append((object_id, path, int(size)))
    if len(wanted) > _MOST_FILES:
        rule = f"there are {len(wanted):,} YAML files below {prefix or '.'}; {_MOST_FILES:,} are read"
        raise Refused([Problem(rule=rule, fix="give the project a folder of its own, or name a file")])
    for blob, path, length in wanted:
        content = _run("cat-file", "blob", blob, cwd=folder) if length <= _MOST_BYTES else b" " * (_MOST_BYTES + 1)
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content or b"")


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts


def placed(refusal: Refused, root: Path, revision: str) -> Refused:
    """Say of files that were laid out which revision they are of."""
    names = (str(root), os.path.relpath(root))  # paths are told relative to where we are

    def shown(text: str) -> str:
        for name in names:
            text = text.replace(f"{name}/", f"{revision}:").replace(name, revision)
        return text

    return Refused(
        replace(
            problem,
            file=None if problem.file is None else shown(problem.file),
            rule=shown(problem.rule),
            fix=shown(problem.fix),
        )
        for problem in refusal.problems
    )


def _run(*arguments: str, cwd: Path | None = None) -> bytes | None:
    """Run git by a list of arguments; None where it says no, or isn't there."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no argument that begins like an option but our own
            ["git", "--no-replace-objects", "-c", "core.fsmonitor=false", *arguments],  # noqa: S607 - the user's git
            cwd=cwd,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
