"""Error texts are recognised: the old and the new wording of each, alone and in whatever surrounds them."""

from __future__ import annotations

import html
import json
import re
import time
from dataclasses import replace

import pytest
from eks_access.authz.messages import forbidden
from eks_access.authz.model import Identity, Request
from eks_access.diagnosis.symptoms import MOST_SYMPTOMS, read_symptoms
from eks_access.diagnosis.symptoms_model import (
    Escalation,
    Forbidden,
    Lack,
    NodesFail,
    NodeTrouble,
    Symptom,
    Unauthorized,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ...plans import ROOT
from .wordings import CREDENTIALS, EKS, MAPPING, NODES, PERMISSION, ROLES, ROWS, WRITTEN, U, fails, lacks


def bare(symptom: Symptom) -> Symptom:
    return replace(symptom, seen="")


@pytest.mark.parametrize(("text", "expected"), ROWS, ids=[text[:50] for text, _ in ROWS])
def test_each_wording_is_one_symptom(text: str, expected: Symptom) -> None:
    (symptom,) = read_symptoms(text)

    assert bare(symptom) == expected
    assert symptom.seen


@pytest.mark.parametrize(("text", "kind"), ROLES, ids=[text[:50] for text, _ in ROLES])
def test_each_wording_about_roles_is_one_symptom(text: str, kind: type[Symptom]) -> None:
    (symptom,) = read_symptoms(text)

    assert isinstance(symptom, kind)


def test_an_escalation_says_who_wrote_what_and_lacks_what() -> None:
    new, old = (read_symptoms(text)[0] for text, _ in ROLES[:2])

    for symptom in (new, old):
        assert isinstance(symptom, Escalation)
        assert symptom.user == U
        assert symptom.written == WRITTEN
        assert symptom.missing[0].resources == ("pods",)


AROUND = {
    "a prompt and a log": lambda t: f"me@laptop:~$ kubectl get pods\nE0101 12:00:00.1 1 x.go:7] {t}\nme@laptop:~$ \n",
    "colours": lambda t: f"\x1b[1;31m{t}\x1b[0m\x07\x1b]0;title\x07",
    "Windows line ends": lambda t: f"PS> kubectl get pods\r\n{t}\r\n",
    "HTML": lambda t: html.escape(t),
    "JSON": lambda t: json.dumps({"kind": "Status", "message": t, "code": 403}),
    "JSON within JSON": lambda t: json.dumps({"log": json.dumps({"message": t})}),
    "a quoted mail": lambda t: "\n".join(f"> {line}" for line in t.split("\n")),
    "Terraform": lambda t: "╷\n" + "\n".join(f"│ {line}" for line in t.split("\n")) + "\n╵",
    "typographic quotes": lambda t: t.replace('"', "“"),
    "lines wrapped at spaces": lambda t: t.replace(" ", "\n  "),
    "lines wrapped within words": lambda t: "\n".join(t[i : i + 37] for i in range(0, len(t), 37)),
    "invisible letters": lambda t: "\u200b".join(t[i : i + 9] for i in range(0, len(t), 9)),
    "much before": lambda t: "noise " * 30_000 + t,
    "much behind": lambda t: t + " noise" * 30_000,
}
TYPICAL = [MAPPING[0], PERMISSION[0], PERMISSION[1], PERMISSION[8], NODES[7], EKS[0], CREDENTIALS[3]]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("text", "expected"), TYPICAL, ids=[text[:30] for text, _ in TYPICAL])
def test_it_is_recognised_within(around: str, text: str, expected: Symptom) -> None:
    assert expected in map(bare, read_symptoms(AROUND[around](text)))


def test_every_text_of_the_documentation_is_recognised() -> None:
    rows = [line.split("|") for line in (ROOT / "docs" / "errors.md").read_text().splitlines() if line.startswith("| ")]
    texts = [text for row in rows for text in re.findall("`([^`]+)`", row[2])]

    assert len(texts) > 30
    assert [text for text in texts if not read_symptoms(text)] == []


