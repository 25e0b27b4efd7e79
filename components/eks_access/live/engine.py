"""The `pulumi` on PATH, as far as recovering needs it. Arguments are lists; nothing goes through a shell."""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import EksAccessError, Problem, Refused

_LOCKED = re.compile(r"currently locked by|Another update is currently in progress", re.IGNORECASE)
_HOLDER = re.compile(r"created by (?P<who>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<when>\S+)")


class EngineError(EksAccessError):
    """The engine ran, and failed; the text is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose update holds a stack's lock, as a lock file says."""

    who: str
    host: str
    pid: int
    when: str

    @property
    def lives(self) -> bool:
        """Whether it is an engine on this machine that still runs; of other machines nobody here can tell."""
        if self.host != socket.gethostname():
            return False
        asked = ["/bin/ps", "-o", "stat=,comm=", "-p", str(self.pid)]
        shown = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
        return "pulumi" in shown and not shown.startswith("Z")


class LockedError(EngineError):
    """An update holds the stack's lock, or one that died did."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.holders = tuple(
            Holder(who=match["who"], host=match["host"], pid=int(match["pid"]), when=match["when"])
            for match in _HOLDER.finditer(said)
        )
        """Empty where the backend doesn't say who it is."""


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Engine:
    """One stack of the project in a folder."""

    stack: str
    folder: Path

    def export(self) -> dict[str, Any]:
        """Return the stack's state, secrets encrypted.

        Raises:
            EngineError: there is no such stack, or its backend can't be reached.
        """
        said = self._run("stack", "export", "--stack", self.stack)
        try:
            exported: dict[str, Any] = json.loads(said)
        except ValueError as error:
            raise EngineError(f"`pulumi stack export` printed no state: {error}") from None
        return exported

    def mend_side_files(self) -> tuple[Path, ...]:
        """Set aside what keeps a backend in files from reading a checkpoint, and return where it lies now.

        Beside the checkpoint, which is replaced at once, lies a file with its content type and checksum (``.attrs``,
        of gocloud.dev/blob/fileblob), which isn't: an engine that dies in between leaves it empty, and everything from
        then on fails with ``failed to load checkpoint: EOF``. Without it the checkpoint is read all the same.
        """
        url = str(json.loads(self._run("whoami", "--verbose", "--json")).get("url", ""))
        if not url.startswith("file://"):
            return ()
        root = Path(unquote(urlsplit(url).path or urlsplit(url).netloc)).expanduser() / ".pulumi" / "stacks"
        name = glob.escape(self.stack.rpartition("/")[2])
        broken = [file for file in sorted(root.glob(f"**/{name}.json*.attrs")) if not _is_json(file)]
        return tuple(file.rename(file.with_name(f"{file.name}.broken")) for file in broken)

    def write(self, exported: Mapping[str, Any]) -> None:
        """Make this the stack's state.

        Raises:
            LockedError: an update holds the lock.
            EngineError: the engine refuses the state.
        """
        self._run("stack", "import", "--stack", self.stack, stdin=json.dumps(exported))

    def refresh(self, *, preview: bool = False) -> None:
        """Bring the state in line with AWS and the cluster; with `preview` only look.

        Raises:
            LockedError: an update holds the lock.
            EngineError: something can't be read.
        """
        how = ("--preview-only",) if preview else ("--yes", "--skip-preview")
        options = ("--suppress-outputs", "--suppress-progress", "--color", "never")
        self._run("refresh", "--stack", self.stack, "--non-interactive", *how, *options)

    def cancel(self) -> None:
        """Take the stack's lock away.

        Raises:
            EngineError: the backend refuses.
        """
        self._run("cancel", "--yes", "--stack", self.stack)

    def _run(self, *arguments: str, stdin: str = "") -> str:
        program = shutil.which("pulumi")
        if program is None:
            rule = "`pulumi` is not on PATH, and recovering is done with it"
            fix = "install it: https://www.pulumi.com/docs/iac/download-install/"
            raise Refused([Problem(rule=rule, fix=fix)])
        done = subprocess.run(  # noqa: S603
            [program, *arguments],
            cwd=self.folder,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return done.stdout
        said = "\n".join(part.strip() for part in (done.stderr, done.stdout) if part.strip())
        kind = LockedError if _LOCKED.search(said) else EngineError
        raise kind(said)
