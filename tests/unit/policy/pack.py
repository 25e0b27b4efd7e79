"""The pack as the engine has it: a process of its own, asked over gRPC for policy after policy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto import analyzer_pb2_grpc

from ...plans import ROOT

KUBE = "pulumi:providers:kubernetes"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A resource of somebody's program, as the engine has it once the provider has checked its inputs."""

    type: str
    name: str
    props: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    """URNs of what it was made of."""
    provider: str = ""
    parent: str = ""
    urn: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "urn", f"urn:pulumi:dev::theirs::{self.type}::{self.name}")


class Pack:
    """Asks the pack."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def of_resource(self, made: Made) -> set[str]:
        """Ask about one resource before it is made; names of the policies that it violates."""
        request = messages.AnalyzeRequest(type=made.type, urn=made.urn, name=made.name, properties=_struct(made.props))
        return {each.policyName for each in self._stub.Analyze(request, timeout=60).diagnostics}

    def of_stack(self, made: Sequence[Made]) -> dict[str, set[str]]:
        """Ask about a whole stack; policies that it violates, with the names of the resources."""
        request = messages.AnalyzeStackRequest(resources=[_resource(each) for each in made])
        found: dict[str, set[str]] = {}
        for each in self._stub.AnalyzeStack(request, timeout=60).diagnostics:
            found.setdefault(each.policyName, set()).add(each.urn.rpartition("::")[2])
        return found

    def told(self, made: Sequence[Made]) -> dict[str, set[str]]:
        """Ask as a preview does: about each resource, then about all of them."""
        alone = [(policy, each.name) for each in made for policy in self.of_resource(each)]
        found = self.of_stack(made)
        for policy, name in alone:
            found.setdefault(policy, set()).add(name)
        return found


@contextmanager
def running() -> Iterator[Pack]:
    """Start the pack, and end it by its process."""
    command = [sys.executable, "-u", str(ROOT / "policy")]  # the port comes through at once
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            port = process.stdout.readline().strip()
            assert port, "the pack did not start"
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Pack(analyzer_pb2_grpc.AnalyzerStub(channel))
        finally:
            process.kill()


def _resource(made: Made) -> messages.AnalyzerResource:
    provider = None
    if made.provider:
        provider = messages.AnalyzerProviderResource(type=KUBE, urn=made.provider, name=made.provider)
    return messages.AnalyzerResource(
        type=made.type,
        urn=made.urn,
        name=made.name,
        properties=_struct(made.props),
        dependencies=made.needs,
        provider=provider,
        parent=made.parent,
    )


def _struct(props: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(props)
    return struct
