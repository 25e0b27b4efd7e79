"""Serving the stand-ins: one process each, on loopback.

`python -m sandbox.standins.serve kubernetes --port-file FILE` serves one until it gets SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.standins.faults import Hook
from sandbox.standins.provider import Provider
from sandbox.standins.servicer import Servicer

NAMES = ("aws", "eks", "kubernetes")
_MAX_MESSAGE = 400 * 1024 * 1024  # what the engine and the SDKs allow
_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def load(name: str) -> Provider:
    """Return the stand-in of that name: `PROVIDER` of its package, imported only now since SDKs are slow to load."""
    if name not in NAMES:
        raise ValueError(f"no stand-in is called {name!r}; there are {', '.join(NAMES)}")
    provider = importlib.import_module(f"sandbox.standins.{name}").PROVIDER
    if not isinstance(provider, Provider):
        raise TypeError(f"sandbox.standins.{name}.PROVIDER is no Provider")
    return provider


async def serve(provider: Provider, port: int, port_file: Path | None, hook: Hook) -> None:
    """Serve until a signal asks to stop. The port file appears whole, once the server answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    size = ("grpc.max_receive_message_length", _MAX_MESSAGE), ("grpc.max_send_message_length", _MAX_MESSAGE)
    server = grpc.aio.server(options=[*size, ("grpc.so_reuseport", 0)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider, hook), server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    if port_file is not None:
        partial = port_file.with_name(port_file.name + ".partial")
        partial.write_text(f"{bound}\n", encoding="utf-8")
        partial.replace(port_file)
    print(bound, flush=True)
    await stop.wait()
    await server.stop(grace=1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the stand-in that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.standins.serve", description=main.__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--port-file", type=Path, help="written with the port once the server answers")
    parser.add_argument("--faults-file", type=Path, help="where somebody who rehearses faults writes their port")
    parser.add_argument("--log-file", type=Path, help="where tracebacks go; standard error otherwise")
    options = parser.parse_args(arguments)
    logging.basicConfig(filename=options.log_file, level=logging.INFO, format=_LOG_FORMAT)
    asyncio.run(serve(load(options.name), options.port, options.port_file, Hook(options.faults_file)))


if __name__ == "__main__":
    main()
    logging.shutdown()
    os._exit(0)  # a handler may still be waiting for a deletion, on a thread that the interpreter would wait for
