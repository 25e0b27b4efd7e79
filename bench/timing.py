"""Whole processes, timed in turn: what disturbs the machine for a while disturbs all of them alike."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).parents[1]
PYTHON = sys.executable
EKS_ACCESS = str(Path(sys.executable).parent / "eks-access")
"""The command as it was installed."""

Command = Sequence[str]


def run(command: Command, *, answers: Iterable[int] = (0,), env: Mapping[str, str] | None = None) -> str:
    """Run a program of which the output counts.

    Raises:
        RuntimeError: it ended with another exit code than those that are answers.
    """
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **(env or {})}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in answers:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise RuntimeError(f"`{' '.join(command)}` ended with {done.returncode}:\n{said}")
    return done.stdout


def whole_processes(
    commands: Mapping[str, Command],
    repetitions: int,
    *,
    answers: Iterable[int] = (0, 1),
    env: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Run commands in turn; return the median of each one's seconds. A first round of several only warms up."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    accepted = tuple(answers)
    warming = 1 if repetitions > 1 else 0
    for repetition in range(repetitions + warming):
        for name, command in commands.items():
            start = time.perf_counter()
            run(command, answers=accepted, env=env)
            if repetition >= warming:
                taken[name].append(time.perf_counter() - start)
    return {name: median(each) for name, each in taken.items()}
