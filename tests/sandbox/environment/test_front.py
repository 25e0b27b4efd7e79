"""Who answers a request to the sandbox's AWS, and how."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from sandbox.authenticator import overwrite
from sandbox.aws_front import AwsFront
from sandbox.eks.errors import EksError, invalid_parameter
from sandbox.eks.registry import Call, route
from sandbox.messages import Request, Response
from sandbox.mfa import is_valid, totp
from sandbox.sts import as_json

IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:user/taro</Arn><UserId>AIDATARO</UserId><Account>111122223333</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


class Emulator:
    """Answers everything with the same; keeps what it was asked."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    def forward(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answer


class Eks:
    """Answers with what it is told; keeps the calls."""

    def __init__(self, answer: dict[str, Any] | Exception | None) -> None:
        self.result = answer
        self.calls: list[Call] = []

    def check(self, call: Call) -> None:
        return

    def handle(self, call: Call) -> dict[str, Any] | None:
        self.calls.append(call)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def delays(self, seconds: dict[str, Any]) -> dict[str, float]:
        if "entries" not in seconds:
            raise invalid_parameter("no such delay")
        return {"entries": seconds["entries"]}

    def authorize(self, cluster: str, review: dict[str, Any]) -> dict[str, Any]:
        return {"cluster": cluster, **review}


class Clusters:
    """The emulator's record of clusters."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    def creator(self, cluster: str) -> str:
        return "arn:aws:iam::111122223333:role/ci/pulumi"

    def forget(self, cluster: str) -> None:
        self.forgotten.append(cluster)


def signed(service: str, method: str = "GET", target: str = "/", body: bytes = b"", key: str = "AKIAX") -> Request:
    scope = f"AWS4-HMAC-SHA256 Credential={key}/20270101/eu-west-1/{service}/aws4_request, SignedHeaders=host"
    return Request(method, target, (("Authorization", scope), ("Accept", "application/json")), body)


def front(emulator: Emulator, eks: Eks, clusters: Clusters | None = None) -> AwsFront:
    return AwsFront(emulator, eks, clusters or Clusters())  # type: ignore[arg-type]


OK = Response(200, (), b"{}")


def test_what_iam_refuses_never_reaches_eks() -> None:
    refused, eks = Response(403, (), b"no"), Eks({})
    assert front(Emulator(refused), eks).answer(signed("eks", target="/clusters/dev")) == refused
    assert eks.calls == []


def test_an_eks_call_the_sandbox_does_not_know_is_the_emulators() -> None:
    assert front(Emulator(OK), Eks(None)).answer(signed("eks", target="/clusters/dev/addons")) is OK


def test_a_new_cluster_knows_its_creator() -> None:
    eks = Eks({"cluster": {}})
    front(Emulator(OK), eks).answer(signed("eks", "POST", "/clusters", b'{"name": "dev"}'))
    assert eks.calls[0].creator_arn == "arn:aws:iam::111122223333:role/ci/pulumi"


def test_a_refused_cluster_is_forgotten_by_the_emulator_too() -> None:
    clusters = Clusters()
    answer = front(Emulator(OK), Eks(invalid_parameter("no")), clusters).answer(
        signed("eks", "POST", "/clusters", b'{"name": "dev"}')
    )
    assert (answer.status, clusters.forgotten) == (400, ["dev"])
    assert ("x-amzn-ErrorType", "InvalidParameterException") in answer.headers


@pytest.mark.parametrize("key", ["test", "111122223333"])
def test_the_emulators_passwordless_root_keys_are_refused(key: str) -> None:
    emulator = Emulator(OK)
    assert front(emulator, Eks({})).answer(signed("iam", key=key)).status == 403
    assert emulator.asked == []


def test_the_emulators_own_switches_are_out_of_reach() -> None:
    assert front(Emulator(OK), Eks({})).answer(Request("POST", "/_ministack/reset", ())).status == 403


def test_delays_are_set_beside_aws() -> None:
    emulator = Emulator(OK)
    at = front(emulator, Eks({}))
    assert json.loads(at.answer(Request("POST", "/sandbox/delays", (), b'{"entries": 2}')).body) == {"entries": 2}
    assert at.answer(Request("POST", "/sandbox/delays", (), b'{"entry": 2}')).status == 400
    assert emulator.asked == []


def test_long_lists_come_in_pages() -> None:
    names = [f"c{number:03}" for number in range(230)]
    first = Call("GET", "/clusters", {}, {}).page("clusters", names)
    assert (len(first["clusters"]), first["nextToken"]) == (100, "100")
    last = Call("GET", "/clusters", {"nextToken": ["200"], "maxResults": ["50"]}, {}).page("clusters", names)
    assert last == {"clusters": names[200:]}
    with pytest.raises(EksError, match="maxResults"):
        Call("GET", "/clusters", {"maxResults": ["101"]}, {}).page("clusters", names)


def test_an_identity_is_given_in_json_to_those_who_ask_for_it() -> None:
    target = "/?Action=GetCallerIdentity&X-Amz-Credential=AKIAX%2F20270101%2Feu-west-1%2Fsts%2Faws4_request"
    asked = Request("GET", target, (("Accept", "application/json"),))
    assert asked.credential == ("AKIAX", "sts")
    answer = json.loads(front(Emulator(Response(200, (), IDENTITY)), Eks({})).answer(asked).body)
    assert answer["GetCallerIdentityResponse"]["GetCallerIdentityResult"] == {
        "Account": "111122223333",
        "Arn": "arn:aws:iam::111122223333:user/taro",
        "UserId": "AIDATARO",
    }


def test_a_refused_identity_keeps_its_status_and_reason() -> None:
    body = b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>"
    answer = as_json(Response(403, (), body))
    assert (answer.status, json.loads(answer.body)["Error"]["Code"]) == (403, "ExpiredToken")


def test_a_path_may_hold_an_arn() -> None:
    pattern = route("GET", "/clusters/{name}/access-entries/{principal*}/access-policies", lambda: None).pattern
    match = pattern.fullmatch("/clusters/dev/access-entries/arn:aws:iam::111122223333:role/ci/pulumi/access-policies")
    assert match is not None
    assert match["principal"] == "arn:aws:iam::111122223333:role/ci/pulumi"


def test_a_watched_file_is_overwritten_in_place_and_never_longer_than_its_content(tmp_path: Path) -> None:
    path = tmp_path / "watched"
    overwrite(path, {"long": "x" * 100})
    inode = path.stat().st_ino
    overwrite(path, {"short": 1})
    assert (json.loads(path.read_text()), path.stat().st_ino) == ({"short": 1}, inode)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B: SHA-1, the last six of its eight digits."""
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [totp(seed, moment) for moment in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]
    assert is_valid(seed, "287082", 59 + 30)
    assert not is_valid(seed, "287082", 59 + 90)
