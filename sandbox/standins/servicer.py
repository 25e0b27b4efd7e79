"""The engine's side of a stand-in: the ResourceProvider service over plain handlers.

Requests are decoded, secrets taken off and remembered, the handler called on a thread (handlers block on HTTP), and
its answer marked and encoded again. A `Failure` reaches the user as its message; anything unexpected as type and
message, with the traceback in the log only.
"""

# ruff: noqa: N802, D102 (the names and the meaning of the methods are those of the ResourceProvider service)

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.standins.components import ComponentHost
from sandbox.standins.differences import diff_response
from sandbox.standins.faults import Hook
from sandbox.standins.provider import Provider
from sandbox.standins.resource import Failure, Instance, PartialFailure, ResourceHandler, State
from sandbox.standins.values import Path, conceal, decode, encode, reveal

log = logging.getLogger(__name__)
T = TypeVar("T")

_THREADS = 32  # deletes wait for the API server, so there are more than cores


def _plain(struct: struct_pb2.Struct) -> tuple[dict[str, Any], frozenset[Path]]:
    values, paths = reveal(decode(struct))
    return values, paths


def _type_of(urn: str) -> str:
    """Return the resource's type token; in a URN it is the last of the `$`-joined chain of parents' types."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def _marked(handler: ResourceHandler, outputs: dict[str, Any], paths: Iterable[Path]) -> struct_pb2.Struct:
    """Return outputs on the wire, secret where the inputs were secret and where the type always is."""
    always = (tuple(name.split(".")) for name in getattr(handler, "secret_outputs", ()))
    return encode(conceal(outputs, [*paths, *always]))


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One stand-in on one port, for any number of engines and provider instances."""

    def __init__(self, provider: Provider, hook: Hook | None = None) -> None:
        self._provider = provider
        self._hook = hook or Hook(None)
        self._instances: dict[str, Instance] = {}
        self._engines: dict[str, str] = {}
        self._components = ComponentHost(provider)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix=provider.name)

    async def _guarded(self, context: Any, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except PartialFailure as failure:
            await context.abort_with_status(_partial_status(failure))
        except Failure as failure:
            await context.abort(grpc.StatusCode.UNKNOWN, failure.message)
        except Exception as error:  # the process boundary: everything must become a gRPC status
            log.exception("%s: unexpected", self._provider.name)
            await context.abort(grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}")
        raise AssertionError("abort raises")

    def _instance(self, context: Any) -> Instance:
        instance = self._instances.get(context.peer())
        if instance is None:
            raise Failure(f"the stand-in for {self._provider.name} was asked for resources before it was configured")
        return instance

    def _changing(self, method: str, request: Any, work: Callable[[], T], preview: bool = False) -> T:
        """Do what changes something, where somebody may step in."""
        return work() if preview else self._hook.around(method, request.urn, work)

    def _handler(self, context: Any, urn: str) -> ResourceHandler:
        token = _type_of(urn)
        try:
            return self._instance(context).resources(token)
        except KeyError:
            raise Failure(
                f"the sandbox's stand-in for the {self._provider.name} provider doesn't know {token}; "
                f"install the real plugin (pulumi plugin install resource {self._provider.name}) to use this type"
            ) from None

    async def Attach(self, request: plugin_pb2.PluginAttach, context: Any) -> empty_pb2.Empty:
        self._engines[context.peer()] = request.address
        return empty_pb2.Empty()

    async def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Any
    ) -> provider_pb2.ProviderHandshakeResponse:
        self._engines[context.peer()] = request.engine_address
        component = self._provider.construct is not None
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=component, accept_outputs=component
        )

    async def GetPluginInfo(self, request: empty_pb2.Empty, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._provider.version)

    async def GetSchema(self, request: provider_pb2.GetSchemaRequest, context: Any) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema=self._provider.schema)

    async def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        news, paths = _plain(request.news)

        def work() -> provider_pb2.CheckResponse:
            try:
                checked = self._provider.check_config(news)
            except Failure as failure:
                return _refusal(failure)
            return provider_pb2.CheckResponse(inputs=encode(conceal(checked, paths)))

        return await self._guarded(context, work)

    async def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        olds, _ = _plain(request.old_inputs if request.old_inputs.fields else request.olds)
        news, _ = _plain(request.news)
        return await self._guarded(context, lambda: diff_response(self._provider.diff_config(olds, news), olds, news))

    async def Configure(self, request: provider_pb2.ConfigureRequest, context: Any) -> provider_pb2.ConfigureResponse:
        config, _ = _plain(request.args)
        if not config:
            config = {key.rsplit(":", 1)[-1]: value for key, value in request.variables.items()}
        self._instances[context.peer()] = await self._guarded(context, lambda: self._provider.configure(config))
        component = self._provider.construct is not None
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=component, acceptOutputs=component
        )

    async def Invoke(self, request: provider_pb2.InvokeRequest, context: Any) -> provider_pb2.InvokeResponse:
        args, _ = _plain(request.args)

        def work() -> provider_pb2.InvokeResponse:
            function = self._instance(context).functions.get(request.tok)
            if function is None:
                raise Failure(f"the sandbox's stand-in for {self._provider.name} has no function {request.tok}")
            fields: dict[str, Any] = {"return": encode(function(args, request.preview))}
            return provider_pb2.InvokeResponse(**fields)

        return await self._guarded(context, work)

    async def Check(self, request: provider_pb2.CheckRequest, context: Any) -> provider_pb2.CheckResponse:
        news, paths = _plain(request.news)
        olds, _ = _plain(request.olds)

        def work() -> provider_pb2.CheckResponse:
            handler = self._handler(context, request.urn)
            try:
                checked = handler.check(request.urn, news, olds)
            except Failure as failure:
                return _refusal(failure)
            return provider_pb2.CheckResponse(inputs=encode(conceal(checked, paths)))

        return await self._guarded(context, work)

    async def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> provider_pb2.DiffResponse:
        old_outputs, _ = _plain(request.olds)
        old_inputs, _ = _plain(request.old_inputs)
        news, _ = _plain(request.news)

        def work() -> provider_pb2.DiffResponse:
            diff = self._handler(context, request.urn).diff(request.id, old_inputs, old_outputs, news)
            return diff_response(diff, old_inputs, news, request.ignoreChanges)

        return await self._guarded(context, work)

    async def Create(self, request: provider_pb2.CreateRequest, context: Any) -> provider_pb2.CreateResponse:
        inputs, paths = _plain(request.properties)

        def work() -> provider_pb2.CreateResponse:
            handler = self._handler(context, request.urn)
            state = self._changing(
                "Create", request, lambda: handler.create(request.urn, inputs, request.preview), request.preview
            )
            return provider_pb2.CreateResponse(
                id="" if request.preview else state.id, properties=_marked(handler, state.outputs, paths)
            )

        return await self._guarded(context, work)

    async def Read(self, request: provider_pb2.ReadRequest, context: Any) -> provider_pb2.ReadResponse:
        inputs, input_paths = _plain(request.inputs)
        before, output_paths = _plain(request.properties)

        def work() -> provider_pb2.ReadResponse:
            handler = self._handler(context, request.urn)
            state = handler.read(request.id, inputs)
            if state is None:
                return provider_pb2.ReadResponse(id="")
            unseen = getattr(handler, "kept_outputs", ())
            internal = {key: value for key, value in before.items() if key.startswith("__") or key in unseen}
            read_inputs = inputs if state.inputs is None else state.inputs
            return provider_pb2.ReadResponse(
                id=state.id,
                properties=_marked(handler, internal | state.outputs, input_paths | output_paths),
                inputs=encode(conceal(read_inputs, input_paths)),
            )

        return await self._guarded(context, work)

    async def Update(self, request: provider_pb2.UpdateRequest, context: Any) -> provider_pb2.UpdateResponse:
        old_outputs, _ = _plain(request.olds)
        inputs, paths = _plain(request.news)

        def work() -> provider_pb2.UpdateResponse:
            handler = self._handler(context, request.urn)
            outputs = self._changing(
                "Update",
                request,
                lambda: handler.update(request.id, old_outputs, inputs, request.preview),
                request.preview,
            )
            return provider_pb2.UpdateResponse(properties=_marked(handler, outputs, paths))

        return await self._guarded(context, work)

    async def Delete(self, request: provider_pb2.DeleteRequest, context: Any) -> empty_pb2.Empty:
        outputs, _ = _plain(request.properties)

        def work() -> None:
            handler = self._handler(context, request.urn)
            self._changing("Delete", request, lambda: handler.delete(request.id, outputs))

        await self._guarded(context, work)
        return empty_pb2.Empty()

    async def Construct(self, request: provider_pb2.ConstructRequest, context: Any) -> Any:
        return await self._components.construct(request, self._engines.get(context.peer(), ""), context)

    async def Call(self, request: provider_pb2.CallRequest, context: Any) -> Any:
        return await self._components.call(request, self._engines.get(context.peer(), ""), context)

    async def Cancel(self, request: empty_pb2.Empty, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()


def _refusal(failure: Failure) -> provider_pb2.CheckResponse:
    return provider_pb2.CheckResponse(
        failures=[provider_pb2.CheckFailure(property=failure.property, reason=failure.message)]
    )


def _partial_status(failure: PartialFailure) -> Any:
    """Return a gRPC status that tells the engine what exists already, in the form that it looks for."""
    state: State = failure.state
    detail = provider_pb2.ErrorResourceInitFailed(
        id=state.id, properties=encode(state.outputs), reasons=[failure.message], inputs=encode(state.inputs or {})
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=failure.message)
    status.details.add().Pack(detail)
    answer = grpc.Status()
    answer.code, answer.details = code, failure.message
    answer.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    return answer