def test_several_errors_are_told_in_their_order_each_once() -> None:
    first, second = PERMISSION[0][0], NODES[7][0]

    symptoms = read_symptoms(f"{first}\n{second}\n{first}\nerror: You must be logged in to the server (Unauthorized)")

    assert [type(symptom) for symptom in symptoms] == [Forbidden, NodesFail, Unauthorized]


def test_what_a_wrapper_says_gives_way_to_the_cause() -> None:
    text = (
        "could not get token: NoCredentialProviders: no valid providers in chain. Deprecated.\n"
        "\tFor verbose messaging see aws.Config.CredentialsChainVerboseErrors\n"
        "Unable to connect to the server: getting credentials: exec: exit status 1"
    )

    assert [bare(symptom) for symptom in read_symptoms(text)] == [lacks(Lack.NONE)]


def test_a_kubelets_unauthorized_is_about_nodes_alone() -> None:
    text = 'Unable to register node "a" with API server: Unauthorized\n401 Unauthorized\nFailed to list *v1.Pod: …'

    assert [bare(symptom) for symptom in read_symptoms(text)] == [fails(NodeTrouble.UNAUTHORIZED)]


def test_a_missing_role_behind_a_refusal_is_its_reason() -> None:
    role = 'RBAC: clusterrole.rbac.authorization.k8s.io "view2" not found'

    (symptom,) = read_symptoms(f"{PERMISSION[0][0]}: {role}")

    assert isinstance(symptom, Forbidden)
    assert symptom.reason == role


@pytest.mark.parametrize("text", ["", " ", "hello", "pods", "deployment.apps/web created", "Forbidden fruit"])
def test_what_is_no_error_is_nothing(text: str) -> None:
    assert read_symptoms(text) == ()


LETTERS = st.characters(codec="ascii", exclude_characters='"\\', categories=["L", "N", "P"])
WORD = st.text("abcdefghijklmnopqrstuvwxyz-.", min_size=1, max_size=12).filter(
    lambda w: w[0].isalpha() and w[-1].isalpha()
)


@given(
    user=st.text(LETTERS, min_size=1, max_size=40),
    request=st.one_of(
        st.builds(Request, verb=st.sampled_from(["get", "list", "create"]), resource=WORD, api_group=st.just("") | WORD,
                  subresource=st.just("") | WORD, name=st.just("") | WORD, namespace=st.just("") | WORD),
        st.builds(Request, verb=st.just("get"), path=WORD.map(lambda word: f"/{word}")),
    ),
)  # fmt: skip
def test_what_the_api_server_writes_is_read_back(user: str, request: Request) -> None:
    (symptom,) = (s for s in read_symptoms(forbidden(Identity(username=user), request)) if isinstance(s, Forbidden))

    assert (symptom.user, symptom.request) == (user, request)


PIECES = [
    'User "',
    "cannot ",
    'resource "',
    '" in API group "',
    '" is forbidden: ',
    'user "a" (groups=[',
    "{APIGroups:[",
    "arn:aws:iam::",
    "111122223333:role/",
    "dial tcp ",
    "\\",
    '"',
    "\x1b[",
    "\x1b]",
    "&lt;",
    "&#",
    "node(s) ",
    "executable ",
    "│",
    "\n",
    " ",
    'Unable to register node "',
    "access denied",
    "is not authorized to perform: ",
    "User: arn:",
    "\\u003c",
    "x" * 50,
]


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=8), min_size=1, max_size=6), times=st.integers(1, 60_000)
)
def test_any_text_is_read_without_an_error_in_bounded_time(pieces: list[str], times: int) -> None:
    start = time.process_time()
    symptoms = read_symptoms(("".join(pieces) * times)[:200_000])

    assert time.process_time() - start < 5
    assert len(symptoms) <= MOST_SYMPTOMS
