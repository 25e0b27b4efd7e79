"""Impersonation against the real kube-apiserver: who somebody is while they act as another, or what they are refused.

Each ServiceAccount asks once, since the API server tries the mode first that last worked for whoever asks.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
import urllib3
import yaml
from eks_access.authz.impersonation import Wanted
from eks_access.authz.model import Request
from eks_access.review.access_review import AccessReview
from eks_access.review.answers import Verdict
from eks_access.review.dumps import state_of_documents

from sandbox.controlplane import ControlPlane

from .api_server import ApiServer, in_parallel
from .conftest import Show
from .figures import SEED
from .generated_rbac import API, Document

pytestmark = pytest.mark.sandbox

MINOR = "1.36"
NAMESPACE = "acting"
ASKERS = 400
AUTHENTICATION = "authentication.k8s.io"
REVIEWS = f"/apis/{AUTHENTICATION}/v1/selfsubjectreviews"
WHO_AM_I = Request(verb="create", api_group=AUTHENTICATION, resource="selfsubjectreviews")
MODES = {"serviceaccount": "system:serviceaccount:", "arbitrary-node": "system:node:", "user-info": ""}
"""Mode → how the user names begin that it is for."""
USERS = (
    *("taro", "system:admin", "system:anonymous", "system:node:n1", "system:node:N_1"),
    *("system:serviceaccount:acting:a", "system:serviceaccount:ACTING:a", "system:serviceaccount:acting"),
)
GROUPS = ("ops", "a", "b", "c", "d", "system:masters", "system:authenticated", "system:unauthenticated")
EXTRA_KEYS = ("example.org/team", "example.org/a/b", "team")


@pytest.fixture(scope="module")
def api(control_plane: ControlPlane) -> Iterator[ApiServer]:
    api = ApiServer(control_plane.admin_kubeconfig)
    yield api
    api.close()


def test_who_acts_as_another_is_who_the_api_server_makes_of_them(
    api: ApiServer, control_plane: ControlPlane, show: Show
) -> None:
    random = Random(SEED + 20)
    wants = {f"asker-{number}": wanted(random) for number in range(ASKERS)}
    names = list(wants)
    documents = [document for name, want in wants.items() for document in rights(random, name, want)]
    api.call("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    tokens = in_parallel(lambda name: token_of(api, name), names)
    assert {answer.status for answer in in_parallel(api.create, documents)} == {201}
    review = AccessReview(state_of_documents(documents, version=MINOR))
    server = Server(control_plane.admin_kubeconfig)
    asked = [(name, token, wants[name]) for name, token in zip(names, tokens, strict=True)]
    answers = in_parallel(lambda each: server.who_am_i(each[1], each[2]), asked)
    told: Counter[str] = Counter()
    for (name, _, want), (status, body) in zip(asked, answers, strict=True):
        (verdict,) = review.can(f"{NAMESPACE}/{name}", WHO_AM_I, wanted=want).verdicts
        assert seen(verdict) == theirs(status, body), f"{name} as {want}, seed {SEED}"
        told[(verdict.impersonation and verdict.impersonation.mode) or "refused"] += 1
    show(
        "impersonation against the API server",
        cases=len(asked),
        **{key.replace("-", "_"): n for key, n in told.items()},
    )
    assert 0.2 < 1 - told["refused"] / len(asked) < 0.8
    assert min(told[mode] for mode in (*MODES, "legacy")) > 0


def rights(random: Random, name: str, want: Wanted) -> list[Document]:
    """Give somebody the rights of one mode to act as others, often the one that they will need."""
    fitting = [mode for mode, start in MODES.items() if want.username.startswith(start)]
    mode = random.choice((fitting[0], fitting[0], fitting[0], "legacy", random.choice(tuple(MODES))))
    rules = [rule(f"impersonate-on:{mode}:create", "selfsubjectreviews")] if mode != "legacy" else []
    verb, group = ("impersonate", "") if mode == "legacy" else (f"impersonate:{mode}", AUTHENTICATION)
    for resource in ("users", "groups", "serviceaccounts", "nodes"):
        if random.random() < 0.9:
            names = random.choice(((), (), (), (), ("*",), ("taro", "ops")))
            rules.append(rule(verb, resource, group=group, names=names))
    for resource in ("uids", "userextras/example.org/team", "userextras/team", "userextras/*"):
        if random.random() < 0.7:
            rules.append(rule(verb, resource, names=random.choice(((), (), ("*",)))))
    reference = {"apiGroup": API.partition("/")[0], "kind": "ClusterRole", "name": name}
    subject = {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}
    return [
        {"apiVersion": API, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules},
        {
            "apiVersion": API,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": reference,
            "subjects": [subject],
        },
    ]


def rule(verb: str, resource: str, *, group: str = AUTHENTICATION, names: Sequence[str] = ()) -> dict[str, Any]:
    return {"verbs": [verb], "apiGroups": [group], "resources": [resource], "resourceNames": list(names)}


def wanted(random: Random) -> Wanted:
    keys = random.sample(EXTRA_KEYS, random.choice((0, 0, 0, 0, 1)))
    return Wanted(
        username=random.choice(USERS),
        groups=tuple(random.sample(GROUPS, random.choice((0, 0, 0, 0, 1, 4)))),
        uid=random.choice(("", "", "", "u1")),
        extra={key: tuple(random.sample("vwxyz", random.choice((1, 2, 4)))) for key in keys},
    )


def token_of(api: ApiServer, name: str) -> str:
    accounts = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"
    assert api.call("POST", accounts, {"metadata": {"name": name}}).status == 201
    asked = {"apiVersion": f"{AUTHENTICATION}/v1", "kind": "TokenRequest", "spec": {}}
    token: str = api.call("POST", f"{accounts}/{name}/token", asked).body["status"]["token"]
    return token


class Server:
    """The API server as the holder of a token sees it."""

    def __init__(self, kubeconfig: Path) -> None:
        cluster = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]
        self._endpoint = cluster["server"]
        self._pool = urllib3.PoolManager(ca_certs=cluster["certificate-authority"], retries=False, maxsize=8)

    def who_am_i(self, token: str, wanted: Wanted) -> tuple[int, Mapping[str, Any]]:
        """Ask as somebody else."""
        headers = urllib3.HTTPHeaderDict({"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        headers.add("Impersonate-User", wanted.username)
        for group in wanted.groups:
            headers.add("Impersonate-Group", group)
        if wanted.uid:
            headers.add("Impersonate-Uid", wanted.uid)
        for key, values in wanted.extra.items():
            for value in values:
                headers.add(f"Impersonate-Extra-{quote(key, safe='')}", value)
        body = json.dumps({"apiVersion": f"{AUTHENTICATION}/v1", "kind": "SelfSubjectReview"}).encode()
        answer = self._pool.request("POST", self._endpoint + REVIEWS, body=body, headers=headers)
        return answer.status, json.loads(answer.data)


def seen(verdict: Verdict) -> object:
    """What we make of it: who somebody is, or what they are told."""
    acting = verdict.impersonation
    assert acting is not None
    if not verdict.allowed or acting.identity is None:
        return verdict.said.removeprefix("Error from server (Forbidden): ")
    who = acting.identity
    return who.username, list(who.groups), who.uid, {key: list(values) for key, values in who.extra.items()}


def theirs(status: int, body: Mapping[str, Any]) -> object:
    """The same of the API server."""
    if status != 201:
        return body["message"]
    who = body["status"]["userInfo"]
    return who["username"], who.get("groups", []), who.get("uid", ""), who.get("extra", {})
