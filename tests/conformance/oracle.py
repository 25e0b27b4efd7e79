"""Programs that link the real components and answer in bulk: one JSON document a line in, one out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.progress import Reporter
from sandbox.toolchain import Toolchain
from sandbox.tools import Tool

ORACLES = Path(__file__).parent / "oracles"
"""One folder an oracle, with its go.mod, go.sum and main package."""


def build(name: str) -> Path:
    """Build the oracle of a folder, unless the cache has it."""
    tool = Tool(name=f"{name}-oracle", module=name, package=".", minutes=2)
    return Toolchain(Reporter(), modules=ORACLES).ensure(tool)


class Oracle:
    """A running oracle; ends with the block that it was started for."""

    def __init__(self, name: str) -> None:
        self._process = subprocess.Popen(
            [str(build(name))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, question: Mapping[str, Any]) -> Any:
        """Ask one question, which may hold thousands of cases, and wait for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the oracle ended with {self._process.wait()}; what it said is above")
        return json.loads(line)

    def __enter__(self) -> Oracle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(timeout=60)
