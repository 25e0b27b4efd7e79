"""A line to the API server that takes its time, as from a desk to a region of AWS; nothing else about it changes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 65536


@contextmanager
def distant(port: int, round_trip: float) -> Iterator[int]:
    """Pass a port of loopback on, everything half of `round_trip` seconds later each way; return the port to go to."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    line = _Line(port, round_trip / 2)
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(line.accept, "127.0.0.1"), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Line:
    """One end of it, with the delay of one way in seconds."""

    def __init__(self, port: int, delay: float) -> None:
        self._port = port
        self._delay = delay

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Go on to the port; who connects has waited a round trip for it, as TCP has it."""
        await asyncio.sleep(2 * self._delay)
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Hand on what comes, in its order; what is under way doesn't hold up what follows."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(due - loop.time())
                if not data:
                    sink.close()
                    return
                sink.write(data)
                await sink.drain()

        async def depart() -> None:
            while True:
                data = await source.read(_CHUNK)
                under_way.put_nowait((loop.time() + self._delay, data))
                if not data:
                    return

        await asyncio.gather(depart(), arrive())
