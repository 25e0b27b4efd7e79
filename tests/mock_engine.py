"""The mock engine: records what is registered, and refuses calls that a preview must not depend on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from unittest.mock import patch

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.mocks import MockMonitor

KUBECONFIG = '{"clusters": [{"cluster": {"server": "https://mock.eks.example", "certificate-authority-data": "Y2E="}}]}'
ACCOUNT = "111122223333"
SERVICE_ROLE = (
    "urn:pulumi:dev::eks-access::eks:index:Cluster$eks:index:ServiceRole$aws:iam/role:Role::mock-eksRole-role"
)
SERVICE_ROLE_REFERENCE = {
    "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
    "urn": SERVICE_ROLE,
    "id": "mock-eksRole",
}
"""The role that pulumi-eks makes for the control plane, as components hand out resources over the wire."""


@dataclass
class Recorder(pulumi.runtime.Mocks):
    """Answers registrations as the providers would, as far as access needs it; in preview nothing new is known."""

    preview: bool = False
    registered: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    requests: dict[tuple[str, str], Any] = field(default_factory=dict)
    transforms: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    """What the program changes about the children of a component that another process makes."""
    urns: list[str] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """URN → what `register_outputs` was given, as it goes over the wire."""
    account_roles: ClassVar[tuple[str, ...]] = ()
    """ARNs of the roles that the account has already."""
    last_outputs: ClassVar[dict[str, Any]] = {}
    """The stack's outputs of its last update."""
    result: Any = None
    """What the program returned."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        key = (args.typ, args.name)
        assert key not in self.registered, f"registered twice: {key}"
        self.registered[key] = args.inputs
        self.transforms[key] = args.transforms
        if self.preview:
            return "", dict(args.inputs)
        return f"{args.name}-id", {**args.inputs, **_computed(args)}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        if args.token == "aws:iam/getRoles:getRoles":  # only warned about, and nothing is made of it
            return {"arns": list(self.account_roles), "names": [], "id": "eu-west-1"}
        if args.token == "pulumi:pulumi:readStackOutputs":  # only told about
            return {"name": args.args["name"], "outputs": self.last_outputs}
        raise AssertionError(f"nothing may be looked up at run time: {args.token}")

    def inputs(self, type_: str) -> dict[str, dict[str, Any]]:
        """Name → inputs of everything of a type."""
        return {name: inputs for (typ, name), inputs in self.registered.items() if typ == type_}

    def options(self, type_: str) -> dict[str, Any]:
        """Name → registration request of everything of a type."""
        return {name: request for (typ, name), request in self.requests.items() if typ == type_}


def _computed(args: pulumi.runtime.MockResourceArgs) -> dict[str, Any]:
    match args.typ:
        case "aws:iam/accessKey:AccessKey":
            return {"secret": f"secret-of-{args.name}"}
        case "aws:iam/userLoginProfile:UserLoginProfile":
            return {"password": f"password-of-{args.name}"}
        case "aws:kms/key:Key":
            return {"arn": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/mock"}
        case "eks:index:Cluster":
            core = {"subnetIds": ["subnet-1", "subnet-2"], "clusterIamRole": SERVICE_ROLE_REFERENCE}
            return {"kubeconfigJson": KUBECONFIG, "core": core}
        case iam if iam.startswith("aws:iam/"):
            return {"arn": f"arn:aws:iam::{ACCOUNT}:mock/{args.name}", "uniqueId": f"AROA{args.name}"}
        case _:
            return {}


class Monitor(MockMonitor):
    """Keeps the registration requests, which carry the options, and the outputs of components."""

    mocks: Recorder

    def __init__(self, mocks: Recorder) -> None:
        super().__init__(mocks)
        made = MockMonitor.ResourceRegistration(SERVICE_ROLE, "mock-eksRole", {"name": "mock-eksRole"})
        self.resources[SERVICE_ROLE] = made

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Name all ancestors' types, as the engine does; the SDK's mock names the nearest only."""
        chain = parent.split("::")[2] if parent and "pulumi:pulumi:Stack" not in parent else ""
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{chain}{'$' if chain else ''}{type_}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, the protocol's name
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self.mocks.requests[request.type, request.name] = request
            self.mocks.urns.append(response.urn)
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802, the protocol's name
        if "pulumi:pulumi:Stack::" not in request.urn:
            self.mocks.outputs[request.urn] = MessageToDict(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def run_program(program: Callable[[], object], *, preview: bool = False, stack: str = "dev") -> Recorder:
    """Run a program on a fresh mock engine and return what it registered, once everything has landed."""
    # A thread of its own, so that no event loop of the SDK's stays in the one that pytest runs in.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_run, program, preview, stack).result()


def refusal(program: Callable[[], object]) -> tuple[str, Recorder]:
    """Run a program that is refused; return the text of the refusal and what was registered before it."""
    recorder = run_program(lambda: _caught(program))
    return recorder.result, recorder


def _caught(program: Callable[[], object]) -> str:
    try:
        program()
    except pulumi.RunError as refused:
        return str(refused)
    raise AssertionError("the program was not refused")


def _run(program: Callable[[], object], preview: bool, stack: str) -> Recorder:
    recorder = Recorder(preview=preview)

    def kept() -> None:
        recorder.result = program()

    with _event_loops():
        pulumi.runtime.set_mocks(recorder, "eks-access", stack, preview=preview, monitor=Monitor(recorder))  # type: ignore[no-untyped-call]
        pulumi.runtime.test(kept)()  # type: ignore[no-untyped-call]
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
