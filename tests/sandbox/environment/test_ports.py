"""Ports of servers that start later: nobody else on the machine gets them meanwhile."""

from __future__ import annotations

import socket
import subprocess
import sys

from sandbox.network import LOOPBACK, free_ports
from sandbox.state import PROJECT


def test_a_port_is_given_out_once_also_to_another_process() -> None:
    ours = free_ports(50)
    command = [sys.executable, "-c", "from sandbox.network import free_ports; print(*free_ports(50))"]
    theirs = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60).stdout

    assert len({*ours, *map(int, theirs.split())}) == 100


def test_a_server_can_listen_on_it_and_no_connection_is_given_it() -> None:
    (port,) = free_ports(1)

    with socket.create_server((LOOPBACK, port)), socket.create_connection((LOOPBACK, port)) as client:
        assert client.getsockname()[1] not in range(20_000, 32_768)
