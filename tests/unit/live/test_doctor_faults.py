"""What goes wrong on the doctor's way, each in its place: credentials, certificates, answers of something else."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from eks_access.diagnosis.model import Wall
from eks_access.live import way_in

from sandbox.certificates import Authority
from sandbox.network import running

from ..conftest import ACCOUNT, ME, Desk
from .conftest import Answer
from .test_doctor import ends, prod, told, walk

REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
STATUS = {"kind": "Status", "status": "Failure", "message": "no", "code": 403}


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Callable[[str], str]]]:
    """An API server behind TLS that answers anything with 401: its address, and a CA by name, `right` being its own."""
    authorities = {name: Authority(tmp_path / name, name) for name in ("right", "wrong")}
    pair = authorities["right"].issue_server("api", addresses=("127.0.0.1",))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815, as the server looks for it

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A handshake that fails is what a test wants."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server):
        yield (
            f"https://127.0.0.1:{server.server_port}",
            lambda name: base64.b64encode(authorities[name].certificate.read_bytes()).decode(),
        )


def let_in(desk: Desk, monkeypatch: pytest.MonkeyPatch | None = None, path: str = "", answer: Answer = (0, "")) -> None:
    """Map whoever asks, and have one path of the API server answer something else."""
    desk.mapped[ME] = ("aiko", ("ants",))
    desk.allowed = {("aiko", "list pods", "default")}
    if monkeypatch:
        usual = desk.kubernetes
        monkeypatch.setattr(
            desk, "kubernetes", lambda key, at, *rest: answer if at == path else usual(key, at, *rest), raising=False
        )


def test_the_cluster_s_own_authority_is_trusted(desk: Desk, secure: tuple[str, Callable[[str], str]]) -> None:
    url, authority = secure
    desk.described = {"endpoint": url, "certificateAuthority": {"data": authority("right")}}

    assert ends(Wall.MAPPING).cause == "not-mapped"


def test_another_authority_is_another_cluster_or_a_proxy(desk: Desk, secure: tuple[str, Callable[[str], str]]) -> None:
    url, authority = secure
    desk.described = {"endpoint": url, "certificateAuthority": {"data": authority("wrong")}}

    finding = ends(Wall.ENDPOINT)
    assert finding.cause == "endpoint-certificate"
    assert "never skip the check" in told(finding)


@pytest.mark.parametrize("data", ["", "bm9uZQ==", "///", "é"])
def test_an_authority_that_is_none_is_told(desk: Desk, secure: tuple[str, Callable[[str], str]], data: str) -> None:
    desk.described = {"endpoint": secure[0], "certificateAuthority": {"data": data}}

    assert "certificate authority" in ends(Wall.ENDPOINT).said


@pytest.mark.parametrize("url", ["http://[", "nowhere", "https://", "http://a b", "http://a..b", "file:///etc/passwd"])
def test_an_address_that_is_none_is_no_traceback(desk: Desk, url: str) -> None:
    desk.hidden_from = {"AKIAME"}
    desk.kubectl(server=url)

    assert ends(Wall.ENDPOINT)


@pytest.mark.parametrize("answer", [(307, {}), (503, {}), (404, {}), (200, "ok"), (200, [])])
def test_any_answer_at_the_door_is_one(desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    let_in(desk, monkeypatch, "/readyz", answer)

    assert all(step.free for step in walk()[0])


@pytest.mark.parametrize(
    "answer",
    [(403, STATUS), (404, STATUS), (201, STATUS), (201, {}), (201, []), (200, "x"), (201, {"status": {"userInfo": 1}})],
)
def test_an_api_server_that_does_not_say_who_this_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    let_in(desk, monkeypatch, REVIEW, answer)

    assert ends(Wall.MAPPING).cause == "no-answer"


@pytest.mark.parametrize("groups", [None, 7, "ants", {"a": 1}, [1, None, "ants"]])
def test_groups_of_any_type_are_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch, groups: object) -> None:
    let_in(desk, monkeypatch, REVIEW, (201, {"status": {"userInfo": {"username": "aiko", "groups": groups}}}))

    assert "you are aiko" in walk()[0][4].said


@pytest.mark.parametrize("answer", [(403, STATUS), (201, {"status": {}}), (201, []), (201, {"status": "no"})])
def test_an_api_server_that_does_not_say_what_they_may(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    let_in(desk, monkeypatch, ACCESS, answer)

    assert ends(Wall.PERMISSION).cause == "no-answer"


def test_without_a_region_it_is_told_where_one_is_looked_for(desk: Desk) -> None:
    desk.profile("nowhere", "AKIAME", None)
    (desk.home / "kubeconfig").unlink()

    finding = ends(Wall.CREDENTIALS, profile="nowhere")
    assert "neither --region nor --profile nor AWS_REGION says where prod is" in finding.said
    assert "add --region" in told(finding)


def test_the_missing_profile_is_told_with_who_names_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.kubectl(profile="of-the-kubeconfig")
    assert "named by the kubeconfig, context here" in told(ends(Wall.CREDENTIALS))

    assert "named by --profile" in told(ends(Wall.CREDENTIALS, profile="typed"))

    (desk.home / "kubeconfig").unlink()
    monkeypatch.setenv("AWS_PROFILE", "of-the-shell")
    assert "named by AWS_PROFILE" in told(ends(Wall.CREDENTIALS))


def test_credentials_of_the_shell_are_looked_for_where_no_profile_is_named(desk: Desk) -> None:
    (desk.home / "kubeconfig").unlink()
    (desk.home / "aws-config").unlink()

    finding = ends(Wall.CREDENTIALS, region="eu-west-1")
    assert finding.cause == "credentials-none"
    assert "looked in the environment" in told(finding)
    assert "profiles on this machine: none" in told(finding)


def test_credentials_and_region_of_the_shell_are_enough(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.home / "kubeconfig").unlink()
    (desk.home / "aws-config").unlink()
    shell = {"AWS_ACCESS_KEY_ID": "AKIAME", "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_REGION": "eu-central-1"}
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    let_in(desk)

    steps, _ = walk()
    assert all(step.free for step in steps)
    assert steps[0].said == "credentials of this shell, found by env; region eu-central-1"
    assert "EKS has prod in eu-central-1" in steps[2].said


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ("aws_access_key_id = AKIAME", "credentials-none"),
        ("credential_process = false", "credentials-none"),
        (f"role_arn = arn:aws:iam::{ACCOUNT}:role/x\nsource_profile = gone", "credentials-failed"),
        ("sso_session = gone\nsso_account_id = 1\nsso_role_name = x", "credentials-failed"),
    ],
)
def test_a_profile_that_gives_nothing(desk: Desk, lines: str, cause: str) -> None:
    with (desk.home / "aws-config").open("a") as file:
        file.write(f"[profile odd]\nregion = eu-west-1\n{lines}\n")

    assert ends(Wall.CREDENTIALS, profile="odd").cause == cause


@pytest.mark.parametrize(("region", "endpoint"), [("eu west", None), ("eu-west-1", "nonsense")])
def test_a_region_or_endpoint_that_is_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, region: str, endpoint: str | None
) -> None:
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    assert "AWS_ENDPOINT_URL" in told(ends(Wall.CALLER, region=region))


def test_a_role_that_may_not_be_assumed_is_told_as_that(desk: Desk) -> None:
    with (desk.home / "aws-config").open("a") as file:
        file.write(
            f"[profile ops]\nregion = eu-west-1\nsource_profile = me\nrole_arn = arn:aws:iam::{ACCOUNT}:role/ops\n"
        )
    said = f"User: {ME} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/ops"
    desk.refuses["AKIAME"] = ("AccessDenied", said)

    finding = ends(Wall.CALLER, profile="ops")
    assert finding.cause == "iam-denied"
    assert f"sts:AssumeRole on arn:aws:iam::{ACCOUNT}:role/ops" in finding.said


def test_an_sts_that_says_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in ("<GetCallerIdentityResponse/>", "<html>Sign in</html>", "no", ""):
        monkeypatch.setattr(desk, "sts", lambda key, answer=answer: (200, answer), raising=False)

        assert ends(Wall.CALLER).cause == "no-answer"


def test_an_eks_that_says_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: tuple[object, ...] = ({}, {"cluster": None}, {"cluster": {}}, [], "no", {"cluster": "prod"})
    for answer in answers:
        monkeypatch.setattr(desk, "eks", lambda *_, answer=answer: (200, answer), raising=False)

        assert ends(Wall.CLUSTER).cause == "no-answer"


def test_eks_denied_before_and_the_way_is_walked_by_the_kubeconfig(desk: Desk) -> None:
    desk.hidden_from = {"AKIAME"}

    finding = ends(Wall.MAPPING)
    assert finding.cause == "not-mapped"
    assert "--admin-profile would show more" in told(finding)


def test_a_kubeconfig_that_leads_elsewhere_is_to_be_written_anew(desk: Desk) -> None:
    let_in(desk)
    desk.kubectl(server="https://old.example")

    steps, (note,) = walk()
    assert all(step.free for step in steps)
    assert "leads to https://old.example" in told(note)


def test_another_profile_than_kubectl_s_is_told(desk: Desk) -> None:
    let_in(desk)

    assert "kubectl uses the profile me" in told(walk(profile="admin")[1][0])


def test_a_declaration_of_another_cluster_is_told(desk: Desk) -> None:
    assert "the declaration is of prod, and staging is asked for" in told(
        ends(Wall.MAPPING, cluster="staging", plan=prod())
    )


@pytest.mark.parametrize(
    ("date", "ahead"),
    [("Thu, 01 Jan 1970 00:00:00 GMT", True), ("never", False), ("", False), ("1 Jan 2026 -0000", False)],
)
def test_a_date_of_any_form_is_no_traceback(date: str, ahead: bool) -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": date}}}

    assert (abs(way_in._ahead(answer)) > way_in.SKEW) is ahead
