"""The mock engine: records what is registered, and refuses calls that a preview must not depend on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pulumi
import pytest
from eks_access import load
from pulumi.runtime.mocks import MockMonitor

KUBECONFIG = (
    '{"clusters": [{"cluster": {"server": "https://mock.eks.example", "certificate-authority-data": "Y2E="}}]}'
)
STACKS = Path(__file__).parents[2] / "stacks"




@dataclass
class Recorder(pulumi.runtime.Mocks):
    """Answers registrations as the providers would, as far as access needs it."""

    registered: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    requests: dict[tuple[str, str], Any] = field(default_factory=dict)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        key = (args.typ, args.name)
        assert key not in self.registered, f"registered twice: {key}"
        self.registered[key] = args.inputs
        outputs = dict(args.inputs)
        if args.typ.startswith("aws:iam/"):
            outputs |= {"arn": f"arn:aws:iam::111122223333:mock/{args.name}", "uniqueId": f"AROA{args.name}"}
        if args.typ == "aws:kms/key:Key":
            outputs |= {"arn": "arn:aws:kms:eu-west-1:111122223333:key/mock"}
        if args.typ == "eks:index:Cluster":
            outputs |= {"kubeconfigJson": KUBECONFIG, "core": {"subnetIds": ["subnet-1", "subnet-2"]}}
        return f"{args.name}-id", outputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        raise AssertionError(f"nothing may be looked up at run time: {args.token}")

    def inputs(self, type_: str) -> dict[str, dict[str, Any]]:
        """Name → inputs of everything of a type."""
        return {name: inputs for (typ, name), inputs in self.registered.items() if typ == type_}

    def options(self, type_: str) -> dict[str, Any]:
        """Name → registration request of everything of a type."""
        return {name: request for (typ, name), request in self.requests.items() if typ == type_}


class Monitor(MockMonitor):
    """Keeps the registration requests, which carry the options."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, the protocol's name
        if request.type != "pulumi:pulumi:Stack":
            self.mocks.requests[request.type, request.name] = request
        return super().RegisterResource(request)


Run = Callable[[Callable[[], object]], Recorder]


@pytest.fixture(params=["preview", "up"])
def phase(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def run_in() -> Callable[[str], Run]:
    """Run a program on a fresh mock engine and return what it registered, once everything has landed."""

    def in_phase(phase: str) -> Run:
        def run(program: Callable[[], object]) -> Recorder:
            # A thread of its own, so that no event loop of the SDK's stays in the one that pytest runs in.
            with ThreadPoolExecutor(max_workers=1) as thread:
                return thread.submit(_run, phase == "preview", program).result()

        return run

    return in_phase


def _run(preview: bool, program: Callable[[], object]) -> Recorder:
    recorder = Recorder()
    with _event_loops():
        pulumi.runtime.set_mocks(recorder, preview=preview, monitor=Monitor(recorder))
        pulumi.runtime.test(lambda: _drop(program()))()
    return recorder


@contextmanager
def _event_loops() -> Iterator[None]:
    """Set an event loop, and close it and those that the SDK opens on its way and forgets."""
    opened: list[asyncio.AbstractEventLoop] = []
    create = asyncio.new_event_loop

    def remember() -> asyncio.AbstractEventLoop:
        opened.append(create())
        return opened[-1]

    with patch.object(asyncio, "new_event_loop", remember):
        asyncio.set_event_loop(remember())
        try:
            yield
        finally:
            asyncio.set_event_loop(None)
            for loop in opened:
                if not loop.is_running():
                    loop.close()


def _drop(_: object) -> None:
    return None


@pytest.fixture
def run(run_in: Callable[[str], Run], phase: str) -> Run:
    return run_in(phase)


@pytest.fixture(scope="session")
def dev() -> dict[str, Any]:
    return load(STACKS / "access" / "dev.yaml").model_dump(mode="json", by_alias=True, exclude_unset=True)


@pytest.fixture(scope="session")
def people() -> dict[str, Any]:
    return load(STACKS / "access" / "people.yaml").model_dump(mode="json", by_alias=True, exclude_unset=True)
