"""A project in a folder of the test's own, and an AWS account that answers over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml
from eks_access.cli.app import app_with
from typer.testing import CliRunner, Result

from sandbox.network import running

from ...plans import PEOPLE, small

PROJECT = """\
name: eks-access
runtime: python
stackConfigDir: stacks
config:
  access: {type: string}
  createUsers: {type: boolean, default: false}
  peopleStack: {type: string, default: ""}
  adopt: {type: array, items: {type: string}, default: []}
  vpcId: {type: string, default: ""}
  subnetIds: {type: array, items: {type: string}, default: []}
  permissionsBoundary: {type: string, default: ""}
  tags: {type: object, default: {}}
"""


def run(*arguments: str) -> Result:
    """Run the command line; whatever happens, nobody sees a traceback."""
    result = CliRunner().invoke(app_with(), list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


@dataclass
class Project:
    """Stack files and declarations in a folder."""

    root: Path

    def write(self, path: str, text: str) -> Path:
        """Write a file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def declare(self, name: str, raw: dict[str, Any]) -> Path:
        """Write a declaration."""
        return self.write(f"stacks/access/{name}.yaml", yaml.safe_dump(raw, sort_keys=False))

    def stack(self, name: str, raw: dict[str, Any] | None = None, **config: Any) -> None:
        """Write a stack, and its declaration; people.yaml is always there to be included."""
        settings = {"eks-access:access": f"access/{name}.yaml"}
        settings |= {f"eks-access:{key}": value for key, value in config.items()}
        self.write(f"stacks/Pulumi.{name}.yaml", yaml.safe_dump({"config": settings}))
        self.declare(name, small(cluster={"name": name}) if raw is None else raw)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The stack `people`, which creates the users, and the sound stack `dev`."""
    found = Project(tmp_path)
    found.write("Pulumi.yaml", PROJECT)
    found.stack("people", {"account": {"id": "111122223333"}, "people": PEOPLE})
    found.stack("dev")
    monkeypatch.chdir(tmp_path)
    return found


@dataclass
class Account:
    """What IAM and STS answer."""

    id: str = "111122223333"
    arns: list[str] = field(default_factory=list)
    error: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, form: dict[str, str]) -> tuple[int, str]:
        """Answer one call, two roles a page."""
        self.asked.append(form)
        if self.error:
            return 403, f"<ErrorResponse><Error><Code>{self.error}</Code><Message>no</Message></Error></ErrorResponse>"
        if form["Action"] == "GetCallerIdentity":
            result = f"<Account>{self.id}</Account><Arn>arn:aws:iam::{self.id}:user/me</Arn><UserId>A</UserId>"
        elif form["Action"] == "ListUsers":
            result = "<Users></Users><IsTruncated>false</IsTruncated>"
        else:
            start = int(form.get("Marker", "0"))
            members = "".join(_member(arn) for arn in self.arns[start : start + 2])
            more = start + 2 < len(self.arns)
            result = f"<Roles>{members}</Roles><IsTruncated>{str(more).lower()}</IsTruncated>"
            result += f"<Marker>{start + 2}</Marker>" if more else ""
        action = form["Action"]
        return 200, f"<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"


def _member(arn: str) -> str:
    path, _, name = arn.partition(":role")[2].rpartition("/")
    return (
        f"<member><Path>{path}/</Path><RoleName>{name}</RoleName><RoleId>AROA</RoleId><Arn>{arn}</Arn>"
        "<CreateDate>2026-01-01T00:00:00Z</CreateDate></member>"
    )


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    """An account at AWS_ENDPOINT_URL, with credentials for it."""
    found = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, text = found.answer({name: values[0] for name, values in parse_qs(body).items()})
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with running(server):
        yield found
