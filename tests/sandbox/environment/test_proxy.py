"""Programs that insist on AWS's own host names find the sandbox through the proxy; loopback they reach as it is."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sandbox.certificates import Authority
from sandbox.messages import Request, Response
from sandbox.network import LOOPBACK, free_ports, running
from sandbox.sts_proxy import FrontServer, aws_hosts

OIDC = "oidc.eks.eu-west-1.amazonaws.com"


def answer(request: Request) -> Response:
    return Response(200, (), f"front {request.path}".encode())


@contextmanager
def serving(port: int, authority: Authority, hosts: tuple[str, ...]) -> Iterator[FrontServer]:
    server = FrontServer(port, answer, authority, hosts)
    with running(server, 0.01):
        yield server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "test CA")


@pytest.fixture(scope="module")
def proxy(authority: Authority) -> Iterator[int]:
    (port,) = free_ports(1)
    with serving(port, authority, aws_hosts("eu-west-1")):
        yield port


def through(proxy: int, authority: Path, host: str, port: int = 443) -> http.client.HTTPSConnection:
    """A TLS client that trusts the sandbox's authority and has a proxy."""
    context = ssl.create_default_context(cafile=str(authority))
    connection = http.client.HTTPSConnection(LOOPBACK, proxy, timeout=10, context=context)
    connection.set_tunnel(host, port)
    return connection


@pytest.mark.parametrize("host", [OIDC, "sts.eu-west-1.amazonaws.com", "sts.amazonaws.com"])
def test_aws_s_own_hosts_have_certificates_that_clients_of_the_sandbox_trust(
    proxy: int, authority: Authority, host: str
) -> None:
    with closing(through(proxy, authority.certificate, host)) as connection:
        connection.request("GET", "/id")
        assert connection.getresponse().read() == b"front /id"


def test_a_server_on_loopback_is_reached_with_its_own_certificate(
    proxy: int, authority: Authority, tmp_path: Path
) -> None:
    """As a cluster's endpoint is, by the eks plugin."""
    other = Authority(tmp_path, "cluster CA")
    pair = other.issue_server("api", addresses=(LOOPBACK,))
    (port,) = free_ports(1)
    with serving(port, other, ("unused",)) as cluster:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        cluster.socket = context.wrap_socket(cluster.socket, server_side=True)
        with closing(through(proxy, other.certificate, LOOPBACK, port)) as connection:
            for path in ("/healthz", "/version"):
                connection.request("GET", path)
                assert connection.getresponse().read() == f"front {path}".encode()
        with closing(through(proxy, authority.certificate, LOOPBACK, port)) as wary, pytest.raises(ssl.SSLError):
            wary.request("GET", "/healthz")


def test_other_hosts_are_refused_by_name(proxy: int, authority: Authority) -> None:
    with (
        closing(through(proxy, authority.certificate, "example.com")) as connection,
        pytest.raises(OSError, match=r"403 .*not for example\.com"),
    ):
        connection.request("GET", "/")


def test_a_silent_loopback_port_is_told(proxy: int, authority: Authority) -> None:
    (port,) = free_ports(1)
    with (
        closing(through(proxy, authority.certificate, "localhost", port)) as connection,
        pytest.raises(OSError, match=f"502 Nothing answers at 127.0.0.1:{port}"),
    ):
        connection.request("GET", "/")
