"""Hand edits of a running cluster, the audits that follow, and an account that holds callers to one policy."""

from __future__ import annotations

import fnmatch
import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.network import running

from ..engine import Environment


@dataclass(frozen=True)
class Said:
    """What an audit said."""

    code: int
    data: dict[str, Any]
    error: str

    def kinds(self) -> set[tuple[str, str]]:
        """Kind and name of what counts."""
        return {(each["kind"], each["name"]) for each in self.data["findings"] if each["severity"] != "note"}

    def one(self, kind: str) -> dict[str, Any]:
        """The one finding of a kind."""
        (found,) = [each for each in self.data["findings"] if each["kind"] == kind]
        return dict(found)


def command(*options: str) -> list[str]:
    """The command line of an audit of `dev`."""
    return [sys.executable, "-m", "eks_access.cli", "audit", "--stack", "dev", "--format", "json", *options]


def audit(environment: Environment, *options: str, stdin: str = "", live: bool = True) -> Said:
    """Audit `dev` as the deployer."""
    done = subprocess.run(
        command(*(["--live"] if live else []), *options),
        env=environment.sandbox.env(),
        cwd=environment.project,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, json.loads(done.stdout or "{}"), done.stderr)


def before_up(environment: Environment, *drops: str) -> Said:
    """Ask as make and CI do before an update."""
    exported = environment.stack("dev").run("stack", "export", "--stack", "dev").stdout
    named = [part for drop in drops for part in ("--drop", drop)]
    return audit(environment, "--before-up", "--deployed", "-", *named, stdin=exported)


def edit_aws_auth(environment: Environment, section: str, change: Callable[[str], str]) -> None:
    """Edit aws-auth as somebody does with `kubectl edit`."""
    asked = ("-n", "kube-system", "get", "configmap", "aws-auth", "-o", "json")
    content = json.loads(environment.kubectl(None, *asked).stdout)
    before = content["data"][section]
    content["data"][section] = change(before)
    assert content["data"][section] != before
    patch = json.dumps({"data": {section: content["data"][section]}})
    done = environment.kubectl(None, "-n", "kube-system", "patch", "configmap", "aws-auth", "-p", patch)
    assert done.returncode == 0, done.stderr


@dataclass
class Held:
    """An account in front of the sandbox's, in which callers may do what one IAM policy says and nothing else."""

    policy: dict[str, Any]
    endpoint: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Action and resource of each call."""

    def allows(self, action: str, resource: str) -> bool:
        """Decide as IAM does; all statements allow."""
        return any(
            any(fnmatch.fnmatchcase(action, each) for each in _each(statement["Action"]))
            and any(fnmatch.fnmatchcase(resource, each) for each in _each(statement["Resource"]))
            for statement in self.policy["Statement"]
        )


def _each(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def call_of(
    method: str, path: str, body: str, headers: Mapping[str, str], account: str, region: str
) -> tuple[str, str]:
    """Tell action and resource of a call, as the service authorization reference has them."""
    service = headers.get("Authorization", "eks/eks").partition("Credential=")[2].split("/")[3:4]
    if target := headers.get("X-Amz-Target"):
        return f"{''.join(service)}:{target.rpartition('.')[2]}", "*"
    parts = [unquote(each) for each in urlsplit(path).path.strip("/").split("/")]
    if parts[0] == "clusters":
        return _eks_call(method, path, parts, account, region)
    form = {name: values[0] for name, values in parse_qs(body).items()}
    user = form.get("UserName")
    resource = f"arn:aws:iam::{account}:user/{_PATHS.get(user or '', '')}{user}" if user else "*"
    return f"{''.join(service)}:{form.get('Action')}", resource


def _eks_call(method: str, path: str, parts: list[str], account: str, region: str) -> tuple[str, str]:
    cluster = f"arn:aws:eks:{region}:{account}:cluster/{'/'.join(parts[1:2])}"
    entry = f"arn:aws:eks:{region}:{account}:access-entry/{'/'.join(parts[1:2])}/x/{account}/y/z"
    if method != "GET":
        return f"eks:{method} {path}", cluster
    if parts[2:3] != ["access-entries"] and len(parts) == 4:
        return f"eks:Describe{_NAMED[parts[2]]}", f"arn:aws:eks:{region}:{account}:{parts[2]}/x"
    known = {2: ("DescribeCluster", cluster), 3: ("ListAccessEntries", cluster)}
    known |= {4: ("DescribeAccessEntry", entry), 5: ("ListAssociatedAccessPolicies", entry)}
    action, resource = known[len(parts)]
    return f"eks:{action}", resource


_NAMED = {"node-groups": "Nodegroup", "fargate-profiles": "FargateProfile", "addons": "Addon"}
_PATHS = {"sato": "break-glass/", "hanako": "developers/", "taro": "developers/", "yuki": "developers/"}


@contextmanager
def held_to(environment: Environment, policy: Mapping[str, Any]) -> Iterator[Held]:
    """Run such an account on loopback."""
    state = environment.sandbox.state()
    held = Held(policy=dict(policy))
    target = urlsplit(state.aws_endpoint)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        do_DELETE = do_PUT = do_PATCH = do_POST  # noqa: N815, the names are the base class's

        def _answer(self, body: str) -> None:
            action, resource = call_of(self.command, self.path, body, self.headers, state.account, state.region)
            held.asked.append((action, resource))
            if not action.startswith("sts:") and not held.allows(action, resource):
                self._refuse(action, resource)
                return
            there = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
            there.request(self.command, self.path, body or None, dict(self.headers))
            answer = there.getresponse()
            content = answer.read()
            kind = answer.getheader("Content-Type", "text/xml")
            self._send(answer.status, content, kind, answer.getheader("x-amzn-ErrorType"))
            there.close()

        def _refuse(self, action: str, resource: str) -> None:
            said = f"User is not authorized to perform: {action} on resource: {resource}"
            if action.startswith(("eks:", "kms:")):
                error = "AccessDeniedException"
                self._send(403, json.dumps({"message": said, "__type": error}).encode(), "application/json", error)
            else:
                text = (
                    f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{said}</Message></Error></ErrorResponse>"
                )
                self._send(403, text.encode(), "text/xml")

        def _send(self, status: int, content: bytes, kind: str, error: str | None = None) -> None:
            self.send_response(status)
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.endpoint = f"http://127.0.0.1:{server.server_port}"
    with running(server):
        yield held
