"""Construct and Call for component stand-ins, on the machinery that the Pulumi SDK has for Python component providers.

The SDK's servicer sets up the runtime for each request (monitor, project, stack, dry run, configuration), so that the
code behind `Provider.construct` registers children exactly as a program would. Only the reporting of errors is ours.
"""

from __future__ import annotations

import logging
from typing import Any

import grpc
import pulumi
from pulumi.provider import CallResult, ConstructResult
from pulumi.provider import Provider as SdkProvider
from pulumi.provider.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2

from sandbox.standins.provider import Provider

log = logging.getLogger(__name__)


class _Adapter(SdkProvider):
    """Our plain callables behind the SDK's provider class."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider.version, provider.schema)
        self._provider = provider

    def construct(
        self, name: str, resource_type: str, inputs: Any, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        if self._provider.construct is None:
            raise pulumi.RunError(f"the stand-in for {self._provider.name} has no component {resource_type}")
        return self._provider.construct(name, resource_type, inputs, options)

    def call(self, token: str, args: Any) -> CallResult:
        if self._provider.call is None:
            raise pulumi.RunError(f"the stand-in for {self._provider.name} has no method {token}")
        return self._provider.call(token, args)


class ComponentHost:
    """Answers Construct and Call, any number at once: the SDK keeps each request's settings in context variables."""

    def __init__(self, provider: Provider) -> None:
        self._adapter = _Adapter(provider)

    async def construct(self, request: provider_pb2.ConstructRequest, engine: str, context: Any) -> Any:
        """Construct a component and its children, registered on the monitor that the request names."""
        servicer = ProviderServicer(self._adapter, [], engine)
        return await _reported(servicer.Construct(request, context), context)

    async def call(self, request: provider_pb2.CallRequest, engine: str, context: Any) -> Any:
        """Call a method of a component."""
        servicer = ProviderServicer(self._adapter, [], engine)
        return await _reported(servicer.Call(request, context), context)


async def _reported(work: Any, context: Any) -> Any:
    try:
        return await work
    except grpc.aio.AbortError:
        raise
    except pulumi.RunError as error:
        await context.abort(grpc.StatusCode.UNKNOWN, str(error))
    except Exception as error:  # the process boundary: everything must become a gRPC status
        log.exception("a component failed")
        message = str(error).split(":\n  File ", 1)[0]
        await context.abort(grpc.StatusCode.INTERNAL, message)
