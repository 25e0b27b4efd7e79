"""Hold the workflows against actionlint and zizmor; both pinned, and neither asks the network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox.progress import Reporter
from sandbox.toolchain import Toolchain
from sandbox.tools import Tool

ROOT = Path(__file__).parents[1]
ACTIONLINT = Tool(
    name="actionlint",
    module="actionlint",
    package="github.com/rhysd/actionlint/cmd/actionlint",
    minutes=0.5,
)


def main() -> int:
    """Run both; 0 where neither finds anything."""
    workflows = sorted(map(str, (ROOT / ".github" / "workflows").glob("*.yml")))
    actionlint = str(Toolchain(Reporter()).ensure(ACTIONLINT))
    zizmor = str(Path(sys.executable).parent / "zizmor")
    commands = (
        [actionlint, "-shellcheck=", "-pyflakes=", *workflows],
        [zizmor, "--offline", "--quiet", *workflows],
    )
    return max(subprocess.run(command, cwd=ROOT, check=False).returncode for command in commands)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
