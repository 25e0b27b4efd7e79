"""Certificates that real TLS clients and Kubernetes accept."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from sandbox.certificates import Authority, write_private, write_signing_key


def test_a_tls_client_that_trusts_the_authority_accepts_its_server(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "test CA")
    pair = authority.issue_server("server", hosts=("sts.eu-west-1.amazonaws.com",), addresses=("127.0.0.1",))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair.certificate, pair.key)
    client = ssl.create_default_context(cafile=str(authority.certificate))
    ours, theirs = socket.socketpair()
    greeter = threading.Thread(target=lambda: server.wrap_socket(theirs, server_side=True).close())
    greeter.start()
    with client.wrap_socket(ours, server_hostname="sts.eu-west-1.amazonaws.com") as connection:
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
    greeter.join()


def test_a_client_certificate_names_user_and_groups(tmp_path: Path) -> None:
    pair = Authority(tmp_path, "test CA").issue_client("admin", user="sandbox:admin", groups=("system:masters",))
    subject = x509.load_pem_x509_certificate(pair.certificate.read_bytes()).subject
    assert subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "sandbox:admin"
    assert subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "system:masters"


def test_private_keys_are_their_owners_only(tmp_path: Path) -> None:
    pair = Authority(tmp_path, "test CA").issue_client("admin", user="admin")
    keys = [pair.key, write_signing_key(tmp_path, "tokens").key]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]


def test_a_readable_file_is_not_reused_for_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)
